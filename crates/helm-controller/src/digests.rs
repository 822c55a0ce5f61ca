//! The digests by which the controller knows again what it made: of values, of revisions, of what is laid over manifests. (pure)
//!
//! Others compute the same digests, so that their input must be the same to the byte: JSON as Go writes it, with the fields in
//! the order in which Go's types have them.

use rheostat_api::helm::HelmReleaseSpec;
use rheostat_api::kustomize::overlay::{CommonMetadata, Image, Patch, Selector};
use rheostat_artifact::digest::{Algorithm, Digest};
use rheostat_gocompat::json;
use rheostat_helm::release::{Info, ReleasedHook, ReleasedMetadata};
use rheostat_release::Release;
use serde::Serialize;
use serde_json::{Map, Value};

/// Makes digests by one algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digests {
    /// The algorithm (`--snapshot-digest-algo`).
    pub algorithm: Algorithm,
}

impl Digests {
    /// The digest of the values of a release.
    pub fn config(self, values: &Map<String, Value>) -> String {
        // Values that YAML cannot express are told apart by their JSON all the same.
        let text = rheostat_render::release::config_text(values)
            .unwrap_or_else(|_| Value::Object(values.clone()).to_string());
        self.of(text.as_bytes())
    }

    /// The digest of a revision, from which tests and what the chart's files are is left out.
    pub fn release(self, release: &Release, oci_digest: Option<&str>) -> String {
        let metadata = release.chart.as_ref().map(|chart| &chart.metadata);
        let none = ReleasedMetadata::default();
        let hooks: Vec<&ReleasedHook> = release
            .hooks
            .iter()
            .filter(|hook| !hook.is_test())
            .collect();
        self.json(&Observation {
            name: &release.name,
            version: release.version,
            info: &release.info,
            chart_metadata: metadata.unwrap_or(&none),
            config: Some(&*release.config).filter(|config| !config.is_empty()),
            manifest: &release.manifest,
            hooks: Some(hooks).filter(|hooks| !hooks.is_empty()),
            namespace: &release.namespace,
            oci_digest: oci_digest.unwrap_or_default(),
        })
    }

    /// The digest of the post-renderers; none where there are none.
    pub fn post_renderers(self, spec: &HelmReleaseSpec) -> Option<String> {
        if spec.post_renderers.is_empty() {
            return None;
        }
        let renderers: Vec<PostRenderer<'_>> = spec
            .post_renderers
            .iter()
            .map(|renderer| PostRenderer {
                kustomize: renderer.kustomize.as_ref().map(|kustomize| Kustomize {
                    patches: kustomize.patches.iter().map(PatchFields::new).collect(),
                    images: kustomize.images.iter().map(ImageFields::new).collect(),
                }),
            })
            .collect();
        Some(self.json(&renderers))
    }

    /// The digest of the common metadata; none where there is none.
    pub fn common_metadata(self, spec: &HelmReleaseSpec) -> Option<String> {
        let common: &CommonMetadata = spec.common_metadata.as_ref()?;
        Some(self.json(common))
    }

    fn json<T: Serialize>(self, value: &T) -> String {
        let mut text = json::to_vec(value).expect("the types have fields and texts for keys only");
        text.push(b'\n');
        self.of(&text)
    }

    fn of(self, bytes: &[u8]) -> String {
        Digest::of(self.algorithm, bytes).to_string()
    }
}

/// Whether a digest is that of a revision, by the algorithm that it names.
pub fn is_of(digest: &str, release: &Release, oci_digest: Option<&str>) -> bool {
    let algorithm = digest
        .split_once(':')
        .and_then(|(name, _)| name.parse().ok());
    algorithm.is_some_and(|algorithm| Digests { algorithm }.release(release, oci_digest) == digest)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Observation<'a> {
    name: &'a str,
    version: i64,
    info: &'a Info,
    chart_metadata: &'a ReleasedMetadata,
    config: Option<&'a Map<String, Value>>,
    manifest: &'a str,
    hooks: Option<Vec<&'a ReleasedHook>>,
    namespace: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    oci_digest: &'a str,
}

#[derive(Serialize)]
struct PostRenderer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    kustomize: Option<Kustomize<'a>>,
}

#[derive(Serialize)]
struct Kustomize<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    patches: Vec<PatchFields<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    images: Vec<ImageFields<'a>>,
}

#[derive(Serialize)]
struct PatchFields<'a> {
    patch: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<SelectorFields<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SelectorFields<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    group: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    version: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    kind: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    namespace: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    annotation_selector: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    label_selector: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ImageFields<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    new_name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    new_tag: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    digest: &'a str,
}

impl<'a> PatchFields<'a> {
    fn new(patch: &'a Patch) -> Self {
        let selector = |selector: &'a Selector| SelectorFields {
            group: text(selector.group.as_ref()),
            version: text(selector.version.as_ref()),
            kind: text(selector.kind.as_ref()),
            namespace: text(selector.namespace.as_ref()),
            name: text(selector.name.as_ref()),
            annotation_selector: text(selector.annotation_selector.as_ref()),
            label_selector: text(selector.label_selector.as_ref()),
        };
        Self {
            patch: &patch.patch,
            target: patch.target.as_ref().map(selector),
        }
    }
}

impl<'a> ImageFields<'a> {
    fn new(image: &'a Image) -> Self {
        Self {
            name: &image.name,
            new_name: text(image.new_name.as_ref()),
            new_tag: text(image.new_tag.as_ref()),
            digest: text(image.digest.as_ref()),
        }
    }
}

fn text(field: Option<&String>) -> &str {
    field.map(String::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SHA256: Digests = Digests {
        algorithm: Algorithm::Sha256,
    };

    fn spec(fields: &Value) -> HelmReleaseSpec {
        let mut spec = json!({"interval": "1h"});
        for (field, value) in fields.as_object().unwrap() {
            spec[field] = value.clone();
        }
        serde_json::from_value(spec).unwrap()
    }

    /// The reference's own vector for an empty release of this name.
    #[test]
    fn a_release_is_digested_as_by_the_reference() {
        let release: Release = serde_json::from_value(json!({"name": "foo"})).unwrap();
        let digest = SHA256.release(&release, None);
        assert!(digest.starts_with("sha256:f1498f27"), "{digest}");
        assert!(digest.ends_with("ce4d"), "{digest}");
        assert!(is_of(&digest, &release, None));
        assert!(!is_of(&digest, &release, Some("sha256:a")));
        assert!(!is_of("crc:1", &release, None));
    }

    /// The digests that the reference recorded for these specs and values.
    #[test]
    fn what_is_laid_over_manifests_is_digested_as_by_the_reference() {
        let images = json!({"postRenderers": [{"kustomize": {"images": [
            {"name": "example.com/web", "newTag": "3"},
        ]}}]});
        assert_eq!(
            SHA256.post_renderers(&spec(&images)).unwrap(),
            "sha256:625d59dcc9bb4c03df9939570a1c0f24323ec96c62802feca4e2d374049f6f17",
        );
        let common = json!({"commonMetadata": {
            "labels": {"team": "a", "helm.toolkit.fluxcd.io/name": "other"},
            "annotations": {"note": "two"},
        }});
        assert_eq!(
            SHA256.common_metadata(&spec(&common)).unwrap(),
            "sha256:2cf2c8567114176570597ac78fc474db7c4bda12e0b06bec4e14cf46994ccf4e",
        );
        assert_eq!(SHA256.common_metadata(&spec(&json!({}))), None);
        let red = json!({"color": "red"});
        assert_eq!(
            SHA256.config(red.as_object().unwrap()),
            "sha256:c71c7deb52a7bdac0bd17e2bb32053170c77743a1f0389c6b5fd76432f3b703f",
        );
    }
}
