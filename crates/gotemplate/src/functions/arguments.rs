//! Arguments by position, whose types the evaluator has checked.

use std::borrow::Cow;

use crate::{function::CallError, text::Text, value::Value};

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
