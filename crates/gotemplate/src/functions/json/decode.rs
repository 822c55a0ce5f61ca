//! Reading JSON, with the texts of Go's complaints.

use rheostat_gocompat::strconv;
use thiserror::Error;

use super::MAX_DEPTH;
use crate::value::{Map, Value};

/// Why a text is not JSON, in Go's words.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum DecodeError {
    #[error("unexpected end of JSON input")]
    End,
    #[error("invalid character {} {context}", quoted(*.byte))]
    Character { byte: u8, context: String },
    #[error("exceeded max depth")]
    TooDeep,
    #[error("json: cannot unmarshal number {0} into Go value of type float64")]
    Number(String),
}

/// A byte as Go quotes it.
fn quoted(byte: u8) -> String {
    match byte {
        b'\'' => r"'\''".to_owned(),
        b'"' => "'\"'".to_owned(),
        other => strconv::quote_rune(i64::from(other)),
    }
}

/// Reads one value; nothing but white space may follow.
pub(crate) fn decode(text: &[u8]) -> Result<Value, DecodeError> {
    let mut reader = Reader { text, position: 0 };
    let value = reader.value(0)?;
    reader.skip_space();
    match reader.peek() {
        None => Ok(value),
        Some(byte) => refuse(byte, "after top-level value"),
    }
}

fn refuse<T>(byte: u8, context: impl Into<String>) -> Result<T, DecodeError> {
    Err(DecodeError::Character {
        byte,
        context: context.into(),
    })
}

struct Reader<'t> {
    text: &'t [u8],
    position: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.position).copied()
    }

    fn next(&mut self) -> Result<u8, DecodeError> {
        let byte = self.peek().ok_or(DecodeError::End)?;
        self.position += 1;
        Ok(byte)
    }

    /// The next byte of something that may not end here. Go feeds its scanner a space at the end of the text.
    fn next_of_token(&mut self) -> u8 {
        let byte = self.peek().unwrap_or(b' ');
        self.position += 1;
        byte
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.position += 1;
        }
    }

    fn next_non_space(&mut self) -> Result<u8, DecodeError> {
        self.skip_space();
        self.next()
    }

    fn value(&mut self, depth: usize) -> Result<Value, DecodeError> {
        if depth > MAX_DEPTH {
            return Err(DecodeError::TooDeep);
        }
        match self.next_non_space()? {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => Ok(Value::from(self.string()?)),
            b't' => self.literal("true", Value::Bool(true)),
            b'f' => self.literal("false", Value::Bool(false)),
            b'n' => self.literal("null", Value::Nil),
            byte @ (b'-' | b'0'..=b'9') => self.number(byte),
            byte => refuse(byte, "looking for beginning of value"),
        }
    }

    fn literal(&mut self, word: &str, value: Value) -> Result<Value, DecodeError> {
        for expected in word.bytes().skip(1) {
            let byte = self.next_of_token();
            if byte != expected {
                return refuse(
                    byte,
                    format!("in literal {word} (expecting {})", quoted(expected)),
                );
            }
        }
        Ok(value)
    }

    fn array(&mut self, depth: usize) -> Result<Value, DecodeError> {
        let mut items = Vec::new();
        self.skip_space();
        if self.peek() == Some(b']') {
            self.position += 1;
            return Ok(Value::list(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            match self.next_non_space()? {
                b',' => {}
                b']' => return Ok(Value::list(items)),
                byte => return refuse(byte, "after array element"),
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, DecodeError> {
        let map = Map::new();
        let mut first = self.next_non_space()?;
        if first == b'}' {
            return Ok(Value::from(map));
        }
        loop {
            if first != b'"' {
                return refuse(first, "looking for beginning of object key string");
            }
            let key = self.string()?;
            match self.next_non_space()? {
                b':' => {}
                byte => return refuse(byte, "after object key"),
            }
            map.insert(key, self.value(depth + 1)?);
            match self.next_non_space()? {
                b',' => first = self.next_non_space()?,
                b'}' => return Ok(Value::from(map)),
                byte => return refuse(byte, "after object key:value pair"),
            }
        }
    }

    /// The rest of a string behind its quote.
    fn string(&mut self) -> Result<String, DecodeError> {
        let mut output = Vec::new();
        loop {
            match self.next()? {
                b'"' => return Ok(String::from_utf8_lossy(&output).into_owned()),
                b'\\' => {
                    let character = self.escape()?;
                    output.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                }
                byte if byte < b' ' => return refuse(byte, "in string literal"),
                byte => output.push(byte),
            }
        }
    }

    fn escape(&mut self) -> Result<char, DecodeError> {
        Ok(match self.next_of_token() {
            byte @ (b'"' | b'\\' | b'/') => char::from(byte),
            b'b' => '\x08',
            b'f' => '\x0c',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => self.code_unit()?,
            byte => return refuse(byte, "in string escape code"),
        })
    }

    /// `\uXXXX`, and a second one where the first is half of a pair; a half alone is replaced.
    fn code_unit(&mut self) -> Result<char, DecodeError> {
        let high = self.four_digits()?;
        if let Some(character) = char::from_u32(high) {
            return Ok(character);
        }
        let start = self.position;
        if self.text[start..].starts_with(b"\\u") {
            self.position += 2;
            let low = self.four_digits()?;
            if (0xd800..0xdc00).contains(&high) && (0xdc00..0xe000).contains(&low) {
                let point = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.position = start;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn four_digits(&mut self) -> Result<u32, DecodeError> {
        let mut value = 0;
        for _ in 0..4 {
            let byte = self.next_of_token();
            match char::from(byte).to_digit(16) {
                Some(digit) => value = value << 4 | digit,
                None => return refuse(byte, r"in \u hexadecimal character escape"),
            }
        }
        Ok(value)
    }

    fn digits(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.position += 1;
        }
    }

    fn number(&mut self, first: u8) -> Result<Value, DecodeError> {
        let start = self.position - 1;
        let leading = if first == b'-' {
            self.next_of_token()
        } else {
            first
        };
        match leading {
            b'0' => {}
            b'1'..=b'9' => self.digits(),
            byte => return refuse(byte, "in numeric literal"),
        }
        if self.peek() == Some(b'.') {
            self.position += 1;
            match self.next_of_token() {
                b'0'..=b'9' => self.digits(),
                byte => return refuse(byte, "after decimal point in numeric literal"),
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.position += 1;
            let sign = self.next_of_token();
            let digit = if matches!(sign, b'+' | b'-') {
                self.next_of_token()
            } else {
                sign
            };
            match digit {
                b'0'..=b'9' => self.digits(),
                byte => return refuse(byte, "in exponent of numeric literal"),
            }
        }
        let text = String::from_utf8_lossy(&self.text[start..self.position]);
        strconv::parse_float(&text)
            .map(Value::Float)
            .map_err(|_| DecodeError::Number(text.into_owned()))
    }
}
