//! Quoted scalars and their escapes.

use std::borrow::Cow;

use super::Scanner;
use super::plain::Gap;
use crate::Style;
use crate::read::ReadError;
use crate::read::cursor::Mark;
use crate::read::token::TokenKind;

impl<'a> Scanner<'a> {
    pub(super) fn fetch_quoted_scalar(&mut self) -> Result<(), ReadError> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.cursor.mark;
        let quote = self.cursor.peek(0);
        self.cursor.skip();
        let style = if quote == b'"' {
            Style::DoubleQuoted
        } else {
            Style::SingleQuoted
        };
        let text = match self.scan_unescaped(quote) {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(self.scan_quoted_text(quote, start)?),
        };
        self.cursor.skip();
        self.push(TokenKind::Scalar { text, style }, start);
        Ok(())
    }

    /// The whole text if it is one line of ASCII without escapes, which most are; else nothing is consumed.
    fn scan_unescaped(&mut self, quote: u8) -> Option<&'a str> {
        let begin = self.cursor.offset;
        let length = (0..self.cursor.remaining()).find(|&distance| {
            let byte = self.cursor.peek(distance);
            byte == quote || byte == b'\\' || !matches!(byte, b' '..=b'~')
        })?;
        let is_escaped_quote = quote == b'\'' && self.cursor.peek(length + 1) == quote;
        if self.cursor.peek(length) != quote
            || is_escaped_quote
            || self.cursor.is_document_indicator()
        {
            return None;
        }
        self.cursor.skip_ascii(length);
        Some(self.cursor.since(begin))
    }

    fn scan_quoted_text(&mut self, quote: u8, start: Mark) -> Result<String, ReadError> {
        let mut text = String::new();
        loop {
            if self.cursor.is_document_indicator() {
                return self.error(start, "found unexpected document indicator");
            }
            if self.cursor.is_end() {
                return self.error(start, "found unexpected end of stream");
            }
            let is_continued = self.scan_quoted_run(quote, start, &mut text)?;
            if self.cursor.peek(0) == quote {
                return Ok(text);
            }
            let gap = self.scan_quoted_gap(is_continued);
            if is_continued {
                // The escaped line break stands for the first; those after it stay.
                text.push_str(gap.first_break);
                text.push_str(&gap.further_breaks);
            } else {
                gap.write(&mut text);
            }
        }
    }

    /// Characters up to a blank, a line break or the closing quote; whether an escaped line break ended them.
    fn scan_quoted_run(
        &mut self,
        quote: u8,
        start: Mark,
        text: &mut String,
    ) -> Result<bool, ReadError> {
        while !self.cursor.is_blank_or_end(0) {
            let byte = self.cursor.peek(0);
            if byte == b'\'' && quote == byte && self.cursor.peek(1) == quote {
                text.push('\'');
                self.cursor.skip_ascii(2);
            } else if byte == quote {
                break;
            } else if byte == b'\\' && quote == b'"' {
                if self.cursor.is_break(1) {
                    self.cursor.skip();
                    self.cursor.skip_break();
                    return Ok(true);
                }
                self.scan_escape(start, text)?;
            } else {
                let begin = self.cursor.offset;
                if !self.cursor.skip_ascii_while(is_quoted_inside) {
                    self.cursor.skip();
                }
                text.push_str(self.cursor.since(begin));
            }
        }
        Ok(false)
    }

    /// Blanks and line breaks. After a line break, even an escaped one, blanks are dropped.
    fn scan_quoted_gap(&mut self, is_continued: bool) -> Gap<'a> {
        let mut gap = Gap::default();
        let blanks = self.cursor.offset;
        loop {
            if self.cursor.is_blank(0) {
                self.cursor.skip();
                if !gap.is_folded() && !is_continued {
                    gap.spaces = self.cursor.since(blanks);
                }
            } else if self.cursor.is_break(0) {
                gap.push_break(self.cursor.skip_break());
            } else {
                return gap;
            }
        }
    }

    fn scan_escape(&mut self, start: Mark, text: &mut String) -> Result<(), ReadError> {
        let digits = match self.cursor.peek(1) {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            other => {
                let Some(char) = simple_escape(other) else {
                    return self.error(start, "found unknown escape character");
                };
                text.push(char);
                self.cursor.skip_ascii(2);
                return Ok(());
            }
        };
        self.cursor.skip_ascii(2);
        let mut code: u32 = 0;
        for distance in 0..digits {
            let Some(digit) = char::from(self.cursor.peek(distance)).to_digit(16) else {
                return self.error(start, "did not find expected hexdecimal number");
            };
            code = code << 4 | digit;
        }
        let Some(char) = char::from_u32(code) else {
            return self.error(start, "found invalid Unicode character escape code");
        };
        text.push(char);
        self.cursor.skip_ascii(digits);
        Ok(())
    }
}

/// Whether a character stands for itself in either kind of quotes.
fn is_quoted_inside(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~') && !matches!(byte, b'"' | b'\'' | b'\\')
}

/// The character of an escape of one letter. `\/` is not among them: YAML 1.1 has no such escape.
fn simple_escape(letter: u8) -> Option<char> {
    Some(match letter {
        b'0' => '\0',
        b'a' => '\x07',
        b'b' => '\x08',
        b't' | b'\t' => '\t',
        b'n' => '\n',
        b'v' => '\x0B',
        b'f' => '\x0C',
        b'r' => '\r',
        b'e' => '\x1B',
        b' ' => ' ',
        b'"' => '"',
        b'\'' => '\'',
        b'\\' => '\\',
        b'N' => '\u{85}',
        b'_' => '\u{A0}',
        b'L' => '\u{2028}',
        b'P' => '\u{2029}',
        _ => return None,
    })
}
