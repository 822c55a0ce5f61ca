//! The kind `GitRepository`: an artifact made of one commit of a Git repository.

use rheostat_gocompat::duration::Duration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::artifact::Artifact;
use crate::condition::Condition;
use crate::reference::LocalObjectReference;
use crate::resource::{Kind, Object, PrinterColumn, ReconciledSpec, reconciled_status};
use crate::schema;
use crate::wire_enum::wire_enum;

/// A Git repository that is kept as an artifact.
pub type GitRepository = Object<GitRepositoryKind>;

/// Names the kind [`GitRepository`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GitRepositoryKind;

impl Kind for GitRepositoryKind {
    type Spec = GitRepositorySpec;
    type Status = GitRepositoryStatus;

    const GROUP: &'static str = super::GROUP;
    const VERSION: &'static str = "v1";
    const KIND: &'static str = "GitRepository";
    const PLURAL: &'static str = "gitrepositories";
    const SINGULAR: &'static str = "gitrepository";
    const SHORT_NAMES: &'static [&'static str] = &["gitrepo"];
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
    const DESCRIPTION: &'static str = "A Git repository that is kept as an artifact.";
}

/// The repository, the reference to follow, and how to fetch it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [{
    "message": "serviceAccountName can only be set when provider is 'azure' or 'aws'",
    "rule": "!has(self.serviceAccountName) || (has(self.provider) && (self.provider == 'azure' || self.provider == 'aws'))",
}]))]
pub struct GitRepositorySpec {
    /// Patterns in the format of .gitignore of what to leave out of the artifact.
    /// They come after those of the .sourceignore files in the repository. Where
    /// there are neither, a set of patterns for pictures, archives and CI is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignore: Option<String>,

    /// Artifacts of other GitRepositories to put into this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<GitRepositoryInclude>,

    /// How often to ask the repository for a new revision.
    #[schemars(schema_with = "schema::interval")]
    pub interval: Duration,

    /// Whose identity to authenticate with. Without it, `generic`: the secretRef's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<GitProvider>,

    /// The Secret with the address of a proxy and, if need be, its user name and password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy_secret_ref: Option<LocalObjectReference>,

    /// Whether the submodules of the repository are part of the artifact.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recurse_submodules: bool,

    /// The reference to follow. Without it, the branch `master`.
    #[serde(default, rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<GitRepositoryRef>,

    /// The Secret with the credentials: `username` and `password`, `bearerToken`, or for
    /// SSH `identity` and `known_hosts`; and for HTTPS `ca.crt`, `tls.crt` and `tls.key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<LocalObjectReference>,

    /// The ServiceAccount whose workload identity authenticates, for the providers `aws` and `azure`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_account_name: Option<String>,

    /// The directories to check out. Without any, all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sparse_checkout: Vec<String>,

    /// Whether to leave the object alone until this is taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suspend: bool,

    /// How long Git operations such as cloning may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::source_timeout")]
    pub timeout: Option<Duration>,

    /// The address of the repository: HTTP, HTTPS or SSH.
    #[schemars(regex(pattern = "^(http|https|ssh)://.*$"))]
    pub url: String,

    /// The signatures to ask for before the artifact is changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<GitRepositoryVerification>,
}

wire_enum! {
    /// Whose identity authenticates with a Git server.
    pub enum GitProvider {
        /// The credentials of the `secretRef`.
        Generic = "generic",
        /// AWS `CodeCommit`.
        Aws = "aws",
        /// Azure DevOps.
        Azure = "azure",
        /// A GitHub App.
        GitHub = "github",
    }
}

/// The reference to follow. Where several fields are set, `commit` is taken before `name`,
/// `name` before `tag`, `tag` before `semver`, and `semver` before `branch`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GitRepositoryRef {
    /// The branch to follow. Without any reference, `master`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,

    /// The commit to check out, taken before all other references.
    /// A branch beside it is where the commit is looked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,

    /// The full name of a reference, such as `refs/heads/main` or `refs/pull/1/head`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,

    /// A range of versions; the tag with the highest version in it is checked out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub semver: Option<String>,

    /// The tag to check out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

/// The signatures to ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GitRepositoryVerification {
    /// What must be signed: the commit (HEAD), the tag, or both.
    #[serde(default)]
    pub mode: GitVerificationMode,

    /// The Secret with the public keys of those who may sign.
    pub secret_ref: LocalObjectReference,
}

wire_enum! {
    /// What must be signed.
    #[derive(Default)]
    pub enum GitVerificationMode {
        /// The commit, in the spelling of the first API versions.
        LowercaseHead = "head",
        /// The commit.
        #[default]
        Head = "HEAD",
        /// The tag.
        Tag = "Tag",
        /// The tag and the commit that it points to.
        TagAndHead = "TagAndHEAD",
    }
}

/// The artifact of another `GitRepository` inside this one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GitRepositoryInclude {
    /// The directory of the other artifact to copy. Without it, all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_path: Option<String>,

    /// The GitRepository whose artifact to copy.
    pub repository: LocalObjectReference,

    /// Where to copy to. Without it, a directory with the name of the other GitRepository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_path: Option<String>,
}

/// The state of the artifact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GitRepositoryStatus {
    /// The last artifact that was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<Artifact>,

    /// The aspects of the state of the object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,

    /// The artifacts of other GitRepositories that are in the artifact.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub included_artifacts: Vec<Artifact>,

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

    /// The includes with which the artifact was made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub observed_include: Vec<GitRepositoryInclude>,

    /// Whether the artifact was made with submodules.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub observed_recurse_submodules: bool,

    /// The directories with which the artifact was made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub observed_sparse_checkout: Vec<String>,

    /// The verification mode that the artifact passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_verification_mode: Option<String>,
}

impl ReconciledSpec for GitRepositorySpec {
    fn interval(&self) -> Duration {
        self.interval
    }

    fn is_suspended(&self) -> bool {
        self.suspend
    }
}

reconciled_status!(GitRepositoryStatus);
