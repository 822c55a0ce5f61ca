//! A place in the text, moved character by character or line by line.

use crate::Position;

/// A place in the text, counted from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    /// Characters before it.
    pub(super) index: usize,
    pub(super) line: u32,
    /// Characters before it in its line.
    pub(super) column: u32,
}

impl Mark {
    pub(super) fn position(self) -> Position {
        Position {
            line: self.line + 1,
            column: self.column + 1,
        }
    }
}

/// The text and the place where the scanner stands. NUL stands for the end: the input holds none.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    pub(super) offset: usize,
    pub(super) mark: Mark,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            offset: 0,
            mark: Mark::default(),
        }
    }

    /// The byte at a distance from here.
    pub(super) fn peek(&self, distance: usize) -> u8 {
        self.text
            .as_bytes()
            .get(self.offset + distance)
            .copied()
            .unwrap_or(0)
    }

    pub(super) fn is_end(&self) -> bool {
        self.offset >= self.text.len()
    }

    /// Bytes from here to the end.
    pub(super) fn remaining(&self) -> usize {
        self.text.len() - self.offset
    }

    /// What is between an offset and here.
    pub(super) fn since(&self, offset: usize) -> &'a str {
        &self.text[offset..self.offset]
    }

    /// The text between two offsets.
    pub(super) fn slice(&self, start: usize, end: usize) -> &'a str {
        &self.text[start..end]
    }

    pub(super) fn is_blank(&self, distance: usize) -> bool {
        matches!(self.peek(distance), b' ' | b'\t')
    }

    pub(super) fn is_break(&self, distance: usize) -> bool {
        self.break_length(distance) > 0
    }

    pub(super) fn is_break_or_end(&self, distance: usize) -> bool {
        self.peek(distance) == 0 || self.is_break(distance)
    }

    pub(super) fn is_blank_or_end(&self, distance: usize) -> bool {
        self.is_blank(distance) || self.is_break_or_end(distance)
    }

    /// Bytes of the line break at a distance: CR, LF, CRLF, NEL, LS or PS; 0 if there is none.
    fn break_length(&self, distance: usize) -> usize {
        match self.peek(distance) {
            b'\n' => 1,
            b'\r' => 1 + usize::from(self.peek(distance + 1) == b'\n'),
            0xC2 if self.peek(distance + 1) == 0x85 => 2,
            0xE2 if self.peek(distance + 1) == 0x80
                && matches!(self.peek(distance + 2), 0xA8 | 0xA9) =>
            {
                3
            }
            _ => 0,
        }
    }

    /// Steps over one character that is no line break.
    pub(super) fn skip(&mut self) {
        self.offset += match self.peek(0) {
            0..=0x7F => 1,
            0x80..=0xDF => 2,
            0xE0..=0xEF => 3,
            _ => 4,
        };
        self.mark.index += 1;
        self.mark.column += 1;
    }

    /// Steps over several ASCII characters that are no line breaks.
    pub(super) fn skip_ascii(&mut self, count: usize) {
        self.offset += count;
        self.mark.index += count;
        // A text has fewer bytes than `u32` counts: the limit on its length is far below.
        self.mark.column += u32::try_from(count).unwrap_or(u32::MAX);
    }

    /// Steps over the ASCII characters of a set from here on, and says whether there were any.
    pub(super) fn skip_ascii_while(&mut self, is_in_set: impl Fn(u8) -> bool) -> bool {
        let rest = &self.text.as_bytes()[self.offset..];
        let count = rest
            .iter()
            .position(|&byte| !is_in_set(byte))
            .unwrap_or(rest.len());
        self.skip_ascii(count);
        count > 0
    }

    /// Steps over spaces and tabs.
    pub(super) fn skip_blanks(&mut self) {
        self.skip_ascii_while(|byte| matches!(byte, b' ' | b'\t'));
    }

    /// Steps to the end of the line.
    pub(super) fn skip_to_break(&mut self) {
        loop {
            self.skip_ascii_while(|byte| matches!(byte, b' '..=b'~' | b'\t'));
            if self.is_break_or_end(0) {
                return;
            }
            self.skip();
        }
    }

    /// Steps over the line break here, if there is one, and says what it means: LS and PS stay, others are `\n`.
    pub(super) fn skip_break(&mut self) -> &'static str {
        let normal = match (self.peek(0), self.peek(2)) {
            (0xE2, 0xA8) => "\u{2028}",
            (0xE2, 0xA9) => "\u{2029}",
            _ => "\n",
        };
        let length = self.break_length(0);
        if length == 0 {
            return "";
        }
        self.mark.index += self.text[self.offset..self.offset + length].chars().count();
        self.offset += length;
        self.mark.column = 0;
        self.mark.line += 1;
        normal
    }

    /// Steps over a byte order mark.
    pub(super) fn skip_byte_order_mark(&mut self) {
        if self.text[self.offset..].starts_with('\u{FEFF}') {
            self.skip();
        }
    }

    /// Whether `---` or `...` stands here alone at the start of a line.
    pub(super) fn is_document_indicator(&self) -> bool {
        self.mark.column == 0
            && matches!(
                (self.peek(0), self.peek(1), self.peek(2)),
                (b'-', b'-', b'-') | (b'.', b'.', b'.')
            )
            && self.is_blank_or_end(3)
    }
}

/// Whether a byte may be in an anchor, a tag handle or the name of a directive.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}
