//! values.schema.json: JSON Schema, drafts 4 to 2020-12, with the texts of Helm's validator.
//!
//! Absent: references to other documents, which are refused rather than fetched, `unevaluatedProperties`, `unevaluatedItems`,
//! dynamic references and content keywords, which are refused too, and a check of the schema against its own schema. Of formats,
//! `ipv4`, `ipv6`, `uri` and `email` are asserted, by drafts up to 7 only, as in Helm.

mod check;
mod draft;
mod failure;
mod reference;

use rheostat_gotemplate::{Map, Value};
use serde_json::Value as Json;
use thiserror::Error;

use crate::chart::Chart;
use check::Checker;

/// Values do not fit a schema; the text is Helm's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct SchemaError(String);

/// Checks values against the schemas of a chart and its subcharts.
///
/// # Errors
/// [`SchemaError`] with all that does not fit.
pub fn validate(chart: &Chart, values: &Map) -> Result<(), SchemaError> {
    let mut problems = String::new();
    collect(chart, values, &mut problems);
    if problems.is_empty() {
        Ok(())
    } else {
        Err(SchemaError(problems))
    }
}

/// Checks values against one schema.
///
/// # Errors
/// [`SchemaError`] with all that does not fit.
pub(crate) fn validate_against(values: &Map, schema: &[u8]) -> Result<(), SchemaError> {
    validate_one(values, schema).map_err(SchemaError)
}

fn collect(chart: &Chart, values: &Map, problems: &mut String) {
    if let Some(schema) = &chart.schema
        && let Err(problem) = validate_one(values, schema)
    {
        problems.extend([chart.name(), ":\n", &problem]);
    }
    for subchart in &chart.dependencies {
        match values.get(subchart.name().as_bytes()) {
            None | Some(Value::Nil) => {}
            Some(Value::Map(values)) => collect(subchart, &values, problems),
            Some(other) => {
                let actual = other.type_name();
                problems.extend([
                    subchart.name(),
                    ":\ninvalid type for values: expected object (map), got ",
                    &actual,
                    "\n",
                ]);
            }
        }
    }
}

fn validate_one(values: &Map, schema: &[u8]) -> Result<(), String> {
    let schema: Json = serde_json::from_slice(schema).map_err(|error| error.to_string())?;
    let fields = values
        .entries()
        .into_iter()
        .map(|(key, value)| Ok((key.to_str().into_owned(), value.to_json()?)));
    let instance = Json::Object(fields.collect::<Result<_, String>>()?);
    let mut checker = Checker::new(&schema);
    let failures = checker
        .check_root(&instance)
        .map_err(|problem| format!("unable to validate schema: {problem}"))?;
    if failures.is_empty() {
        return Ok(());
    }
    Err(failures
        .iter()
        .map(|failure| failure.display(1))
        .collect::<String>())
}

#[cfg(test)]
mod tests;
