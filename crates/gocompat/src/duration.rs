//! Go's `time.Duration`: signed 64-bit nanoseconds, read and printed as Go does.
//!
//! `std::time::Duration` has no sign and another range, and no crate prints `1h0m0s`; every interval, timeout and
//! measured time of the contract is this type. Deliberately absent: arithmetic that could overflow unnoticed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

const NANOSECOND: u64 = 1;
const MICROSECOND: u64 = 1_000;
const MILLISECOND: u64 = 1_000_000;
const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// The magnitude of the most negative duration: 2⁶³ nanoseconds.
const LIMIT: u64 = 1 << 63;

/// A span of time in nanoseconds, with the range, the text and the rounding of Go's `time.Duration`.
///
/// Its JSON form is the text (`"1m0s"`). Reading JSON saturates where [`FromStr`] refuses a value that does not fit:
/// the pattern in the CRDs bounds the shape of a duration and not its size, and one object that fails to decode would
/// fail the list of all objects of its kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(i64);

/// Why a text is no duration, in Go's words.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ParseDurationError {
    /// The text is empty, has no digits where a number is expected, or the value does not fit.
    #[error("time: invalid duration {}", Quoted(.0))]
    Invalid(String),
    /// A number is followed by nothing.
    #[error("time: missing unit in duration {}", Quoted(.0))]
    MissingUnit(String),
    /// A number is followed by something else than `ns`, `us`, `µs`, `ms`, `s`, `m` or `h`.
    #[error("time: unknown unit {} in duration {}", Quoted(.unit), Quoted(.duration))]
    UnknownUnit {
        /// What stands after the number.
        unit: String,
        /// The whole text.
        duration: String,
    },
    /// The text is well-formed and the value is out of range. Go says the same as for [`Self::Invalid`].
    #[error("time: invalid duration {}", Quoted(.duration))]
    OutOfRange {
        /// The whole text.
        duration: String,
    },
}

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// The longest duration: about 292 years.
    pub const MAX: Self = Self(i64::MAX);
    /// The longest negative duration.
    pub const MIN: Self = Self(i64::MIN);

    /// A duration of so many nanoseconds.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// A duration of so many milliseconds; what does not fit saturates.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// A duration of so many seconds; what does not fit saturates.
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000_000))
    }

    /// Nanoseconds, negative ones included.
    pub const fn as_nanos(self) -> i64 {
        self.0
    }

    /// Seconds as a floating-point number.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a nanosecond in 104 days is the unit of least precision"
    )]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// Whether this is no time at all.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// This much less time, never below [`Self::MIN`].
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// This much more time, never above [`Self::MAX`].
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The same span for the standard library; a negative one becomes zero.
    pub const fn to_std(self) -> std::time::Duration {
        std::time::Duration::from_nanos(if self.0 < 0 { 0 } else { self.0.unsigned_abs() })
    }

    /// The span of the standard library, at most [`Self::MAX`].
    pub fn from_std(duration: std::time::Duration) -> Self {
        Self(i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX))
    }

    /// This span rounded to the nearest multiple of `unit`, halves away from zero, as Go's `Round` does. A `unit` that
    /// is zero or negative leaves it as it is.
    #[must_use]
    pub const fn round(self, unit: Self) -> Self {
        if unit.0 <= 0 {
            return self;
        }
        let remainder = self.0 % unit.0;
        let towards_zero = Self(self.0 - remainder);
        let is_half_or_more = remainder.unsigned_abs() >= (unit.0 - remainder.abs()).unsigned_abs();
        match (is_half_or_more, self.0 < 0) {
            (false, _) => towards_zero,
            (true, false) => Self(towards_zero.0.saturating_add(unit.0)),
            (true, true) => Self(towards_zero.0.saturating_sub(unit.0)),
        }
    }
}

impl FromStr for Duration {
    type Err = ParseDurationError;

    /// Reads signed decimal numbers with a unit each, such as `300ms`, `-1.5h` or `2h45m`.
    ///
    /// # Errors
    /// Says what Go says. Only `0` may stand without a unit.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || ParseDurationError::Invalid(text.to_owned());
        let out_of_range = || ParseDurationError::OutOfRange {
            duration: text.to_owned(),
        };
        let (is_negative, unsigned) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        if unsigned == "0" {
            return Ok(Self::ZERO);
        }
        if unsigned.is_empty() {
            return Err(invalid());
        }
        let mut total: u64 = 0;
        let mut rest = unsigned;
        while !rest.is_empty() {
            let (part, after) = Part::read(rest, text)?;
            rest = after;
            total = part
                .nanoseconds()
                .and_then(|nanos| total.checked_add(nanos))
                .filter(|sum| *sum <= LIMIT)
                .ok_or_else(out_of_range)?;
        }
        match (is_negative, i64::try_from(total)) {
            (false, Ok(nanos)) => Ok(Self(nanos)),
            (true, Ok(nanos)) => Ok(Self(-nanos)),
            (true, Err(_)) => Ok(Self::MIN),
            (false, Err(_)) => Err(out_of_range()),
        }
    }
}

impl fmt::Display for Duration {
    /// Prints hours, minutes and seconds (`1h0m0.5s`), and below a second the largest unit that leaves digits before
    /// the point (`1.5ms`).
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        let text = match nanos {
            0 => "0s".to_owned(),
            NANOSECOND..MICROSECOND => format!("{sign}{nanos}ns"),
            MICROSECOND..MILLISECOND => format!(
                "{sign}{}µs",
                Decimal {
                    nanos,
                    unit: MICROSECOND
                }
            ),
            MILLISECOND..SECOND => format!(
                "{sign}{}ms",
                Decimal {
                    nanos,
                    unit: MILLISECOND
                }
            ),
            SECOND..MINUTE => format!(
                "{sign}{}s",
                Decimal {
                    nanos,
                    unit: SECOND
                }
            ),
            MINUTE.. => {
                let seconds = Decimal {
                    nanos: nanos % MINUTE,
                    unit: SECOND,
                };
                let minutes = nanos / MINUTE % 60;
                match nanos / HOUR {
                    0 => format!("{sign}{minutes}m{seconds}s"),
                    hours => format!("{sign}{hours}h{minutes}m{seconds}s"),
                }
            }
        };
        formatter.pad(&text)
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.parse() {
            Err(ParseDurationError::OutOfRange { .. }) if text.starts_with('-') => Ok(Self::MIN),
            Err(ParseDurationError::OutOfRange { .. }) => Ok(Self::MAX),
            read => read.map_err(serde::de::Error::custom),
        }
    }
}

/// One number with its unit.
struct Part {
    whole: u64,
    fraction: u64,
    /// Ten to the number of digits that `fraction` took.
    scale: f64,
    unit: u64,
}

impl Part {
    /// Reads the first part of `rest`; `text` is the whole duration, for messages.
    fn read<'a>(rest: &'a str, text: &str) -> Result<(Self, &'a str), ParseDurationError> {
        let (whole_digits, rest) = split_digits(rest);
        let (fraction_digits, rest) = rest.strip_prefix('.').map_or(("", rest), split_digits);
        if whole_digits.is_empty() && fraction_digits.is_empty() {
            return Err(ParseDurationError::Invalid(text.to_owned()));
        }
        let whole = whole_digits
            .bytes()
            .try_fold(0_u64, |value, digit| {
                let next = value
                    .checked_mul(10)?
                    .checked_add(u64::from(digit - b'0'))?;
                (next <= LIMIT).then_some(next)
            })
            .ok_or_else(|| ParseDurationError::OutOfRange {
                duration: text.to_owned(),
            })?;
        let unit_length = rest
            .find(|character: char| character == '.' || character.is_ascii_digit())
            .unwrap_or(rest.len());
        let (unit, rest) = rest.split_at(unit_length);
        let unit = match unit {
            "" => return Err(ParseDurationError::MissingUnit(text.to_owned())),
            "ns" => NANOSECOND,
            // The second is U+00B5 (micro sign), the third U+03BC (Greek mu).
            "us" | "µs" | "μs" => MICROSECOND,
            "ms" => MILLISECOND,
            "s" => SECOND,
            "m" => MINUTE,
            "h" => HOUR,
            unknown => {
                return Err(ParseDurationError::UnknownUnit {
                    unit: unknown.to_owned(),
                    duration: text.to_owned(),
                });
            }
        };
        let (fraction, scale) = read_fraction(fraction_digits);
        Ok((
            Self {
                whole,
                fraction,
                scale,
                unit,
            },
            rest,
        ))
    }

    /// The magnitude in nanoseconds, or `None` when it is above [`LIMIT`].
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "Go scales the fraction in floating point and cuts it off, and the result is below one unit"
    )]
    fn nanoseconds(&self) -> Option<u64> {
        let whole = self.whole.checked_mul(self.unit)?;
        let fraction = (self.fraction as f64 * (self.unit as f64 / self.scale)) as u64;
        whole.checked_add(fraction).filter(|nanos| *nanos <= LIMIT)
    }
}

/// The leading ASCII digits and what follows them.
fn split_digits(text: &str) -> (&str, &str) {
    let end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at(end)
}

/// The digits after the point as a number and its scale; digits beyond what 63 bits hold are dropped, as in Go.
fn read_fraction(digits: &str) -> (u64, f64) {
    let mut value: u64 = 0;
    let mut scale = 1.0;
    for digit in digits.bytes() {
        if value > (LIMIT - 1) / 10 {
            break;
        }
        let next = value * 10 + u64::from(digit - b'0');
        if next > LIMIT {
            break;
        }
        value = next;
        scale *= 10.0;
    }
    (value, scale)
}

/// A magnitude in units of `unit` nanoseconds, without trailing zeros after the point.
struct Decimal {
    nanos: u64,
    unit: u64,
}

impl fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.nanos / self.unit)?;
        let fraction = self.nanos % self.unit;
        if fraction == 0 {
            return Ok(());
        }
        let width = self.unit.ilog10() as usize;
        let digits = format!("{fraction:0width$}");
        write!(formatter, ".{}", digits.trim_end_matches('0'))
    }
}

/// A text in double quotes as Go's `time` package writes it: bytes outside ASCII become `\xNN`.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("\"")?;
        for byte in self.0.bytes() {
            match byte {
                b'"' | b'\\' => write!(formatter, "\\{}", char::from(byte))?,
                b' '..=0x7f => write!(formatter, "{}", char::from(byte))?,
                _ => write!(formatter, "\\x{byte:02x}")?,
            }
        }
        formatter.write_str("\"")
    }
}

#[cfg(test)]
mod tests;
