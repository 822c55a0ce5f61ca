//! The group `source.toolkit.fluxcd.io/v1`: where desired state comes from.
//!
//! Only [`GitRepository`] so far.

pub mod git_repository;

pub use git_repository::{GitRepository, GitRepositorySpec, GitRepositoryStatus};

/// The API group of the sources.
pub const GROUP: &str = "source.toolkit.fluxcd.io";
