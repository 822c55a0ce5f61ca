//! What functions may ask of the execution that calls them, and what an execution may ask of its host.

use std::sync::Arc;

use rheostat_gocompat::regexp::{Regexp, SyntaxError};

use crate::{eval::Limit, function::CallError, text::Text, value::Value};

/// The world outside: everything that would make two executions differ.
///
/// The defaults answer as Helm does without a cluster.
pub trait Host {
    /// The time that `now` gives: nanoseconds since 1970.
    fn now(&mut self) -> i128;

    /// Fills a buffer with random bytes.
    fn random(&mut self, buffer: &mut [u8]);

    /// Answers `lookup`: API version, kind, namespace and name, of which the last two may be empty.
    ///
    /// # Errors
    /// The message that the template fails with.
    fn lookup(&mut self, _query: [&str; 4]) -> Result<Value, String> {
        Ok(Value::map())
    }

    /// Answers `getHostByName`.
    ///
    /// # Errors
    /// The message that the template fails with.
    fn resolve(&mut self, _name: &str) -> Result<String, String> {
        Ok(String::new())
    }

    /// Whether `fail` and `required` let the template go on, as `helm lint` wants it.
    fn is_lenient(&self) -> bool {
        false
    }
}

/// The execution that a function is called from.
pub trait Runtime {
    /// Executes the template of a name on data and answers its output: `include`.
    ///
    /// # Errors
    /// What the template failed with, or that there is none of the name.
    fn include(&mut self, name: &str, data: &Value) -> Result<Text, CallError>;

    /// Parses a text in the scope of the caller and executes it on data: `tpl`.
    ///
    /// # Errors
    /// What parsing or executing failed with.
    fn execute_text(&mut self, text: &str, data: &Value) -> Result<Text, CallError>;

    /// Compiles a pattern, unless it was compiled a short while ago.
    ///
    /// # Errors
    /// [`SyntaxError`].
    fn pattern(&mut self, pattern: &str) -> Result<Arc<Regexp>, SyntaxError>;

    /// The outside.
    fn host(&mut self) -> &mut dyn Host;

    /// Asks for leave to make something of so many bytes that the arguments alone do not bound.
    ///
    /// # Errors
    /// [`Limit::Bytes`].
    fn charge(&mut self, bytes: usize) -> Result<(), Limit>;
}
