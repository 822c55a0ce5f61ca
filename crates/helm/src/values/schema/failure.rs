//! What does not fit, and how Helm tells it.

use rheostat_gocompat::strconv;
use serde_json::Value as Json;

/// A part of the values that does not fit a part of the schema.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    /// The path of the part of the values.
    pub(super) location: String,
    pub(super) kind: Kind,
    pub(super) causes: Vec<Self>,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// Several failures of one schema.
    Group,
    /// The failures of a schema that was referred to; one alone stands for itself.
    Reference,
    /// Anything else, in the validator's words.
    Message(String),
}

impl Failure {
    /// One line for each failure, those that caused it indented below it.
    pub(super) fn display(&self, depth: usize) -> String {
        let is_skipped = matches!(self.kind, Kind::Reference) && self.causes.len() == 1;
        let mut output = String::new();
        if !is_skipped {
            let message = match &self.kind {
                Kind::Group | Kind::Reference => "validation failed",
                Kind::Message(message) => message,
            };
            output = format!(
                "{}- at {}: {message}\n",
                "  ".repeat(depth - 1),
                quoted(&self.location)
            );
        }
        let depth = if is_skipped { depth } else { depth + 1 };
        output.extend(self.causes.iter().map(|cause| cause.display(depth)));
        output
    }
}

/// A text in single quotes.
pub(super) fn quoted(text: &str) -> String {
    let quoted = strconv::quote_str(text);
    let inner = quoted[1..quoted.len() - 1]
        .replace("\\\"", "\"")
        .replace('\'', "\\'");
    format!("'{inner}'")
}

pub(super) fn joined(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    quoted.join(", ")
}

/// A constant of the schema.
pub(super) fn constant(value: &Json) -> String {
    match value {
        Json::Null => "<nil>".to_owned(),
        Json::String(text) => quoted(text),
        Json::Array(_) | Json::Object(_) => "value".to_owned(),
        other => other.to_string(),
    }
}

/// A number with commas between thousands and at most three places, as its texts are in English.
pub(super) fn number(value: f64) -> String {
    let rounded = format!("{value:.3}");
    let trimmed = rounded.trim_end_matches('0').trim_end_matches('.');
    let (sign, magnitude) = trimmed
        .strip_prefix('-')
        .map_or(("", trimmed), |magnitude| ("-", magnitude));
    let (whole, fraction) = magnitude
        .split_once('.')
        .map_or((magnitude, String::new()), |(whole, fraction)| {
            (whole, format!(".{fraction}"))
        });
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}{fraction}")
}
