//! The lowest layer of both emitters: columns, indentation, and how each style of scalar is written.

use std::str::Chars;

use super::analysis::{is_break, is_printable};

/// Text in the making, with what libyaml's emitter remembers of the current line.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    pub(super) text: &'a mut String,
    /// Characters in the current line.
    pub(super) column: usize,
    /// Columns of indentation of the current collection, -1 at the root.
    pub(super) indent: i64,
    /// The last character was a blank or nothing.
    pub(super) whitespace: bool,
    /// The line holds only indentation and `-`, `?` or `:`.
    pub(super) indention: bool,
    /// Columns after which text is folded at the next space.
    pub(super) width: usize,
}

impl<'a> Writer<'a> {
    pub(super) fn new(text: &'a mut String, width: usize) -> Self {
        Self {
            text,
            column: 0,
            indent: -1,
            whitespace: true,
            indention: true,
            width,
        }
    }

    fn put(&mut self, char: char) {
        self.text.push(char);
        self.column += 1;
    }

    fn put_str(&mut self, text: &str) {
        self.text.push_str(text);
        self.column += if text.is_ascii() {
            text.len()
        } else {
            text.chars().count()
        };
    }

    pub(super) fn put_break(&mut self) {
        self.text.push('\n');
        self.column = 0;
        self.indention = true;
    }

    fn write_break(&mut self, char: char) {
        self.text.push(char);
        self.column = 0;
        self.indention = true;
    }

    /// Goes to the column of the current indentation, on a new line if need be.
    pub(super) fn write_indent(&mut self) {
        let indent = usize::try_from(self.indent).unwrap_or(0);
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.put_break();
        }
        while self.column < indent {
            self.put(' ');
        }
        self.whitespace = true;
        self.indention = true;
    }

    /// An indicator that a space sets off from what is before it.
    pub(super) fn write_spaced_indicator(&mut self, indicator: &str, keeps_indention: bool) {
        if !self.whitespace {
            self.put(' ');
        }
        self.write_indicator(indicator);
        self.indention = self.indention_before(keeps_indention);
    }

    /// An indicator that follows directly.
    pub(super) fn write_indicator(&mut self, indicator: &str) {
        self.put_str(indicator);
        self.whitespace = false;
    }

    fn indention_before(&self, keeps: bool) -> bool {
        self.indention && keeps
    }

    /// Text without quotes and without line breaks.
    pub(super) fn write_plain(&mut self, text: &str, may_fold: bool) {
        if !text.is_empty() && !self.whitespace {
            self.put(' ');
        }
        let fits = !may_fold || self.column + text.len() <= self.width;
        if fits {
            self.put_str(text);
        } else {
            self.write_folding(text, may_fold, Quote::None);
        }
        if !text.is_empty() {
            self.whitespace = false;
        }
        self.indention = false;
    }

    pub(super) fn write_single_quoted(&mut self, text: &str, may_fold: bool) {
        self.write_spaced_indicator("'", false);
        self.write_folding(text, may_fold, Quote::Single);
        self.write_indicator("'");
        self.indention = false;
    }

    /// Text that is folded at single spaces beyond the width; its own line breaks are doubled.
    fn write_folding(&mut self, text: &str, may_fold: bool, quote: Quote) {
        let mut after_space = false;
        let mut after_break = false;
        let mut chars = text.chars();
        let mut is_first = true;
        while let Some(char) = chars.next() {
            if char == ' ' {
                let next = chars.clone().next();
                let is_inside = quote == Quote::None || (!is_first && next.is_some());
                let is_foldable = may_fold && !after_space && is_inside && next != Some(' ');
                if is_foldable && self.column > self.width {
                    self.write_indent();
                } else {
                    self.put(char);
                }
                after_space = true;
            } else if is_break(char) {
                if !after_break && char == '\n' {
                    self.put_break();
                }
                self.write_break(char);
                after_break = true;
            } else {
                if after_break {
                    self.write_indent();
                }
                if char == '\'' && quote == Quote::Single {
                    self.put(char);
                }
                self.put(char);
                self.put_word(&mut chars);
                self.indention = false;
                after_space = false;
                after_break = false;
            }
            is_first = false;
        }
    }

    /// Writes what follows up to a blank, a quote, a backslash, or anything beyond ASCII.
    fn put_word(&mut self, chars: &mut Chars<'_>) {
        let rest = chars.as_str();
        let is_word =
            |byte: &u8| matches!(byte, b'!'..=b'~') && !matches!(byte, b'"' | b'\'' | b'\\');
        let length = rest.bytes().take_while(is_word).count();
        self.text.push_str(&rest[..length]);
        self.column += length;
        *chars = rest[length..].chars();
    }

    pub(super) fn write_double_quoted(&mut self, text: &str, may_fold: bool) {
        self.write_spaced_indicator("\"", false);
        let mut after_space = false;
        // libyaml tests the start of the text, not the character, for a byte order mark.
        let escapes_all = text.starts_with('\u{FEFF}');
        let mut chars = text.chars();
        let mut is_first = true;
        while let Some(char) = chars.next() {
            if escapes_all || !is_printable(char) || is_break(char) || matches!(char, '"' | '\\') {
                self.write_escape(char);
                after_space = false;
            } else if char == ' ' {
                let next = chars.clone().next();
                let is_foldable = may_fold && !after_space && !is_first && next.is_some();
                if is_foldable && self.column > self.width {
                    self.write_indent();
                    if next == Some(' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(char);
                }
                after_space = true;
            } else {
                self.put(char);
                self.put_word(&mut chars);
                after_space = false;
            }
            is_first = false;
        }
        self.write_indicator("\"");
        self.indention = false;
    }

    fn write_escape(&mut self, char: char) {
        let letter = match char {
            '\0' => '0',
            '\x07' => 'a',
            '\x08' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\x0B' => 'v',
            '\x0C' => 'f',
            '\r' => 'r',
            '\x1B' => 'e',
            '"' | '\\' => char,
            '\u{85}' => 'N',
            '\u{A0}' => '_',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ => {
                let code = u32::from(char);
                let escape = match code {
                    0..=0xFF => format!("\\x{code:02X}"),
                    0x100..=0xFFFF => format!("\\u{code:04X}"),
                    _ => format!("\\U{code:08X}"),
                };
                self.put_str(&escape);
                return;
            }
        };
        self.put('\\');
        self.put(letter);
    }

    pub(super) fn write_literal(&mut self, text: &str) {
        self.write_spaced_indicator("|", false);
        self.write_block_hints(text);
        self.put_break();
        self.whitespace = true;
        for line in text.split_inclusive(is_break) {
            let content = line.trim_end_matches(is_break);
            if !content.is_empty() {
                self.write_indent();
                self.put_str(content);
                self.indention = false;
            }
            if let Some(char) = line[content.len()..].chars().next() {
                self.write_break(char);
            }
        }
    }

    pub(super) fn write_folded(&mut self, text: &str) {
        self.write_spaced_indicator(">", false);
        self.write_block_hints(text);
        self.put_break();
        self.whitespace = true;
        let mut after_break = true;
        let mut leading_spaces = true;
        // libyaml looks at the start of the whole text here, whatever line it is in.
        let begins_blank = text.trim_start_matches(is_break).starts_with([' ', '\t']);
        let mut chars = text.chars().peekable();
        while let Some(char) = chars.next() {
            if is_break(char) {
                if !after_break && !leading_spaces && char == '\n' && !begins_blank {
                    self.put_break();
                }
                self.write_break(char);
                after_break = true;
                continue;
            }
            if after_break {
                self.write_indent();
                leading_spaces = matches!(char, ' ' | '\t');
            }
            let is_single = chars.peek().is_none_or(|&next| next != ' ');
            if !after_break && char == ' ' && is_single && self.column > self.width {
                self.write_indent();
            } else {
                self.put(char);
            }
            self.indention = false;
            after_break = false;
        }
    }

    /// Indentation hint for text that begins with a blank, chomping hint for what its end needs.
    fn write_block_hints(&mut self, text: &str) {
        if text.starts_with(|char: char| char == ' ' || is_break(char)) {
            self.write_indicator("2");
        }
        let mut from_end = text.chars().rev();
        let last = from_end.next();
        if !last.is_some_and(is_break) {
            self.write_indicator("-");
        } else if from_end.next().is_none_or(is_break) {
            self.write_indicator("+");
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quote {
    None,
    Single,
}
