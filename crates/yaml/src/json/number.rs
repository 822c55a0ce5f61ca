//! Floats as Go writes them into JSON and YAML.

use serde_json::Value;

/// From this magnitude on Go writes a JSON number with an exponent (`encoding/json` floatEncoder).
const EXPONENT_FROM: f64 = 1e21;

/// The number that a finite float becomes on its way through JSON text: an integer where Go prints no fraction.
pub(crate) fn from_float(value: f64) -> Value {
    let is_negative_zero = value == 0.0 && value.is_sign_negative();
    if value.fract() != 0.0 || value.abs() >= EXPONENT_FROM || is_negative_zero {
        return Value::from(value);
    }
    // The shortest digits, filled up with zeros: -2^63 is -9223372036854776000 and no longer an integer.
    let text = value.to_string();
    let signed = text.parse::<i64>().map(Value::from);
    signed
        .or_else(|_| text.parse::<u64>().map(Value::from))
        .unwrap_or_else(|_| Value::from(value))
}

/// `strconv.FormatFloat(value, 'g', -1, 64)` with YAML's infinities: what both emitters print.
pub(crate) fn format_float(value: f64) -> String {
    general(value, &format!("{value:e}"))
}

/// The same in 32 bits, as `sigs.k8s.io/yaml` writes keys.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the reference rounds to 32 bits"
)]
pub(crate) fn format_float_key(value: f64) -> String {
    general(value, &format!("{:e}", value as f32))
}

/// Go's shortest `%g` from the shortest digits: with an exponent below 1e-4 and from 1e6 on.
fn general(value: f64, scientific: &str) -> String {
    if value.is_nan() {
        return ".nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = mantissa
        .strip_prefix('-')
        .map_or(("", mantissa), |mantissa| ("-", mantissa));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    if (-4..6).contains(&exponent) {
        return sign.to_owned() + &positional(&digits, exponent);
    }
    let fraction = if digits.len() > 1 {
        format!(".{}", &digits[1..])
    } else {
        String::new()
    };
    let exponent_sign = if exponent < 0 { '-' } else { '+' };
    format!(
        "{sign}{}{fraction}e{exponent_sign}{:02}",
        &digits[..1],
        exponent.abs()
    )
}

fn positional(digits: &str, exponent: i32) -> String {
    if exponent < 0 {
        let zeros = usize::try_from(-exponent - 1).unwrap_or(0);
        return format!("0.{}{digits}", "0".repeat(zeros));
    }
    let whole = usize::try_from(exponent).unwrap_or(0) + 1;
    if digits.len() <= whole {
        return digits.to_owned() + &"0".repeat(whole - digits.len());
    }
    format!("{}.{}", &digits[..whole], &digits[whole..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: f64, yaml: &str, json: &str) {
        assert_eq!(format_float(value), yaml);
        assert_eq!(from_float(value).to_string(), json);
    }

    #[test]
    fn as_go_prints() {
        check(0.1, "0.1", "0.1");
        check(999_999.5, "999999.5", "999999.5");
        check(1_000_000.5, "1.0000005e+06", "1000000.5");
        check(0.0001, "0.0001", "0.0001");
        check(0.000_01, "1e-05", "0.00001");
        check(5.0, "5", "5");
        check(-0.0, "-0", "-0.0");
        check(1e20, "1e+20", "1e+20");
        check(12.5, "12.5", "12.5");
        check(
            -9_223_372_036_854_775_808.0,
            "-9.223372036854776e+18",
            "-9.223372036854776e+18",
        );
    }
}
