//! Writing JSON.

use base64::{Engine, engine::general_purpose::STANDARD};
use rheostat_gocompat::strconv;
use thiserror::Error;

use super::{EXPONENT_FROM, MAX_DEPTH};
use crate::value::Value;

/// Below this magnitude Go writes a number with an exponent.
const EXPONENT_BELOW: f64 = 1e-6;

/// Which characters are escaped beyond what JSON asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escaping {
    /// `<`, `>` and `&` too.
    Html,
    Plain,
}

/// A value that JSON cannot express, in Go's words.
#[derive(Debug, Clone, PartialEq, Error)]
pub(crate) enum EncodeError {
    #[error("json: unsupported value: {}", strconv::format_float(*.0, 'g', None, 64))]
    Number(f64),
    #[error("json: unsupported type: {0}")]
    Type(String),
    #[error("json: unsupported value: encountered a cycle")]
    TooDeep,
}

/// The Base64 form in which byte slices go into JSON.
pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Writes a value; pretty output is indented by two spaces.
pub(crate) fn encode(
    value: &Value,
    escaping: Escaping,
    is_pretty: bool,
) -> Result<String, EncodeError> {
    let mut writer = Writer {
        output: String::new(),
        escaping,
        is_pretty,
    };
    writer.value(value, 0)?;
    Ok(writer.output)
}

struct Writer {
    output: String,
    escaping: Escaping,
    is_pretty: bool,
}

impl Writer {
    fn value(&mut self, value: &Value, depth: usize) -> Result<(), EncodeError> {
        if depth > MAX_DEPTH {
            return Err(EncodeError::TooDeep);
        }
        match value {
            Value::Invalid | Value::Nil => self.output.push_str("null"),
            Value::Bool(value) => self.output.push_str(if *value { "true" } else { "false" }),
            Value::Int(number) | Value::Int64(number) => self.output.push_str(&number.to_string()),
            Value::Uint8(number) => self.output.push_str(&number.to_string()),
            Value::Uint64(number) => self.output.push_str(&number.to_string()),
            Value::Float(number) => self.float(*number)?,
            Value::Complex(..) => return Err(EncodeError::Type("complex128".to_owned())),
            Value::String(text) => self.string(text),
            Value::Bytes(bytes) => self.string(base64(bytes).as_bytes()),
            Value::List(list) if list.is_nil() => self.output.push_str("null"),
            Value::List(list) => {
                let items = list.iter().map(|item| (None, item));
                self.collection(['[', ']'], items, depth)?;
            }
            Value::Map(map) if map.is_nil() => self.output.push_str("null"),
            Value::Map(map) => {
                let entries = map.entries();
                self.collection(
                    ['{', '}'],
                    entries.iter().map(|(key, value)| (Some(&**key), value)),
                    depth,
                )?;
            }
            Value::Object(object) => {
                if let Some(text) = object.json_text() {
                    self.string(text.as_bytes());
                } else {
                    let fields = object.fields();
                    self.collection(
                        ['{', '}'],
                        fields
                            .iter()
                            .map(|(name, value)| (Some(name.as_bytes()), value)),
                        depth,
                    )?;
                }
            }
        }
        Ok(())
    }

    fn collection<'v>(
        &mut self,
        [open, close]: [char; 2],
        items: impl Iterator<Item = (Option<&'v [u8]>, &'v Value)>,
        depth: usize,
    ) -> Result<(), EncodeError> {
        self.output.push(open);
        let mut is_empty = true;
        for (key, value) in items {
            if !is_empty {
                self.output.push(',');
            }
            is_empty = false;
            self.line_break(depth + 1);
            if let Some(key) = key {
                self.string(key);
                self.output
                    .push_str(if self.is_pretty { ": " } else { ":" });
            }
            self.value(value, depth + 1)?;
        }
        if !is_empty {
            self.line_break(depth);
        }
        self.output.push(close);
        Ok(())
    }

    fn line_break(&mut self, depth: usize) {
        if self.is_pretty {
            self.output.push('\n');
            self.output.extend(std::iter::repeat_n("  ", depth));
        }
    }

    fn float(&mut self, number: f64) -> Result<(), EncodeError> {
        if !number.is_finite() {
            return Err(EncodeError::Number(number));
        }
        let magnitude = number.abs();
        if magnitude == 0.0 || (EXPONENT_BELOW..EXPONENT_FROM).contains(&magnitude) {
            self.output
                .push_str(&strconv::format_float(number, 'f', None, 64));
            return Ok(());
        }
        let text = strconv::format_float(number, 'e', None, 64);
        // Go writes `1e-7` and not `1e-07`.
        match text.split_once("e-0") {
            Some((mantissa, digit)) => self.output.extend([mantissa, "e-", digit]),
            None => self.output.push_str(&text),
        }
        Ok(())
    }

    fn string(&mut self, text: &[u8]) {
        self.output.push('"');
        for chunk in text.utf8_chunks() {
            self.characters(chunk.valid());
            for _ in chunk.invalid() {
                self.escape(char::REPLACEMENT_CHARACTER);
            }
        }
        self.output.push('"');
    }

    fn characters(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '"' => self.output.push_str("\\\""),
                '\\' => self.output.push_str("\\\\"),
                '\n' => self.output.push_str("\\n"),
                '\r' => self.output.push_str("\\r"),
                '\t' => self.output.push_str("\\t"),
                '\x08' => self.output.push_str("\\b"),
                '\x0c' => self.output.push_str("\\f"),
                '<' | '>' | '&' if self.escaping == Escaping::Html => self.escape(character),
                '\u{2028}' | '\u{2029}' => self.escape(character),
                c if c < ' ' => self.escape(c),
                c => self.output.push(c),
            }
        }
    }

    fn escape(&mut self, character: char) {
        self.output.push_str("\\u");
        let point = u32::from(character);
        let nibbles = [12, 8, 4, 0].map(|place| point >> place & 0xf);
        self.output.extend(
            nibbles
                .into_iter()
                .filter_map(|nibble| char::from_digit(nibble, 16)),
        );
    }
}
