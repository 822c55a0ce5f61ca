//! Lines of a width, and abbreviations.

use super::super::{
    arguments::{Answer, int, text},
    eager,
};
use crate::{
    function::{CallError, Function, Type},
    runtime::Runtime,
    text::Text,
    value::Value,
};

use Type::{Int, String};

pub(super) static TABLE: &[Function] = &[
    eager("abbrev", &[Int, String], |_, arguments| {
        Ok(abbreviated(&text(arguments, 1), 0, int(arguments, 0)))
    }),
    eager("abbrevboth", &[Int, Int, String], |_, arguments| {
        Ok(abbreviated(
            &text(arguments, 2),
            int(arguments, 0),
            int(arguments, 1),
        ))
    }),
    eager("wrap", &[Int, String], |runtime, arguments| {
        wrap(runtime, &text(arguments, 1), int(arguments, 0), None)
    }),
    eager("wrapWith", &[Int, String, String], |runtime, arguments| {
        wrap(
            runtime,
            &text(arguments, 2),
            int(arguments, 0),
            Some(&text(arguments, 1)),
        )
    }),
];

/// At most `width` bytes, dots in the place of what is left out: at the end, and at the start from `offset` 5 on.
fn abbreviated(text: &Text, offset: i64, width: i64) -> Value {
    let is_whole = width < 4 || (offset > 0 && width < 7);
    let width = usize::try_from(width).unwrap_or(0);
    if is_whole || text.len() <= width {
        return Value::String(text.clone());
    }
    let shown = width - 3;
    let offset = usize::try_from(offset)
        .unwrap_or(0)
        .min(text.len())
        .min(text.len() - shown.min(text.len()));
    if offset <= 4 {
        return Value::from([&text[..shown], b"..."].concat());
    }
    if offset + shown < text.len() {
        let inner = abbreviated(&text[offset..].into(), 0, i64::try_from(shown).unwrap_or(0));
        let Value::String(inner) = inner else {
            return Value::from("...");
        };
        return Value::from([b"...", &*inner].concat());
    }
    Value::from([b"...", &text[text.len() - shown..]].concat())
}

/// Breaks at spaces; a word longer than the line is cut where a separator was given, and stays whole otherwise.
fn wrap(runtime: &mut dyn Runtime, source: &Text, width: i64, separator: Option<&Text>) -> Answer {
    let width = usize::try_from(width).unwrap_or(1).max(1);
    let newline: &[u8] = separator
        .filter(|separator| !separator.is_empty())
        .map_or(b"\n", |separator| separator);
    let lines = source.len() / width + 1;
    runtime
        .charge(
            source
                .len()
                .saturating_add(lines.saturating_mul(newline.len())),
        )
        .map_err(CallError::Limit)?;
    let mut output = Vec::with_capacity(source.len());
    let mut offset = 0;
    while source.len() - offset > width {
        if source[offset] == b' ' {
            offset += 1;
            continue;
        }
        let last_space = source[offset..=offset + width]
            .iter()
            .rposition(|byte| *byte == b' ');
        let (end, next) = if let Some(space) = last_space {
            (offset + space, offset + space + 1)
        } else if separator.is_some() {
            (offset + width, offset + width)
        } else {
            match source[offset + width..]
                .iter()
                .position(|byte| *byte == b' ')
            {
                Some(space) => (offset + width + space, offset + width + space + 1),
                None => break,
            }
        };
        output.extend_from_slice(&source[offset..end]);
        output.extend_from_slice(newline);
        offset = next;
    }
    output.extend_from_slice(&source[offset..]);
    Ok(Value::from(output))
}
