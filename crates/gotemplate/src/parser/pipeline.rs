//! Pipelines, commands and operands.

use std::sync::Arc;

use rheostat_gocompat::strconv;

use super::{Parser, STACK_RED_ZONE_BYTES, STACK_SEGMENT_BYTES, number, offset};
use crate::{
    ast::{Command, Declared, Operand, Pipe, StringConstant, Term},
    error::ParseError,
    lexer::{Token, TokenKind},
    text::Text,
    value::Value,
};

/// The variables before `:=` or `=`.
#[derive(Default)]
struct Targets {
    is_assignment: bool,
    names: Vec<Arc<str>>,
}

impl<'t> Parser<'t> {
    /// A pipeline up to a token of the kind `end`, on as much stack as its depth takes.
    pub(super) fn pipeline(&mut self, context: &str, end: TokenKind) -> Result<Pipe, ParseError> {
        stacker::maybe_grow(STACK_RED_ZONE_BYTES, STACK_SEGMENT_BYTES, || {
            self.grown_pipeline(context, end)
        })
    }

    fn grown_pipeline(&mut self, context: &str, end: TokenKind) -> Result<Pipe, ParseError> {
        let position = offset(self.peek_non_space().position);
        let targets = self.targets(context)?;
        let is_assignment = targets.is_assignment;
        let (mut variables, announced) = self.announce(targets);
        // Most pipelines are one command.
        let mut commands = Vec::with_capacity(1);
        loop {
            let token = self.next_non_space();
            match token.kind {
                kind if kind == end => {
                    self.check_pipeline(&commands, context)?;
                    for (variable, announced) in variables.iter_mut().zip(announced) {
                        variable.slot = Some(self.scope.variables.declare(announced));
                    }
                    return Ok(Pipe {
                        position,
                        is_assignment,
                        variables: variables.into(),
                        commands: commands.into(),
                    });
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
                    commands.push(self.command()?);
                }
                _ => return self.unexpected(&token, context),
            }
        }
    }

    /// What the pipeline declares or assigns, if it does.
    fn targets(&mut self, context: &str) -> Result<Targets, ParseError> {
        let mut targets = Targets::default();
        while self.peek_non_space().kind == TokenKind::Variable {
            let variable = self.next();
            let behind = self.next();
            let (space, next) = if behind.kind == TokenKind::Space {
                let next = self.next_non_space();
                (Some(behind), next)
            } else {
                (None, behind)
            };
            match next.kind {
                TokenKind::Assign | TokenKind::Declare => {
                    targets.is_assignment = next.kind == TokenKind::Assign;
                    targets.names.push(variable.text.as_ref().into());
                    break;
                }
                TokenKind::Character if next.text == "," => {
                    targets.names.push(variable.text.as_ref().into());
                    if context != "range" || targets.names.len() >= 2 {
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
        Ok(targets)
    }

    /// Makes targets known; answers those that wait for their slots, too.
    fn announce(&mut self, targets: Targets) -> (Vec<Declared>, Vec<usize>) {
        let (mut variables, mut announced) = (Vec::new(), Vec::new());
        for name in targets.names {
            let slot = if targets.is_assignment {
                self.scope.variables.assign(Arc::clone(&name))
            } else {
                announced.push(self.scope.variables.announce(Arc::clone(&name)));
                None
            };
            variables.push(Declared { name, slot });
        }
        (variables, announced)
    }

    /// Only the first command of a pipeline may be a constant.
    fn check_pipeline(&mut self, commands: &[Command], context: &str) -> Result<(), ParseError> {
        if commands.is_empty() {
            return self.fail(format!("missing value for {context}"));
        }
        for (index, command) in commands.iter().enumerate().skip(1) {
            let first = command.operands.first().map(|operand| &operand.term);
            if matches!(
                first,
                Some(Term::Bool(_) | Term::Dot | Term::Nil | Term::Number(_) | Term::String(_))
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
            Ok(Command {
                position,
                operands: operands.into(),
            })
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
        let mut names = match &mut operand.term {
            Term::Field(fields) => std::mem::take(fields).into_vec(),
            _ => Vec::new(),
        };
        while self.peek().kind == TokenKind::Field {
            let token = self.next();
            names.push(Text::from(&token.text[1..]));
        }
        match &mut operand.term {
            Term::Field(fields) | Term::Variable { fields, .. } => {
                *fields = names.into();
                operand.position = position;
                Ok(Some(operand))
            }
            Term::Bool(_) | Term::String(_) | Term::Number(_) | Term::Nil | Term::Dot => {
                let term = strconv::quote_str(&operand.to_string());
                self.fail(format!("unexpected . after term {term}"))
            }
            Term::Function(_) | Term::Chain { .. } | Term::Pipe(_) => Ok(Some(Operand {
                position,
                term: Term::Chain {
                    base: Box::new(operand),
                    fields: names.into(),
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
                Term::Function(function)
            }
            TokenKind::Dot => Term::Dot,
            TokenKind::Nil => Term::Nil,
            TokenKind::Variable => {
                let Some(name) = self.scope.variables.known(&token.text) else {
                    return self.fail(format!(
                        "undefined variable {}",
                        strconv::quote_str(&token.text)
                    ));
                };
                Term::Variable {
                    slot: self.scope.variables.slot(&name),
                    name,
                    fields: [].into(),
                }
            }
            TokenKind::Field => Term::Field([Text::from(&token.text[1..])].into()),
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
        Ok(Term::String(Box::new(StringConstant {
            literal: token.text.as_ref().into(),
            value: Value::from(value),
        })))
    }
}
