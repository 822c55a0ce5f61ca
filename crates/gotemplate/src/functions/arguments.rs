//! Arguments by position, whose types the evaluator has checked.

use std::{borrow::Cow, sync::Arc};

use crate::{function::CallError, text::Text, value::Map, value::Value};

/// What a function answers.
pub(super) type Answer = Result<Value, CallError>;

/// A `string`.
pub(super) fn text(arguments: &[Value], index: usize) -> Text {
    match arguments.get(index) {
        Some(Value::String(text)) => text.clone(),
        _ => Text::default(),
    }
}

/// A `string` as UTF-8.
pub(super) fn string(arguments: &[Value], index: usize) -> Cow<'_, str> {
    match arguments.get(index) {
        Some(Value::String(text)) => text.to_str(),
        _ => Cow::Borrowed(""),
    }
}

/// An `int` or `int64`.
pub(super) fn int(arguments: &[Value], index: usize) -> i64 {
    match arguments.get(index) {
        Some(Value::Int(number) | Value::Int64(number)) => *number,
        _ => 0,
    }
}

/// A `bool`.
pub(super) fn bool(arguments: &[Value], index: usize) -> bool {
    matches!(arguments.get(index), Some(Value::Bool(true)))
}

/// Anything; nil where it is not there.
pub(super) fn value(arguments: &[Value], index: usize) -> Value {
    arguments.get(index).cloned().unwrap_or(Value::Nil)
}

/// A map; none where it is a nil map.
pub(super) fn map(arguments: &[Value], index: usize) -> Option<Arc<Map>> {
    match arguments.get(index) {
        Some(Value::Map(map)) if !map.is_nil() => Some(Arc::clone(map)),
        _ => None,
    }
}
