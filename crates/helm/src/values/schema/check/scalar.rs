//! Strings and numbers.

use std::net::{Ipv4Addr, Ipv6Addr};

use rheostat_gocompat::regexp::Regexp;
use serde_json::{Number, Value as Json};

use super::{Checked, Failures, size_of};
use crate::values::schema::{
    draft::Draft,
    failure::{number as text, quoted},
};

pub(super) fn string(schema: &Json, value: &str, failures: &mut Failures<'_>) -> Checked<()> {
    let count = |name: &str| schema.get(name).and_then(Json::as_f64);
    let size = size_of(value.chars().count());
    if let Some(least) = count("minLength").filter(|least| size < *least) {
        failures.add(format!(
            "minLength: got {}, want {}",
            text(size),
            text(least)
        ));
    }
    if let Some(most) = count("maxLength").filter(|most| size > *most) {
        failures.add(format!(
            "maxLength: got {}, want {}",
            text(size),
            text(most)
        ));
    }
    if let Some(pattern) = schema.get("pattern").and_then(Json::as_str) {
        let regexp = Regexp::compile(pattern).map_err(|error| error.to_string())?;
        if !regexp.is_match(value) {
            failures.add(format!(
                "{} does not match pattern {}",
                quoted(value),
                quoted(pattern)
            ));
        }
    }
    Ok(())
}

pub(super) fn number(schema: &Json, value: &Number, draft: Draft, failures: &mut Failures<'_>) {
    let Some(value) = value.as_f64() else { return };
    let bound = |name: &str| schema.get(name).and_then(Json::as_f64);
    // Draft 4 says by a boolean whether the bound itself is out.
    let is_exclusive =
        |name: &str| draft == Draft::Four && schema.get(name) == Some(&Json::Bool(true));
    let mut check = |name: &str, limit: Option<f64>, is_broken: fn(f64, f64) -> bool| {
        if let Some(limit) = limit.filter(|limit| is_broken(value, *limit)) {
            failures.add(format!("{name}: got {}, want {}", text(value), text(limit)));
        }
    };
    let (least, most) = (bound("minimum"), bound("maximum"));
    if is_exclusive("exclusiveMinimum") {
        check("exclusiveMinimum", least, |value, limit| value <= limit);
    } else {
        check("minimum", least, |value, limit| value < limit);
    }
    if is_exclusive("exclusiveMaximum") {
        check("exclusiveMaximum", most, |value, limit| value >= limit);
    } else {
        check("maximum", most, |value, limit| value > limit);
    }
    check(
        "exclusiveMinimum",
        bound("exclusiveMinimum"),
        |value, limit| value <= limit,
    );
    check(
        "exclusiveMaximum",
        bound("exclusiveMaximum"),
        |value, limit| value >= limit,
    );
    check("multipleOf", bound("multipleOf"), |value, factor| {
        // A share of the quotient that rounding alone can make.
        let quotient = value / factor;
        (quotient - quotient.round()).abs() > 1e-9 * quotient.abs().max(1.0)
    });
}

/// What is wrong with a string's format, of those that are asserted.
pub(super) fn format_problem(schema: &Json, instance: &Json) -> Option<String> {
    let (Some(format), Json::String(value)) =
        (schema.get("format").and_then(Json::as_str), instance)
    else {
        return None;
    };
    let problem = match format {
        "ipv4" if value.parse::<Ipv4Addr>().is_err() => "invalid ipv4 address",
        "ipv6" if value.parse::<Ipv6Addr>().is_err() => "invalid ipv6 address",
        "uri" if !value.contains(':') => "relative url",
        "email" if !value.contains('@') => "missing @",
        _ => return None,
    };
    Some(format!(
        "{} is not valid {format}: {problem}",
        quoted(value)
    ))
}
