//! Names that Helm knows and this crate does not serve yet.
//!
//! They are here so that a template which never comes to call them still parses; a call fails and names the function.

use super::super::variadic;
use crate::function::{CallError, Function, Type};

macro_rules! unsupported {
    ($($name:literal)*) => {
        &[$(variadic($name, &[], Type::Any, |_, _| Err(CallError::new(concat!("function ", $name, " is not supported"))))),*]
    };
}

pub(super) static TABLE: &[Function] = unsupported!["decryptAES" "derivePassword" "encryptAES"];
