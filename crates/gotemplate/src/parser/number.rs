//! Constants under every type that can hold them.

use rheostat_gocompat::strconv;

use crate::{
    ast::Number,
    lexer::{Token, TokenKind},
    numeric::{int_to_float, to_exact_int, to_exact_uint, uint_to_float},
};

/// Reads a number or a character constant.
pub(super) fn number(token: &Token<'_>) -> Result<Number, String> {
    let text = token.text.as_ref();
    let mut number = Number {
        literal: text.into(),
        int: None,
        uint: None,
        float: None,
        complex: None,
    };
    match token.kind {
        TokenKind::CharacterConstant => character(&mut number, text)?,
        TokenKind::Complex => {
            let value =
                complex(text).ok_or_else(|| "syntax error scanning complex number".to_owned())?;
            number.simplify(value);
        }
        _ => match text
            .strip_suffix('i')
            .and_then(|digits| strconv::parse_float(digits).ok())
        {
            Some(imaginary) => number.simplify((0.0, imaginary)),
            None => plain(&mut number, text)?,
        },
    }
    Ok(number)
}

fn character(number: &mut Number, text: &str) -> Result<(), String> {
    let (value, tail) = strconv::unquote_char(&text[1..]).map_err(|error| error.to_string())?;
    if tail != "'" {
        return Err(format!("malformed character constant: {text}"));
    }
    number.int = Some(i64::from(value));
    number.uint = Some(u64::from(value));
    number.float = Some(f64::from(value));
    Ok(())
}

/// Reads `a+bi`.
fn complex(text: &str) -> Option<(f64, f64)> {
    let body = text.strip_suffix('i')?;
    let is_exponent =
        |index: usize| matches!(body.as_bytes()[index - 1], b'e' | b'E' | b'p' | b'P');
    let split = body
        .char_indices()
        .skip(1)
        .filter(|(index, c)| matches!(c, '+' | '-') && !is_exponent(*index))
        .last()?
        .0;
    Some((
        strconv::parse_float(&body[..split]).ok()?,
        strconv::parse_float(&body[split..]).ok()?,
    ))
}

fn plain(number: &mut Number, text: &str) -> Result<(), String> {
    number.uint = strconv::parse_uint(text, 0).ok();
    number.int = strconv::parse_int(text, 0).ok();
    if number.int == Some(0) {
        number.uint = Some(0);
    }
    number.float = number
        .int
        .map(int_to_float)
        .or_else(|| number.uint.map(uint_to_float));
    if number.float.is_some() {
        return Ok(());
    }
    let Ok(value) = strconv::parse_float(text) else {
        return Err(format!(
            "illegal number syntax: {}",
            strconv::quote_str(text)
        ));
    };
    if !text.contains(['.', 'e', 'E', 'p', 'P']) {
        return Err(format!("integer overflow: {}", strconv::quote_str(text)));
    }
    number.take_float(value);
    Ok(())
}

impl Number {
    fn simplify(&mut self, (real, imaginary): (f64, f64)) {
        self.complex = Some((real, imaginary));
        if imaginary == 0.0 {
            self.take_float(real);
        }
    }

    fn take_float(&mut self, value: f64) {
        self.float = Some(value);
        self.int = to_exact_int(value);
        self.uint = to_exact_uint(value);
    }
}
