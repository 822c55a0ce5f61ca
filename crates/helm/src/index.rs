//! Indexes of chart repositories: which versions of which charts there are, and where.
//!
//! [`Index::parse`] reads what a repository serves, JSON or YAML, as Helm does: YAML strictly, entries that are invalid left out,
//! versions sorted. One entry at a time is taken apart, and what is kept of it is the text that [`Index::write_json`] puts out, so
//! that memory stays within a few times the size of the text. [`versions`] finds one chart in such a text, and [`choose`] one
//! version in a range.
//!
//! Absent: downloads, addresses relative to the repository, and the merging of indexes.

mod choose;
mod entry;
mod fields;
mod read;
mod write;

use std::collections::BTreeMap;

use rheostat_gocompat::json::null_is_default;
use rheostat_gocompat::semver::Version;
use rheostat_yaml::ReadError;
use rheostat_yaml::json::JsonError;
use serde::Deserialize;
use thiserror::Error;

use crate::release::Time;

pub use choose::{ChoiceError, choose, versions};

/// An index that was read.
#[derive(Debug, Default)]
pub struct Index {
    head: Head,
    /// The versions of each chart, the highest first.
    charts: BTreeMap<String, Vec<Kept>>,
    /// The entries as they are written, one after another.
    text: Vec<u8>,
    skipped: Skipped,
}

/// What an index says besides its entries.
#[derive(Debug, Default)]
struct Head {
    server_info: Option<serde_json::Map<String, serde_json::Value>>,
    api_version: String,
    generated: String,
    public_keys: Vec<String>,
    annotations: BTreeMap<String, String>,
    /// Whether there are entries at all, and be it none.
    has_entries: bool,
}

/// A version of a chart.
#[derive(Debug)]
struct Kept {
    version: Option<Version>,
    /// Where its text begins and ends.
    text: std::ops::Range<usize>,
}

/// Entries that are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Skipped {
    /// How many.
    pub count: usize,
    /// Which and why, of the first of them.
    pub examples: Vec<String>,
}

/// Entries whose fault is told; more would drown the log.
const MAX_EXAMPLES: usize = 10;

/// A version of a chart, as far as it is needed to choose and to download it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ChartVersion {
    /// The chart's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where the archive is, the address that is tried first. It may be relative to the repository.
    #[serde(deserialize_with = "null_is_default")]
    pub urls: Vec<String>,
    /// When it was added.
    pub created: Time,
    /// The SHA-256 of the archive in hexadecimal; empty where the index does not tell.
    pub digest: String,
}

/// An index does not read; the texts are Helm's.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum IndexError {
    /// The text is empty.
    #[error("empty index.yaml file")]
    Empty,
    /// The text is no YAML, or repeats a key.
    #[error("error converting YAML to JSON: {0}")]
    Yaml(#[from] ReadError),
    /// Something in it cannot be said in JSON.
    #[error("error converting YAML to JSON: {0}")]
    Json(#[from] JsonError),
    /// A field is unknown or of the wrong type.
    #[error("{}{problem}", if *.is_yaml { "error unmarshaling JSON: while decoding JSON: " } else { "" })]
    Field {
        /// Whether the text is YAML.
        is_yaml: bool,
        /// What is wrong, in Go's words.
        problem: String,
    },
    /// There is no apiVersion.
    #[error("no API version specified")]
    NoApiVersion,
}

impl Index {
    /// Reads what a repository serves. The caller bounds its size.
    ///
    /// # Errors
    /// [`IndexError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, IndexError> {
        let mut index = read::read(bytes)?;
        if index.head.api_version.is_empty() {
            return Err(IndexError::NoApiVersion);
        }
        for versions in index.charts.values_mut() {
            versions.sort_by(|a, b| b.version.cmp(&a.version));
        }
        Ok(index)
    }

    /// The names of the charts, in their order.
    pub fn charts(&self) -> impl Iterator<Item = &str> {
        self.charts.keys().map(String::as_str)
    }

    /// How many versions of charts there are.
    pub fn len(&self) -> usize {
        self.charts.values().map(Vec::len).sum()
    }

    /// Whether there is no chart at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What was left out, because it is invalid.
    pub fn skipped(&self) -> &Skipped {
        &self.skipped
    }
}

impl Skipped {
    fn add(&mut self, chart: &str, version: &str, problem: &str) {
        self.count += 1;
        if self.examples.len() < MAX_EXAMPLES {
            self.examples
                .push(format!("chart {chart:?} {version:?}: {problem}"));
        }
    }
}

#[cfg(test)]
mod tests;
