//! Errors of parsing and executing templates, in Go's words.

use std::{fmt, sync::Arc};

use rheostat_gocompat::strconv;

use crate::function::CallError;

/// A template is malformed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// The name that the text was parsed under.
    pub file: Arc<str>,
    /// Line of the token at which parsing stopped, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "template: {}:{}: {}", self.file, self.line, self.message)
    }
}

impl std::error::Error for ParseError {}

/// A place in the text of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The name that the text was parsed under.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: usize,
    /// The column in bytes, from 0.
    pub column: usize,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// The execution of a template failed.
#[derive(Debug, Clone)]
pub struct ExecError {
    /// The template that was executing.
    pub template: Arc<str>,
    /// The node that was being evaluated.
    pub location: Location,
    /// That node as Go prints it.
    pub node: String,
    /// What went wrong.
    pub cause: Cause,
}

/// What went wrong at a node.
#[derive(Debug, Clone)]
pub enum Cause {
    /// The evaluator's own message.
    Message(String),
    /// A function failed.
    Call {
        /// Its name.
        function: String,
        /// Why it failed.
        error: CallError,
    },
    /// Execution has reached a bound.
    Limit(crate::eval::Limit),
}

impl fmt::Display for ExecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            template,
            location,
            node,
            cause,
        } = self;
        write!(
            f,
            "template: {location}: executing {} at <{node}>: ",
            strconv::quote_str(template)
        )?;
        match cause {
            Cause::Message(message) => f.write_str(message),
            Cause::Call { function, error } => write!(f, "error calling {function}: {error}"),
            Cause::Limit(limit) => fmt::Display::fmt(limit, f),
        }
    }
}

impl std::error::Error for ExecError {}

impl ExecError {
    /// The error and what it wraps, outermost first, each with its whole text: what Go's `errors.Unwrap` walks through.
    pub fn chain(&self) -> Vec<String> {
        let mut texts = vec![self.to_string()];
        let mut cause = &self.cause;
        while let Cause::Call { error, .. } = cause {
            let mut error = error;
            while let CallError::Within { source, .. } = error {
                texts.push(error.to_string());
                error = source;
            }
            texts.push(error.to_string());
            match error {
                CallError::Exec(inner) => cause = &inner.cause,
                _ => break,
            }
        }
        texts
    }

    /// The message of a `fail` or `required` that ended the execution, however deep.
    pub fn failed_message(&self) -> Option<&str> {
        let mut cause = &self.cause;
        while let Cause::Call { error, .. } = cause {
            let mut error = error;
            while let CallError::Within { source, .. } = error {
                error = source;
            }
            match error {
                CallError::Failed(message) => return Some(message),
                CallError::Exec(inner) => cause = &inner.cause,
                _ => break,
            }
        }
        None
    }
}
