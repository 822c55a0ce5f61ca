//! JSON as Go's `encoding/json` writes it: compact, with `<`, `>`, `&` and the two line separators of Unicode escaped, and floats
//! in Go's form.
//!
//! Digests that other tools wrote cover these bytes, so they must come out the same. Of reading there are two habits: what null is
//! taken for, and how values are called in complaints. Absent: the order of fields, which is that of the Rust type.

use std::io;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_json::ser::{CharEscape, Formatter, Serializer};

use crate::strconv;

/// From this magnitude on Go writes a number with an exponent.
const EXPONENT_FROM: f64 = 1e21;

/// Below this magnitude too.
const EXPONENT_BELOW: f64 = 1e-6;

/// Writes a value.
///
/// # Errors
/// A map has keys that are no strings, or a type refuses to be serialized.
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut output = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut output, GoFormatter))?;
    Ok(output)
}

/// For `deserialize_with`: Go reads null as what is there when nothing is said.
///
/// # Errors
/// Those of the value, where it is not null.
pub fn null_is_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// The name of a value in the complaints of Go's decoder.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Go's form of compact JSON.
#[derive(Debug, Clone, Copy)]
struct GoFormatter;

impl Formatter for GoFormatter {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(float(value).as_bytes())
    }

    fn write_f32<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f32) -> io::Result<()> {
        self.write_f64(writer, f64::from(value))
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut start = 0;
        for (place, found) in fragment.match_indices(['<', '>', '&', '\u{2028}', '\u{2029}']) {
            let code = found.chars().next().map_or(0, u32::from);
            writer.write_all(&fragment.as_bytes()[start..place])?;
            write!(writer, "\\u{code:04x}")?;
            start = place + found.len();
        }
        writer.write_all(&fragment.as_bytes()[start..])
    }

    fn write_char_escape<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        match escape {
            // Go escapes no slash, and serde_json asks for none to be.
            CharEscape::Solidus => writer.write_all(b"/"),
            CharEscape::Quote => writer.write_all(b"\\\""),
            CharEscape::ReverseSolidus => writer.write_all(b"\\\\"),
            CharEscape::Backspace => writer.write_all(b"\\b"),
            CharEscape::FormFeed => writer.write_all(b"\\f"),
            CharEscape::LineFeed => writer.write_all(b"\\n"),
            CharEscape::CarriageReturn => writer.write_all(b"\\r"),
            CharEscape::Tab => writer.write_all(b"\\t"),
            CharEscape::AsciiControl(byte) => write!(writer, "\\u{byte:04x}"),
        }
    }
}

fn float(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude != 0.0 && !(EXPONENT_BELOW..EXPONENT_FROM).contains(&magnitude) {
        // Go drops the zero of a negative exponent of two digits.
        return strconv::format_float(value, 'e', None, 64).replace("e-0", "e-");
    }
    strconv::format_float(value, 'f', None, 64)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::to_vec;

    fn check(value: &Value, expected: &str) {
        let written = to_vec(value).expect("JSON is written");
        assert_eq!(String::from_utf8(written).expect("UTF-8"), expected);
    }

    #[test]
    fn texts_are_escaped_as_for_a_page() {
        check(
            &json!("<a href='x'>&\u{2028}"),
            r#""\u003ca href='x'\u003e\u0026\u2028""#,
        );
        check(
            &json!("\u{8}\u{c}\n\r\t\u{1}\u{7f}\"\\/é"),
            "\"\\b\\f\\n\\r\\t\\u0001\u{7f}\\\"\\\\/é\"",
        );
    }

    #[test]
    fn floats_take_an_exponent_far_from_one() {
        check(
            &json!([1.0, 1.5, 1e20, 1e21, -2.5e-7, 1e-6, 1.5e-10, 12]),
            "[1,1.5,100000000000000000000,1e+21,-2.5e-7,0.000001,1.5e-10,12]",
        );
    }

    #[test]
    fn keys_are_sorted() {
        check(&json!({"b": null, "a": {}}), r#"{"a":{},"b":null}"#);
    }
}
