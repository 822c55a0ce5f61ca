//! What a Kustomization asks for, parsed once: defaults filled in, references resolved to names,
//! and what is not supported refused by name.

use std::time::Duration;

use rheostat_api::Kustomization;
use rheostat_api::kustomize::rollout::DeletionPolicy;
use rheostat_api::kustomize::{GROUP, KustomizationSpec};
use rheostat_apply::{Owner, Switches};
use rheostat_gocompat::duration::Duration as GoDuration;
use rheostat_runtime::{ObjectKey, ObjectRef};

/// What an interval leaves for waiting, and the shortest wait there is; the reference's values.
const TIMEOUT_MARGIN: Duration = Duration::from_secs(30);
const MIN_TIMEOUT: Duration = Duration::from_secs(30);

/// A Kustomization's wishes.
#[derive(Clone, Debug)]
pub struct Desired {
    /// The Kustomization.
    pub key: ObjectKey,
    /// Its source.
    pub source: ObjectRef,
    /// The Kustomizations that come first.
    pub dependencies: Vec<ObjectKey>,
    /// The pause after a success.
    pub interval: Duration,
    /// The pause after a failure.
    pub retry: Duration,
    /// How long a wait may take.
    pub timeout: Duration,
    /// What happens to its objects when it goes.
    pub deletion: Deletion,
}

/// What happens to a Kustomization's objects when it is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// They stay.
    Orphan,
    /// They are deleted.
    Delete,
    /// They are deleted, and it goes after them.
    WaitForTermination,
}

impl Desired {
    /// Reads a spec. Every spec that the schema admits can be read.
    pub fn parse(object: &Kustomization) -> Self {
        let spec = &object.spec;
        let key = ObjectKey::new(object.namespace(), object.name());
        let interval = spec.interval.to_std();
        let within = |namespace: &Option<String>| match namespace.as_deref() {
            None | Some("") => key.namespace.clone(),
            Some(namespace) => namespace.to_owned(),
        };
        let dependencies = spec
            .depends_on
            .iter()
            .map(|dependency| ObjectKey::new(within(&dependency.namespace), &dependency.name));
        let timeout = spec.timeout.map_or_else(
            || interval.saturating_sub(TIMEOUT_MARGIN),
            GoDuration::to_std,
        );
        Self {
            source: ObjectRef::new(
                spec.source_ref.kind.as_str(),
                within(&spec.source_ref.namespace),
                &spec.source_ref.name,
            ),
            dependencies: dependencies.collect(),
            interval,
            retry: spec.retry_interval.map_or(interval, GoDuration::to_std),
            timeout: timeout.max(MIN_TIMEOUT),
            deletion: deletion(spec),
            key,
        }
    }

    /// The owner that labels name.
    pub fn owner(&self) -> Owner {
        Owner {
            group: GROUP.to_owned(),
            name: self.key.name.clone(),
            namespace: self.key.namespace.clone(),
        }
    }
}

/// How objects ask a Kustomization to treat them otherwise.
pub fn switches() -> Switches {
    Switches {
        group: GROUP.to_owned(),
    }
}

/// The fields of a spec that nothing here answers to yet.
pub fn unsupported(spec: &KustomizationSpec) -> Vec<&'static str> {
    let has_expression = |d: &rheostat_api::kustomize::rollout::DependencyReference| {
        d.ready_expr.as_deref().is_some_and(|text| !text.is_empty())
    };
    let account = spec.service_account_name.as_deref();
    let fields = [
        ("spec.decryption", spec.decryption.is_some()),
        (
            "spec.dependsOn[].readyExpr",
            spec.depends_on.iter().any(has_expression),
        ),
        ("spec.healthCheckExprs", !spec.health_check_exprs.is_empty()),
        ("spec.ignore", !spec.ignore.is_empty()),
        ("spec.kubeConfig", spec.kube_config.is_some()),
        ("spec.postBuild", spec.post_build.is_some()),
        (
            "spec.serviceAccountName",
            account.is_some_and(|name| !name.is_empty()),
        ),
    ];
    let used = fields.into_iter().filter(|(_, is_used)| *is_used);
    used.map(|(field, _)| field).collect()
}

/// The fields of a spec that say under which identity, or on which cluster, objects are written, and
/// that nothing here answers to yet. What was applied under them must not be deleted otherwise.
pub fn foreign_identity(spec: &KustomizationSpec) -> Vec<&'static str> {
    unsupported(spec)
        .into_iter()
        .filter(|field| matches!(*field, "spec.kubeConfig" | "spec.serviceAccountName"))
        .collect()
}

fn deletion(spec: &KustomizationSpec) -> Deletion {
    match spec.deletion_policy {
        Some(DeletionPolicy::Orphan) => Deletion::Orphan,
        Some(DeletionPolicy::Delete) => Deletion::Delete,
        Some(DeletionPolicy::WaitForTermination) => Deletion::WaitForTermination,
        Some(DeletionPolicy::MirrorPrune | DeletionPolicy::Other(_)) | None => {
            if spec.prune {
                Deletion::Delete
            } else {
                Deletion::Orphan
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn desired(spec: &Value) -> (Kustomization, Desired) {
        let mut object: Kustomization = serde_json::from_value(json!({
            "metadata": {"name": "app", "namespace": "apps"},
            "spec": {"interval": "10m", "prune": true, "sourceRef": {"kind": "GitRepository", "name": "repo"}},
        }))
        .unwrap();
        let mut whole = serde_json::to_value(&object.spec).unwrap();
        for (field, value) in spec.as_object().cloned().unwrap_or_default() {
            whole[field] = value;
        }
        object.spec = serde_json::from_value(whole).unwrap();
        let desired = Desired::parse(&object);
        (object, desired)
    }

    #[test]
    fn defaults_follow_the_interval() {
        let (_, plain) = desired(&json!({}));
        assert_eq!(plain.timeout, Duration::from_secs(570));
        assert_eq!(plain.retry, Duration::from_mins(10));
        assert_eq!(
            plain.source,
            ObjectRef::new("GitRepository", "apps", "repo")
        );
        let (_, short) = desired(&json!({"timeout": "5s", "retryInterval": "2s"}));
        assert_eq!(short.timeout, Duration::from_secs(30));
        assert_eq!(short.retry, Duration::from_secs(2));
    }

    #[test]
    fn deletion_mirrors_prune_unless_told_otherwise() {
        for (spec, expected) in [
            (json!({}), Deletion::Delete),
            (json!({"prune": false}), Deletion::Orphan),
            (json!({"deletionPolicy": "Orphan"}), Deletion::Orphan),
            (
                json!({"prune": false, "deletionPolicy": "Delete"}),
                Deletion::Delete,
            ),
            (
                json!({"deletionPolicy": "WaitForTermination"}),
                Deletion::WaitForTermination,
            ),
        ] {
            assert_eq!(desired(&spec).1.deletion, expected, "{spec}");
        }
    }

    #[test]
    fn what_is_not_supported_is_named() {
        for (spec, expected) in [
            (json!({}), vec![]),
            (
                json!({"force": true, "ignore": [{"paths": ["/a"]}]}),
                vec!["spec.ignore"],
            ),
            (
                json!({"dependsOn": [{"name": "a", "readyExpr": "true"}]}),
                vec!["spec.dependsOn[].readyExpr"],
            ),
            (
                json!({"serviceAccountName": "a"}),
                vec!["spec.serviceAccountName"],
            ),
        ] {
            assert_eq!(unsupported(&desired(&spec).0.spec), expected, "{spec}");
        }
    }

    #[test]
    fn what_is_refused_stands_on_the_page_of_compatibility() {
        let page = include_str!("../../../docs/compatibility.md");
        let (object, _) = desired(&json!({
            "decryption": {"provider": "sops"},
            "dependsOn": [{"name": "a", "readyExpr": "true"}],
            "healthCheckExprs": [{"apiVersion": "v1", "current": "true"}],
            "ignore": [{"paths": ["/a"]}],
            "kubeConfig": {"secretRef": {"name": "a"}},
            "postBuild": {},
            "serviceAccountName": "a",
        }));
        for field in unsupported(&object.spec) {
            assert!(page.contains(&format!("`{field}`")), "{field}");
        }
    }

    #[test]
    fn what_was_applied_as_somebody_else_is_not_deleted_as_the_controller() {
        for (spec, expected) in [
            (json!({"force": true}), vec![]),
            (
                json!({"serviceAccountName": "a", "kubeConfig": {"secretRef": {"name": "s"}}}),
                vec!["spec.kubeConfig", "spec.serviceAccountName"],
            ),
        ] {
            assert_eq!(foreign_identity(&desired(&spec).0.spec), expected, "{spec}");
        }
    }
}
