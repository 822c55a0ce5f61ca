//! Tokens of a template's text.

mod token;

use rheostat_gocompat::strconv;

use token::keyword_of;
pub(crate) use token::{Token, TokenKind};

/// The marks around actions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delimiters {
    /// What opens an action, `{{` by default.
    pub left: String,
    /// What closes it, `}}` by default.
    pub right: String,
}

impl Default for Delimiters {
    fn default() -> Self {
        Self {
            left: "{{".to_owned(),
            right: "}}".to_owned(),
        }
    }
}

/// Cuts a text into tokens, one at a time.
#[derive(Debug)]
pub(crate) struct Lexer<'t> {
    text: &'t str,
    delimiters: &'t Delimiters,
    /// Finds the left delimiter.
    left: memchr::memmem::Finder<'t>,
    position: usize,
    start: usize,
    parenthesis_depth: usize,
    is_inside: bool,
    has_failed: bool,
    /// Whether `break` and `continue` are keywords, which they are not where functions have those names.
    loop_keywords: [bool; 2],
}

impl<'t> Lexer<'t> {
    pub(crate) fn new(text: &'t str, delimiters: &'t Delimiters, loop_keywords: [bool; 2]) -> Self {
        Self {
            text,
            delimiters,
            left: memchr::memmem::Finder::new(&delimiters.left),
            position: 0,
            start: 0,
            parenthesis_depth: 0,
            is_inside: false,
            has_failed: false,
            loop_keywords,
        }
    }

    /// The next token; at the end, and after a mistake, the end of the text.
    pub(crate) fn next_token(&mut self) -> Token<'t> {
        if self.has_failed {
            return Token {
                kind: TokenKind::Eof,
                position: self.start,
                text: "EOF".into(),
            };
        }
        if self.is_inside {
            return self.inside_action();
        }
        loop {
            if let Some(token) = self.outside_action() {
                return token;
            }
        }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.position..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn advance(&mut self) -> Option<char> {
        let next = self.peek();
        self.position += next.map_or(0, char::len_utf8);
        next
    }

    /// The line of a byte of the text, from 1. Only errors ask for it.
    pub(crate) fn line_of(&self, position: usize) -> usize {
        1 + memchr::memchr_iter(b'\n', &self.text.as_bytes()[..position]).count()
    }

    fn token(&mut self, kind: TokenKind) -> Token<'t> {
        let token = Token {
            kind,
            position: self.start,
            text: self.text[self.start..self.position].into(),
        };
        self.start = self.position;
        token
    }

    fn error(&mut self, message: impl Into<String>) -> Token<'t> {
        self.has_failed = true;
        Token {
            kind: TokenKind::Error,
            position: self.start,
            text: message.into().into(),
        }
    }

    fn ignore(&mut self) {
        self.start = self.position;
    }

    /// Text up to the next action, the action's opening, or nothing where a comment was skipped.
    fn outside_action(&mut self) -> Option<Token<'t>> {
        let rest = self.rest();
        let Some(offset) = self.left.find(rest.as_bytes()) else {
            self.position = self.text.len();
            return Some(if self.position > self.start {
                self.token(TokenKind::Text)
            } else {
                self.eof()
            });
        };
        if offset > 0 {
            let behind = &rest[offset + self.delimiters.left.len()..];
            let text = &rest[..offset];
            let kept = if has_left_trim_marker(behind) {
                text.trim_end_matches(is_space).len()
            } else {
                offset
            };
            self.position += kept;
            let token = self.token(TokenKind::Text);
            self.position += offset - kept;
            self.ignore();
            if !token.text.is_empty() {
                return Some(token);
            }
        }
        self.left_delimiter()
    }

    fn eof(&self) -> Token<'t> {
        Token {
            kind: TokenKind::Eof,
            position: self.start,
            text: "EOF".into(),
        }
    }

    fn left_delimiter(&mut self) -> Option<Token<'t>> {
        self.position += self.delimiters.left.len();
        let marker = if has_left_trim_marker(self.rest()) {
            2
        } else {
            0
        };
        if self.rest()[marker..].starts_with("/*") {
            self.position += marker;
            self.ignore();
            return self.comment();
        }
        let token = self.token(TokenKind::LeftDelimiter);
        self.is_inside = true;
        self.position += marker;
        self.ignore();
        self.parenthesis_depth = 0;
        Some(token)
    }

    fn comment(&mut self) -> Option<Token<'t>> {
        let Some(end) = self.rest()[2..].find("*/") else {
            return Some(self.error("unclosed comment"));
        };
        self.position += end + 4;
        let Some(is_trimmed) = self.at_right_delimiter() else {
            return Some(self.error("comment ends before closing delimiter"));
        };
        self.skip_right_delimiter(is_trimmed);
        self.ignore();
        None
    }

    /// Whether the action closes here, and if so, whether with a trim marker.
    fn at_right_delimiter(&self) -> Option<bool> {
        let rest = self.rest();
        if has_right_trim_marker(rest) && rest[2..].starts_with(self.delimiters.right.as_str()) {
            return Some(true);
        }
        rest.starts_with(self.delimiters.right.as_str())
            .then_some(false)
    }

    fn skip_right_delimiter(&mut self, is_trimmed: bool) {
        self.position += if is_trimmed { 2 } else { 0 } + self.delimiters.right.len();
        if is_trimmed {
            let rest = self.rest();
            self.position += rest.len() - rest.trim_start_matches(is_space).len();
        }
    }

    fn right_delimiter(&mut self, is_trimmed: bool) -> Token<'t> {
        if is_trimmed {
            self.position += 2;
            self.ignore();
        }
        self.position += self.delimiters.right.len();
        let token = self.token(TokenKind::RightDelimiter);
        if is_trimmed {
            let rest = self.rest();
            self.position += rest.len() - rest.trim_start_matches(is_space).len();
            self.ignore();
        }
        self.is_inside = false;
        token
    }

    fn inside_action(&mut self) -> Token<'t> {
        if let Some(is_trimmed) = self.at_right_delimiter() {
            if self.parenthesis_depth == 0 {
                return self.right_delimiter(is_trimmed);
            }
            return self.error("unclosed left paren");
        }
        let Some(next) = self.advance() else {
            return self.error("unclosed action");
        };
        match next {
            c if is_space(c) => self.space(),
            '=' => self.token(TokenKind::Assign),
            ':' if self.advance() == Some('=') => self.token(TokenKind::Declare),
            ':' => self.error("expected :="),
            '|' => self.token(TokenKind::Pipe),
            '"' => self.quoted('"', TokenKind::String, "unterminated quoted string"),
            '\'' => self.quoted(
                '\'',
                TokenKind::CharacterConstant,
                "unterminated character constant",
            ),
            '`' => self.raw_string(),
            '$' => self.field_or_variable(TokenKind::Variable),
            '.' if !self.peek().is_some_and(|c| c.is_ascii_digit())
                && self.position < self.text.len() =>
            {
                self.field_or_variable(TokenKind::Field)
            }
            '.' | '+' | '-' | '0'..='9' => {
                self.position = self.start;
                self.number()
            }
            c if is_alphanumeric(c) => self.identifier(),
            '(' => {
                self.parenthesis_depth += 1;
                self.token(TokenKind::LeftParenthesis)
            }
            ')' if self.parenthesis_depth == 0 => self.error("unexpected right paren"),
            ')' => {
                self.parenthesis_depth -= 1;
                self.token(TokenKind::RightParenthesis)
            }
            c if c.is_ascii() && !c.is_ascii_control() => self.token(TokenKind::Character),
            c => self.error(format!(
                "unrecognized character in action: {}",
                code_point(c)
            )),
        }
    }

    /// A run of spaces; the last one may belong to a trim marker.
    fn space(&mut self) -> Token<'t> {
        let rest = self.rest();
        self.position += rest.len() - rest.trim_start_matches(is_space).len();
        // All of these are single bytes.
        let before = &self.text[self.position - 1..];
        if has_right_trim_marker(before) && before[2..].starts_with(self.delimiters.right.as_str())
        {
            self.position -= 1;
            if self.position == self.start {
                return self.right_delimiter(true);
            }
        }
        self.token(TokenKind::Space)
    }

    fn quoted(&mut self, mark: char, kind: TokenKind, message: &str) -> Token<'t> {
        loop {
            match self.advance() {
                Some('\\') if !matches!(self.advance(), None | Some('\n')) => {}
                Some('\\' | '\n') | None => return self.error(message),
                Some(c) if c == mark => return self.token(kind),
                Some(_) => {}
            }
        }
    }

    fn raw_string(&mut self) -> Token<'t> {
        match self.rest().find('`') {
            Some(end) => {
                self.position += end + 1;
                self.token(TokenKind::RawString)
            }
            None => self.error("unterminated raw quoted string"),
        }
    }

    fn skip_alphanumeric(&mut self) {
        // Names are ASCII but for odd ones.
        let is_plain = |byte: &u8| *byte == b'_' || byte.is_ascii_alphanumeric();
        let rest = self.rest().as_bytes();
        self.position += rest.iter().take_while(|byte| is_plain(byte)).count();
        let rest = self.rest();
        self.position += rest.find(|c| !is_alphanumeric(c)).unwrap_or(rest.len());
    }

    fn is_at_terminator(&self) -> bool {
        match self.peek() {
            None | Some('.' | ',' | '|' | ':' | ')' | '(') => true,
            Some(c) => is_space(c) || self.rest().starts_with(self.delimiters.right.as_str()),
        }
    }

    fn bad_character(&mut self) -> Token<'t> {
        let character = self.peek().unwrap_or_default();
        self.error(format!("bad character {}", code_point(character)))
    }

    /// Behind a dot or a dollar sign.
    fn field_or_variable(&mut self, kind: TokenKind) -> Token<'t> {
        if self.is_at_terminator() {
            return self.token(if kind == TokenKind::Variable {
                kind
            } else {
                TokenKind::Dot
            });
        }
        self.skip_alphanumeric();
        if self.is_at_terminator() {
            self.token(kind)
        } else {
            self.bad_character()
        }
    }

    fn identifier(&mut self) -> Token<'t> {
        self.skip_alphanumeric();
        if !self.is_at_terminator() {
            return self.bad_character();
        }
        let kind = match &self.text[self.start..self.position] {
            "true" | "false" => TokenKind::Bool,
            "break" if !self.loop_keywords[0] => TokenKind::Identifier,
            "continue" if !self.loop_keywords[1] => TokenKind::Identifier,
            word => keyword_of(word).unwrap_or(TokenKind::Identifier),
        };
        self.token(kind)
    }

    fn number(&mut self) -> Token<'t> {
        let mut kind = TokenKind::Number;
        let mut is_valid = self.scan_number();
        if is_valid && matches!(self.peek(), Some('+' | '-')) {
            kind = TokenKind::Complex;
            is_valid = self.scan_number() && self.text[..self.position].ends_with('i');
        }
        if is_valid {
            return self.token(kind);
        }
        let text = strconv::quote_str(&self.text[self.start..self.position]);
        self.error(format!("bad number syntax: {text}"))
    }

    fn accept(&mut self, accepted: &str) -> bool {
        let is_accepted = self.peek().is_some_and(|c| accepted.contains(c));
        if is_accepted {
            self.advance();
        }
        is_accepted
    }

    fn accept_run(&mut self, accepted: &str) {
        while self.accept(accepted) {}
    }

    fn scan_number(&mut self) -> bool {
        self.accept("+-");
        let mut digits = "0123456789_";
        if self.accept("0") {
            if self.accept("xX") {
                digits = "0123456789abcdefABCDEF_";
            } else if self.accept("oO") {
                digits = "01234567_";
            } else if self.accept("bB") {
                digits = "01_";
            }
        }
        self.accept_run(digits);
        if self.accept(".") {
            self.accept_run(digits);
        }
        let exponent_marks = match digits.len() {
            11 => "eE",
            23 => "pP",
            _ => "",
        };
        if self.accept(exponent_marks) {
            self.accept("+-");
            self.accept_run("0123456789_");
        }
        self.accept("i");
        if self.peek().is_some_and(is_alphanumeric) {
            self.advance();
            return false;
        }
        true
    }
}

/// `U+0041 'A'`, as Go's `%#U` has it.
fn code_point(character: char) -> String {
    let quoted = if strconv::is_printable(character) {
        format!(" '{character}'")
    } else {
        String::new()
    };
    format!("U+{:04X}{quoted}", u32::from(character))
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}

fn is_alphanumeric(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

fn has_left_trim_marker(text: &str) -> bool {
    matches!(text.as_bytes(), [b'-', space, ..] if is_space(char::from(*space)))
}

fn has_right_trim_marker(text: &str) -> bool {
    matches!(text.as_bytes(), [space, b'-', ..] if is_space(char::from(*space)))
}
