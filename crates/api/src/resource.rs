//! The frame of every custom resource: metadata, spec and status around what a kind declares.
//!
//! Written here instead of derived, because an object without a spec is admitted by the CRDs of the toolkit and must not
//! fail to decode, and because the derived schema would not be theirs. Deliberately absent: lists, which `kube` has.

use std::borrow::Cow;
use std::fmt;

use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use rheostat_gocompat::duration::Duration;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Serialize, Serializer};

use crate::condition::{Condition, ConditionType};
use crate::metadata;

/// What tells one kind from another: its names, its columns and the types of its two halves.
///
/// Implemented by a marker type that has no values of its own.
pub trait Kind: Clone + fmt::Debug + PartialEq + Send + Sync + 'static {
    /// The desired state. Its default stands for a spec that is missing.
    type Spec: Clone
        + fmt::Debug
        + Default
        + PartialEq
        + Serialize
        + DeserializeOwned
        + JsonSchema
        + Send
        + Sync;
    /// The observed state.
    type Status: Clone
        + fmt::Debug
        + Default
        + PartialEq
        + Serialize
        + DeserializeOwned
        + JsonSchema
        + Send
        + Sync;

    /// The API group.
    const GROUP: &'static str;
    /// The version that is served and stored.
    const VERSION: &'static str;
    /// The kind as manifests name it.
    const KIND: &'static str;
    /// The plural in URLs and in the name of the CRD.
    const PLURAL: &'static str;
    /// The singular that `kubectl` accepts.
    const SINGULAR: &'static str;
    /// Short names that `kubectl` accepts.
    const SHORT_NAMES: &'static [&'static str];
    /// Groups of kinds in which `kubectl get` lists this one.
    const CATEGORIES: &'static [&'static str];
    /// The columns of `kubectl get`, in order.
    const PRINTER_COLUMNS: &'static [PrinterColumn];
    /// What the kind is, for `kubectl explain`.
    const DESCRIPTION: &'static str;
    /// Whether the status names the generation that it speaks of, and starts by saying that there was none.
    const OBSERVES_GENERATION: bool = true;
}

/// One column of `kubectl get`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrinterColumn {
    /// The heading.
    pub name: &'static str,
    /// `string` or `date`.
    pub kind: &'static str,
    /// Where the value stands.
    pub json_path: &'static str,
}

impl PrinterColumn {
    /// The time since the object was created.
    pub const AGE: Self = Self {
        name: "Age",
        kind: "date",
        json_path: ".metadata.creationTimestamp",
    };
    /// The status of the `Ready` condition.
    pub const READY: Self = Self {
        name: "Ready",
        kind: "string",
        json_path: r#".status.conditions[?(@.type=="Ready")].status"#,
    };
    /// The message of the `Ready` condition.
    pub const STATUS: Self = Self {
        name: "Status",
        kind: "string",
        json_path: r#".status.conditions[?(@.type=="Ready")].message"#,
    };
}

/// A custom resource of kind `K`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(bound = "")]
pub struct Object<K: Kind> {
    /// Name, namespace, labels and what else every object has.
    #[serde(default)]
    pub metadata: ObjectMeta,
    /// The desired state; the default when the object has none.
    #[serde(default)]
    pub spec: K::Spec,
    /// The observed state; absent until it was written once.
    #[serde(default)]
    pub status: Option<K::Status>,
}

/// What every reconciled kind's spec answers.
pub trait ReconciledSpec {
    /// The time between two reconciles of an object that does not change.
    fn interval(&self) -> Duration;
    /// Whether the object is left alone.
    fn is_suspended(&self) -> bool;
}

/// What every reconciled kind's status holds.
pub trait ReconciledStatus {
    /// The conditions, in the order in which they are stored.
    fn conditions(&self) -> &[Condition];
    /// The same to be changed.
    fn conditions_mut(&mut self) -> &mut Vec<Condition>;
    /// The generation that the status speaks of; −1 before the first.
    fn observed_generation(&self) -> Option<i64>;
    /// Sets the generation that the status speaks of.
    fn set_observed_generation(&mut self, generation: i64);
    /// The value of [`metadata::REQUESTED_AT`] that was last acted upon.
    fn last_handled_reconcile_at(&self) -> Option<&str>;
    /// Sets the value of [`metadata::REQUESTED_AT`] that was last acted upon.
    fn set_last_handled_reconcile_at(&mut self, token: Option<String>);
}

/// Implements [`ReconciledStatus`] for a status that has its fields under the names that the toolkit gives them.
macro_rules! reconciled_status {
    ($status:ty) => {
        impl $crate::resource::ReconciledStatus for $status {
            fn conditions(&self) -> &[$crate::Condition] {
                &self.conditions
            }

            fn conditions_mut(&mut self) -> &mut Vec<$crate::Condition> {
                &mut self.conditions
            }

            fn observed_generation(&self) -> Option<i64> {
                self.observed_generation
            }

            fn set_observed_generation(&mut self, generation: i64) {
                self.observed_generation = Some(generation);
            }

            fn last_handled_reconcile_at(&self) -> Option<&str> {
                self.last_handled_reconcile_at.as_deref()
            }

            fn set_last_handled_reconcile_at(&mut self, token: Option<String>) {
                self.last_handled_reconcile_at = token;
            }
        }
    };
}

pub(crate) use reconciled_status;

impl<K: Kind> Object<K> {
    /// An object with a name and a spec, without a status.
    pub fn new(name: &str, spec: K::Spec) -> Self {
        Self {
            metadata: ObjectMeta {
                name: Some(name.to_owned()),
                ..ObjectMeta::default()
            },
            spec,
            status: None,
        }
    }

    /// The same object in a namespace.
    #[must_use]
    pub fn within(mut self, namespace: &str) -> Self {
        self.metadata.namespace = Some(namespace.to_owned());
        self
    }

    /// The name; empty for an object that has none yet.
    pub fn name(&self) -> &str {
        self.metadata.name.as_deref().unwrap_or_default()
    }

    /// The namespace; empty for an object that has none yet.
    pub fn namespace(&self) -> &str {
        self.metadata.namespace.as_deref().unwrap_or_default()
    }

    /// The generation; 0 for an object that was never stored.
    pub fn generation(&self) -> i64 {
        self.metadata.generation.unwrap_or_default()
    }

    /// Whether deletion was asked for.
    pub fn is_being_deleted(&self) -> bool {
        self.metadata.deletion_timestamp.is_some()
    }

    /// The value of an annotation.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.metadata
            .annotations
            .as_ref()?
            .get(key)
            .map(String::as_str)
    }

    /// The value of [`metadata::REQUESTED_AT`]: the token of the reconcile that was asked for by hand.
    pub fn requested_at(&self) -> Option<&str> {
        self.annotation(metadata::REQUESTED_AT)
    }
}

impl<K: Kind> Object<K>
where
    K::Status: ReconciledStatus,
{
    /// The condition of one type, where the status has it.
    pub fn condition(&self, condition_type: &ConditionType) -> Option<&Condition> {
        let conditions = self.status.as_ref()?.conditions();
        conditions
            .iter()
            .find(|condition| condition.r#type == *condition_type)
    }
}

impl<K: Kind> kube::Resource for Object<K> {
    type DynamicType = ();
    type Scope = NamespaceResourceScope;

    fn kind((): &()) -> Cow<'_, str> {
        K::KIND.into()
    }

    fn group((): &()) -> Cow<'_, str> {
        K::GROUP.into()
    }

    fn version((): &()) -> Cow<'_, str> {
        K::VERSION.into()
    }

    fn plural((): &()) -> Cow<'_, str> {
        K::PLURAL.into()
    }

    fn meta(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }
}

impl<K: Kind> Serialize for Object<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let length = 4 + usize::from(self.status.is_some());
        let mut object = serializer.serialize_struct(K::KIND, length)?;
        object.serialize_field("apiVersion", &format!("{}/{}", K::GROUP, K::VERSION))?;
        object.serialize_field("kind", K::KIND)?;
        object.serialize_field("metadata", &self.metadata)?;
        object.serialize_field("spec", &self.spec)?;
        match &self.status {
            Some(status) => object.serialize_field("status", status)?,
            None => object.skip_field("status")?,
        }
        object.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::kustomize::kustomization::SourceKind;
    use crate::{GitRepository, Kustomization};

    fn read_and_print(object: &Value) -> Value {
        let read: Kustomization = serde_json::from_value(object.clone()).unwrap();
        serde_json::to_value(read).unwrap()
    }

    #[test]
    fn what_was_read_is_printed_again() {
        let object = json!({
            "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
            "kind": "Kustomization",
            "metadata": { "name": "apps", "namespace": "flux-system" },
            "spec": {
                "interval": "10m0s",
                "prune": true,
                "force": false,
                "deletionPolicy": "Orphan",
                "sourceRef": { "kind": "GitRepository", "name": "apps" },
            },
            "status": {
                "inventory": { "entries": [{ "id": "default_podinfo__Service", "v": "v1" }] },
                "observedGeneration": 1,
            },
        });
        assert_eq!(read_and_print(&object), object);
    }

    #[test]
    fn an_object_without_spec_is_read_with_an_empty_one() {
        let object: Kustomization =
            serde_json::from_value(json!({ "metadata": { "name": "empty" } })).unwrap();
        assert_eq!(
            object.spec.source_ref.kind,
            SourceKind::Other(String::new())
        );
        assert!(object.spec.interval.is_zero());
        assert_eq!(object.name(), "empty");
        assert_eq!(object.namespace(), "");
    }

    #[test]
    fn a_word_of_a_newer_version_does_not_fail_the_object() {
        let object: GitRepository = serde_json::from_value(json!({
            "spec": { "interval": "1m", "url": "https://example.com/a", "provider": "forge", "unheardOf": 1 },
        }))
        .unwrap();
        let provider = object.spec.provider.expect("the spec has a provider");
        assert_eq!(provider.as_str(), "forge");
    }

    #[test]
    fn kube_knows_where_the_kind_is_served() {
        use kube::Resource as _;

        assert_eq!(
            Kustomization::url_path(&(), Some("apps")),
            "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/apps/kustomizations"
        );
    }
}
