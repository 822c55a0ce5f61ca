//! Strings: cutting, joining, quoting.

use std::sync::Arc;

use rheostat_gocompat::{fmt, strconv};

use super::super::{
    arguments::{Answer, int, string, text, value},
    cast::to_text,
    eager, variadic,
};
use crate::{
    function::{CallError, Function, Type},
    runtime::Runtime,
    text::Text,
    value::{Map, Value},
};

use Type::{Any, Int, String};

pub(super) static TABLE: &[Function] = &[
    variadic("cat", &[], Any, cat),
    eager("contains", &[String, String], |_, arguments| {
        Ok(Value::Bool(
            find(&text(arguments, 1), &text(arguments, 0)).is_some(),
        ))
    }),
    eager("hasPrefix", &[String, String], |_, arguments| {
        Ok(Value::Bool(
            text(arguments, 1).starts_with(&text(arguments, 0)),
        ))
    }),
    eager("hasSuffix", &[String, String], |_, arguments| {
        Ok(Value::Bool(
            text(arguments, 1).ends_with(&text(arguments, 0)),
        ))
    }),
    eager("hello", &[], |_, _| Ok(Value::from("Hello!"))),
    eager("indent", &[Int, String], |runtime, arguments| {
        indent(runtime, arguments, "")
    }),
    eager("nindent", &[Int, String], |runtime, arguments| {
        indent(runtime, arguments, "\n")
    }),
    eager("nospace", &[String], |_, arguments| {
        // Sprig takes each byte for a character.
        let characters = text(arguments, 0);
        let kept = characters.iter().map(|byte| char::from(*byte));
        Ok(Value::from(
            kept.filter(|c| !c.is_whitespace())
                .collect::<std::string::String>(),
        ))
    }),
    eager("plural", &[String, String, Int], |_, arguments| {
        Ok(value(arguments, usize::from(int(arguments, 2) != 1)))
    }),
    variadic("quote", &[], Any, quote),
    eager("repeat", &[Int, String], repeat),
    eager("replace", &[String, String, String], replace),
    eager("split", &[String, String], |_, arguments| {
        Ok(numbered(split(
            &text(arguments, 1),
            &text(arguments, 0),
            None,
        )))
    }),
    eager("splitList", &[String, String], |_, arguments| {
        Ok(Value::strings(split(
            &text(arguments, 1),
            &text(arguments, 0),
            None,
        )))
    }),
    eager("splitn", &[String, Int, String], splitn),
    variadic("squote", &[], Any, squote),
    eager("substr", &[Int, Int, String], substr),
    eager("toString", &[Any], |_, arguments| {
        Ok(Value::String(to_text(&value(arguments, 0))?))
    }),
    eager("trim", &[String], |_, arguments| {
        Ok(Value::String(trim(&text(arguments, 0)).into()))
    }),
    eager("trimAll", &[String, String], trim_all),
    eager("trimPrefix", &[String, String], |_, arguments| {
        let whole = text(arguments, 1);
        Ok(Value::String(
            whole
                .strip_prefix(&*text(arguments, 0))
                .map_or_else(|| whole.clone(), Text::from),
        ))
    }),
    eager("trimSuffix", &[String, String], |_, arguments| {
        let whole = text(arguments, 1);
        Ok(Value::String(
            whole
                .strip_suffix(&*text(arguments, 0))
                .map_or_else(|| whole.clone(), Text::from),
        ))
    }),
    eager("trimall", &[String, String], trim_all),
    eager("trunc", &[Int, String], trunc),
];

/// Where `needle` begins in `haystack`.
fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    if needle.is_empty() {
        return Some(0);
    }
    memchr::memmem::find(haystack, needle)
}

fn cat(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let mut output = Vec::new();
    for (index, value) in arguments.iter().filter(|value| !value.is_nil()).enumerate() {
        if index > 0 {
            output.push(b' ');
        }
        fmt::write_value(&mut output, value)?;
    }
    Ok(Value::from(output))
}

/// The text without white space around it; bytes that are no characters stay.
fn trim(text: &[u8]) -> &[u8] {
    let start = text.utf8_chunks().next().map_or(0, |first| {
        first.valid().len() - first.valid().trim_start().len()
    });
    let text = &text[start..];
    let end = match text.utf8_chunks().last() {
        Some(last) if last.invalid().is_empty() => {
            last.valid().len() - last.valid().trim_end().len()
        }
        _ => 0,
    };
    &text[..text.len() - end]
}

/// Puts spaces before each line, the empty ones too.
fn indent(runtime: &mut dyn Runtime, arguments: &[Value], before: &str) -> Answer {
    let Ok(spaces) = usize::try_from(int(arguments, 0)) else {
        return Err(CallError::new("strings: negative Repeat count"));
    };
    let source = text(arguments, 1);
    let lines = 1 + memchr::memchr_iter(b'\n', &source).count();
    let size = before.len() + source.len() + lines.saturating_mul(spaces);
    runtime.charge(size).map_err(CallError::Limit)?;
    let mut output = Vec::with_capacity(size);
    output.extend_from_slice(before.as_bytes());
    for (index, line) in source.split(|byte| *byte == b'\n').enumerate() {
        if index > 0 {
            output.push(b'\n');
        }
        output.resize(output.len() + spaces, b' ');
        output.extend_from_slice(line);
    }
    Ok(Value::from(output))
}

/// Quotes each argument that is not nil and joins them by spaces.
fn quote(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let present = arguments.iter().filter(|value| !value.is_nil());
    let quoted: Result<Vec<_>, CallError> = present
        .map(|value| Ok(strconv::quote(&to_text(value)?)))
        .collect();
    Ok(Value::from(quoted?.join(" ")))
}

fn squote(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let mut output = Vec::new();
    for (index, value) in arguments.iter().filter(|value| !value.is_nil()).enumerate() {
        output.extend_from_slice(if index > 0 { b" '" } else { b"'" });
        fmt::write_value(&mut output, value)?;
        output.push(b'\'');
    }
    Ok(Value::from(output))
}

fn repeat(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let Ok(count) = usize::try_from(int(arguments, 0)) else {
        return Err(CallError::new("strings: negative Repeat count"));
    };
    let source = text(arguments, 1);
    runtime
        .charge(source.len().saturating_mul(count))
        .map_err(CallError::Limit)?;
    Ok(Value::from(source.repeat(count)))
}

fn replace(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let (old, new, source) = (text(arguments, 0), text(arguments, 1), text(arguments, 2));
    if old.is_empty() {
        // Between all characters, and at both ends.
        let source = source.to_str();
        runtime
            .charge(source.len() + new.len().saturating_mul(source.len() + 1))
            .map_err(CallError::Limit)?;
        return Ok(Value::from(source.replace("", &new.to_str())));
    }
    let count = memchr::memmem::find_iter(&source, &*old).count();
    if count == 0 {
        return Ok(Value::String(source));
    }
    runtime
        .charge(source.len().saturating_add(count.saturating_mul(new.len())))
        .map_err(CallError::Limit)?;
    Ok(Value::from(
        split(&source, &old, None)
            .iter()
            .map(|part| &**part)
            .collect::<Vec<_>>()
            .join(&*new),
    ))
}

/// The pieces between separators, at most `limit`; without a separator, the characters.
fn split(source: &Text, separator: &Text, limit: Option<usize>) -> Vec<Text> {
    let most = limit.unwrap_or(usize::MAX);
    let mut pieces = Vec::new();
    if separator.is_empty() {
        let source = source.to_str();
        let mut rest: &str = &source;
        while let Some(character) = rest.chars().next().filter(|_| pieces.len() + 1 < most) {
            let (piece, behind) = rest.split_at(character.len_utf8());
            pieces.push(Text::from(piece));
            rest = behind;
        }
        if !rest.is_empty() {
            pieces.push(Text::from(rest));
        }
        return pieces;
    }
    let mut start = 0;
    for found in memchr::memmem::find_iter(source, &**separator) {
        if pieces.len() + 1 >= most {
            break;
        }
        pieces.push(Text::from(&source[start..found]));
        start = found + separator.len();
    }
    pieces.push(Text::from(&source[start..]));
    pieces
}

fn splitn(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let limit = usize::try_from(int(arguments, 1)).ok();
    if limit == Some(0) {
        return Ok(numbered(Vec::new()));
    }
    Ok(numbered(split(
        &text(arguments, 2),
        &text(arguments, 0),
        limit,
    )))
}

/// A map from `_0`, `_1` and so on.
fn numbered(pieces: Vec<Text>) -> Value {
    let map = Map::of_strings();
    for (index, piece) in pieces.into_iter().enumerate() {
        map.insert(format!("_{index}"), piece);
    }
    Value::Map(Arc::new(map))
}

/// `substr START END TEXT`, in bytes.
fn substr(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let (start, end, source) = (int(arguments, 0), int(arguments, 1), text(arguments, 2));
    let len = source.len();
    let out_of_range = |start: i64, end: i64| {
        CallError::new(if end > i64::try_from(len).unwrap_or(i64::MAX) {
            format!("runtime error: slice bounds out of range [:{end}] with length {len}")
        } else if end < 0 {
            format!("runtime error: slice bounds out of range [:{end}]")
        } else {
            format!("runtime error: slice bounds out of range [{start}:{end}]")
        })
    };
    let end_or_len = usize::try_from(end).ok().filter(|end| *end <= len);
    if start < 0 {
        return end_or_len
            .map(|end| Value::from(source[..end].to_vec()))
            .ok_or_else(|| out_of_range(0, end));
    }
    let Some(from) = usize::try_from(start).ok() else {
        return Ok(Value::String(source));
    };
    let to = end_or_len.unwrap_or(len);
    let piece = source
        .get(from..to)
        .map(|piece| Value::from(piece.to_vec()));
    piece.ok_or_else(|| out_of_range(start, i64::try_from(to).unwrap_or(i64::MAX)))
}

fn trim_all(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let cut = string(arguments, 0);
    Ok(Value::from(
        string(arguments, 1).trim_matches(|c| cut.contains(c)),
    ))
}

/// The first bytes, or the last where the count is negative.
fn trunc(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let (count, source) = (int(arguments, 0), text(arguments, 1));
    let size = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    if source.len() <= size {
        return Ok(Value::String(source));
    }
    let piece = if count < 0 {
        &source[source.len() - size..]
    } else {
        &source[..size]
    };
    Ok(Value::from(piece.to_vec()))
}
