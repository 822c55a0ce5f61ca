//! Escaping for HTML, JavaScript and URLs.

use std::fmt::Write;

use rheostat_gocompat::strconv;

use super::printed;
use crate::{functions::arguments::Answer, runtime::Runtime, value::Value};

pub(super) fn html(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    Ok(Value::from(escape_html(&printed(arguments)?)))
}

/// Escapes the characters that mean something in HTML.
pub(crate) fn escape_html(text: &str) -> String {
    let mut output = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\0' => output.push('\u{fffd}'),
            '"' => output.push_str("&#34;"),
            '\'' => output.push_str("&#39;"),
            '&' => output.push_str("&amp;"),
            '<' => output.push_str("&lt;"),
            '>' => output.push_str("&gt;"),
            other => output.push(other),
        }
    }
    output
}

pub(super) fn js(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let text = printed(arguments)?;
    let mut output = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' => output.push_str(r"\\"),
            '\'' => output.push_str(r"\'"),
            '"' => output.push_str("\\\""),
            '<' | '>' | '&' | '=' => write_escape(&mut output, character),
            c if c < ' ' => write_escape(&mut output, c),
            c if c.is_ascii() || strconv::is_printable(c) => output.push(c),
            c => write_escape(&mut output, c),
        }
    }
    Ok(Value::from(output))
}

fn write_escape(output: &mut String, character: char) {
    // Writing to a string cannot fail.
    let _ = write!(output, "\\u{:04X}", u32::from(character));
}

pub(super) fn urlquery(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let text = printed(arguments)?;
    let mut output = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => output.push('+'),
            b'-' | b'_' | b'.' | b'~' => output.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => output.push(char::from(byte)),
            byte => {
                // Writing to a string cannot fail.
                let _ = write!(output, "%{byte:02X}");
            }
        }
    }
    Ok(Value::from(output))
}
