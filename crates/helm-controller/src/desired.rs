//! What a HelmRelease asks for, parsed once: defaults filled in, references resolved to names,
//! and what is not supported refused by name.

use std::time::Duration;

use rheostat_api::HelmRelease;
use rheostat_api::helm::HelmReleaseSpec;
use rheostat_api::helm::helm_release::WaitStrategyName;
use rheostat_api::helm::values::{ValuesReference, ValuesReferenceKind};
use rheostat_artifact::digest::{Algorithm, Digest};
use rheostat_gocompat::duration::Duration as GoDuration;
use rheostat_render::release::values::DEFAULT_KEY;
use rheostat_render::release::{Reference, ReferenceKind};
use rheostat_runtime::{ObjectKey, ObjectRef};

/// How long a single operation may take where the spec does not say.
const TIMEOUT: Duration = Duration::from_mins(5);

/// How long the name of a release may be, what of a longer one is kept, and how much of its digest follows; the reference's
/// numbers.
const MAX_NAME: usize = 53;
const KEPT_OF_NAME: usize = 40;
const DIGITS_IN_NAME: usize = 12;

/// A HelmRelease's wishes.
#[derive(Clone, Debug)]
pub struct Desired {
    /// The HelmRelease.
    pub key: ObjectKey,
    /// What offers the chart.
    pub source: ObjectRef,
    /// The HelmReleases that come first.
    pub dependencies: Vec<ObjectKey>,
    /// The pause after a success.
    pub interval: Duration,
    /// How long a single operation may take.
    pub timeout: Duration,
    /// The name of the release, as long as it is; messages tell it.
    pub full_release_name: String,
    /// The name of the release, as Helm can bear it.
    pub release_name: String,
    /// The namespace of the release's objects.
    pub release_namespace: String,
    /// The namespace of Helm's records.
    pub storage_namespace: String,
    /// Where values come from besides the spec.
    pub values_from: Vec<Reference>,
}

impl Desired {
    /// Reads a spec. Every spec that the schema admits can be read.
    pub fn parse(object: &HelmRelease) -> Self {
        let spec = &object.spec;
        let key = ObjectKey::new(object.namespace(), object.name());
        let within = |namespace: Option<&String>| match namespace.map(String::as_str) {
            None | Some("") => key.namespace.clone(),
            Some(namespace) => namespace.to_owned(),
        };
        let dependencies = spec.depends_on.iter().map(|dependency| {
            ObjectKey::new(within(dependency.namespace.as_ref()), &dependency.name)
        });
        let full_release_name = full_release_name(spec, &key);
        Self {
            source: source(spec, &key),
            dependencies: dependencies.collect(),
            interval: spec.interval.to_std(),
            timeout: spec.timeout.map_or(TIMEOUT, GoDuration::to_std),
            release_name: shortened(&full_release_name),
            full_release_name,
            release_namespace: within(spec.target_namespace.as_ref()),
            storage_namespace: within(spec.storage_namespace.as_ref()),
            values_from: spec.values_from.iter().filter_map(reference).collect(),
            key,
        }
    }
}

/// The fields of a spec that nothing here answers to yet.
pub fn unsupported(spec: &HelmReleaseSpec) -> Vec<&'static str> {
    let has_expression = |d: &rheostat_api::kustomize::rollout::DependencyReference| {
        d.ready_expr.as_deref().is_some_and(|text| !text.is_empty())
    };
    let is_legacy = |strategy: &rheostat_api::helm::helm_release::WaitStrategy| {
        strategy.name == WaitStrategyName::Legacy
    };
    let fields = [
        (
            "spec.dependsOn[].readyExpr",
            spec.depends_on.iter().any(has_expression),
        ),
        ("spec.healthCheckExprs", !spec.health_check_exprs.is_empty()),
        ("spec.kubeConfig", spec.kube_config.is_some()),
        (
            "spec.waitStrategy.name",
            spec.wait_strategy.as_ref().is_some_and(is_legacy),
        ),
    ];
    let used = fields.into_iter().filter(|(_, is_used)| *is_used);
    used.map(|(field, _)| field).collect()
}

/// The fields of a spec that say on which cluster a release is made, and that nothing here answers to
/// yet. What was released there must not be uninstalled elsewhere.
pub fn foreign_cluster(spec: &HelmReleaseSpec) -> Vec<&'static str> {
    unsupported(spec)
        .into_iter()
        .filter(|field| *field == "spec.kubeConfig")
        .collect()
}

/// The name of the HelmChart that is made for a HelmRelease.
pub fn chart_name(key: &ObjectKey) -> String {
    format!("{}-{}", key.namespace, key.name)
}

/// The name of a release, short enough for Helm.
pub fn shortened(name: &str) -> String {
    if name.len() <= MAX_NAME {
        return name.to_owned();
    }
    let digest = Digest::of(Algorithm::Sha256, name.as_bytes());
    let end = (0..=KEPT_OF_NAME)
        .rev()
        .find(|end| name.is_char_boundary(*end));
    let kept = &name[..end.unwrap_or_default()];
    format!("{kept}-{}", &digest.hex()[..DIGITS_IN_NAME])
}

fn full_release_name(spec: &HelmReleaseSpec, key: &ObjectKey) -> String {
    let given = |field: &Option<String>| field.clone().filter(|text| !text.is_empty());
    match (given(&spec.release_name), given(&spec.target_namespace)) {
        (Some(name), _) => name,
        (None, Some(namespace)) => format!("{namespace}-{}", key.name),
        (None, None) => key.name.clone(),
    }
}

fn source(spec: &HelmReleaseSpec, key: &ObjectKey) -> ObjectRef {
    let within = |namespace: Option<&String>| match namespace.map(String::as_str) {
        None | Some("") => key.namespace.clone(),
        Some(namespace) => namespace.to_owned(),
    };
    if let Some(reference) = &spec.chart_ref {
        return ObjectRef::new(
            reference.kind.as_str(),
            within(reference.namespace.as_ref()),
            &reference.name,
        );
    }
    let template = spec.chart.as_ref();
    let namespace = template.and_then(|chart| chart.spec.source_ref.namespace.as_ref());
    ObjectRef::new("HelmChart", within(namespace), chart_name(key))
}

fn reference(reference: &ValuesReference) -> Option<Reference> {
    let kind = match reference.kind {
        ValuesReferenceKind::ConfigMap => ReferenceKind::ConfigMap,
        ValuesReferenceKind::Secret => ReferenceKind::Secret,
        // The schema admits no other.
        ValuesReferenceKind::Other(_) => return None,
    };
    let key = reference.values_key.clone().filter(|key| !key.is_empty());
    Some(Reference {
        kind,
        name: reference.name.clone(),
        key: key.unwrap_or_else(|| DEFAULT_KEY.to_owned()),
        target_path: reference.target_path.clone().unwrap_or_default(),
        is_literal: reference.literal,
        is_optional: reference.optional,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn object(spec: &Value) -> HelmRelease {
        let mut whole = json!({"interval": "10m"});
        for (field, value) in spec.as_object().unwrap() {
            whole[field] = value.clone();
        }
        serde_json::from_value(json!({
            "metadata": {"name": "app", "namespace": "apps"},
            "spec": whole,
        }))
        .unwrap()
    }

    fn check(spec: &Value, expected: [&str; 4]) {
        let desired = Desired::parse(&object(spec));
        let source = desired.source.to_string();
        let found = [
            &*desired.release_name,
            &*desired.release_namespace,
            &*desired.storage_namespace,
            &*source,
        ];
        assert_eq!(found, expected, "{spec}");
    }

    #[test]
    fn names_follow_from_each_other() {
        let chart = json!({"spec": {"chart": "demo", "sourceRef": {"kind": "HelmRepository", "name": "charts"}}});
        check(
            &json!({"chart": chart}),
            ["app", "apps", "apps", "HelmChart/apps/apps-app"],
        );
        check(
            &json!({"targetNamespace": "web", "storageNamespace": "store", "chartRef": {"kind": "OCIRepository", "name": "demo", "namespace": "oci"}}),
            ["web-app", "web", "store", "OCIRepository/oci/demo"],
        );
        check(
            &json!({"targetNamespace": "web", "releaseName": "front", "chart": chart}),
            ["front", "web", "apps", "HelmChart/apps/apps-app"],
        );
    }

    #[test]
    fn long_names_end_in_their_digest() {
        let long = "a".repeat(54);
        let short = shortened(&long);
        assert_eq!(short.len(), 53);
        assert!(short.starts_with(&format!("{}-", "a".repeat(40))));
        assert_eq!(shortened(&"a".repeat(53)).len(), 53);
    }

    #[test]
    fn what_is_not_supported_is_named_and_stands_on_the_page_of_compatibility() {
        let page = include_str!("../../../docs/compatibility.md");
        let object = object(&json!({
            "dependsOn": [{"name": "a", "readyExpr": "true"}],
            "healthCheckExprs": [{"apiVersion": "v1", "current": "true"}],
            "kubeConfig": {"secretRef": {"name": "a"}},
            "waitStrategy": {"name": "legacy"},
        }));
        let fields = unsupported(&object.spec);
        assert_eq!(fields.len(), 4);
        for field in fields {
            assert!(page.contains(&format!("`{field}`")), "{field}");
        }
        assert_eq!(foreign_cluster(&object.spec), ["spec.kubeConfig"]);
    }
}
