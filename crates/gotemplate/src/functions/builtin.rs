//! The functions of text/template itself.

mod compare;
mod escape;
mod index;

use rheostat_gocompat::fmt;

use super::{
    arguments::{Answer, string, text},
    eager, variadic,
};
use crate::{
    function::{CallError, Evaluation, Function, Type},
    numeric::size_to_int,
    runtime::Runtime,
    value::Value,
};

use Type::{Any, Reflected, String};

/// Functions that the evaluator itself knows; their implementations are never called.
const fn special(name: &'static str, evaluation: Evaluation) -> Function {
    Function {
        name,
        parameters: &[Reflected],
        variadic: Some(Reflected),
        implementation: unreachable_call,
        evaluation,
    }
}

pub(super) static TABLE: &[Function] = &[
    special("and", Evaluation::And),
    special("or", Evaluation::Or),
    special("call", Evaluation::Call),
    variadic("eq", &[Reflected], Reflected, compare::eq),
    eager("ge", &[Reflected, Reflected], compare::ge),
    eager("gt", &[Reflected, Reflected], compare::gt),
    variadic("html", &[], Any, escape::html),
    variadic("index", &[Reflected], Reflected, index::index),
    variadic("js", &[], Any, escape::js),
    eager("le", &[Reflected, Reflected], compare::le),
    eager("len", &[Reflected], len),
    eager("lt", &[Reflected, Reflected], compare::lt),
    eager("ne", &[Reflected, Reflected], compare::ne),
    eager("not", &[Reflected], not),
    variadic("print", &[], Any, print),
    variadic("printf", &[String], Any, printf),
    variadic("println", &[], Any, println),
    variadic("slice", &[Reflected], Reflected, index::slice),
    variadic("urlquery", &[], Any, escape::urlquery),
];

fn unreachable_call(_: &mut dyn Runtime, _: &[Value]) -> Answer {
    Err(CallError::new("not callable"))
}

fn len(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let size = match arguments.first() {
        None | Some(Value::Invalid) => {
            return Err(CallError::new(
                "reflect: call of reflect.Value.Type on zero Value",
            ));
        }
        Some(Value::Nil) => return Err(CallError::new("len of nil pointer")),
        Some(Value::String(text) | Value::Bytes(text)) => text.len(),
        Some(Value::List(list)) => list.len(),
        Some(Value::Map(map)) => map.len(),
        Some(value) => {
            // Pointers are followed.
            let name = value.type_name();
            let name = name.strip_prefix('*').unwrap_or(&name);
            return Err(CallError::new(format!("len of type {name}")));
        }
    };
    Ok(Value::Int(size_to_int(size)))
}

fn not(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    Ok(Value::Bool(!arguments.first().is_some_and(Value::is_true)))
}

fn print(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    Ok(Value::from(fmt::sprint(arguments)?))
}

fn println(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    Ok(Value::from(fmt::sprintln(arguments)?))
}

fn printf(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let output = fmt::sprintf(&text(arguments, 0), arguments.get(1..).unwrap_or_default())?;
    // Widths can ask for more than the arguments have.
    runtime.charge(output.len()).map_err(CallError::Limit)?;
    Ok(Value::from(output))
}

/// The text that the escaping functions work on.
fn printed(arguments: &[Value]) -> Result<std::string::String, CallError> {
    if let [Value::String(_)] = arguments {
        return Ok(string(arguments, 0).into_owned());
    }
    let printable: Vec<Value> = arguments
        .iter()
        .map(|value| {
            if value.is_nil() {
                Value::from("<no value>")
            } else {
                value.clone()
            }
        })
        .collect();
    Ok(std::string::String::from_utf8_lossy(&fmt::sprint(&printable)?).into_owned())
}
