//! The kind `OCIRepository`: an artifact made of one layer of an OCI artifact.

use rheostat_gocompat::duration::Duration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::registry::{OidcIdentityMatch, RegistryProvider, SignatureProvider};
use crate::artifact::Artifact;
use crate::condition::Condition;
use crate::reference::LocalObjectReference;
use crate::resource::{Kind, Object, PrinterColumn, ReconciledSpec, reconciled_status};
use crate::schema;
use crate::wire_enum::wire_enum;

/// A repository of a registry, of which one artifact is kept.
pub type OciRepository = Object<OciRepositoryKind>;

/// Names the kind [`OciRepository`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OciRepositoryKind;

impl Kind for OciRepositoryKind {
    type Spec = OciRepositorySpec;
    type Status = OciRepositoryStatus;

    const GROUP: &'static str = super::GROUP;
    const VERSION: &'static str = "v1";
    const KIND: &'static str = "OCIRepository";
    const PLURAL: &'static str = "ocirepositories";
    const SINGULAR: &'static str = "ocirepository";
    const SHORT_NAMES: &'static [&'static str] = &["ocirepo"];
    const CATEGORIES: &'static [&'static str] = super::CATEGORIES;
    const PRINTER_COLUMNS: &'static [PrinterColumn] = &[
        PrinterColumn {
            name: "URL",
            kind: "string",
            json_path: ".spec.url",
        },
        PrinterColumn::READY,
        PrinterColumn::STATUS,
        PrinterColumn::AGE,
    ];
    const DESCRIPTION: &'static str = "A repository of a registry, of which one artifact is kept.";
}

/// The repository, the artifact in it to follow, and how to fetch it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OciRepositorySpec {
    /// The Secret for TLS: `tls.crt` and `tls.key` as client certificate, `ca.crt` to trust the registry by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cert_secret_ref: Option<LocalObjectReference>,

    /// Patterns in the format of .gitignore of what to leave out of the artifact.
    /// They come after those of the .sourceignore files in the layer. Where
    /// there are neither, a set of patterns for pictures, archives and CI is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignore: Option<String>,

    /// Whether the registry may be reached over plain HTTP, or with a certificate that nobody vouches for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub insecure: bool,

    /// How often to ask the registry for a new revision.
    #[schemars(schema_with = "schema::interval")]
    pub interval: Duration,

    /// Which layer to take, and what to do with it. Without it, the first layer is extracted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer_selector: Option<OciLayerSelector>,

    /// Whose identity logs in to the registry where no Secret does.
    #[serde(default)]
    pub provider: RegistryProvider,

    /// The Secret with the address of a proxy and, if need be, its user name and password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy_secret_ref: Option<LocalObjectReference>,

    /// The artifact to follow. Without it, the tag `latest`.
    #[serde(default, rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<OciRepositoryRef>,

    /// The Secret of type `kubernetes.io/dockerconfigjson` with the credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<LocalObjectReference>,

    /// The ServiceAccount whose image pull Secrets, or whose workload identity, log in to the registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_account_name: Option<String>,

    /// Whether to leave the object alone until this is taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suspend: bool,

    /// How long operations on the registry may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::source_timeout")]
    pub timeout: Option<Duration>,

    /// The address of the repository: the scheme oci, the registry and the name of the repository, without a tag.
    #[schemars(regex(pattern = "^oci://.*$"))]
    pub url: String,

    /// The signatures to ask for before the artifact is changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<OciRepositoryVerification>,
}

/// The artifact to follow. Where several fields are set, `digest` is taken before `semver`, and `semver` before `tag`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OciRepositoryRef {
    /// The digest of the artifact, in the form `<algorithm>:<checksum>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,

    /// A range of versions; the tag with the highest version in it is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub semver: Option<String>,

    /// A regular expression; only tags that it matches are versions for `semver`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub semver_filter: Option<String>,

    /// The tag of the artifact. Without any reference, `latest`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

/// Which layer to take, and what to do with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OciLayerSelector {
    /// The media type of the layer. The first one that has it is taken; without it, the first layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,

    /// What to do with the layer. Without it, `extract`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<OciLayerOperation>,
}

wire_enum! {
    /// What to do with a layer.
    pub enum OciLayerOperation {
        /// Unpack it, and make an archive of what is in it.
        Extract = "extract",
        /// Keep its bytes as they are.
        Copy = "copy",
    }
}

/// The signatures to ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("required" = ["provider"]))]
pub struct OciRepositoryVerification {
    /// Who may have signed without a key. Any one suffices; without any, everybody may.
    #[serde(
        default,
        rename = "matchOIDCIdentity",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub match_oidc_identity: Vec<OidcIdentityMatch>,

    /// The tool that signed.
    #[serde(default)]
    pub provider: SignatureProvider,

    /// The Secret with the public keys, or certificates and trust policy, of those who may sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<LocalObjectReference>,

    /// The Secret with the roots of trust of another Sigstore than the public one, under the key `trusted_root.json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trusted_root_secret_ref: Option<LocalObjectReference>,
}

/// The state of the artifact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OciRepositoryStatus {
    /// The last artifact that was made.
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

    /// The ignore patterns with which the artifact was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_ignore: Option<String>,

    /// The layer selector with which the artifact was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_layer_selector: Option<OciLayerSelector>,

    /// The address under which the newest artifact is always found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl ReconciledSpec for OciRepositorySpec {
    fn interval(&self) -> Duration {
        self.interval
    }

    fn is_suspended(&self) -> bool {
        self.suspend
    }
}

reconciled_status!(OciRepositoryStatus);
