//! The group `kustomize.toolkit.fluxcd.io/v1`: what is built from a source and applied.

pub mod history;
pub mod inventory;
pub mod kustomization;
pub mod overlay;
pub mod post_build;
pub mod rollout;

pub use kustomization::{Kustomization, KustomizationSpec, KustomizationStatus};

/// The API group of Kustomizations.
pub const GROUP: &str = "kustomize.toolkit.fluxcd.io";
