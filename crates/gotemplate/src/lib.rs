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
pub use template_set::TemplateSet;
pub use text::Text;
pub use value::{Kind, List, Map, MapType, Method, Object, Value};
