//! Functions that execute templates, and those that ask the host or stop.

use super::super::{
    arguments::{Answer, string, value},
    eager,
};
use crate::{
    function::{CallError, Function, Type},
    runtime::Runtime,
    value::Value,
};

use Type::{Any, String};

pub(super) static TABLE: &[Function] = &[
    eager("fail", &[String], fail),
    eager("getHostByName", &[String], |runtime, arguments| {
        Ok(Value::from(
            runtime
                .host()
                .resolve(&string(arguments, 0))
                .map_err(CallError::Message)?,
        ))
    }),
    eager("include", &[String, Any], |runtime, arguments| {
        Ok(Value::String(
            runtime.include(&string(arguments, 0), &argument(arguments, 1))?,
        ))
    }),
    eager(
        "lookup",
        &[String, String, String, String],
        |runtime, arguments| {
            let [version, kind, namespace, name] =
                [0, 1, 2, 3].map(|index| string(arguments, index));
            runtime
                .host()
                .lookup([&version, &kind, &namespace, &name])
                .map_err(CallError::Message)
        },
    ),
    eager("required", &[String, Any], required),
    eager("tpl", &[String, Any], tpl),
];

/// What a template is executed on: a nil interface is no value there.
fn argument(arguments: &[Value], index: usize) -> Value {
    match value(arguments, index) {
        Value::Nil => Value::Invalid,
        value => value,
    }
}

fn fail(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    if runtime.host().is_lenient() {
        return Ok(Value::from(""));
    }
    Err(CallError::Failed(string(arguments, 0).into_owned()))
}

/// Refuses nil and the empty string.
fn required(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let value = value(arguments, 1);
    let is_missing = match &value {
        Value::Invalid | Value::Nil => true,
        Value::String(text) => text.is_empty(),
        _ => false,
    };
    if !is_missing {
        return Ok(value);
    }
    if runtime.host().is_lenient() {
        return Ok(Value::from(""));
    }
    Err(CallError::Failed(string(arguments, 0).into_owned()))
}

/// Executes a text as a template; `<no value>` is taken out of its output, also where the text itself had it.
fn tpl(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let source = string(arguments, 0);
    let quoted = || rheostat_gocompat::strconv::quote_str(&source);
    let output = runtime
        .execute_text(&source, &argument(arguments, 1))
        .map_err(|error| match error {
            CallError::Parse(_) => error.within(format!("cannot parse template {}: ", quoted())),
            CallError::Limit(_) => error,
            error => error.within(format!(
                "error during tpl function execution for {}: ",
                quoted()
            )),
        })?;
    Ok(Value::String(crate::without_no_value(output)))
}
