//! The scanner: text becomes tokens.
//!
//! YAML tells a key from a value only when it meets the `:`, so that a token that may begin a key is held back until
//! the line ends, 1,024 characters have passed, or the `:` is there. [`SimpleKey`] remembers such a token for each
//! level of flow collections.

mod block;
mod plain;
mod properties;
mod quoted;

use std::borrow::Cow;
use std::collections::VecDeque;

use super::ReadError;
use super::cursor::{Cursor, Mark};
use super::token::{Token, TokenKind};
use crate::{Limits, Profile};

/// Characters within which the `:` of a key without `?` must stand (YAML 1.2 §7.4.2).
const SIMPLE_KEY_LENGTH: usize = 1024;

#[derive(Debug)]
pub(super) struct Scanner<'a> {
    cursor: Cursor<'a>,
    profile: Profile,
    max_depth: usize,
    tokens: VecDeque<Token<'a>>,
    /// Tokens handed out so far; with the position in the queue it numbers every token.
    taken: usize,
    /// Tokens to read beyond the one handed out. The comment logic of go-yaml v3 needs two, which decides which of
    /// two errors it reports.
    lookahead: usize,
    /// Column of the current block collection, -1 outside.
    indent: i64,
    indents: Vec<i64>,
    /// One for each level of flow collections, the first for the block level.
    simple_keys: Vec<Option<SimpleKey>>,
    simple_key_allowed: bool,
    /// Whether the first token in the queue is certain.
    is_filled: bool,
    is_done: bool,
}

#[derive(Clone, Copy, Debug)]
struct SimpleKey {
    /// Whether the token stands where only a key can.
    is_required: bool,
    token_number: usize,
    mark: Mark,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str, profile: Profile, limits: &Limits) -> Self {
        Self {
            cursor: Cursor::new(text),
            profile,
            max_depth: limits.depth,
            tokens: VecDeque::new(),
            taken: 0,
            lookahead: if profile == Profile::V3 { 2 } else { 0 },
            indent: -1,
            indents: Vec::new(),
            simple_keys: vec![None],
            simple_key_allowed: true,
            is_filled: false,
            is_done: false,
        }
    }

    /// The next token, left in place. The last is `StreamEnd`, which stays.
    pub(super) fn peek(&mut self) -> Result<&Token<'a>, ReadError> {
        self.fill()?;
        Ok(self
            .tokens
            .front()
            .expect("fill leaves at least the end of the stream"))
    }

    /// Takes the next token.
    pub(super) fn take(&mut self) -> Result<Token<'a>, ReadError> {
        self.fill()?;
        if self.tokens.len() == 1 && self.is_done {
            return Ok(self.tokens[0].clone());
        }
        self.taken += 1;
        self.is_filled = false;
        Ok(self
            .tokens
            .pop_front()
            .expect("fill leaves at least the end of the stream"))
    }

    /// The error of a parser that stands at `at`, having begun something at `context`.
    pub(super) fn parser_error(
        &self,
        context: Option<Mark>,
        problem: &'static str,
        at: Mark,
    ) -> ReadError {
        // Neither version counts lines from 1 here: they name the line before.
        let context_line = context.map_or(0, |mark| mark.line);
        let line = match self.profile {
            Profile::V2 if at.line != 0 => at.line,
            Profile::V2 => context_line,
            Profile::V3 if context_line != 0 => context_line,
            Profile::V3 => at.line,
        };
        ReadError::Syntax {
            line,
            problem: Cow::Borrowed(problem),
            position: at.position(),
        }
    }

    /// The error of the scanner where it stands, having begun a token at `context`.
    fn error<T>(
        &self,
        context: Mark,
        problem: impl Into<Cow<'static, str>>,
    ) -> Result<T, ReadError> {
        let at = self.cursor.mark;
        let line = match self.profile {
            Profile::V2 if at.line != 0 => at.line + 1,
            Profile::V2 => context.line,
            Profile::V3 if context.line != 0 => context.line + 1,
            Profile::V3 if at.line != 0 => at.line + 1,
            Profile::V3 => 0,
        };
        Err(ReadError::Syntax {
            line,
            problem: problem.into(),
            position: at.position(),
        })
    }

    fn is_flow(&self) -> bool {
        self.simple_keys.len() > 1
    }

    fn column(&self) -> i64 {
        i64::from(self.cursor.mark.column)
    }

    fn fill(&mut self) -> Result<(), ReadError> {
        while !self.is_filled {
            let has_enough = self.is_done || self.tokens.len() > self.lookahead;
            if has_enough && (!self.head_may_become_key()? || self.is_done) {
                self.is_filled = true;
            } else {
                self.fetch()?;
            }
        }
        Ok(())
    }

    /// Whether the first token in the queue may turn out to be a key.
    fn head_may_become_key(&mut self) -> Result<bool, ReadError> {
        let head = self.taken;
        let Some(level) = self
            .simple_keys
            .iter()
            .rposition(|key| key.is_some_and(|key| key.token_number == head))
        else {
            return Ok(false);
        };
        self.is_simple_key_valid(level)
    }

    /// Whether the simple key of a level can still be one; if not, it is forgotten.
    fn is_simple_key_valid(&mut self, level: usize) -> Result<bool, ReadError> {
        let Some(key) = self.simple_keys[level] else {
            return Ok(false);
        };
        let here = self.cursor.mark;
        if key.mark.line < here.line || key.mark.index + SIMPLE_KEY_LENGTH < here.index {
            self.forget_simple_key(level)?;
            return Ok(false);
        }
        Ok(true)
    }

    fn forget_simple_key(&mut self, level: usize) -> Result<(), ReadError> {
        match self.simple_keys[level].take() {
            Some(key) if key.is_required => self.error(key.mark, "could not find expected ':'"),
            _ => Ok(()),
        }
    }

    fn innermost(&self) -> usize {
        self.simple_keys.len() - 1
    }

    /// Notes that the next token may be a key.
    fn save_simple_key(&mut self) -> Result<(), ReadError> {
        let is_required = !self.is_flow() && self.indent == self.column();
        if self.simple_key_allowed {
            let level = self.innermost();
            self.forget_simple_key(level)?;
            let token_number = self.taken + self.tokens.len();
            self.simple_keys[level] = Some(SimpleKey {
                is_required,
                token_number,
                mark: self.cursor.mark,
            });
        }
        Ok(())
    }

    fn push(&mut self, kind: TokenKind<'a>, start: Mark) {
        self.tokens.push_back(Token { kind, start });
    }

    /// Opens a block collection if this column is deeper than the current one. Its token goes before the token of
    /// the given number, or to the end.
    fn roll_indent(
        &mut self,
        mark: Mark,
        before: Option<usize>,
        kind: TokenKind<'a>,
    ) -> Result<(), ReadError> {
        let column = i64::from(mark.column);
        if self.is_flow() || self.indent >= column {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column;
        if self.indents.len() > self.max_depth {
            return self.error(
                self.cursor.mark,
                format!("exceeded max depth of {}", self.max_depth),
            );
        }
        let token = Token { kind, start: mark };
        match before {
            Some(number) => self.tokens.insert(number - self.taken, token),
            None => self.tokens.push_back(token),
        }
        Ok(())
    }

    /// Closes the block collections that are deeper than a column.
    fn unroll_indent(&mut self, column: i64) {
        if self.is_flow() {
            return;
        }
        while self.indent > column {
            self.push(TokenKind::BlockEnd, self.cursor.mark);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    /// Scans one token; it and those that it implies go to the queue.
    fn fetch(&mut self) -> Result<(), ReadError> {
        self.skip_to_next_token();
        self.unroll_indent(self.column());
        let byte = self.cursor.peek(0);
        let at_line_start = self.cursor.mark.column == 0;
        match byte {
            0 if self.cursor.is_end() => self.fetch_stream_end(),
            b'%' if at_line_start => self.fetch_directive(),
            b'-' if self.cursor.is_document_indicator() => {
                self.fetch_document_indicator(TokenKind::DocumentStart)
            }
            b'.' if self.cursor.is_document_indicator() => {
                self.fetch_document_indicator(TokenKind::DocumentEnd)
            }
            b'[' => self.fetch_flow_start(TokenKind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(TokenKind::FlowMappingStart),
            b']' => self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(TokenKind::FlowMappingEnd),
            b',' => self.fetch_flow_entry(),
            b'-' if self.cursor.is_blank_or_end(1) => self.fetch_block_entry(),
            b'?' if self.is_flow() || self.cursor.is_blank_or_end(1) => self.fetch_key(),
            b':' if self.is_flow() || self.cursor.is_blank_or_end(1) => self.fetch_value(),
            b'*' | b'&' => self.fetch_anchor(),
            b'!' => self.fetch_tag(),
            b'|' | b'>' if !self.is_flow() => self.fetch_block_scalar(),
            b'\'' | b'"' => self.fetch_quoted_scalar(),
            _ if self.may_start_plain(byte) => self.fetch_plain_scalar(),
            _ => self.error(
                self.cursor.mark,
                "found character that cannot start any token",
            ),
        }
    }

    fn may_start_plain(&self, byte: u8) -> bool {
        match byte {
            b'-' => !self.cursor.is_blank(1),
            b'?' | b':' => !self.is_flow() && !self.cursor.is_blank_or_end(1),
            b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\''
            | b'"' | b'%' | b'@' | b'`' => false,
            _ => !self.cursor.is_blank_or_end(0),
        }
    }

    /// Steps over blanks, comments and line breaks. A tab is a blank only where no key can begin.
    fn skip_to_next_token(&mut self) {
        loop {
            if self.cursor.mark.column == 0 {
                self.cursor.skip_byte_order_mark();
            }
            let are_tabs_blank = self.is_flow() || !self.simple_key_allowed;
            self.cursor
                .skip_ascii_while(|byte| byte == b' ' || (byte == b'\t' && are_tabs_blank));
            if self.cursor.peek(0) == b'#' {
                self.cursor.skip_to_break();
            }
            if self.cursor.skip_break().is_empty() {
                return;
            }
            if !self.is_flow() {
                self.simple_key_allowed = true;
            }
        }
    }

    fn fetch_stream_end(&mut self) -> Result<(), ReadError> {
        if self.cursor.mark.column != 0 {
            self.cursor.mark.column = 0;
            self.cursor.mark.line += 1;
        }
        self.unroll_indent(-1);
        self.forget_simple_key(self.innermost())?;
        self.simple_key_allowed = false;
        self.push(TokenKind::StreamEnd, self.cursor.mark);
        self.is_done = true;
        Ok(())
    }

    fn fetch_document_indicator(&mut self, kind: TokenKind<'a>) -> Result<(), ReadError> {
        self.unroll_indent(-1);
        self.forget_simple_key(self.innermost())?;
        self.simple_key_allowed = false;
        let start = self.cursor.mark;
        self.cursor.skip_ascii(3);
        self.push(kind, start);
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: TokenKind<'a>) -> Result<(), ReadError> {
        self.save_simple_key()?;
        self.simple_keys.push(None);
        if self.simple_keys.len() > self.max_depth {
            return self.error(
                self.cursor.mark,
                format!("exceeded max depth of {}", self.max_depth),
            );
        }
        self.simple_key_allowed = true;
        self.fetch_indicator(kind);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind<'a>) -> Result<(), ReadError> {
        self.forget_simple_key(self.innermost())?;
        if self.is_flow() {
            self.simple_keys.pop();
        }
        self.simple_key_allowed = false;
        self.fetch_indicator(kind);
        Ok(())
    }

    fn fetch_flow_entry(&mut self) -> Result<(), ReadError> {
        self.forget_simple_key(self.innermost())?;
        self.simple_key_allowed = true;
        self.fetch_indicator(TokenKind::FlowEntry);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Result<(), ReadError> {
        // A `-` inside a flow collection is an error that the composer reports.
        if !self.is_flow() {
            self.require_simple_key_allowed(
                "block sequence entries are not allowed in this context",
            )?;
            self.roll_indent(self.cursor.mark, None, TokenKind::BlockSequenceStart)?;
        }
        self.forget_simple_key(self.innermost())?;
        self.simple_key_allowed = true;
        self.fetch_indicator(TokenKind::BlockEntry);
        Ok(())
    }

    fn fetch_key(&mut self) -> Result<(), ReadError> {
        if !self.is_flow() {
            self.require_simple_key_allowed("mapping keys are not allowed in this context")?;
            self.roll_indent(self.cursor.mark, None, TokenKind::BlockMappingStart)?;
        }
        self.forget_simple_key(self.innermost())?;
        self.simple_key_allowed = !self.is_flow();
        self.fetch_indicator(TokenKind::Key);
        Ok(())
    }

    fn fetch_value(&mut self) -> Result<(), ReadError> {
        let level = self.innermost();
        if self.is_simple_key_valid(level)? {
            if let Some(key) = self.simple_keys[level].take() {
                self.tokens.insert(
                    key.token_number - self.taken,
                    Token {
                        kind: TokenKind::Key,
                        start: key.mark,
                    },
                );
                self.roll_indent(
                    key.mark,
                    Some(key.token_number),
                    TokenKind::BlockMappingStart,
                )?;
            }
            self.simple_key_allowed = false;
        } else {
            if !self.is_flow() {
                self.require_simple_key_allowed("mapping values are not allowed in this context")?;
                self.roll_indent(self.cursor.mark, None, TokenKind::BlockMappingStart)?;
            }
            self.simple_key_allowed = !self.is_flow();
        }
        self.fetch_indicator(TokenKind::Value);
        Ok(())
    }

    fn require_simple_key_allowed(&self, problem: &'static str) -> Result<(), ReadError> {
        if self.simple_key_allowed {
            Ok(())
        } else {
            self.error(self.cursor.mark, problem)
        }
    }

    /// Takes an indicator of one character.
    fn fetch_indicator(&mut self, kind: TokenKind<'a>) {
        let start = self.cursor.mark;
        self.cursor.skip();
        self.push(kind, start);
    }
}
