//! Block scalars: `|` and `>`.

use std::borrow::Cow;

use super::Scanner;
use crate::Style;
use crate::read::ReadError;
use crate::read::cursor::Mark;
use crate::read::token::TokenKind;

/// What becomes of the line breaks at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chomping {
    /// `-`: none stays.
    Strip,
    /// One stays.
    Clip,
    /// `+`: all stay.
    Keep,
}

impl Scanner<'_> {
    pub(super) fn fetch_block_scalar(&mut self) -> Result<(), ReadError> {
        self.forget_simple_key(self.innermost())?;
        self.simple_key_allowed = true;
        let start = self.cursor.mark;
        let style = if self.cursor.peek(0) == b'|' {
            Style::Literal
        } else {
            Style::Folded
        };
        self.cursor.skip();
        let (chomping, increment) = self.scan_block_header(start)?;
        let mut indent = increment.map(|increment| self.indent.max(0) + increment);
        let mut text = String::new();
        let mut first_break = "";
        let mut further_breaks = String::new();
        let mut content = self.scan_block_breaks(&mut indent, &mut further_breaks, start)?;
        let mut was_blank = false;
        while self.column() == content && !self.cursor.is_end() {
            let is_blank = self.cursor.is_blank(0);
            if style == Style::Folded && !was_blank && !is_blank && first_break == "\n" {
                if further_breaks.is_empty() {
                    text.push(' ');
                }
            } else {
                text.push_str(first_break);
            }
            text.push_str(&further_breaks);
            further_breaks.clear();
            was_blank = is_blank;
            let line = self.cursor.offset;
            self.cursor.skip_to_break();
            text.push_str(self.cursor.since(line));
            first_break = self.cursor.skip_break();
            content = self.scan_block_breaks(&mut indent, &mut further_breaks, start)?;
        }
        if chomping != Chomping::Strip {
            text.push_str(first_break);
        }
        if chomping == Chomping::Keep {
            text.push_str(&further_breaks);
        }
        self.push(
            TokenKind::Scalar {
                text: Cow::Owned(text),
                style,
            },
            start,
        );
        Ok(())
    }

    /// Indicators, comment and line break after `|` or `>`.
    fn scan_block_header(&mut self, start: Mark) -> Result<(Chomping, Option<i64>), ReadError> {
        let mut chomping = self.scan_chomping();
        let mut increment = None;
        if self.cursor.peek(0).is_ascii_digit() {
            if self.cursor.peek(0) == b'0' {
                return self.error(start, "found an indentation indicator equal to 0");
            }
            increment = Some(i64::from(self.cursor.peek(0) - b'0'));
            self.cursor.skip();
            if chomping.is_none() {
                chomping = self.scan_chomping();
            }
        }
        self.cursor.skip_blanks();
        if self.cursor.peek(0) == b'#' {
            self.cursor.skip_to_break();
        }
        if !self.cursor.is_break_or_end(0) {
            return self.error(start, "did not find expected comment or line break");
        }
        self.cursor.skip_break();
        Ok((chomping.unwrap_or(Chomping::Clip), increment))
    }

    fn scan_chomping(&mut self) -> Option<Chomping> {
        let chomping = match self.cursor.peek(0) {
            b'+' => Chomping::Keep,
            b'-' => Chomping::Strip,
            _ => return None,
        };
        self.cursor.skip();
        Some(chomping)
    }

    /// Indentation and empty lines before the next line of content; the column where content is.
    ///
    /// The first time, without an indentation indicator, the most indented of these lines tells the column.
    fn scan_block_breaks(
        &mut self,
        indent: &mut Option<i64>,
        breaks: &mut String,
        start: Mark,
    ) -> Result<i64, ReadError> {
        let mut deepest = 0;
        loop {
            let is_indentation = |column: i64| indent.is_none_or(|indent| column < indent);
            while is_indentation(self.column()) && self.cursor.peek(0) == b' ' {
                self.cursor.skip();
            }
            deepest = deepest.max(self.column());
            if is_indentation(self.column()) && self.cursor.peek(0) == b'\t' {
                return self.error(
                    start,
                    "found a tab character where an indentation space is expected",
                );
            }
            if !self.cursor.is_break(0) {
                break;
            }
            breaks.push_str(self.cursor.skip_break());
        }
        Ok(*indent.get_or_insert(deepest.max(self.indent + 1).max(1)))
    }
}
