//! Types and kinds.

use super::super::{
    arguments::{Answer, string, value},
    eager,
};
use crate::{
    function::{Function, Type},
    runtime::Runtime,
    value::Value,
};

use Type::{Any, String};

pub(super) static TABLE: &[Function] = &[
    eager("deepEqual", &[Any, Any], |_, arguments| {
        Ok(Value::Bool(
            value(arguments, 0).deep_equals(&value(arguments, 1)),
        ))
    }),
    eager("kindIs", &[String, Any], |_, arguments| {
        Ok(Value::Bool(
            string(arguments, 0) == value(arguments, 1).kind_name(),
        ))
    }),
    eager("kindOf", &[Any], |_, arguments| {
        Ok(Value::from(value(arguments, 0).kind_name()))
    }),
    eager("typeIs", &[String, Any], |_, arguments| {
        Ok(Value::Bool(
            string(arguments, 0) == type_of(&value(arguments, 1)),
        ))
    }),
    eager("typeIsLike", &[String, Any], type_is_like),
    eager("typeOf", &[Any], |_, arguments| {
        Ok(Value::from(type_of(&value(arguments, 0))))
    }),
];

fn type_of(value: &Value) -> std::string::String {
    if value.is_nil() {
        "<nil>".to_owned()
    } else {
        value.type_name().into_owned()
    }
}

/// A pointer to the type will do as well.
fn type_is_like(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let (target, actual) = (string(arguments, 0), type_of(&value(arguments, 1)));
    Ok(Value::Bool(
        target == actual || actual.strip_prefix('*') == Some(&target),
    ))
}
