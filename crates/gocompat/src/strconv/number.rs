//! Reading numbers.

use thiserror::Error;

/// Why a text is no number; `value out of range` keeps the nearest value, as Go returns it beside the error.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[non_exhaustive]
pub enum NumberError {
    /// The text has not the shape of a number.
    #[error("invalid syntax")]
    Syntax,
    /// The integer does not fit; the nearest one that does.
    #[error("value out of range")]
    IntRange(i64),
    /// The unsigned integer does not fit; the largest one that does.
    #[error("value out of range")]
    UintRange(u64),
    /// The number is beyond the largest float: an infinity.
    #[error("value out of range")]
    FloatRange(f64),
}

/// Reads an unsigned integer; base 0 takes it from the prefix `0x`, `0o`, `0b` or `0` and allows underscores.
///
/// # Errors
/// [`NumberError::Syntax`] and [`NumberError::UintRange`].
pub fn parse_uint(text: &str, base: u32) -> Result<u64, NumberError> {
    if base == 0 && text.contains('_') && !underscores_are_between_digits(text) {
        return Err(NumberError::Syntax);
    }
    let (digits, radix) = if base == 0 {
        split_prefix(text)
    } else {
        (text, base)
    };
    let mut value: u64 = 0;
    let mut count = 0;
    let mut is_over = false;
    for character in digits.chars() {
        if character == '_' && base == 0 {
            continue;
        }
        let digit = character.to_digit(radix).ok_or(NumberError::Syntax)?;
        count += 1;
        match value
            .checked_mul(u64::from(radix))
            .and_then(|value| value.checked_add(u64::from(digit)))
        {
            Some(sum) => value = sum,
            None => is_over = true,
        }
    }
    if count == 0 {
        return Err(NumberError::Syntax);
    }
    if is_over {
        Err(NumberError::UintRange(u64::MAX))
    } else {
        Ok(value)
    }
}

/// Reads a signed integer; for base 0 see [`parse_uint`].
///
/// # Errors
/// [`NumberError::Syntax`] and [`NumberError::IntRange`].
pub fn parse_int(text: &str, base: u32) -> Result<i64, NumberError> {
    let (is_negative, digits) = split_sign(text);
    let limit = if is_negative { i64::MIN } else { i64::MAX };
    match parse_uint(digits, base) {
        Ok(value) if value <= limit.unsigned_abs() => {
            let value = i128::from(value);
            i64::try_from(if is_negative { -value } else { value })
                .map_err(|_| NumberError::IntRange(limit))
        }
        Ok(_) | Err(NumberError::UintRange(_)) => Err(NumberError::IntRange(limit)),
        Err(error) => Err(error),
    }
}

/// Reads a float: decimal or hexadecimal, `inf`, `infinity` or `nan` in any case, underscores between digits.
///
/// # Errors
/// [`NumberError::Syntax`] and [`NumberError::FloatRange`].
pub fn parse_float(text: &str) -> Result<f64, NumberError> {
    let (is_negative, body) = split_sign(text);
    let signed = |value: f64| if is_negative { -value } else { value };
    match body.to_ascii_lowercase().as_str() {
        "inf" | "infinity" => return Ok(signed(f64::INFINITY)),
        // Go gives no sign to what is no number.
        "nan" if body.len() == text.len() => return Ok(f64::NAN),
        _ => {}
    }
    if body.contains('_') && !underscores_are_between_digits(body) {
        return Err(NumberError::Syntax);
    }
    let body = body.replace('_', "");
    let value = match body.strip_prefix("0x").or_else(|| body.strip_prefix("0X")) {
        Some(hexadecimal) => parse_hexadecimal(hexadecimal)?,
        None if body.starts_with(|c: char| c.is_ascii_digit() || c == '.') => {
            body.parse().map_err(|_| NumberError::Syntax)?
        }
        None => return Err(NumberError::Syntax),
    };
    if value.is_infinite() {
        Err(NumberError::FloatRange(signed(value)))
    } else {
        Ok(signed(value))
    }
}

/// Reads `mantissa p exponent` behind `0x`; the exponent is required.
fn parse_hexadecimal(text: &str) -> Result<f64, NumberError> {
    let (mantissa, exponent) = text.split_once(['p', 'P']).ok_or(NumberError::Syntax)?;
    let exponent: i32 = exponent.parse().map_err(|_| NumberError::Syntax)?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return Err(NumberError::Syntax);
    }
    let mut value: u128 = 0;
    let mut scale: i32 = 0;
    for (index, character) in whole.chars().chain(fraction.chars()).enumerate() {
        let digit = character.to_digit(16).ok_or(NumberError::Syntax)?;
        let is_fraction = index >= whole.len();
        // Beyond 124 bits only the scale grows: a double holds 53.
        if value < 1 << 124 {
            value = value << 4 | u128::from(digit);
            scale = scale.saturating_sub(if is_fraction { 4 } else { 0 });
        } else if !is_fraction {
            scale = scale.saturating_add(4);
        }
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "rounding to the nearest float is what is asked for"
    )]
    let value = value as f64;
    let exponent = exponent.saturating_add(scale).clamp(-2000, 2000);
    // Two steps, so that neither power leaves the range of a float where the result is in it.
    Ok(value * 2f64.powi(exponent / 2) * 2f64.powi(exponent - exponent / 2))
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn split_prefix(text: &str) -> (&str, u32) {
    match text.as_bytes() {
        [b'0', b'x' | b'X', _, ..] => (&text[2..], 16),
        [b'0', b'o' | b'O', _, ..] => (&text[2..], 8),
        [b'0', b'b' | b'B', _, ..] => (&text[2..], 2),
        [b'0', _, ..] => (&text[1..], 8),
        _ => (text, 10),
    }
}

/// Underscores stand between digits or behind the prefix, which counts as a digit.
fn underscores_are_between_digits(text: &str) -> bool {
    let has_prefix = matches!(
        text.as_bytes(),
        [b'0', b'x' | b'X' | b'o' | b'O' | b'b' | b'B', ..]
    );
    let is_hexadecimal = matches!(text.as_bytes(), [b'0', b'x' | b'X', ..]);
    let mut last = if has_prefix { '0' } else { '^' };
    for character in text[if has_prefix { 2 } else { 0 }..].chars() {
        let is_digit =
            character.is_ascii_digit() || (is_hexadecimal && character.is_ascii_hexdigit());
        let kind = match (is_digit, character) {
            (true, _) => '0',
            (false, '_') => '_',
            (false, _) => '!',
        };
        if (kind == '_' && last != '0') || (kind == '!' && last == '_') {
            return false;
        }
        last = kind;
    }
    last != '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<i64, NumberError>) {
        assert_eq!(parse_int(text, 0), expected, "{text:?}");
    }

    #[test]
    fn integers_of_base_zero_follow_their_prefix() {
        check("10", Ok(10));
        check("-0x1F", Ok(-31));
        check("0b101", Ok(5));
        check("0o17", Ok(15));
        check("017", Ok(15));
        check("1_000", Ok(1000));
        check("0x_ff", Ok(255));
        check("-9223372036854775808", Ok(i64::MIN));
        for text in ["", "-", "08", "0x", "1__0", "_1", "1_", " 1", "1.0"] {
            check(text, Err(NumberError::Syntax));
        }
        check("9223372036854775808", Err(NumberError::IntRange(i64::MAX)));
    }

    #[test]
    fn floats_have_go_forms() {
        assert_eq!(parse_float("1_0.5e1"), Ok(105.0));
        assert_eq!(parse_float("0x1p-2"), Ok(0.25));
        assert_eq!(parse_float("0x1.8p1"), Ok(3.0));
        assert_eq!(parse_float("-Inf"), Ok(f64::NEG_INFINITY));
        assert_eq!(
            parse_float("1e400"),
            Err(NumberError::FloatRange(f64::INFINITY))
        );
        for text in ["", ".", "e1", "0x1", "1e", "nope", "+nan", "1_.5"] {
            assert_eq!(parse_float(text), Err(NumberError::Syntax), "{text:?}");
        }
    }
}
