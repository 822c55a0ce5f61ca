//! How far a patch may make an object grow. A copy into its own surroundings doubles what it copies, so that thirty
//! operations would fill any memory.

use serde_json::Value;

use super::PatchError;

/// Deepest nesting of a patched object: what the YAML reader takes.
const MAX_DEPTH: usize = 250;

/// Most bytes that the operations of one patch copy: half of the longest text that is read. Public patches copy a few
/// fields.
const MAX_COPIED_BYTES: usize = 16 << 20;

/// About what a value takes in memory, texts aside.
const VALUE_BYTES: usize = 32;

/// What a patch has copied so far.
#[derive(Debug, Default)]
pub(super) struct Growth {
    copied_bytes: usize,
}

impl Growth {
    /// Counts a copy of a value.
    ///
    /// # Errors
    /// [`PatchError::Limit`].
    pub(super) fn count(
        &mut self,
        operation: &'static str,
        value: &Value,
    ) -> Result<(), PatchError> {
        self.copied_bytes += bytes(value);
        if self.copied_bytes > MAX_COPIED_BYTES {
            return Err(PatchError::Limit {
                operation,
                limit: MAX_COPIED_BYTES,
                of: "copied bytes",
            });
        }
        Ok(())
    }

    /// Checks how deep a value will lie.
    ///
    /// # Errors
    /// [`PatchError::Limit`].
    pub(super) fn check_depth(
        operation: &'static str,
        path: &str,
        value: &Value,
    ) -> Result<(), PatchError> {
        let segments = path.bytes().filter(|byte| *byte == b'/').count();
        if segments + depth(value) > MAX_DEPTH {
            return Err(PatchError::Limit {
                operation,
                limit: MAX_DEPTH,
                of: "levels",
            });
        }
        Ok(())
    }
}

/// Recurses as deep as the value, which its reader and [`MAX_DEPTH`] bound.
fn bytes(value: &Value) -> usize {
    VALUE_BYTES
        + match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
            Value::String(text) => text.len(),
            Value::Array(items) => items.iter().map(bytes).sum(),
            Value::Object(fields) => {
                let fields = fields.iter();
                fields.map(|(key, value)| key.len() + bytes(value)).sum()
            }
        }
}

/// Levels of collections, 0 for a scalar. Recurses likewise.
fn depth(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or_default(),
    }
}
