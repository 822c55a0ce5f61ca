//! The kind `HelmRepository`: the index of a chart repository, or a place in a registry that holds charts.

use std::collections::BTreeMap;

use rheostat_gocompat::duration::Duration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::registry::RegistryProvider;
use crate::artifact::Artifact;
use crate::condition::Condition;
use crate::reference::LocalObjectReference;
use crate::resource::{Kind, Object, PrinterColumn, ReconciledSpec, reconciled_status};
use crate::schema;
use crate::wire_enum::wire_enum;

/// A chart repository whose index is kept as an artifact, or a place in a registry that holds charts.
pub type HelmRepository = Object<HelmRepositoryKind>;

/// Names the kind [`HelmRepository`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HelmRepositoryKind;

/// The time between two downloads of an index where the spec does not say.
const DEFAULT_INTERVAL: Duration = Duration::from_secs(60);

impl Kind for HelmRepositoryKind {
    type Spec = HelmRepositorySpec;
    type Status = HelmRepositoryStatus;

    const GROUP: &'static str = super::GROUP;
    const VERSION: &'static str = "v1";
    const KIND: &'static str = "HelmRepository";
    const PLURAL: &'static str = "helmrepositories";
    const SINGULAR: &'static str = "helmrepository";
    const SHORT_NAMES: &'static [&'static str] = &["helmrepo"];
    const CATEGORIES: &'static [&'static str] = super::CATEGORIES;
    const PRINTER_COLUMNS: &'static [PrinterColumn] = &[
        PrinterColumn {
            name: "URL",
            kind: "string",
            json_path: ".spec.url",
        },
        PrinterColumn::AGE,
        PrinterColumn::READY,
        PrinterColumn::STATUS,
    ];
    const DESCRIPTION: &'static str = "A chart repository whose index is kept as an artifact, or a place in a registry that holds charts.";
}

/// The repository, and how to reach it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HelmRepositorySpec {
    /// The namespaces that may refer to the object. Not heeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_from: Option<AccessFrom>,

    /// The Secret for TLS: `tls.crt` and `tls.key` as client certificate, `ca.crt` to trust the server by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cert_secret_ref: Option<LocalObjectReference>,

    /// Whether a registry may be reached over plain HTTP. Heeded with the type `oci` only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub insecure: bool,

    /// How often to download the index. Without it, every minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::interval")]
    pub interval: Option<Duration>,

    /// Whether the credentials are also for charts that the index says are on another host.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pass_credentials: bool,

    /// Whose identity logs in to a registry where no Secret does. Heeded with the type `oci` only.
    #[serde(default)]
    pub provider: RegistryProvider,

    /// The Secret with the credentials: `username` and `password`, or for a registry also
    /// one of type `kubernetes.io/dockerconfigjson`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<LocalObjectReference>,

    /// Whether to leave the object alone until this is taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suspend: bool,

    /// How long the download of the index, or an operation on a registry, may take. Without it, one minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::timeout_without_default")]
    pub timeout: Option<Duration>,

    /// What answers at the address. Without it, `default`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#type: Option<HelmRepositoryType>,

    /// The address of the repository, with the scheme oci for a registry.
    #[schemars(regex(pattern = "^(http|https|oci)://.*$"))]
    pub url: String,
}

wire_enum! {
    /// What answers at the address of a chart repository.
    pub enum HelmRepositoryType {
        /// A web server with an index.
        Default = "default",
        /// A registry.
        Oci = "oci",
    }
}

/// The namespaces that may refer to an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessFrom {
    /// Selects namespaces. Any one suffices.
    pub namespace_selectors: Vec<NamespaceSelector>,
}

/// Selects namespaces by their labels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NamespaceSelector {
    /// Labels that the namespace must have. Without any, all namespaces are selected.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub match_labels: BTreeMap<String, String>,
}

/// The state of the index. Empty with the type `oci`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HelmRepositoryStatus {
    /// The last index that was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<Artifact>,

    /// The aspects of the state of the object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,

    /// The value of the annotation reconcile.fluxcd.io/requestedAt that was last acted upon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_handled_reconcile_at: Option<String>,

    /// The generation of the object that the status speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::integer")]
    pub observed_generation: Option<i64>,

    /// The address under which the newest index is always found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl ReconciledSpec for HelmRepositorySpec {
    fn interval(&self) -> Duration {
        self.interval.unwrap_or(DEFAULT_INTERVAL)
    }

    fn is_suspended(&self) -> bool {
        self.suspend
    }
}

reconciled_status!(HelmRepositoryStatus);
