//! Pipelines, commands and operands.

use std::sync::Arc;

use rheostat_gocompat::strconv;

use super::{Parser, STACK_RED_ZONE_BYTES, STACK_SEGMENT_BYTES, number, offset};
use crate::{
    ast::{Command, Declared, Operand, Pipe, Term},
    error::ParseError,
    lexer::{Token, TokenKind},
    text::Text,
    value::Value,
};

impl<'t> Parser<'t> {
    /// A pipeline up to a token of the kind `end`, on as much stack as its depth takes.
    pub(super) fn pipeline(&mut self, context: &str, end: TokenKind) -> Result<Pipe, ParseError> {
        stacker::maybe_grow(STACK_RED_ZONE_BYTES, STACK_SEGMENT_BYTES, || {
            self.grown_pipeline(context, end)
        })
    }

    fn grown_pipeline(&mut self, context: &str, end: TokenKind) -> Result<Pipe, ParseError> {
        let position = offset(self.peek_non_space().position);
        let mut pipe = Pipe {
            position,
            is_assignment: false,
            variables: Vec::new(),
            commands: Vec::new(),
        };
        let announced = self.variables(&mut pipe, context)?;
        loop {
            let token = self.next_non_space();
            match token.kind {
                kind if kind == end => {
                    self.check_pipeline(&pipe, context)?;
                    for (variable, announced) in pipe.variables.iter_mut().zip(announced) {
                        variable.slot = Some(self.scope.variables.declare(announced));
                    }
                    return Ok(pipe);
                }
                TokenKind::Bool
                | TokenKind::CharacterConstant
                | TokenKind::Complex
                | TokenKind::Dot
                | TokenKind::Field
                | TokenKind::Identifier
                | TokenKind::Number
                | TokenKind::Nil
                | TokenKind::RawString
                | TokenKind::String
                | TokenKind::Variable
                | TokenKind::LeftParenthesis => {
                    self.put_back(token);
                    let command = self.command()?;
                    pipe.commands.push(command);
                }
                _ => return self.unexpected(&token, context),
            }
        }
    }

    /// Variables that the pipeline declares or assigns, if it does; answers those that wait for their slots.
    fn variables(&mut self, pipe: &mut Pipe, context: &str) -> Result<Vec<usize>, ParseError> {
        let mut names: Vec<Arc<str>> = Vec::new();
        while self.peek_non_space().kind == TokenKind::Variable {
            let variable = self.next();
            let behind = self.next();
            let (space, next) = if behind.kind == TokenKind::Space {
                let next = self.next_non_space();
                (Some(behind), next)
            } else {
                (None, behind)
            };
            let name: Arc<str> = variable.text.as_ref().into();
            match next.kind {
                TokenKind::Assign | TokenKind::Declare => {
                    pipe.is_assignment = next.kind == TokenKind::Assign;
                    names.push(name);
                    break;
                }
                TokenKind::Character if next.text == "," => {
                    names.push(name);
                    if context != "range" || names.len() >= 2 {
                        return self.fail(format!("too many declarations in {context}"));
                    }
                    let is_open = matches!(
                        self.peek_non_space().kind,
                        TokenKind::Variable
                            | TokenKind::RightDelimiter
                            | TokenKind::RightParenthesis
                    );
                    if !is_open {
                        return self.fail("range can only initialize variables");
                    }
                }
                _ => {
                    self.put_back(next);
                    if let Some(space) = space {
                        self.put_back(space);
                    }
                    self.put_back(variable);
                    break;
                }
            }
        }
        Ok(self.announce(pipe, names))
    }

    fn announce(&mut self, pipe: &mut Pipe, names: Vec<Arc<str>>) -> Vec<usize> {
        let mut announced = Vec::new();
        for name in names {
            let slot = if pipe.is_assignment {
                self.scope.variables.assign(Arc::clone(&name))
            } else {
                announced.push(self.scope.variables.announce(Arc::clone(&name)));
                None
            };
            pipe.variables.push(Declared { name, slot });
        }
        announced
    }

    /// Only the first command of a pipeline may be a constant.
    fn check_pipeline(&mut self, pipe: &Pipe, context: &str) -> Result<(), ParseError> {
        if pipe.commands.is_empty() {
            return self.fail(format!("missing value for {context}"));
        }
        for (index, command) in pipe.commands.iter().enumerate().skip(1) {
            let first = command.operands.first().map(|operand| &operand.term);
            if matches!(
                first,
                Some(Term::Bool(_) | Term::Dot | Term::Nil | Term::Number(_) | Term::String { .. })
            ) {
                return self.fail(format!(
                    "non executable command in pipeline stage {}",
                    index + 1
                ));
            }
        }
        Ok(())
    }

    fn command(&mut self) -> Result<Command, ParseError> {
        let position = offset(self.peek_non_space().position);
        let mut operands = Vec::new();
        loop {
            self.peek_non_space();
            operands.extend(self.operand()?);
            let token = self.next();
            match token.kind {
                TokenKind::Space => continue,
                TokenKind::RightDelimiter | TokenKind::RightParenthesis => self.put_back(token),
                TokenKind::Pipe => {}
                _ => return self.unexpected(&token, "operand"),
            }
            break;
        }
        if operands.is_empty() {
            self.fail("empty command")
        } else {
            Ok(Command { position, operands })
        }
    }

    /// A term with the fields behind it, if there is one.
    fn operand(&mut self) -> Result<Option<Operand>, ParseError> {
        let Some(mut operand) = self.term()? else {
            return Ok(None);
        };
        if self.peek().kind != TokenKind::Field {
            return Ok(Some(operand));
        }
        let position = offset(self.peek().position);
        let mut behind = Vec::new();
        while self.peek().kind == TokenKind::Field {
            let token = self.next();
            behind.push(Text::from(&token.text[1..]));
        }
        match &mut operand.term {
            Term::Field(fields) | Term::Variable { fields, .. } => {
                fields.append(&mut behind);
                operand.position = position;
                Ok(Some(operand))
            }
            Term::Bool(_) | Term::String { .. } | Term::Number(_) | Term::Nil | Term::Dot => {
                let term = strconv::quote_str(&operand.to_string());
                self.fail(format!("unexpected . after term {term}"))
            }
            Term::Function { .. } | Term::Chain { .. } | Term::Pipe(_) => Ok(Some(Operand {
                position,
                term: Term::Chain {
                    base: Box::new(operand),
                    fields: behind,
                },
            })),
        }
    }

    fn term(&mut self) -> Result<Option<Operand>, ParseError> {
        let token = self.next_non_space();
        let term = match token.kind {
            TokenKind::Identifier => {
                let Some(function) = self.functions.get(&token.text) else {
                    return self.fail(format!(
                        "function {} not defined",
                        strconv::quote_str(&token.text)
                    ));
                };
                Term::Function {
                    name: token.text.as_ref().into(),
                    function,
                }
            }
            TokenKind::Dot => Term::Dot,
            TokenKind::Nil => Term::Nil,
            TokenKind::Variable => {
                if !self.scope.variables.is_known(&token.text) {
                    return self.fail(format!(
                        "undefined variable {}",
                        strconv::quote_str(&token.text)
                    ));
                }
                let slot = self.scope.variables.slot(&token.text);
                Term::Variable {
                    name: token.text.as_ref().into(),
                    slot,
                    fields: Vec::new(),
                }
            }
            TokenKind::Field => Term::Field(vec![Text::from(&token.text[1..])]),
            TokenKind::Bool => Term::Bool(token.text == "true"),
            TokenKind::CharacterConstant | TokenKind::Complex | TokenKind::Number => Term::Number(
                Box::new(number::number(&token).or_else(|message| self.fail(message))?),
            ),
            TokenKind::LeftParenthesis => {
                self.enter()?;
                let pipe = self.pipeline("parenthesized pipeline", TokenKind::RightParenthesis)?;
                self.scope.depth -= 1;
                // A parenthesis stands where its pipeline does.
                return Ok(Some(Operand {
                    position: pipe.position,
                    term: Term::Pipe(Box::new(pipe)),
                }));
            }
            TokenKind::String | TokenKind::RawString => self.string(&token)?,
            _ => {
                self.put_back(token);
                return Ok(None);
            }
        };
        Ok(Some(Operand {
            position: offset(token.position),
            term,
        }))
    }

    fn string(&self, token: &Token<'t>) -> Result<Term, ParseError> {
        let value = strconv::unquote(&token.text).or_else(|error| self.fail(error.to_string()))?;
        Ok(Term::String {
            literal: token.text.as_ref().into(),
            value: Value::from(value),
        })
    }
}
