//! Values: read, merged, set, coalesced, validated.

mod coalesce;
mod schema;
mod set;

use std::sync::Arc;

use rheostat_gotemplate::{Map, Value};
use rheostat_yaml::{Limits, Profile, json, parse};
use thiserror::Error;

pub use coalesce::{CoalesceError, coalesce, coalesce_tables, merge_all, merge_tables};
pub(crate) use schema::validate_against;
pub use schema::{SchemaError, validate};
pub use set::{SetError, Setting, set, set_json, set_literal};

/// How deep values may nest; nothing that YAML can say is deeper.
pub(crate) const MAX_DEPTH: usize = rheostat_gocompat::fmt::MAX_DEPTH;

/// A text does not read as values; the texts are Helm's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct ValuesError(String);

/// Reads the first document of a text as JSON.
pub(crate) fn read_json(text: &[u8]) -> Result<serde_json::Value, String> {
    let convert =
        |error: &dyn ToString| format!("error converting YAML to JSON: {}", error.to_string());
    let node = parse(text, Profile::V2, &Limits::default()).map_err(|error| convert(&error))?;
    match node {
        Some(node) => json::from_node(&node, Profile::V2).map_err(|error| convert(&error)),
        None => Ok(serde_json::Value::Null),
    }
}

/// Reads values from a text of one or more documents; later ones are merged over earlier ones.
///
/// # Errors
/// [`ValuesError`] where a document is no YAML or no map.
pub fn read_documents(text: &[u8]) -> Result<Arc<Map>, ValuesError> {
    let mut values = Arc::new(Map::new());
    let refuse = |problem| ValuesError(format!("cannot unmarshal yaml document: {problem}"));
    for document in documents(text)? {
        let json = read_json(&document).map_err(refuse)?;
        let map = match Value::from(json) {
            Value::Map(map) => map,
            Value::Nil => continue,
            other => return Err(refuse(not_a_map(&other))),
        };
        values = if values.is_empty() {
            map
        } else {
            merge(&values, &map)
        };
    }
    Ok(values)
}

/// Reads values from the first document of a text.
///
/// # Errors
/// The text of Go's decoder, where it is no YAML or no map.
pub fn read_first_document(text: &[u8]) -> Result<Arc<Map>, String> {
    match Value::from(read_json(text)?) {
        Value::Map(map) => Ok(map),
        Value::Nil => Ok(Arc::new(Map::new())),
        other => Err(not_a_map(&other)),
    }
}

fn not_a_map(value: &Value) -> String {
    let kind = match value {
        Value::Bool(_) => "bool",
        Value::Float(_) => "number",
        Value::List(_) => "array",
        _ => "string",
    };
    format!(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}"
    )
}

/// The documents of a text, cut at lines that begin with `---`. As in Helm each line ends with a line feed alone, the last one
/// too.
pub(crate) fn documents(text: &[u8]) -> Result<Vec<Vec<u8>>, ValuesError> {
    let mut documents = Vec::new();
    let mut document = Vec::new();
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let Some(behind) = line.strip_prefix(b"---") {
            let behind = behind.trim_ascii();
            if !behind.is_empty() && !behind.starts_with(b"#") {
                return Err(ValuesError(format!(
                    "error reading yaml document: invalid Yaml document separator: {}",
                    String::from_utf8_lossy(behind)
                )));
            }
            if !document.is_empty() {
                documents.push(std::mem::take(&mut document));
                continue;
            }
        }
        document.extend_from_slice(line);
        document.push(b'\n');
    }
    documents.push(document);
    Ok(documents)
}

/// A new map with the entries of both, those of `over` where both have a key that is not a map in both. Null is a value.
pub fn merge(base: &Map, over: &Map) -> Arc<Map> {
    merge_to_depth(base, over, MAX_DEPTH)
}

fn merge_to_depth(base: &Map, over: &Map, depth: usize) -> Arc<Map> {
    let merged: Map = base.entries().into_iter().collect();
    for (key, value) in over.entries() {
        let merged_value = match (&value, merged.get(&key)) {
            (Value::Map(value), Some(Value::Map(present))) if depth > 0 => {
                Value::Map(merge_to_depth(&present, value, depth - 1))
            }
            _ => value,
        };
        merged.insert(key, merged_value);
    }
    Arc::new(merged)
}

/// The table at the end of a dotted path.
pub(crate) fn table(values: &Arc<Map>, path: &str) -> Option<Arc<Map>> {
    let mut table = Arc::clone(values);
    for key in path.split('.') {
        match table.get(key.as_bytes()) {
            Some(Value::Map(next)) => table = next,
            _ => return None,
        }
    }
    Some(table)
}

/// The value at the end of a dotted path, if it is no table.
pub(crate) fn path_value(values: &Arc<Map>, path: &str) -> Option<Value> {
    let (table_path, key) = match path.rsplit_once('.') {
        Some((table_path, key)) => (Some(table_path), key),
        None => (None, path),
    };
    let table = match table_path {
        Some(path) => table(values, path)?,
        None => Arc::clone(values),
    };
    table
        .get(key.as_bytes())
        .filter(|value| !matches!(value, Value::Map(_)))
}
