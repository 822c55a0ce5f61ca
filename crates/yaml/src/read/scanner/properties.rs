//! Anchors, aliases, tags and directives.

use super::Scanner;
use crate::read::ReadError;
use crate::read::cursor::{Mark, is_word};
use crate::read::token::TokenKind;

impl<'a> Scanner<'a> {
    pub(super) fn fetch_anchor(&mut self) -> Result<(), ReadError> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.cursor.mark;
        let is_anchor = self.cursor.peek(0) == b'&';
        self.cursor.skip();
        let name = self.scan_word();
        let ends = self.cursor.is_blank_or_end(0)
            || matches!(
                self.cursor.peek(0),
                b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`'
            );
        if name.is_empty() || !ends {
            return self.error(
                start,
                "did not find expected alphabetic or numeric character",
            );
        }
        self.push(
            if is_anchor {
                TokenKind::Anchor(name)
            } else {
                TokenKind::Alias(name)
            },
            start,
        );
        Ok(())
    }

    pub(super) fn fetch_tag(&mut self) -> Result<(), ReadError> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.cursor.mark;
        let (handle, suffix) = if self.cursor.peek(1) == b'<' {
            self.cursor.skip_ascii(2);
            let suffix = self.scan_uri("", start)?;
            if self.cursor.peek(0) != b'>' {
                return self.error(start, "did not find the expected '>'");
            }
            self.cursor.skip();
            ("", suffix)
        } else {
            let word = self.scan_tag_handle(start, false)?;
            if word.len() > 1 && word.ends_with('!') {
                (word, self.scan_uri("", start)?)
            } else {
                match self.scan_uri(word, start)? {
                    suffix if suffix.is_empty() => ("", "!".to_owned()),
                    suffix => ("!", suffix),
                }
            }
        };
        if !self.cursor.is_blank_or_end(0) {
            return self.error(start, "did not find expected whitespace or line break");
        }
        self.push(TokenKind::Tag { handle, suffix }, start);
        Ok(())
    }

    pub(super) fn fetch_directive(&mut self) -> Result<(), ReadError> {
        self.unroll_indent(-1);
        self.forget_simple_key(self.innermost())?;
        self.simple_key_allowed = false;
        let start = self.cursor.mark;
        self.cursor.skip();
        let name = self.scan_word();
        if name.is_empty() {
            return self.error(start, "could not find expected directive name");
        }
        if !self.cursor.is_blank_or_end(0) {
            return self.error(start, "found unexpected non-alphabetical character");
        }
        let kind = match name {
            "YAML" => self.scan_version(start)?,
            "TAG" => self.scan_tag_directive(start)?,
            _ => return self.error(start, "found unknown directive name"),
        };
        self.cursor.skip_blanks();
        if self.cursor.peek(0) == b'#' {
            self.cursor.skip_to_break();
        }
        if !self.cursor.is_break_or_end(0) {
            return self.error(start, "did not find expected comment or line break");
        }
        self.cursor.skip_break();
        self.push(kind, start);
        Ok(())
    }

    fn scan_word(&mut self) -> &'a str {
        let begin = self.cursor.offset;
        while is_word(self.cursor.peek(0)) {
            self.cursor.skip();
        }
        self.cursor.since(begin)
    }

    fn scan_version(&mut self, start: Mark) -> Result<TokenKind<'a>, ReadError> {
        self.cursor.skip_blanks();
        let major = self.scan_version_number(start)?;
        if self.cursor.peek(0) != b'.' {
            return self.error(start, "did not find expected digit or '.' character");
        }
        self.cursor.skip();
        let minor = self.scan_version_number(start)?;
        Ok(TokenKind::VersionDirective { major, minor })
    }

    fn scan_version_number(&mut self, start: Mark) -> Result<u8, ReadError> {
        let begin = self.cursor.offset;
        while self.cursor.peek(0).is_ascii_digit() {
            self.cursor.skip();
        }
        match self.cursor.since(begin) {
            "" => self.error(start, "did not find expected version number"),
            // Two digits are all that libyaml reads of a version.
            digits if digits.len() > 2 => self.error(start, "found extremely long version number"),
            digits => Ok(digits
                .bytes()
                .fold(0, |number, digit| number * 10 + (digit - b'0'))),
        }
    }

    fn scan_tag_directive(&mut self, start: Mark) -> Result<TokenKind<'a>, ReadError> {
        self.cursor.skip_blanks();
        let handle = self.scan_tag_handle(start, true)?;
        if !self.cursor.is_blank(0) {
            return self.error(start, "did not find expected whitespace");
        }
        self.cursor.skip_blanks();
        let prefix = self.scan_uri("", start)?;
        if !self.cursor.is_blank_or_end(0) {
            return self.error(start, "did not find expected whitespace or line break");
        }
        Ok(TokenKind::TagDirective { handle, prefix })
    }

    /// `!`, `!word` or `!word!`; a directive allows no `!word`.
    fn scan_tag_handle(&mut self, start: Mark, is_directive: bool) -> Result<&'a str, ReadError> {
        let begin = self.cursor.offset;
        if self.cursor.peek(0) != b'!' {
            return self.error(start, "did not find expected '!'");
        }
        self.cursor.skip();
        self.scan_word();
        if self.cursor.peek(0) == b'!' {
            self.cursor.skip();
        } else if is_directive && self.cursor.since(begin) != "!" {
            return self.error(start, "did not find expected '!'");
        }
        Ok(self.cursor.since(begin))
    }

    /// The characters of a URI after a head that was scanned as a handle and is none.
    fn scan_uri(&mut self, head: &str, start: Mark) -> Result<String, ReadError> {
        let mut uri: Vec<u8> = head.bytes().skip(1).collect();
        let mut is_present = !head.is_empty();
        loop {
            match self.cursor.peek(0) {
                b'%' => self.scan_uri_escape(&mut uri, start)?,
                byte if is_uri_byte(byte) => {
                    uri.push(byte);
                    self.cursor.skip();
                }
                _ => break,
            }
            is_present = true;
        }
        if !is_present {
            return self.error(start, "did not find expected tag URI");
        }
        match String::from_utf8(uri) {
            Ok(uri) => Ok(uri),
            Err(_) => self.error(start, "found an incorrect trailing UTF-8 octet"),
        }
    }

    /// One octet as `%XX`.
    fn scan_uri_escape(&mut self, uri: &mut Vec<u8>, start: Mark) -> Result<(), ReadError> {
        let digit = |distance| char::from(self.cursor.peek(distance)).to_digit(16);
        let octet = digit(1)
            .zip(digit(2))
            .and_then(|(high, low)| u8::try_from(high << 4 | low).ok());
        let Some(octet) = octet else {
            return self.error(start, "did not find URI escaped octet");
        };
        uri.push(octet);
        self.cursor.skip_ascii(3);
        Ok(())
    }
}

fn is_uri_byte(byte: u8) -> bool {
    is_word(byte)
        || matches!(
            byte,
            b';' | b'/'
                | b'?'
                | b':'
                | b'@'
                | b'&'
                | b'='
                | b'+'
                | b'$'
                | b','
                | b'.'
                | b'!'
                | b'~'
                | b'*'
                | b'\''
                | b'('
                | b')'
                | b'['
                | b']'
        )
}
