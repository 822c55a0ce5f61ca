//! One entry of an index: a version of a chart.

use rheostat_gocompat::semver::Version;
use serde::Serialize;
use serde_json::{Map, Value};

use super::fields::{ENTRY, METADATA, Reading};
use super::write;
use super::{Index, Kept};
use crate::chart::Metadata;
use crate::release::ReleasedMetadata;

/// Helm's complaint that it forgives in an index.
const REPEATED_DEPENDENCY: &str = "more than one dependency with name or alias";

/// What is written of an entry besides the metadata, in Helm's order.
#[derive(Serialize)]
struct Written<'e> {
    #[serde(flatten)]
    metadata: &'e ReleasedMetadata,
    urls: Option<&'e Value>,
    created: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    removed: Option<bool>,
    #[serde(skip_serializing_if = "str::is_empty")]
    digest: &'e str,
    #[serde(skip_serializing_if = "str::is_empty")]
    checksum: &'e str,
    #[serde(skip_serializing_if = "str::is_empty")]
    engine: &'e str,
    #[serde(rename = "tillerVersion", skip_serializing_if = "str::is_empty")]
    tiller_version: &'e str,
    #[serde(skip_serializing_if = "str::is_empty")]
    url: &'e str,
}

impl Index {
    /// Takes up one entry, unless it is invalid.
    pub(super) fn add(&mut self, chart: &str, entry: Value, is_yaml: bool) -> Result<(), String> {
        let fields = match entry {
            Value::Object(fields) => fields,
            Value::Null => {
                self.skipped.add(chart, "", "empty entry");
                return Ok(());
            }
            other => {
                return Err(format!(
                    "json: cannot unmarshal {} into Go struct field IndexFile.entries of type repo.ChartVersion",
                    rheostat_gocompat::json::kind(&other)
                ));
            }
        };
        let Parts { metadata, own } = split(fields, is_yaml)?;
        let json = Value::Object(metadata);
        let metadata = match valid(&json) {
            Ok(metadata) => metadata,
            Err(problem) => {
                let version = json["version"].as_str().unwrap_or_default();
                self.skipped.add(chart, version, &problem);
                return Ok(());
            }
        };
        let kept = Kept {
            version: Version::parse(&metadata.version).ok(),
            text: self.write_entry(&metadata, &own),
        };
        self.versions_of(chart).push(kept);
        Ok(())
    }

    /// The versions of a chart, which has none yet if it is new.
    pub(super) fn versions_of(&mut self, chart: &str) -> &mut Vec<Kept> {
        if !self.charts.contains_key(chart) {
            self.charts.insert(chart.to_owned(), Vec::new());
        }
        self.charts.entry(chart.to_owned()).or_default()
    }

    /// Appends an entry to the text.
    fn write_entry(
        &mut self,
        metadata: &ReleasedMetadata,
        own: &Map<String, Value>,
    ) -> std::ops::Range<usize> {
        let text = |name: &str| own.get(name).and_then(Value::as_str).unwrap_or_default();
        let written = Written {
            metadata,
            urls: own.get("urls"),
            created: own
                .get("created")
                .and_then(Value::as_str)
                .unwrap_or(write::NO_TIME),
            removed: own
                .get("removed")
                .and_then(Value::as_bool)
                .filter(|is_removed| *is_removed),
            digest: text("digest"),
            checksum: text("checksum"),
            engine: text("engine"),
            tiller_version: text("tillerVersion"),
            url: text("url"),
        };
        let start = self.text.len();
        write::value(&mut self.text, &written, write::ENTRY_LEVEL);
        start..self.text.len()
    }
}

/// The fields of an entry, by the names that Helm gives them.
#[derive(Default)]
struct Parts {
    metadata: Map<String, Value>,
    /// Those that are no metadata.
    own: Map<String, Value>,
}

/// Tells the metadata from the entry's own fields.
fn split(fields: Map<String, Value>, is_yaml: bool) -> Result<Parts, String> {
    let mut parts = Parts::default();
    for (key, value) in fields {
        let mut reading = Reading {
            is_yaml,
            is_text_coerced: false,
        };
        if let Some((name, shape)) = METADATA.find(&key) {
            if let Some(value) = METADATA.checked(name, shape, value, reading)? {
                parts.metadata.insert(name.to_owned(), value);
            }
        } else if let Some((name, shape)) = ENTRY.find(&key) {
            reading.is_text_coerced = is_yaml;
            if let Some(value) = ENTRY.checked(name, shape, value, reading)? {
                parts.own.insert(name.to_owned(), value);
            }
        } else {
            reading.unknown(&key)?;
        }
    }
    Ok(parts)
}

/// The metadata as it is written, if it is valid.
fn valid(json: &Value) -> Result<ReleasedMetadata, String> {
    for name in ["maintainers", "dependencies"] {
        let items = json.get(name).and_then(Value::as_array);
        if items.is_some_and(|items| items.contains(&Value::Null)) {
            return Err(format!(
                "validation: {name} must not contain empty or null nodes"
            ));
        }
    }
    let mut metadata = Metadata::default();
    metadata.merge(json)?;
    if metadata.api_version.is_empty() {
        "v1".clone_into(&mut metadata.api_version);
    }
    if let Err(problem) = metadata.validate() {
        let problem = problem.to_string();
        if !problem.contains(REPEATED_DEPENDENCY) {
            return Err(problem);
        }
    }
    Ok(metadata.declared())
}
