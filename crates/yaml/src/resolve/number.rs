//! Numbers as go-yaml reads them: Go's `strconv` with base 0, underscores dropped, plus YAML's own float spellings.

use std::borrow::Cow;

use crate::Profile;
use crate::node::ScalarValue;

/// The integer that a text is, if it is one within the range of `int64` or `uint64`.
pub(crate) fn integer(text: &str, profile: Profile) -> Option<ScalarValue<'static>> {
    let text = without_underscores(text);
    signed(&text)
        .map(ScalarValue::Int)
        .or_else(|| unsigned(&text).map(ScalarValue::Uint))
        .or_else(|| signed_after_prefix(&text, profile))
}

/// The float that a text is, if it is one that is finite or spelled as an infinity.
pub(crate) fn float(text: &str) -> Option<f64> {
    match text {
        ".nan" | ".NaN" | ".NAN" => return Some(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Some(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Some(f64::NEG_INFINITY),
        _ => {}
    }
    let text = without_underscores(text);
    if !is_decimal_float(&text) {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

fn without_underscores(text: &str) -> Cow<'_, str> {
    if text.contains('_') {
        Cow::Owned(text.replace('_', ""))
    } else {
        Cow::Borrowed(text)
    }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_decimal_float(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let has_digits = !whole.is_empty() || !fraction.is_empty();
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    has_digits && digits(whole) && digits(fraction) && exponent_fits
}

fn signed(text: &str) -> Option<i64> {
    let (is_negative, magnitude) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let magnitude = unsigned(magnitude)?;
    if is_negative {
        0_i64.checked_sub_unsigned(magnitude)
    } else {
        i64::try_from(magnitude).ok()
    }
}

/// A number without sign, its base told by `0x`, `0o`, `0b` or a leading `0`.
fn unsigned(text: &str) -> Option<u64> {
    let (digits, radix) = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&text[2..], 16),
        [b'0', b'o' | b'O', ..] => (&text[2..], 8),
        [b'0', b'b' | b'B', ..] => (&text[2..], 2),
        [b'0', _, ..] => (&text[1..], 8),
        _ => (text, 10),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    u64::from_str_radix(digits, radix).ok()
}

/// go-yaml strips `0b`, and `0o` in v3, itself and parses the rest with a sign, so that `0b-11` is -3.
fn signed_after_prefix(text: &str, profile: Profile) -> Option<ScalarValue<'static>> {
    let (rest, radix) = match text.as_bytes() {
        [b'0', b'b', ..] => (&text[2..], 2),
        [b'0', b'o', ..] if profile == Profile::V3 => (&text[2..], 8),
        _ => return None,
    };
    i64::from_str_radix(rest, radix).ok().map(ScalarValue::Int)
}
