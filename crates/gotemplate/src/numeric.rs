//! Conversions between numbers as Go makes them on 64-bit machines.

/// The nearest float.
#[expect(
    clippy::cast_precision_loss,
    reason = "Go rounds to the nearest float too"
)]
pub(crate) fn int_to_float(number: i64) -> f64 {
    number as f64
}

/// The nearest float.
#[expect(
    clippy::cast_precision_loss,
    reason = "Go rounds to the nearest float too"
)]
pub(crate) fn uint_to_float(number: u64) -> f64 {
    number as f64
}

/// Truncates; what does not fit is the least integer, as on amd64.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
pub(crate) fn float_to_int(number: f64) -> i64 {
    // 2⁶³ is the first float beyond the largest integer.
    let limit = 9_223_372_036_854_775_808.0;
    if (-limit..limit).contains(&number) {
        number as i64
    } else {
        i64::MIN
    }
}

/// Truncates; what does not fit saturates.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates"
)]
pub(crate) fn float_to_uint(number: f64) -> u64 {
    number as u64
}

/// A size as an `int`.
pub(crate) fn size_to_int(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// The integer that the float is exactly, if it is one.
#[expect(
    clippy::float_cmp,
    reason = "the question is whether nothing at all was lost"
)]
pub(crate) fn to_exact_int(float: f64) -> Option<i64> {
    Some(float_to_int(float)).filter(|number| int_to_float(*number) == float)
}

/// The unsigned integer that the float is exactly, if it is one.
#[expect(
    clippy::float_cmp,
    reason = "the question is whether nothing at all was lost"
)]
pub(crate) fn to_exact_uint(float: f64) -> Option<u64> {
    Some(float_to_uint(float)).filter(|number| uint_to_float(*number) == float)
}
