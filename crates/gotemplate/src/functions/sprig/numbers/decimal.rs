//! Decimal arithmetic on floats, so that 0.1 and 0.2 make 0.3 (shopspring/decimal).

use super::super::super::{arguments::Answer, cast::to_float};
use crate::{function::CallError, value::Value};

/// Digits behind the point that a division keeps (shopspring's `DivisionPrecision`).
const DIVISION_PLACES: i32 = 16;

/// `mantissa` × 10^`exponent`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decimal {
    mantissa: i128,
    exponent: i32,
}

/// An operation on two decimals; none where the result does not fit.
pub(super) type Operation = fn(Decimal, Decimal) -> Option<Decimal>;

/// Combines a value with others, one after another.
pub(super) fn fold(first: &Value, others: &[Value], operation: Operation) -> Answer {
    let mut result = Decimal::from_float(to_float(first));
    for other in others {
        let other = Decimal::from_float(to_float(other));
        let is_division = std::ptr::fn_addr_eq(operation, divide as Operation);
        if is_division && other.is_some_and(|other| other.mantissa == 0) {
            return Err(CallError::new("decimal division by 0"));
        }
        result = result
            .zip(other)
            .and_then(|(left, right)| operation(left, right));
    }
    let too_large = || CallError::new("decimal arithmetic beyond 38 digits is not supported");
    Ok(Value::Float(result.ok_or_else(too_large)?.to_float()))
}

pub(super) fn add(left: Decimal, right: Decimal) -> Option<Decimal> {
    let exponent = left.exponent.min(right.exponent);
    let mantissa = left
        .rescaled(exponent)?
        .checked_add(right.rescaled(exponent)?)?;
    Some(Decimal { mantissa, exponent })
}

pub(super) fn subtract(left: Decimal, right: Decimal) -> Option<Decimal> {
    add(
        left,
        Decimal {
            mantissa: right.mantissa.checked_neg()?,
            ..right
        },
    )
}

pub(super) fn multiply(left: Decimal, right: Decimal) -> Option<Decimal> {
    let mantissa = left.mantissa.checked_mul(right.mantissa)?;
    Some(Decimal {
        mantissa,
        exponent: left.exponent + right.exponent,
    })
}

/// Halves are rounded away from zero.
pub(super) fn divide(left: Decimal, right: Decimal) -> Option<Decimal> {
    let shift = left.exponent - right.exponent + DIVISION_PLACES;
    let (mut dividend, mut divisor) = (left.mantissa, right.mantissa);
    let power = 10i128.checked_pow(shift.unsigned_abs())?;
    if shift >= 0 {
        dividend = dividend.checked_mul(power)?;
    } else {
        divisor = divisor.checked_mul(power)?;
    }
    let (quotient, rest) = (
        dividend.checked_div(divisor)?,
        dividend.checked_rem(divisor)?,
    );
    let is_half = rest.unsigned_abs().checked_mul(2)? >= divisor.unsigned_abs();
    let away = if (dividend < 0) == (divisor < 0) {
        1
    } else {
        -1
    };
    let mantissa = if is_half {
        quotient.checked_add(away)?
    } else {
        quotient
    };
    Some(Decimal {
        mantissa,
        exponent: -DIVISION_PLACES,
    })
}

impl Decimal {
    /// The fewest digits that read back as the float.
    fn from_float(number: f64) -> Option<Self> {
        let text = format!("{number:e}");
        let (mantissa, exponent) = text.split_once('e')?;
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let exponent = exponent.parse::<i32>().ok()? - i32::try_from(fraction.len()).ok()?;
        Some(Self {
            mantissa: digits.parse().ok()?,
            exponent,
        })
    }

    fn rescaled(self, exponent: i32) -> Option<i128> {
        self.mantissa
            .checked_mul(10i128.checked_pow(u32::try_from(self.exponent - exponent).ok()?)?)
    }

    fn to_float(self) -> f64 {
        format!("{}e{}", self.mantissa, self.exponent)
            .parse()
            .unwrap_or(f64::NAN)
    }
}
