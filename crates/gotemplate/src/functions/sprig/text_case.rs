//! Upper and lower case, and names made of words.

mod words;

use super::super::{arguments::string, eager};
use crate::{
    function::{Function, Type},
    value::Value,
};

use Type::String;

pub(super) static TABLE: &[Function] = &[
    eager("camelcase", &[String], |_, arguments| {
        Ok(Value::from(words::pascal_case(&string(arguments, 0))))
    }),
    eager("initials", &[String], |_, arguments| {
        Ok(Value::from(initials(&string(arguments, 0))))
    }),
    eager("kebabcase", &[String], |_, arguments| {
        Ok(Value::from(words::lower_case(&string(arguments, 0), '-')))
    }),
    eager("lower", &[String], |_, arguments| {
        Ok(Value::from(
            string(arguments, 0)
                .chars()
                .map(lower)
                .collect::<std::string::String>(),
        ))
    }),
    eager("snakecase", &[String], |_, arguments| {
        Ok(Value::from(words::lower_case(&string(arguments, 0), '_')))
    }),
    eager("swapcase", &[String], |_, arguments| {
        Ok(Value::from(
            string(arguments, 0)
                .chars()
                .map(swap)
                .collect::<std::string::String>(),
        ))
    }),
    eager("title", &[String], |_, arguments| {
        Ok(Value::from(title(&string(arguments, 0))))
    }),
    eager("untitle", &[String], |_, arguments| {
        Ok(Value::from(untitle(&string(arguments, 0))))
    }),
    eager("upper", &[String], |_, arguments| {
        Ok(Value::from(
            string(arguments, 0)
                .chars()
                .map(upper)
                .collect::<std::string::String>(),
        ))
    }),
];

/// The lower-case letter; Go maps each character to one other.
fn lower(character: char) -> char {
    let mut mapped = character.to_lowercase();
    mapped
        .next()
        .filter(|_| mapped.next().is_none())
        .unwrap_or(character)
}

/// The upper-case letter; Go maps each character to one other.
fn upper(character: char) -> char {
    let mut mapped = character.to_uppercase();
    mapped
        .next()
        .filter(|_| mapped.next().is_none())
        .unwrap_or(character)
}

fn swap(character: char) -> char {
    if character.is_uppercase() {
        lower(character)
    } else {
        upper(character)
    }
}

/// The first letter of each word in upper case. ASCII letters, digits and `_` make words; beyond ASCII only white space ends one.
fn title(text: &str) -> std::string::String {
    let is_separator = |c: char| {
        if c.is_ascii() {
            !c.is_ascii_alphanumeric() && c != '_'
        } else {
            c.is_whitespace()
        }
    };
    let mut before = ' ';
    let titled = text.chars().map(|character| {
        let previous = std::mem::replace(&mut before, character);
        if is_separator(previous) {
            upper(character)
        } else {
            character
        }
    });
    titled.collect()
}

fn untitle(text: &str) -> std::string::String {
    let mut is_start = true;
    let lowered = text.chars().map(|character| {
        if character.is_whitespace() {
            is_start = true;
            return character;
        }
        if std::mem::take(&mut is_start) {
            lower(character)
        } else {
            character
        }
    });
    lowered.collect()
}

/// The first byte of each word, taken for a character.
fn initials(text: &str) -> std::string::String {
    let is_gap = |byte: u8| char::from(byte).is_whitespace();
    let mut before = b' ';
    let starts = text.bytes().filter(|byte| {
        let previous = std::mem::replace(&mut before, *byte);
        is_gap(previous) && !is_gap(*byte)
    });
    starts.map(char::from).collect()
}
