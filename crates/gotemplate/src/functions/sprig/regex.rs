//! Regular expressions of Go's syntax.

use std::{borrow::Cow, sync::Arc};

use rheostat_gocompat::regexp::{Regexp, quote_meta};

use super::super::{
    arguments::{Answer, int, string},
    eager,
};
use crate::{
    function::{CallError, Function, Type},
    runtime::Runtime,
    text::Text,
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

/// Stands for byte 0 of invalid UTF-8 while a pattern looks at a text: Go takes such bytes for characters. The last plane of
/// Unicode is for private use.
const SHIELD: u32 = 0x0010_ff00;

/// A text as characters, and whether some of them shield bytes that are none.
struct Subject<'t> {
    text: Cow<'t, str>,
    is_shielded: bool,
}

impl<'t> Subject<'t> {
    fn of(arguments: &'t [Value], index: usize) -> Self {
        let Some(Value::String(bytes)) = arguments.get(index) else {
            return Self {
                text: Cow::Borrowed(""),
                is_shielded: false,
            };
        };
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Self {
                text: Cow::Borrowed(text),
                is_shielded: false,
            };
        }
        let mut text = std::string::String::new();
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            let invalid = chunk.invalid().iter();
            text.extend(invalid.filter_map(|byte| char::from_u32(SHIELD + u32::from(*byte))));
        }
        Self {
            text: Cow::Owned(text),
            is_shielded: true,
        }
    }

    /// A part of the text, or what was made of it, as it is without shields.
    fn bare(&self, part: &str) -> Text {
        if !self.is_shielded {
            return Text::from(part);
        }
        let mut bytes = Vec::with_capacity(part.len());
        for character in part.chars() {
            match u32::from(character).checked_sub(SHIELD).map(u8::try_from) {
                Some(Ok(byte)) => bytes.push(byte),
                _ => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        bytes.into()
    }
}

fn limit(arguments: &[Value], index: usize) -> Option<usize> {
    usize::try_from(int(arguments, index)).ok()
}

/// A slice of strings, which is nil where there are none.
fn strings_or_nil(subject: &Subject<'_>, found: Vec<&str>) -> Value {
    if found.is_empty() {
        Value::List(Arc::new(List::nil_of("string")))
    } else {
        Value::strings(found.into_iter().map(|found| subject.bare(found)))
    }
}

fn find(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let subject = Subject::of(arguments, 1);
    let regexp = compiled(runtime, arguments)?;
    let found = regexp.find(&subject.text).unwrap_or_default();
    Ok(Value::String(subject.bare(found)))
}

fn find_all(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let subject = Subject::of(arguments, 1);
    let regexp = compiled(runtime, arguments)?;
    let found = regexp.find_all(&subject.text, limit(arguments, 2));
    Ok(strings_or_nil(&subject, found))
}

fn replace_all(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let subject = Subject::of(arguments, 1);
    let output = compiled(runtime, arguments)?.replace_all(&subject.text, &string(arguments, 2));
    runtime.charge(output.len()).map_err(CallError::Limit)?;
    Ok(Value::String(subject.bare(&output)))
}

fn replace_all_literal(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let subject = Subject::of(arguments, 1);
    let output =
        compiled(runtime, arguments)?.replace_all_literal(&subject.text, &string(arguments, 2));
    runtime.charge(output.len()).map_err(CallError::Limit)?;
    Ok(Value::String(subject.bare(&output)))
}

fn split(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let subject = Subject::of(arguments, 1);
    let regexp = compiled(runtime, arguments)?;
    let pieces = regexp.split(&subject.text, limit(arguments, 2));
    Ok(strings_or_nil(&subject, pieces))
}
