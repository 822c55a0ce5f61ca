//! Writing floats.

/// The decimal digits of a positive number, without trailing zeros: 0.d₁d₂… × 10^`point`.
struct Decimal {
    digits: Vec<u8>,
    point: i32,
}

/// Writes a float as `strconv.FormatFloat` does.
///
/// `verb` is one of `e E f F g G x X b`; without a precision the digits are the fewest that read back as the same number.
/// `bits` is 32 or 64: which width those digits must tell apart.
pub fn format_float(value: f64, verb: char, precision: Option<usize>, bits: u32) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if value.is_infinite() {
        return if sign.is_empty() {
            "+Inf".to_owned()
        } else {
            "-Inf".to_owned()
        };
    }
    let magnitude = value.abs();
    let body = match verb {
        'e' | 'E' => {
            let decimal = precision.map_or_else(
                || shortest(magnitude, bits),
                |precision| rounded(magnitude, precision + 1),
            );
            exponent_form(
                &decimal,
                precision.unwrap_or(decimal.digits.len().saturating_sub(1)),
                verb,
            )
        }
        'f' | 'F' => match precision {
            Some(precision) => format!("{magnitude:.precision$}"),
            None => plain_form(&shortest(magnitude, bits)),
        },
        'x' | 'X' => hexadecimal_form(magnitude, precision, verb),
        'b' => binary_form(magnitude),
        _ => general_form(
            magnitude,
            precision,
            bits,
            if verb == 'G' { 'E' } else { 'e' },
        ),
    };
    format!("{sign}{body}")
}

fn shortest(magnitude: f64, bits: u32) -> Decimal {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the caller says that the value is a 32-bit float"
    )]
    let text = if bits == 32 {
        format!("{:e}", magnitude as f32)
    } else {
        format!("{magnitude:e}")
    };
    from_exponent_text(&text)
}

/// The number rounded to `count` significant digits.
fn rounded(magnitude: f64, count: usize) -> Decimal {
    from_exponent_text(&format!("{magnitude:.*e}", count.saturating_sub(1)))
}

/// Takes apart what Rust's `{:e}` writes: `d.ddde±x`.
fn from_exponent_text(text: &str) -> Decimal {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let point = if digits.is_empty() { 0 } else { exponent + 1 };
    Decimal {
        digits: digits.as_bytes().to_vec(),
        point,
    }
}

impl Decimal {
    fn digit(&self, index: usize) -> char {
        char::from(self.digits.get(index).copied().unwrap_or(b'0'))
    }

    fn len(&self) -> i32 {
        i32::try_from(self.digits.len()).unwrap_or(i32::MAX)
    }
}

fn exponent_form(decimal: &Decimal, precision: usize, mark: char) -> String {
    let mut output = String::from(decimal.digit(0));
    if precision > 0 {
        output.push('.');
        output.extend((1..=precision).map(|index| decimal.digit(index)));
    }
    let exponent = if decimal.digits.is_empty() {
        0
    } else {
        decimal.point - 1
    };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{output}{mark}{sign}{:02}", exponent.unsigned_abs())
}

fn plain_form(decimal: &Decimal) -> String {
    let mut output = String::new();
    if decimal.point > 0 {
        output.extend((0..decimal.point.unsigned_abs() as usize).map(|index| decimal.digit(index)));
    } else {
        output.push('0');
    }
    if decimal.len() > decimal.point {
        output.push('.');
        output.extend((decimal.point..0).map(|_| '0'));
        let start = usize::try_from(decimal.point).unwrap_or(0);
        output.extend((start..decimal.digits.len()).map(|index| decimal.digit(index)));
    }
    output
}

fn general_form(magnitude: f64, precision: Option<usize>, bits: u32, mark: char) -> String {
    let decimal = match precision {
        None => shortest(magnitude, bits),
        Some(precision) => rounded(magnitude, precision.max(1)),
    };
    let count = decimal.digits.len();
    let limit = match precision {
        // The shortest form is decided as if six digits had been asked for.
        None => 6,
        Some(precision) => {
            let precision = i32::try_from(precision.max(1)).unwrap_or(i32::MAX);
            if precision > decimal.len() && decimal.len() >= decimal.point {
                decimal.len()
            } else {
                precision
            }
        }
    };
    let exponent = decimal.point - 1;
    let limit = if precision.is_none() {
        21.min(limit)
    } else {
        limit
    };
    if !decimal.digits.is_empty() && (exponent < -4 || exponent >= limit) {
        return exponent_form(&decimal, count.saturating_sub(1), mark);
    }
    plain_form(&decimal)
}

/// `0x1.8p+01`: a normalised mantissa in hexadecimal and a binary exponent of at least two digits.
fn hexadecimal_form(magnitude: f64, precision: Option<usize>, verb: char) -> String {
    let (mut mantissa, mut exponent) = mantissa_and_exponent(magnitude);
    if mantissa != 0 {
        // One bit stands before the point, 60 behind it.
        let shift = mantissa.leading_zeros().saturating_sub(3);
        mantissa <<= shift;
        exponent += 60 - i32::try_from(shift).unwrap_or(0);
    }
    if let Some(kept) = precision
        .map(|precision| 4 * precision)
        .filter(|kept| *kept < 60)
    {
        let dropped = 60 - kept;
        let (half, rest) = (1u64 << (dropped - 1), mantissa & ((1 << dropped) - 1));
        mantissa >>= dropped;
        // Halves go to the even neighbour.
        if rest > half || (rest == half && mantissa & 1 == 1) {
            mantissa += 1;
        }
        mantissa <<= dropped;
        if mantissa >> 61 == 1 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let fraction = format!("{:015x}", mantissa & ((1 << 60) - 1));
    let fraction = match precision {
        None => fraction.trim_end_matches('0').to_owned(),
        Some(precision) => format!("{fraction:0<precision$}")[..precision].to_owned(),
    };
    let dot = if fraction.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    let text = format!(
        "0x{}{dot}{fraction}p{sign}{:02}",
        mantissa >> 60,
        exponent.unsigned_abs()
    );
    if verb == 'X' {
        text.to_ascii_uppercase()
    } else {
        text
    }
}

/// The whole mantissa as a decimal number and its power of two: `4503599627370496p-52`.
fn binary_form(magnitude: f64) -> String {
    let (mantissa, exponent) = mantissa_and_exponent(magnitude);
    let exponent = if mantissa == 0 { -1074 } else { exponent };
    format!("{mantissa}p{exponent:+}")
}

fn mantissa_and_exponent(magnitude: f64) -> (u64, i32) {
    let bits = magnitude.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    let biased = i32::try_from(bits >> 52 & 0x7ff).unwrap_or(0);
    match (biased, fraction) {
        (0, 0) => (0, 0),
        (0, fraction) => (fraction, -1074),
        (biased, fraction) => (fraction | 1 << 52, biased - 1075),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: f64, verb: char, precision: Option<usize>, expected: &str) {
        assert_eq!(
            format_float(value, verb, precision, 64),
            expected,
            "{value} {verb} {precision:?}"
        );
    }

    #[test]
    fn shortest_general_form_turns_to_exponents_beyond_six_digits() {
        for (value, expected) in [
            (1.5, "1.5"),
            (123_456.789, "123456.789"),
            (999_999.0, "999999"),
            (1_000_000.0, "1e+06"),
            (1_234_567.0, "1.234567e+06"),
            (1e20, "1e+20"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (-0.0, "-0"),
            (f64::NEG_INFINITY, "-Inf"),
        ] {
            check(value, 'g', None, expected);
        }
    }

    #[test]
    fn precisions_round_exactly() {
        check(2.5, 'f', Some(0), "2");
        check(1.005, 'f', Some(2), "1.00");
        check(1234.5678, 'e', Some(3), "1.235e+03");
        check(1234.5678, 'g', Some(3), "1.23e+03");
        check(100.0, 'g', Some(3), "100");
        check(100_000.0, 'g', Some(17), "100000");
        check(0.0, 'e', Some(2), "0.00e+00");
        check(1e21, 'f', None, "1000000000000000000000");
        check(1.25e-7, 'f', None, "0.000000125");
    }

    #[test]
    fn binary_and_hexadecimal_forms() {
        check(1.0, 'b', None, "4503599627370496p-52");
        check(1.0, 'x', None, "0x1p+00");
        check(-3.5, 'x', None, "-0x1.cp+01");
        check(1.99, 'x', Some(1), "0x1.0p+01");
        check(0.0, 'X', Some(2), "0X0.00P+00");
    }
}
