//! Regular expressions of Go's syntax.

use std::sync::Arc;

use rheostat_gocompat::regexp::{Regexp, quote_meta};

use super::super::{
    arguments::{Answer, int, string},
    eager,
};
use crate::{
    function::{CallError, Function, Type},
    runtime::Runtime,
    value::{List, Value},
};

use Type::{Int, String};

pub(super) static TABLE: &[Function] = &[
    eager("mustRegexFind", &[String, String], find),
    eager("mustRegexFindAll", &[String, String, Int], find_all),
    eager("mustRegexMatch", &[String, String], |runtime, arguments| {
        Ok(Value::Bool(
            compiled(runtime, arguments)?.is_match(&string(arguments, 1)),
        ))
    }),
    eager(
        "mustRegexReplaceAll",
        &[String, String, String],
        replace_all,
    ),
    eager(
        "mustRegexReplaceAllLiteral",
        &[String, String, String],
        replace_all_literal,
    ),
    eager("mustRegexSplit", &[String, String, Int], split),
    eager("regexFind", &[String, String], |runtime, arguments| {
        find(runtime, arguments).map_err(panicked(arguments))
    }),
    eager(
        "regexFindAll",
        &[String, String, Int],
        |runtime, arguments| find_all(runtime, arguments).map_err(panicked(arguments)),
    ),
    // A malformed pattern matches nothing here.
    eager("regexMatch", &[String, String], |runtime, arguments| {
        Ok(Value::Bool(compiled(runtime, arguments).is_ok_and(
            |regexp| regexp.is_match(&string(arguments, 1)),
        )))
    }),
    eager("regexQuoteMeta", &[String], |_, arguments| {
        Ok(Value::from(quote_meta(&string(arguments, 0))))
    }),
    eager(
        "regexReplaceAll",
        &[String, String, String],
        |runtime, arguments| replace_all(runtime, arguments).map_err(panicked(arguments)),
    ),
    eager(
        "regexReplaceAllLiteral",
        &[String, String, String],
        |runtime, arguments| replace_all_literal(runtime, arguments).map_err(panicked(arguments)),
    ),
    eager(
        "regexSplit",
        &[String, String, Int],
        |runtime, arguments| split(runtime, arguments).map_err(panicked(arguments)),
    ),
];

fn compiled(runtime: &mut dyn Runtime, arguments: &[Value]) -> Result<Arc<Regexp>, CallError> {
    runtime
        .pattern(&string(arguments, 0))
        .map_err(|error| CallError::new(error.to_string()))
}

/// The words of `regexp.MustCompile`.
fn panicked(arguments: &[Value]) -> impl Fn(CallError) -> CallError {
    let pattern = string(arguments, 0).into_owned();
    move |error| match error {
        CallError::Message(message) => {
            CallError::new(format!("regexp: Compile({}): {message}", quoted(&pattern)))
        }
        other => other,
    }
}

/// A pattern as `regexp` quotes it: in back quotes where it can be.
fn quoted(pattern: &str) -> std::string::String {
    use rheostat_gocompat::strconv;
    if strconv::can_backquote(pattern.as_bytes()) {
        format!("`{pattern}`")
    } else {
        strconv::quote_str(pattern)
    }
}

fn limit(arguments: &[Value], index: usize) -> Option<usize> {
    usize::try_from(int(arguments, index)).ok()
}

/// A slice of strings, which is nil where there are none.
fn strings_or_nil(found: Vec<&str>) -> Value {
    if found.is_empty() {
        Value::List(Arc::new(List::nil_of("string")))
    } else {
        Value::strings(found)
    }
}

fn find(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    Ok(Value::from(
        compiled(runtime, arguments)?
            .find(&string(arguments, 1))
            .unwrap_or_default(),
    ))
}

fn find_all(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let text = string(arguments, 1);
    let found = compiled(runtime, arguments)?.find_all(&text, limit(arguments, 2));
    Ok(strings_or_nil(found))
}

fn replace_all(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let output =
        compiled(runtime, arguments)?.replace_all(&string(arguments, 1), &string(arguments, 2));
    runtime.charge(output.len()).map_err(CallError::Limit)?;
    Ok(Value::from(output))
}

fn replace_all_literal(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let output = compiled(runtime, arguments)?
        .replace_all_literal(&string(arguments, 1), &string(arguments, 2));
    runtime.charge(output.len()).map_err(CallError::Limit)?;
    Ok(Value::from(output))
}

fn split(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let text = string(arguments, 1);
    let pieces = compiled(runtime, arguments)?.split(&text, limit(arguments, 2));
    Ok(strings_or_nil(pieces))
}
