//! One chart in an index that was written, and one version of it.

use std::fmt;

use rheostat_gocompat::semver::{Constraint, ConstraintError, Version};
use serde::Deserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use thiserror::Error;

use super::{ChartVersion, IndexError};

/// No version can be chosen; the texts are Flux's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ChoiceError {
    /// The index has no such chart.
    #[error("no chart name found")]
    NoChart,
    /// The chart has no version.
    #[error("no chart version found")]
    NoVersion,
    /// The range is none.
    #[error(transparent)]
    Range(#[from] ConstraintError),
    /// No version lies in the range.
    #[error("no '{chart}' chart with version matching '{range}' found")]
    NoMatch {
        /// The chart.
        chart: String,
        /// The range.
        range: String,
    },
}

/// The versions of one chart in an index that [`Index::write_json`](super::Index::write_json) wrote; nothing if it has no such chart.
///
/// # Errors
/// [`IndexError`] where the text is no such index.
pub fn versions(json: &[u8], chart: &str) -> Result<Option<Vec<ChartVersion>>, IndexError> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let found = Key {
        name: "entries",
        then: Key {
            name: chart,
            then: Versions,
        },
    }
    .deserialize(&mut deserializer);
    let found = found.map_err(|error| IndexError::Field {
        is_yaml: false,
        problem: error.to_string(),
    })?;
    Ok(found.flatten().flatten())
}

/// The highest version in a range; the newest of those that differ only in build metadata. A version that is the text of the range
/// is taken whatever it means. Without a range, or with `*`, the highest version that is no pre-release.
///
/// # Errors
/// [`ChoiceError`].
pub fn choose<'v>(
    chart: &str,
    versions: Option<&'v [ChartVersion]>,
    range: &str,
) -> Result<&'v ChartVersion, ChoiceError> {
    let versions = versions.ok_or(ChoiceError::NoChart)?;
    if versions.is_empty() {
        return Err(ChoiceError::NoVersion);
    }
    if let Some(exact) = versions.iter().find(|version| version.version == range) {
        return Ok(exact);
    }
    let constraint = Constraint::parse(if range.is_empty() { "*" } else { range })?;
    versions
        .iter()
        .filter_map(|version| Some((strict(&version.version)?, version)))
        .filter(|(parsed, _)| constraint.matches(parsed))
        .max_by(|(a, left), (b, right)| {
            let created = |version: &ChartVersion| version.created.unix_nanoseconds();
            a.cmp(b).then_with(|| created(left).cmp(&created(right)))
        })
        .map(|(_, version)| version)
        .ok_or_else(|| ChoiceError::NoMatch {
            chart: chart.to_owned(),
            range: range.to_owned(),
        })
}

/// A version of three numbers, which a `v` may precede.
fn strict(text: &str) -> Option<Version> {
    Version::parse_strict(text.strip_prefix('v').unwrap_or(text)).ok()
}

/// The value under one key, all others passed over. The last of several equal keys counts.
#[derive(Clone, Copy)]
struct Key<'k, S> {
    name: &'k str,
    then: S,
}

impl<'de, S: DeserializeSeed<'de> + Copy> DeserializeSeed<'de> for Key<'_, S> {
    type Value = Option<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: DeserializeSeed<'de> + Copy> Visitor<'de> for Key<'_, S> {
    type Value = Option<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with the field {:?}", self.name)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            if key == self.name {
                found = Some(map.next_value_seed(self.then)?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// The versions of a chart.
#[derive(Clone, Copy)]
struct Versions;

impl<'de> DeserializeSeed<'de> for Versions {
    type Value = Option<Vec<ChartVersion>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        serde::Deserialize::deserialize(deserializer)
    }
}
