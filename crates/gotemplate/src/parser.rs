//! Parsing of a text into the templates that it defines.

mod number;
mod pipeline;
mod variables;

use std::sync::Arc;

use rheostat_gocompat::strconv;

use crate::{
    ast::{self, Branch, Node, Source, TemplateCall, Tree},
    error::ParseError,
    function::Functions,
    lexer::{Delimiters, Lexer, Token, TokenKind},
};
use variables::Variables;

/// How deep control structures and parentheses may nest together. Go bounds parentheses alone, at 10 000; no real template
/// comes near either, and the parser recurses.
const MAX_DEPTH: usize = 1000;

/// Stack that must be free before the parser goes one level deeper, and what is added where it is not.
const STACK_RED_ZONE_BYTES: usize = 128 << 10;
const STACK_SEGMENT_BYTES: usize = 1 << 20;

/// Parses a text; the template of the text itself comes last, after those that it defines.
pub(crate) fn parse(
    name: &str,
    text: &str,
    delimiters: &Delimiters,
    functions: &Functions,
) -> Result<Vec<Tree>, ParseError> {
    let source = Arc::new(Source::new(name, text));
    let loop_keywords = ["break", "continue"].map(|keyword| functions.get(keyword).is_none());
    let mut parser = Parser {
        lexer: Lexer::new(text, delimiters, loop_keywords),
        functions,
        source,
        waiting: Vec::new(),
        last_position: 0,
        trees: Vec::new(),
        scope: Scope::default(),
    };
    parser.text(name.into())?;
    Ok(parser.trees)
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    functions: &'t Functions,
    source: Arc<Source>,
    /// Tokens put back, the next one last.
    waiting: Vec<Token<'t>>,
    /// Start of the last token that was read from the text: Go places its errors on that line.
    last_position: usize,
    trees: Vec<Tree>,
    scope: Scope,
}

/// What is particular to the template that is being parsed.
#[derive(Default)]
struct Scope {
    variables: Variables,
    range_depth: usize,
    /// Depth of control structures and parentheses.
    depth: usize,
    /// Where the current action began; none outside of actions.
    action: Option<usize>,
}

/// How a list of nodes ended.
enum End {
    End,
    Else,
}

impl End {
    fn describe(&self) -> &'static str {
        match self {
            Self::End => "{{end}}",
            Self::Else => "{{else}}",
        }
    }
}

/// What an action is.
enum Action {
    Node(Node),
    End(End),
}

impl<'t> Parser<'t> {
    fn next(&mut self) -> Token<'t> {
        self.waiting.pop().unwrap_or_else(|| {
            let token = self.lexer.next_token();
            self.last_position = token.position;
            token
        })
    }

    fn next_non_space(&mut self) -> Token<'t> {
        loop {
            let token = self.next();
            if token.kind != TokenKind::Space {
                return token;
            }
        }
    }

    fn put_back(&mut self, token: Token<'t>) {
        self.waiting.push(token);
    }

    fn peek(&mut self) -> &Token<'t> {
        if self.waiting.is_empty() {
            let token = self.next();
            self.waiting.push(token);
        }
        &self.waiting[self.waiting.len() - 1]
    }

    fn peek_non_space(&mut self) -> &Token<'t> {
        while self.peek().kind == TokenKind::Space {
            self.waiting.pop();
        }
        self.peek()
    }

    fn fail<T>(&self, message: impl Into<String>) -> Result<T, ParseError> {
        Err(ParseError {
            file: Arc::clone(&self.source.name),
            line: self.lexer.line_of(self.last_position),
            message: message.into(),
        })
    }

    fn unexpected<T>(&self, token: &Token<'_>, context: &str) -> Result<T, ParseError> {
        if token.kind != TokenKind::Error {
            return self.fail(format!("unexpected {} in {context}", token.describe()));
        }
        let token_line = self.lexer.line_of(token.position);
        let action_line = self.scope.action.map(|start| self.lexer.line_of(start));
        let place = match action_line.filter(|line| *line != token_line) {
            Some(action_line) => {
                let words = if token.text.ends_with(" action") {
                    ""
                } else {
                    " in action"
                };
                format!("{words} started at {}:{action_line}", self.source.name)
            }
            None => String::new(),
        };
        self.fail(format!("{}{place}", token.text))
    }

    fn expect(&mut self, kind: TokenKind, context: &str) -> Result<Token<'t>, ParseError> {
        let token = self.next_non_space();
        if token.kind == kind {
            Ok(token)
        } else {
            self.unexpected(&token, context)
        }
    }

    /// Enters a control structure or a parenthesis.
    fn enter(&mut self) -> Result<(), ParseError> {
        self.scope.depth += 1;
        if self.scope.depth > MAX_DEPTH {
            self.fail("max expression depth exceeded")
        } else {
            Ok(())
        }
    }

    /// The whole text.
    fn text(&mut self, name: Arc<str>) -> Result<(), ParseError> {
        let mut root = Vec::new();
        while self.peek().kind != TokenKind::Eof {
            if self.peek().kind == TokenKind::LeftDelimiter {
                let delimiter = self.next();
                let first = self.next_non_space();
                if first.kind == TokenKind::Define {
                    self.definition()?;
                    continue;
                }
                self.put_back(first);
                self.put_back(delimiter);
            }
            match self.text_or_action()? {
                Action::Node(node) => root.push(node),
                Action::End(end) => return self.fail(format!("unexpected {}", end.describe())),
            }
        }
        self.add(name, root)
    }

    /// Parses a template of its own within the text: the name is known, the body follows.
    fn nested(&mut self, name: Arc<str>, context: &str) -> Result<(), ParseError> {
        let depth = self.scope.depth + 1;
        let outer = std::mem::replace(
            &mut self.scope,
            Scope {
                depth,
                ..Scope::default()
            },
        );
        if depth > MAX_DEPTH {
            return self.fail("max expression depth exceeded");
        }
        let (root, end) = self.items()?;
        if matches!(end, End::Else) {
            return self.fail(format!("unexpected {} in {context}", end.describe()));
        }
        self.add(name, root)?;
        self.scope = outer;
        Ok(())
    }

    fn definition(&mut self) -> Result<(), ParseError> {
        let context = "define clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, context)?;
        self.expect(TokenKind::RightDelimiter, context)?;
        self.nested(name, context)
    }

    /// Keeps a template, unless one of its name in this text is not empty.
    fn add(&mut self, name: Arc<str>, root: Vec<Node>) -> Result<(), ParseError> {
        let slots = self.scope.variables.most();
        let tree = Tree {
            name,
            source: Arc::clone(&self.source),
            root: root.into(),
            slots,
        };
        match self.trees.iter().position(|known| known.name == tree.name) {
            None => self.trees.push(tree),
            Some(index) if ast::is_empty(&self.trees[index].root) => {
                self.trees.remove(index);
                self.trees.push(tree);
            }
            Some(_) if ast::is_empty(&tree.root) => {}
            Some(_) => {
                let name = strconv::quote_str(&tree.name);
                return self.fail(format!("template: multiple definition of template {name}"));
            }
        }
        Ok(())
    }

    /// Nodes up to an `end` or `else`.
    fn items(&mut self) -> Result<(Vec<Node>, End), ParseError> {
        let mut nodes = Vec::new();
        while self.peek_non_space().kind != TokenKind::Eof {
            match self.text_or_action()? {
                Action::Node(node) => nodes.push(node),
                Action::End(end) => return Ok((nodes, end)),
            }
        }
        self.fail("unexpected EOF")
    }

    /// Text or an action, on as much stack as its depth takes.
    fn text_or_action(&mut self) -> Result<Action, ParseError> {
        stacker::maybe_grow(STACK_RED_ZONE_BYTES, STACK_SEGMENT_BYTES, || {
            self.grown_text_or_action()
        })
    }

    fn grown_text_or_action(&mut self) -> Result<Action, ParseError> {
        let token = self.next_non_space();
        match token.kind {
            TokenKind::Text => Ok(Action::Node(Node::Text(token.text.as_ref().into()))),
            TokenKind::LeftDelimiter => {
                self.scope.action = Some(token.position);
                let action = self.action();
                if action.is_ok() {
                    self.scope.action = None;
                }
                action
            }
            _ => self.unexpected(&token, "input"),
        }
    }

    fn action(&mut self) -> Result<Action, ParseError> {
        let token = self.next_non_space();
        let position = offset(token.position);
        let node = match token.kind {
            TokenKind::Block => self.block()?,
            TokenKind::Break => {
                self.loop_control("{{break}}")?;
                Node::Break(position)
            }
            TokenKind::Continue => {
                self.loop_control("{{continue}}")?;
                Node::Continue(position)
            }
            TokenKind::Else => {
                if !matches!(self.peek_non_space().kind, TokenKind::If | TokenKind::With) {
                    self.expect(TokenKind::RightDelimiter, "else")?;
                }
                return Ok(Action::End(End::Else));
            }
            TokenKind::End => {
                self.expect(TokenKind::RightDelimiter, "end")?;
                return Ok(Action::End(End::End));
            }
            TokenKind::If => Node::If(self.control("if")?.into()),
            TokenKind::Range => Node::Range(self.control("range")?.into()),
            TokenKind::With => Node::With(self.control("with")?.into()),
            TokenKind::Template => self.template_call()?,
            _ => {
                self.put_back(token);
                Node::Action(self.pipeline("command", TokenKind::RightDelimiter)?)
            }
        };
        Ok(Action::Node(node))
    }

    fn loop_control(&mut self, context: &str) -> Result<(), ParseError> {
        let token = self.next_non_space();
        if token.kind != TokenKind::RightDelimiter {
            return self.unexpected(&token, context);
        }
        if self.scope.range_depth == 0 {
            self.fail(format!("{context} outside {{{{range}}}}"))
        } else {
            Ok(())
        }
    }

    fn control(&mut self, keyword: &str) -> Result<Branch, ParseError> {
        self.enter()?;
        let mark = self.scope.variables.mark();
        let pipe = self.pipeline(keyword, TokenKind::RightDelimiter)?;
        let loops = usize::from(keyword == "range");
        self.scope.range_depth += loops;
        let (body, end) = self.items()?;
        self.scope.range_depth -= loops;
        let alternative = match end {
            End::End => None,
            End::Else => Some(self.alternative(keyword)?),
        };
        self.scope.variables.release(mark);
        self.scope.depth -= 1;
        Ok(Branch {
            pipe,
            body: body.into(),
            alternative,
        })
    }

    /// What follows an `else`. `else if` and `else with` stand for a structure of their own whose `end` closes both.
    fn alternative(&mut self, keyword: &str) -> Result<Box<[Node]>, ParseError> {
        match (keyword, self.peek().kind) {
            ("if", TokenKind::If) => {
                self.next();
                return Ok([Node::If(self.control("if")?.into())].into());
            }
            ("with", TokenKind::With) => {
                self.next();
                return Ok([Node::With(self.control("with")?.into())].into());
            }
            _ => {}
        }
        match self.items()? {
            (nodes, End::End) => Ok(nodes.into()),
            (_, end) => self.fail(format!("expected end; found {}", end.describe())),
        }
    }

    fn template_name(&mut self, token: &Token<'_>, context: &str) -> Result<Arc<str>, ParseError> {
        if !matches!(token.kind, TokenKind::String | TokenKind::RawString) {
            return self.unexpected(token, context);
        }
        let name = strconv::unquote(&token.text).or_else(|error| self.fail(error.to_string()))?;
        Ok(String::from_utf8_lossy(&name).into())
    }

    /// `{{block "name" pipeline}}body{{end}}`: a definition and a call of it.
    fn block(&mut self) -> Result<Node, ParseError> {
        let context = "block clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, context)?;
        let pipe = self.pipeline(context, TokenKind::RightDelimiter)?;
        self.nested(Arc::clone(&name), context)?;
        Ok(Node::Template(Box::new(TemplateCall {
            position: offset(token.position),
            name,
            pipe: Some(pipe),
        })))
    }

    fn template_call(&mut self) -> Result<Node, ParseError> {
        let context = "template clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, context)?;
        let next = self.next_non_space();
        let pipe = if next.kind == TokenKind::RightDelimiter {
            None
        } else {
            self.put_back(next);
            Some(self.pipeline(context, TokenKind::RightDelimiter)?)
        };
        Ok(Node::Template(Box::new(TemplateCall {
            position: offset(token.position),
            name,
            pipe,
        })))
    }
}

/// A position as the tree keeps it; texts of 4 GiB are refused before they are parsed.
fn offset(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
