//! What the lexer cuts a text into.

use std::borrow::Cow;

use rheostat_gocompat::strconv;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// The text is malformed here; the token's text is the message.
    Error,
    Eof,
    Text,
    LeftDelimiter,
    RightDelimiter,
    Space,
    /// A printable character that means something only to the parser: a comma.
    Character,
    Assign,
    Declare,
    Pipe,
    LeftParenthesis,
    RightParenthesis,
    Bool,
    CharacterConstant,
    Complex,
    Number,
    String,
    RawString,
    Dot,
    Field,
    Identifier,
    Variable,
    Nil,
    Block,
    Break,
    Continue,
    Define,
    Else,
    End,
    If,
    Range,
    Template,
    With,
}

/// A piece of the text.
#[derive(Debug, Clone)]
pub(crate) struct Token<'t> {
    pub(crate) kind: TokenKind,
    /// Byte offset of its start.
    pub(crate) position: usize,
    pub(crate) text: Cow<'t, str>,
}

impl Token<'_> {
    /// The token as error texts quote it.
    pub(crate) fn describe(&self) -> String {
        match self.kind {
            TokenKind::Eof => "EOF".to_owned(),
            TokenKind::Error => self.text.clone().into_owned(),
            kind if keyword_of(&self.text) == Some(kind) => format!("<{}>", self.text),
            _ if self.text.len() > 10 => {
                let shown: String = self.text.chars().take(10).collect();
                format!("{}...", strconv::quote_str(&shown))
            }
            _ => strconv::quote_str(&self.text),
        }
    }
}

pub(super) fn keyword_of(word: &str) -> Option<TokenKind> {
    Some(match word {
        "." => TokenKind::Dot,
        "block" => TokenKind::Block,
        "break" => TokenKind::Break,
        "continue" => TokenKind::Continue,
        "define" => TokenKind::Define,
        "else" => TokenKind::Else,
        "end" => TokenKind::End,
        "if" => TokenKind::If,
        "range" => TokenKind::Range,
        "nil" => TokenKind::Nil,
        "template" => TokenKind::Template,
        "with" => TokenKind::With,
        _ => return None,
    })
}
