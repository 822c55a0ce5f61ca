//! Execution of templates.

mod call;
mod field;
mod node;
mod patterns;
mod pipeline;
mod state;

use std::collections::HashMap;

use thiserror::Error;

use crate::{
    error::{Cause, ExecError},
    runtime::Host,
    template_set::{Scope, TemplateSet},
    text::Text,
    value::Value,
};
use patterns::Patterns;
use state::Shared;

/// What a field of a map that has no such key yields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MissingKey {
    /// No value, printed as `<no value>`: Go's default.
    Invalid,
    /// The zero value of the map's elements: what Helm sets.
    #[default]
    Zero,
    /// An error.
    Error,
}

/// Bounds on an execution. The defaults are far above what any real chart needs.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Nodes evaluated and functions called. By default 100 million, some ten seconds; a large chart takes one million.
    pub steps: u64,
    /// Bytes that templates put out and functions multiply, all together. By default 1 GiB; a large chart makes ten MiB.
    pub bytes: usize,
    /// Depth of templates that execute each other. By default 10 000, which takes some hundred MiB of stack; Helm stops one
    /// template that includes itself at 1000, and that holds here too.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            steps: 100_000_000,
            bytes: 1 << 30,
            depth: 10_000,
        }
    }
}

/// A bound that an execution has reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Limit {
    /// [`Limits::steps`].
    #[error("execution takes too many steps")]
    Steps,
    /// [`Limits::bytes`].
    #[error("execution makes too many bytes")]
    Bytes,
    /// [`Limits::depth`].
    #[error("exceeded maximum template depth")]
    Depth,
}

/// Why an execution failed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no template of the name.
    #[error("template: no template {} associated with template {}", rheostat_gocompat::strconv::quote_str(.name), rheostat_gocompat::strconv::quote_str(.set))]
    NoTemplate {
        /// The name that was asked for.
        name: String,
        /// The name that Go's error text gives the set.
        set: String,
    },
    /// A template failed.
    #[error("{0}")]
    Exec(Box<ExecError>),
}

/// Execution of the templates of a set, one after another, with one host and one budget.
///
/// Templates parsed by `tpl` are kept for the next `tpl` of the same text.
pub struct Executor<'s> {
    set: &'s TemplateSet,
    shared: Shared<'s>,
}

impl std::fmt::Debug for Executor<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Executor")
            .field("limits", &self.shared.limits)
            .finish_non_exhaustive()
    }
}

impl<'s> Executor<'s> {
    /// An execution of a set's templates. `name` stands for the set in error texts; Helm's is `gotpl`.
    pub fn new(set: &'s TemplateSet, name: &'s str, host: &'s mut dyn Host) -> Self {
        let shared = Shared {
            host,
            name,
            missing_key: MissingKey::default(),
            limits: Limits::default(),
            steps: 0,
            bytes: 0,
            depth: 0,
            included: Vec::new(),
            parsed: HashMap::new(),
            patterns: Patterns::default(),
        };
        Self { set, shared }
    }

    /// The same execution with other bounds.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.shared.limits = limits;
        self
    }

    /// The same execution with another answer to missing keys.
    #[must_use]
    pub fn with_missing_key(mut self, missing_key: MissingKey) -> Self {
        self.shared.missing_key = missing_key;
        self
    }

    /// Executes a template on data and answers its output.
    ///
    /// # Errors
    /// [`Error`], with Go's text.
    pub fn execute(&mut self, name: &str, data: &Value) -> Result<Text, Error> {
        let scope = Scope::of(self.set);
        let Some(tree) = scope.template(name) else {
            return Err(Error::NoTemplate {
                name: name.to_owned(),
                set: self.shared.name.to_owned(),
            });
        };
        let output = state::execute(&scope, tree, data, &mut self.shared).map_err(Error::Exec)?;
        Ok(output.into())
    }
}

impl ExecError {
    /// The bound that ended the execution, if one did.
    pub fn limit(&self) -> Option<Limit> {
        let mut cause = &self.cause;
        loop {
            let Cause::Call { error, .. } = cause else {
                return match cause {
                    Cause::Limit(limit) => Some(*limit),
                    _ => None,
                };
            };
            let mut error = error;
            while let crate::function::CallError::Within { source, .. } = error {
                error = source;
            }
            match error {
                crate::function::CallError::Exec(inner) => cause = &inner.cause,
                crate::function::CallError::Limit(limit) => return Some(*limit),
                _ => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests;
