//! The chart in a release: its metadata, templates, default values and files, without subcharts.

use std::{collections::BTreeMap, sync::Arc};

use rheostat_gocompat::json::null_is_default;
use rheostat_gotemplate::{Text, Value};
use serde::{Deserialize, Serialize};
use serde_json::{Map as JsonMap, Value as Json};

use super::Time;
use crate::chart::{Chart, ChartFile, Dependency, ImportValues, Maintainer, Metadata};

/// The zero time, which Helm 4 always writes for a schema.
const NO_TIME: &str = "0001-01-01T00:00:00Z";

/// The chart of a release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReleasedChart {
    /// What Chart.yaml says.
    #[serde(default, deserialize_with = "null_is_default")]
    pub metadata: ReleasedMetadata,
    /// What Chart.lock says.
    #[serde(default)]
    pub lock: Option<ReleasedLock>,
    /// The files below templates/.
    #[serde(default, with = "nullable")]
    pub templates: Vec<ReleasedFile>,
    /// The default values, with those that were imported from subcharts.
    #[serde(default)]
    pub values: Option<JsonMap<String, Json>>,
    /// values.schema.json in base64.
    #[serde(default)]
    pub schema: Option<String>,
    /// When the schema was last changed.
    #[serde(default = "no_time")]
    schemamodtime: String,
    /// All other files.
    #[serde(default, with = "nullable")]
    pub files: Vec<ReleasedFile>,
    /// When the chart was last changed, as the one who loaded it knew.
    #[serde(default, skip_serializing_if = "Time::is_zero")]
    modtime: Time,
}

/// A file of a chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleasedFile {
    /// Its path within the chart.
    #[serde(default)]
    pub name: Arc<str>,
    /// Its content.
    #[serde(default, with = "base64")]
    pub data: Text,
    /// When it was last changed.
    #[serde(default, skip_serializing_if = "Time::is_zero")]
    modtime: Time,
}

/// What Chart.yaml says, in the order in which Helm writes it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the fields are those of Chart.yaml")]
pub struct ReleasedMetadata {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub home: String,
    #[serde(
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "null_is_default"
    )]
    pub sources: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "null_is_default"
    )]
    pub keywords: Vec<String>,
    #[serde(
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "null_is_default"
    )]
    pub maintainers: Vec<ReleasedMaintainer>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub icon: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub api_version: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub condition: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub tags: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub app_version: String,
    #[serde(skip_serializing_if = "is_false")]
    pub deprecated: bool,
    #[serde(
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "null_is_default"
    )]
    pub annotations: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kube_version: String,
    #[serde(
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "null_is_default"
    )]
    pub dependencies: Vec<ReleasedDependency>,
    #[serde(rename = "type", skip_serializing_if = "String::is_empty")]
    pub kind: String,
}

/// Someone who looks after a chart.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields are those of Chart.yaml")]
pub struct ReleasedMaintainer {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub email: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub url: String,
}

/// A subchart that took part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields are those of Chart.yaml")]
pub struct ReleasedDependency {
    pub name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
    pub repository: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub condition: String,
    #[serde(
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "null_is_default"
    )]
    pub tags: Vec<String>,
    #[serde(skip_serializing_if = "is_false")]
    pub enabled: bool,
    #[serde(
        rename = "import-values",
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "null_is_default"
    )]
    pub import_values: Vec<Json>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub alias: String,
}

/// What Chart.lock says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReleasedLock {
    /// When the versions were chosen.
    pub generated: Time,
    /// A digest of what Chart.yaml asked for then.
    pub digest: String,
    /// The versions that were chosen.
    #[serde(deserialize_with = "null_is_default")]
    pub dependencies: Vec<ReleasedDependency>,
}

impl ReleasedChart {
    /// A chart as it took part in a render.
    ///
    /// # Errors
    /// Go's complaint about default values that JSON cannot express.
    pub fn new(chart: &Chart) -> Result<Self, String> {
        let values = match Value::Map(Arc::clone(&chart.values)).to_json()? {
            Json::Object(values) if !values.is_empty() => Some(values),
            _ => None,
        };
        // A lock that is none is Helm's to complain about when it loads the chart; nothing here reads it.
        let lock = chart.lock.clone();
        let lock = lock.and_then(|lock| serde_json::from_value(lock).ok());
        Ok(Self {
            metadata: (&chart.metadata).into(),
            lock,
            templates: chart.templates.iter().map(Into::into).collect(),
            values,
            schema: chart.schema.as_deref().map(base64::text),
            schemamodtime: chart
                .schema_modified
                .map_or_else(no_time, |seconds| moment(Some(seconds)).as_str().to_owned()),
            files: chart.files.iter().map(Into::into).collect(),
            modtime: moment(chart.modified),
        })
    }
}

impl From<&ChartFile> for ReleasedFile {
    fn from(file: &ChartFile) -> Self {
        Self {
            name: Arc::clone(&file.name),
            data: file.data.clone(),
            modtime: moment(file.modified),
        }
    }
}

/// A moment in seconds since 1970; none is the zero time.
fn moment(seconds: Option<i64>) -> Time {
    let nanoseconds = seconds.map(|seconds| i128::from(seconds) * 1_000_000_000);
    nanoseconds.map_or_else(Time::default, Time::from_unix_nanoseconds)
}

impl Metadata {
    /// Chart.yaml as Helm writes it: with the imports of values as they are declared, and not as a render has made them.
    pub(crate) fn declared(&self) -> ReleasedMetadata {
        let mut written = ReleasedMetadata::from(self);
        for (written, dependency) in written.dependencies.iter_mut().zip(&self.dependencies) {
            let imports = dependency.import_values.iter();
            written.import_values = imports
                .map(|import| match import {
                    ImportValues::Export(name) => Json::from(name.as_str()),
                    ImportValues::Table { child, parent } => {
                        serde_json::json!({"child": child, "parent": parent})
                    }
                })
                .collect();
        }
        written
    }
}

impl From<&Metadata> for ReleasedMetadata {
    fn from(metadata: &Metadata) -> Self {
        let metadata = metadata.clone();
        Self {
            name: metadata.name,
            home: metadata.home,
            sources: metadata.sources,
            version: metadata.version,
            description: metadata.description,
            keywords: metadata.keywords,
            maintainers: metadata.maintainers.into_iter().map(Into::into).collect(),
            icon: metadata.icon,
            api_version: metadata.api_version,
            condition: metadata.condition,
            tags: metadata.tags,
            app_version: metadata.app_version,
            deprecated: metadata.deprecated,
            annotations: metadata.annotations.into_iter().collect(),
            kube_version: metadata.kube_version,
            dependencies: metadata.dependencies.into_iter().map(Into::into).collect(),
            kind: metadata.kind,
        }
    }
}

impl From<Maintainer> for ReleasedMaintainer {
    fn from(maintainer: Maintainer) -> Self {
        Self {
            name: maintainer.name,
            email: maintainer.email,
            url: maintainer.url,
        }
    }
}

impl From<Dependency> for ReleasedDependency {
    fn from(dependency: Dependency) -> Self {
        let import = |import: &ImportValues| {
            let (child, parent) = match import {
                ImportValues::Export(name) => (format!("exports.{name}"), "."),
                ImportValues::Table { child, parent } => (child.clone(), parent.as_str()),
            };
            serde_json::json!({"child": child, "parent": parent})
        };
        Self {
            import_values: dependency.import_values.iter().map(import).collect(),
            name: dependency.name,
            version: dependency.version,
            repository: dependency.repository,
            condition: dependency.condition,
            tags: dependency.tags,
            enabled: dependency.enabled,
            alias: dependency.alias,
        }
    }
}

fn no_time() -> String {
    NO_TIME.to_owned()
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_false(value: &bool) -> bool {
    !value
}

/// A list that Go writes as null when it is empty.
mod nullable {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer, T: Serialize>(
        list: &Vec<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        if list.is_empty() {
            serializer.serialize_none()
        } else {
            list.serialize(serializer)
        }
    }

    pub(super) fn deserialize<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
    where
        D: Deserializer<'de>,
        T: Deserialize<'de>,
    {
        Ok(Option::deserialize(deserializer)?.unwrap_or_default())
    }
}

/// Bytes, which Go writes in base64, or as null.
mod base64 {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use rheostat_gotemplate::Text;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn text(bytes: &[u8]) -> String {
        STANDARD.encode(bytes)
    }

    pub(super) fn serialize<S: Serializer>(bytes: &Text, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&text(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Text, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
        let bytes = STANDARD.decode(text).map_err(D::Error::custom)?;
        Ok(bytes.into())
    }
}
