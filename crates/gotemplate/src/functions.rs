//! The functions that templates may call.
//!
//! Each table holds functions with Go's parameter types; the evaluator has checked arguments against them before an
//! implementation runs. [`go`] is the language's own set, [`helm`] the set of Helm: the language's, Sprig's and Helm's.

#![expect(
    clippy::unnecessary_wraps,
    reason = "all implementations have one signature, and many cannot fail"
)]

mod arguments;
mod builtin;
mod cast;
mod helm;
pub(crate) mod json;
mod sprig;

use crate::function::{Evaluation, Function, Functions, Implementation, Type};

/// The functions of text/template.
pub fn go() -> Functions {
    Functions::new(&[builtin::TABLE])
}

/// The functions of Helm 4.2: the language's own, those of Sprig without the environment, and Helm's.
pub fn helm() -> Functions {
    let mut tables = vec![builtin::TABLE];
    tables.extend(sprig::tables());
    // Helm's come last, since some stand in the place of Sprig's.
    tables.extend(helm::tables());
    Functions::new(&tables)
}

/// A function whose arguments are all evaluated.
const fn eager(
    name: &'static str,
    parameters: &'static [Type],
    implementation: Implementation,
) -> Function {
    Function {
        name,
        parameters,
        variadic: None,
        implementation,
        evaluation: Evaluation::Eager,
    }
}

/// A function that takes any number of further arguments.
const fn variadic(
    name: &'static str,
    parameters: &'static [Type],
    rest: Type,
    implementation: Implementation,
) -> Function {
    Function {
        name,
        parameters,
        variadic: Some(rest),
        implementation,
        evaluation: Evaluation::Eager,
    }
}
