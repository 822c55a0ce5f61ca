//! Printing as Go's package `fmt` does it: verbs, flags, nested values and the marks it leaves for mistakes.
//!
//! A caller shows its values through [`Operand`]. Output is bytes, as Go strings are. Absent: scanning, and addresses, which Go
//! prints for nested pointers and which differ from run to run; they all read `0xc000000000` here.

mod directive;
mod flags;
mod printer;

use std::borrow::Cow;

use thiserror::Error;

use flags::Flags;
use printer::Printer;

/// How deep values may nest. No real value comes near; a value that holds itself is refused instead of overflowing the stack.
pub const MAX_DEPTH: usize = 1000;

/// A value nests deeper than [`MAX_DEPTH`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("value nests too deeply to be printed")]
pub struct TooDeep;

/// What a value is to the printer.
#[derive(Debug, Clone)]
pub enum View<'a, V: Clone> {
    /// A nil interface.
    Nil,
    /// `bool`.
    Bool(bool),
    /// A signed integer of any width.
    Int(i64),
    /// An unsigned integer of any width.
    Uint(u64),
    /// A float of 32 or 64 bits.
    Float {
        /// The number.
        value: f64,
        /// Its width, which decides how many digits tell it from its neighbours.
        bits: u32,
    },
    /// A complex number.
    Complex {
        /// The real part.
        real: f64,
        /// The imaginary part.
        imaginary: f64,
    },
    /// A string, which may be invalid UTF-8.
    String(Cow<'a, [u8]>),
    /// `[]byte`.
    Bytes(Cow<'a, [u8]>),
    /// A slice of anything else.
    List {
        /// The elements.
        items: Cow<'a, [V]>,
        /// Whether it is a nil slice, which `%#v` tells from an empty one.
        is_nil: bool,
    },
    /// A map, with its entries in the order of their keys.
    Map {
        /// Keys and values.
        entries: Vec<(V, V)>,
        /// Whether it is a nil map, which `%#v` tells from an empty one.
        is_nil: bool,
    },
    /// A struct, with the names of its fields.
    Struct(Vec<(&'static str, V)>),
    /// A pointer to a struct or a map, or a nil pointer.
    Pointer(Option<Box<V>>),
}

/// A value that can be printed.
pub trait Operand: Clone {
    /// What it is.
    fn view(&self) -> View<'_, Self>;

    /// The Go name of its type, such as `map[string]interface {}`.
    fn type_name(&self) -> Cow<'_, str>;

    /// The text of its `Error` or `String` method, where its type has one.
    fn text(&self) -> Option<String> {
        None
    }
}

/// Formats operands by a format (`fmt.Sprintf`). Mistakes in the format leave marks such as `%!d(string=x)` in the output.
///
/// # Errors
/// [`TooDeep`].
pub fn sprintf<V: Operand>(format: &[u8], operands: &[V]) -> Result<Vec<u8>, TooDeep> {
    let mut output = Vec::with_capacity(format.len());
    directive::print(&mut output, format, operands)?;
    Ok(output)
}

/// Prints operands with a space between those of which neither is a string (`fmt.Sprint`).
///
/// # Errors
/// [`TooDeep`].
pub fn sprint<V: Operand>(operands: &[V]) -> Result<Vec<u8>, TooDeep> {
    let mut output = Vec::new();
    let mut was_string = true;
    for (index, operand) in operands.iter().enumerate() {
        let is_string = matches!(operand.view(), View::String(_));
        if index > 0 && !is_string && !was_string {
            output.push(b' ');
        }
        write_value(&mut output, operand)?;
        was_string = is_string;
    }
    Ok(output)
}

/// Prints operands with a space between all of them and a newline at the end (`fmt.Sprintln`).
///
/// # Errors
/// [`TooDeep`].
pub fn sprintln<V: Operand>(operands: &[V]) -> Result<Vec<u8>, TooDeep> {
    let mut output = Vec::new();
    for (index, operand) in operands.iter().enumerate() {
        if index > 0 {
            output.push(b' ');
        }
        write_value(&mut output, operand)?;
    }
    output.push(b'\n');
    Ok(output)
}

/// Appends the `%v` form of one operand.
///
/// # Errors
/// [`TooDeep`].
pub fn write_value<V: Operand>(output: &mut Vec<u8>, operand: &V) -> Result<(), TooDeep> {
    Printer {
        output,
        flags: Flags::default(),
    }
    .operand(operand, 'v')
}

#[cfg(test)]
mod tests;
