//! Go text/template with the functions of Sprig and Helm.
//!
//! A [`TemplateSet`] is parsed once; an [`Executor`] executes its templates on [`Value`]s, with a [`Host`] for everything that
//! lies outside and [`Limits`] for everything that could run away. The crate is laid out like a compiler:
//!
//! - [`lexer`] and [`parser`] make the tree ([`ast`]), which [`printer`] prints back for error texts;
//! - [`eval`] executes it;
//! - [`functions`] holds the tables of functions: the language's own, Sprig's, Helm's.
//!
//! Error texts are Go's, since people and programs read them.

mod ast;
mod error;
mod eval;
mod function;
pub mod functions;
mod lexer;
mod numeric;
mod parser;
mod printer;
mod runtime;
mod template_set;
mod text;
mod value;

pub use error::{Cause, ExecError, Location, ParseError};
pub use eval::{Error, Executor, Limit, Limits, MissingKey};
pub use function::{CallError, Evaluation, Function, Functions, Implementation, Type};
pub use lexer::Delimiters;
pub use runtime::{Host, Runtime};
pub use template_set::{ParsedText, TemplateSet};
pub use text::{Deferred, Text};
pub use value::{Entries, Kind, List, ListType, Map, MapType, Method, Object, Value};

/// Takes `<no value>` out of an output, also where a template or a value had it as text: Helm's way of not printing what is
/// missing.
pub fn without_no_value(output: Text) -> Text {
    const NO_VALUE: &[u8] = b"<no value>";
    if memchr::memmem::find(&output, NO_VALUE).is_none() {
        return output;
    }
    let mut kept = Vec::with_capacity(output.len());
    let mut start = 0;
    for found in memchr::memmem::find_iter(&output, NO_VALUE) {
        kept.extend_from_slice(&output[start..found]);
        start = found + NO_VALUE.len();
    }
    kept.extend_from_slice(&output[start..]);
    kept.into()
}
