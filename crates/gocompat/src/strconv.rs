//! Text forms of Go's basic values, as package `strconv` reads and writes them.
//!
//! Go strings are bytes; so are the arguments here, and invalid UTF-8 is quoted byte by byte as Go does.

mod printable;
mod quote;

pub use quote::{
    can_backquote, is_printable, quote, quote_ascii, quote_rune, quote_rune_ascii, quote_str,
};
