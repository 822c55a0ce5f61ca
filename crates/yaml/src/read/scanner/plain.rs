//! Plain scalars: text without quotes, over one line or several.

use std::borrow::Cow;

use super::Scanner;
use crate::Style;
use crate::read::ReadError;
use crate::read::cursor::Mark;
use crate::read::token::TokenKind;

/// The blanks between two words of a scalar: spaces within a line, or line breaks that fold.
#[derive(Debug, Default)]
pub(super) struct Gap<'a> {
    pub(super) spaces: &'a str,
    /// The first line break; empty while there was none.
    pub(super) first_break: &'static str,
    pub(super) further_breaks: String,
}

impl Gap<'_> {
    pub(super) fn is_folded(&self) -> bool {
        !self.first_break.is_empty()
    }

    /// What the gap becomes in the value: one line break folds to a space, further ones stay.
    pub(super) fn write(&self, text: &mut String) {
        if !self.is_folded() {
            text.push_str(self.spaces);
        } else if self.first_break != "\n" {
            text.push_str(self.first_break);
            text.push_str(&self.further_breaks);
        } else if self.further_breaks.is_empty() {
            text.push(' ');
        } else {
            text.push_str(&self.further_breaks);
        }
    }

    pub(super) fn push_break(&mut self, line_break: &'static str) {
        if self.is_folded() {
            self.further_breaks.push_str(line_break);
        } else {
            self.first_break = line_break;
        }
    }
}

impl<'a> Scanner<'a> {
    pub(super) fn fetch_plain_scalar(&mut self) -> Result<(), ReadError> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.cursor.mark;
        let begin = self.cursor.offset;
        let mut end = begin;
        let mut folded: Option<String> = None;
        let mut gap = Gap::default();
        while !self.cursor.is_document_indicator() && self.cursor.peek(0) != b'#' {
            let run = self.cursor.offset;
            self.skip_plain_run();
            if self.cursor.offset > run {
                if gap.is_folded() && folded.is_none() {
                    folded = Some(self.cursor.slice(begin, end).to_owned());
                }
                if let Some(text) = &mut folded {
                    gap.write(text);
                    text.push_str(self.cursor.since(run));
                }
                gap = Gap::default();
                end = self.cursor.offset;
            }
            if !self.cursor.is_blank(0) && !self.cursor.is_break(0) {
                break;
            }
            self.scan_plain_gap(&mut gap, start)?;
            if !self.is_flow() && self.column() <= self.indent {
                break;
            }
        }
        // After a line break a key may begin again.
        if gap.is_folded() {
            self.simple_key_allowed = true;
        }
        let text = folded.map_or_else(|| Cow::Borrowed(self.cursor.slice(begin, end)), Cow::Owned);
        self.push(
            TokenKind::Scalar {
                text,
                style: Style::Plain,
            },
            start,
        );
        Ok(())
    }

    /// Steps over characters that belong to the scalar, up to a blank or an indicator that ends it.
    fn skip_plain_run(&mut self) {
        let is_flow = self.is_flow();
        loop {
            self.cursor.skip_ascii_while(is_plain_inside);
            match self.cursor.peek(0) {
                b':' if self.cursor.is_blank_or_end(1) => return,
                b',' | b'?' | b'[' | b']' | b'{' | b'}' if is_flow => return,
                b' ' | b'\t' | b'\n' | b'\r' | 0 => return,
                0xC2 | 0xE2 if self.cursor.is_break(0) => return,
                _ => self.cursor.skip(),
            }
        }
    }

    fn scan_plain_gap(&mut self, gap: &mut Gap<'a>, start: Mark) -> Result<(), ReadError> {
        let blanks = self.cursor.offset;
        loop {
            if self.cursor.is_blank(0) {
                if gap.is_folded() && self.column() <= self.indent && self.cursor.peek(0) == b'\t' {
                    return self.error(start, "found a tab character that violates indentation");
                }
                self.cursor.skip();
                if !gap.is_folded() {
                    gap.spaces = self.cursor.since(blanks);
                }
            } else if self.cursor.is_break(0) {
                gap.push_break(self.cursor.skip_break());
            } else {
                return Ok(());
            }
        }
    }
}

/// Whether a character belongs to a plain scalar wherever it stands inside it.
fn is_plain_inside(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~') && !matches!(byte, b':' | b',' | b'?' | b'[' | b']' | b'{' | b'}')
}
