//! An answer other than success, in words. Pure.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

/// Characters of an answer that is no list of errors which are told.
const MAX_BODY_CHARACTERS: usize = 512;
/// Errors of one answer that are told.
const MAX_ERRORS: usize = 8;
/// Levels of an error's detail that are told.
const MAX_DEPTH: usize = 4;

/// An answer other than success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The method of the request.
    pub method: String,
    /// The address that was asked.
    pub url: String,
    /// The number of the status.
    pub status: u16,
    /// What the registry says about it.
    pub body: String,
}

/// The shape of errors, from the distribution specification.
#[derive(Deserialize)]
struct Errors {
    errors: Vec<Detailed>,
}

#[derive(Deserialize)]
struct Detailed {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    detail: Value,
}

impl Refusal {
    /// Whether the registry wants other credentials.
    pub fn is_about_credentials(&self) -> bool {
        matches!(self.status, 401 | 403)
    }
}

/// As go-containerregistry has it: scripts look for these words.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: ", self.method, self.url)?;
        let errors = serde_json::from_str(&self.body)
            .map(|Errors { errors }| errors)
            .unwrap_or_default();
        match &*errors {
            [] => self.write_status(f),
            [only] => f.write_str(&told(only)),
            several => {
                let told: Vec<String> = several.iter().take(MAX_ERRORS).map(told).collect();
                write!(f, "multiple errors returned: {}", told.join("; "))
            }
        }
    }
}

impl Refusal {
    fn write_status(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unexpected status code {}", self.status)?;
        let status = http::StatusCode::from_u16(self.status);
        if let Some(name) = status.ok().and_then(|status| status.canonical_reason()) {
            write!(f, " {name}")?;
        }
        let body: String = self.body.chars().take(MAX_BODY_CHARACTERS).collect();
        match (body.trim(), &*self.method) {
            ("", "HEAD") => f.write_str(" (HEAD responses have no body, use GET for details)"),
            ("", _) => Ok(()),
            (body, _) => write!(f, ": {body}"),
        }
    }
}

fn told(error: &Detailed) -> String {
    let mut text = format!("{}: {}", error.code, error.message);
    if !error.detail.is_null() {
        text.push_str("; ");
        write_value(&mut text, &error.detail, MAX_DEPTH);
    }
    text
}

/// As Go prints a value of any type.
fn write_value(text: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Null => text.push_str("<nil>"),
        Value::String(string) => text.push_str(string),
        Value::Bool(_) | Value::Number(_) => text.push_str(&value.to_string()),
        Value::Array(_) | Value::Object(_) if depth == 0 => text.push_str("..."),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { " " });
                write_value(text, item, depth - 1);
            }
            text.push(']');
        }
        Value::Object(fields) => {
            text.push_str("map[");
            for (index, (key, field)) in fields.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { " " });
                text.push_str(key);
                text.push(':');
                write_value(text, field, depth - 1);
            }
            text.push(']');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(method: &str, status: u16, body: &str, expected: &str) {
        let refusal = Refusal {
            method: method.to_owned(),
            url: "http://r/v2/".to_owned(),
            status,
            body: body.to_owned(),
        };
        assert_eq!(
            refusal.to_string(),
            format!("{method} http://r/v2/: {expected}")
        );
    }

    #[test]
    fn errors_are_told_as_go_tells_them() {
        check(
            "GET",
            404,
            r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":"unknown tag=v2"}]}"#,
            "MANIFEST_UNKNOWN: manifest unknown; unknown tag=v2",
        );
        check(
            "GET",
            401,
            r#"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required","detail":[{"Type":"repository","Class":"","Name":"app","Action":"pull"}]}]}"#,
            "UNAUTHORIZED: authentication required; [map[Action:pull Class: Name:app Type:repository]]",
        );
        check(
            "GET",
            400,
            r#"{"errors":[{"code":"A","message":"a"},{"code":"B","detail":null}]}"#,
            "multiple errors returned: A: a; B: ",
        );
    }

    #[test]
    fn other_answers_are_told_in_part() {
        check(
            "GET",
            500,
            "",
            "unexpected status code 500 Internal Server Error",
        );
        check("GET", 799, "no", "unexpected status code 799: no");
        check(
            "HEAD",
            404,
            "",
            "unexpected status code 404 Not Found (HEAD responses have no body, use GET for details)",
        );
        let long = "x".repeat(10_000);
        let cut = &long[..MAX_BODY_CHARACTERS];
        check(
            "GET",
            404,
            &long,
            &format!("unexpected status code 404 Not Found: {cut}"),
        );
        let deep = format!(
            r#"{{"errors":[{{"code":"A","detail":{}{}}}]}}"#,
            "[".repeat(9),
            "]".repeat(9)
        );
        check("GET", 400, &deep, "A: ; [[[[...]]]]");
    }
}
