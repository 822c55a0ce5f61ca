//! The API of the Flux GitOps Toolkit 2.9: kinds, conditions, reasons and the artifact contract.
//!
//! What the controllers agree on with each other, with their users and with the `flux` command. Types read and print
//! themselves and describe their schema; their doc comments are what `kubectl explain` shows. Deliberately absent:
//! clients, and every decision about an object. Defaults that the CRDs do not set are applied where a controller reads
//! its spec, not here.
//!
//! A kind that is in here is here whole, whatever the controllers make of its fields.

mod wire_enum;

pub mod resource;

pub mod artifact;
pub mod condition;
pub mod metadata;
pub mod reason;
pub mod reference;

pub mod helm;
pub mod kustomize;
pub mod source;

pub mod crd;
pub mod schema;

pub use artifact::Artifact;
pub use condition::{Condition, ConditionStatus, ConditionType};
pub use helm::{HelmRelease, HelmReleaseSpec, HelmReleaseStatus};
pub use kustomize::{Kustomization, KustomizationSpec, KustomizationStatus};
pub use reason::Reason;
pub use resource::{Kind, Object};
pub use source::{
    Bucket, BucketSpec, BucketStatus, ExternalArtifact, ExternalArtifactSpec,
    ExternalArtifactStatus, GitRepository, GitRepositorySpec, GitRepositoryStatus, HelmChart,
    HelmChartSpec, HelmChartStatus, HelmRepository, HelmRepositorySpec, HelmRepositoryStatus,
    OciRepository, OciRepositorySpec, OciRepositoryStatus,
};
