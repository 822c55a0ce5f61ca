//! Defaults and emptiness.

use super::super::{
    arguments::{Answer, bool, value},
    eager, variadic,
};
use crate::{
    function::{CallError, Function, Type},
    runtime::Runtime,
    value::Value,
};

use Type::{Any, Bool};

/// How deep `deepCopy` goes; nothing that YAML or JSON can say is deeper.
const MAX_COPY_DEPTH: usize = rheostat_gocompat::fmt::MAX_DEPTH;

pub(super) static TABLE: &[Function] = &[
    variadic("all", &[], Any, |_, arguments| {
        Ok(Value::Bool(!arguments.iter().any(is_empty)))
    }),
    variadic("any", &[], Any, |_, arguments| {
        Ok(Value::Bool(!arguments.iter().all(is_empty)))
    }),
    variadic("coalesce", &[], Any, coalesce),
    eager("deepCopy", &[Any], deep_copy),
    variadic("default", &[Any], Any, default),
    eager("empty", &[Any], |_, arguments| {
        Ok(Value::Bool(arguments.iter().all(is_empty)))
    }),
    eager("mustDeepCopy", &[Any], deep_copy),
    eager("ternary", &[Any, Any, Bool], ternary),
];

/// Sprig's emptiness is the language's falsehood.
pub(super) fn is_empty(value: &Value) -> bool {
    !value.is_true()
}

fn default(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    match arguments.get(1) {
        Some(given) if !is_empty(given) => Ok(given.clone()),
        _ => Ok(value(arguments, 0)),
    }
}

fn coalesce(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    Ok(arguments
        .iter()
        .find(|value| !is_empty(value))
        .cloned()
        .unwrap_or(Value::Nil))
}

fn ternary(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    Ok(value(arguments, usize::from(!bool(arguments, 2))))
}

fn deep_copy(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let original = value(arguments, 0);
    if original.is_nil() {
        return Err(CallError::new(
            "reflect: call of reflect.Value.Type on zero Value",
        ));
    }
    let copy = original.deep_copy(MAX_COPY_DEPTH);
    copy.ok_or_else(|| CallError::new("value nests too deeply to be copied"))
}
