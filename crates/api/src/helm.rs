//! The group `helm.toolkit.fluxcd.io/v2`: charts that are kept released.

pub mod action;
pub mod chart;
pub mod drift;
pub mod helm_release;
pub mod post_render;
pub mod remediation;
pub mod snapshot;
pub mod values;

pub use helm_release::{HelmRelease, HelmReleaseSpec, HelmReleaseStatus};

/// The API group of HelmReleases.
pub const GROUP: &str = "helm.toolkit.fluxcd.io";
