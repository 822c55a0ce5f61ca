//! Test support: a real control plane, a real Git server, and ways to make both of them fail.
//!
//! Development only: no crate that ships depends on it. There are no doubles of an API server or of Git here, because a
//! double that we wrote would only prove that we agree with ourselves.
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! use rheostat_testing::{Commit, ControlPlane, GitServer};
//!
//! let plane = ControlPlane::shared().await?;
//! let client = plane.client().await?;
//! let namespace = plane.namespace("payments").await?;
//!
//! let git = GitServer::start().await?;
//! let repository = git.create("payments")?;
//! let revision = repository.commit("main", &Commit::new("first").file("app.yaml", "kind: ConfigMap"))?;
//! # Ok(()) }
//! ```

pub mod artifact_server;
pub mod control_plane;
pub mod controller;
pub mod fault_proxy;
pub mod git_server;
pub mod manifest;
pub mod registry;
pub mod status;

pub mod certificate;
pub mod process;
pub mod program;

pub use artifact_server::ArtifactServer;
pub use control_plane::ControlPlane;
pub use controller::Controller;
pub use fault_proxy::FaultProxy;
pub use git_server::{Commit, GitServer};
pub use process::Process;
pub use program::Program;
pub use registry::{OciArtifact, Registry};
