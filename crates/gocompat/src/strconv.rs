//! Text forms of Go's basic values, as package `strconv` reads and writes them.
//!
//! Go strings are bytes; so are the arguments of quoting, and invalid UTF-8 is quoted byte by byte as Go does.

mod float;
mod number;
mod printable;
mod quote;
mod unquote;

pub use float::format_float;
pub use number::{NumberError, parse_float, parse_int, parse_uint};
pub use quote::{
    can_backquote, is_printable, quote, quote_ascii, quote_rune, quote_rune_ascii, quote_str,
};
pub use unquote::{InvalidLiteral, unquote, unquote_char};
