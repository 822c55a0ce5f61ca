//! What a registry says of an artifact: manifest, index and descriptors.
//! Pure.

use std::collections::BTreeMap;

use rheostat_artifact::digest::Digest;
use serde::Deserialize;

/// The media type of the layer that holds a chart.
pub const CHART_LAYER: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/// The media types that are asked for, those of OCI and those of Docker.
pub(crate) const ACCEPTED: &str = "application/vnd.oci.image.manifest.v1+json, \
     application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json, \
     application/vnd.docker.distribution.manifest.list.v2+json";

/// The platform whose manifest is taken out of an index.
const ARCHITECTURE: &str = "amd64";
/// The same.
const SYSTEM: &str = "linux";

/// A document under the digest of its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Document {
    /// An artifact.
    Manifest(Manifest),
    /// Artifacts for several platforms.
    Index(Index),
}

/// An artifact: its layers, and what is noted about it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// What the layers are about. Absent in a manifest that has none.
    #[serde(default)]
    pub config: Option<Descriptor>,
    /// The layers, in order.
    #[serde(default, deserialize_with = "null_as_default")]
    pub layers: Vec<Descriptor>,
    /// What is noted, such as where it was made from.
    #[serde(default, deserialize_with = "null_as_default")]
    pub annotations: BTreeMap<String, String>,
}

/// Artifacts for several platforms.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Index {
    /// One for each platform, or more indexes.
    #[serde(default, deserialize_with = "null_as_default")]
    pub manifests: Vec<Descriptor>,
}

/// Bytes in a registry: what they are, and how they are known again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// What they are.
    #[serde(default)]
    pub media_type: String,
    /// Their digest, as the registry has it.
    pub digest: String,
    /// How many there are.
    pub size: u64,
    /// What an entry of an index is for.
    #[serde(default)]
    pub platform: Option<Platform>,
}

/// What an entry of an index is for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Platform {
    /// The processor.
    #[serde(default)]
    pub architecture: String,
    /// The operating system.
    #[serde(default)]
    pub os: String,
}

/// Why a document is none that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// It is no JSON of that shape.
    #[error("parse manifest: {0}")]
    Parse(String),
    /// It has the fields of a manifest and those of an index, so that two
    /// readers may see two things.
    #[error("manifest is ambiguous: it has both layers and manifests")]
    Ambiguous,
    /// It is of the first schema, which has no digests to check.
    #[error("manifests of schema 1 are not supported")]
    FirstSchema,
    /// No entry of the index is for the platform.
    #[error("no child with platform {SYSTEM}/{ARCHITECTURE} in index")]
    NoPlatform,
    /// A descriptor's digest is none.
    #[error("descriptor: {0}")]
    Digest(String),
}

/// What tells the kinds of documents apart.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shape {
    #[serde(default)]
    schema_version: u64,
    #[serde(default)]
    media_type: Option<String>,
    #[serde(default)]
    manifests: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    layers: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    config: Option<serde::de::IgnoredAny>,
}

impl Document {
    /// Reads a document. Its own media type and its fields say what it is;
    /// what the registry calls it does not count.
    ///
    /// # Errors
    /// When it is none of the kinds that are known, or two of them.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        let shape: Shape = parse(bytes)?;
        if shape.schema_version == 1 {
            return Err(ManifestError::FirstSchema);
        }
        let is_manifest = shape.layers.is_some() || shape.config.is_some();
        let is_index = shape.manifests.is_some();
        let is_called_index = shape
            .media_type
            .is_some_and(|name| name.contains(".index.") || name.contains(".list."));
        match (is_manifest, is_index) {
            (true, true) => Err(ManifestError::Ambiguous),
            (false, true) => Ok(Self::Index(parse(bytes)?)),
            (false, false) if is_called_index => Ok(Self::Index(Index::default())),
            _ => Ok(Self::Manifest(parse(bytes)?)),
        }
    }
}

impl Index {
    /// The entry for the platform on which everything runs. An entry that
    /// names no platform is for this one.
    ///
    /// # Errors
    /// When there is none.
    pub fn entry(&self) -> Result<&Descriptor, ManifestError> {
        let fits = |descriptor: &&Descriptor| {
            descriptor.platform.as_ref().is_none_or(|platform| {
                platform.architecture == ARCHITECTURE && platform.os == SYSTEM
            })
        };
        self.manifests
            .iter()
            .find(fits)
            .ok_or(ManifestError::NoPlatform)
    }
}

impl Manifest {
    /// The first layer with a media type.
    pub fn layer(&self, media_type: &str) -> Option<&Descriptor> {
        self.layers
            .iter()
            .find(|layer| layer.media_type == media_type)
    }
}

impl Descriptor {
    /// The digest, once it has turned out to be one.
    ///
    /// # Errors
    /// When it is none, or by an algorithm that is not supported.
    pub fn digest(&self) -> Result<Digest, ManifestError> {
        self.digest
            .parse()
            .map_err(|error: rheostat_artifact::digest::DigestError| {
                ManifestError::Digest(error.to_string())
            })
    }
}

fn parse<T: for<'de> Deserialize<'de>>(bytes: &[u8]) -> Result<T, ManifestError> {
    // A list would be read as the fields in their order.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(ManifestError::Parse("not an object".to_owned()));
    }
    serde_json::from_slice(bytes).map_err(|error| ManifestError::Parse(error.to_string()))
}

/// Go prints an empty list as null.
fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(document: &Value) -> Result<Document, ManifestError> {
        Document::parse(document.to_string().as_bytes())
    }

    #[test]
    fn manifests_are_told_from_indexes() {
        let layer = json!({ "mediaType": "text", "digest": "sha256:00", "size": 3 });
        let manifest = read(&json!({
            "schemaVersion": 2,
            "config": layer, "layers": [layer], "annotations": { "a": "b" },
        }));
        let Ok(Document::Manifest(manifest)) = manifest else {
            panic!("no manifest: {manifest:?}");
        };
        assert_eq!(manifest.annotations["a"], "b");
        assert_eq!(manifest.layer("text").map(|layer| layer.size), Some(3));
        assert_eq!(manifest.layer("other"), None);
        let index = read(&json!({ "schemaVersion": 2, "manifests": [layer] }));
        assert!(matches!(index, Ok(Document::Index(_))), "{index:?}");
        let empty = read(&json!({ "schemaVersion": 2, "layers": null, "annotations": null }));
        assert_eq!(empty, Ok(Document::Manifest(Manifest::default())));
    }

    #[test]
    fn ambiguous_and_foreign_documents_are_refused() {
        let both = json!({ "schemaVersion": 2, "layers": [], "manifests": [] });
        assert_eq!(read(&both), Err(ManifestError::Ambiguous));
        let first = json!({ "schemaVersion": 1, "fsLayers": [] });
        assert_eq!(read(&first), Err(ManifestError::FirstSchema));
        for document in [json!([]), json!({ "layers": 5 }), json!({ "layers": [{}] })] {
            let refused = read(&document);
            assert!(
                matches!(refused, Err(ManifestError::Parse(_))),
                "{document}"
            );
        }
        let negative = json!({ "layers": [{ "digest": "sha256:00", "size": -1 }] });
        assert!(read(&negative).is_err());
        assert!(Descriptor::default().digest().is_err());
    }

    #[test]
    fn one_platform_is_taken_out_of_an_index() {
        let entry = |os: &str, architecture: &str| Descriptor {
            digest: format!("{os}/{architecture}"),
            platform: Some(Platform {
                architecture: architecture.to_owned(),
                os: os.to_owned(),
            }),
            ..Descriptor::default()
        };
        let manifests = vec![entry("linux", "arm64"), entry("linux", "amd64")];
        let index = Index { manifests };
        assert_eq!(index.entry().map(|entry| &*entry.digest), Ok("linux/amd64"));
        let manifests = vec![entry("windows", "amd64")];
        assert_eq!(Index { manifests }.entry(), Err(ManifestError::NoPlatform));
        let manifests = vec![Descriptor::default()];
        assert!(Index { manifests }.entry().is_ok());
    }
}
