//! Printing: nodes and JSON values become the text that the Go tools print, to the byte.
//!
//! * [`to_kustomize`]: what `kustomize build` prints for one object. Keys are sorted, long text is folded at 80 columns,
//!   styles are chosen anew.
//! * [`to_yaml`]: the same emitter over JSON values, which is `sigs.k8s.io/yaml` and Helm's `toYaml`.
//! * [`to_kyaml`]: go-yaml v3 over nodes. Order and styles stay.
//! * [`to_yaml_v3`]: go-yaml v3 over JSON values, which is Helm's `toYamlPretty`.

mod analysis;
mod block;
mod key_order;
pub(crate) mod passage;
mod styled;
mod writer;

use serde_json::Value;

pub use self::styled::SequenceIndent;
use crate::Node;
use crate::json::JsonError;

/// Prints one object as kustomize does: kyaml node → go-yaml v3 → JSON → go-yaml v2.
///
/// # Errors
/// [`JsonError`] where the reference fails on the way through JSON: infinities, keys below the root that are no
/// strings, scalars that do not fit their tags.
pub fn to_kustomize(node: &Node) -> Result<String, JsonError> {
    let mut text = String::new();
    to_kustomize_into(node, &mut text)?;
    Ok(text)
}

/// Like [`to_kustomize`], appended to a text. What a failed call appended stays.
///
/// # Errors
/// As [`to_kustomize`].
pub fn to_kustomize_into(node: &Node, text: &mut String) -> Result<(), JsonError> {
    block::emit_node(node, text)
}

/// Prints a JSON value as `sigs.k8s.io/yaml` does, with a line break at the end. Keys come in natural order.
///
/// # Errors
/// [`JsonError::Text`] for characters that JSON allows and YAML does not, such as U+007F, and keys of over a thousand
/// characters.
pub fn to_yaml(value: &Value) -> Result<String, JsonError> {
    block::emit_value(value)
}

/// Prints a node as go-yaml v3 does with an indentation of two, the way kyaml sets it up: keys in their order, styles
/// kept where they can be.
pub fn to_kyaml(node: &Node, sequences: SequenceIndent) -> String {
    styled::emit(node, sequences)
}

/// Prints a JSON value as go-yaml v3 does with an indentation of two: natural key order, no folding.
pub fn to_yaml_v3(value: &Value) -> String {
    styled::emit(&styled::sorted(value), SequenceIndent::Wide)
}
