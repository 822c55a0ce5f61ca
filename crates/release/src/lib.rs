//! Helm's actions on a cluster, for programs that install charts: an operator takes this crate and needs no `helm`.
//!
//! An action is a value: [`Install`], [`Upgrade`], [`Rollback`], [`Uninstall`], [`Test`]. Its fields are its options, its
//! constructor sets those that the `helm` command would, and `run` does it on a [`Configuration`], which says on which cluster
//! and as whom, and where the records are. What an action leaves behind is a [`Release`] in [`Storage`], in Helm's own format:
//! `helm list`, `status`, `history`, `rollback` and `uninstall` go on with it, and the actions here go on with what `helm` left.
//!
//! ```no_run
//! # async fn example(cluster: rheostat_cluster::Cluster, chart: rheostat_helm::Chart) -> Result<(), rheostat_release::ActionError> {
//! use rheostat_release::{Configuration, Install};
//!
//! let configuration = Configuration::new(cluster, "apps", "my-operator");
//! let values = serde_json::Map::new();
//! let release = Install::new("web", "apps", chart, values).run(&configuration).await?;
//! println!("{} is {}", release.name, release.info.status);
//! # Ok(())
//! # }
//! ```
//!
//! # Guarantees
//! - A record that says `pending` is written before the first object, so that a crash leaves a trace; an action that is begun
//!   anew converges. A hook runs at most once in an action.
//! - Dropping the future of an action stops it between two requests, as a crash would. To stop it in good order, cancel
//!   [`Configuration::abort`]: then the revision is recorded as failed.
//! - An object that another release owns is only touched if an option says so.
//!
//! Absent on purpose: fetching charts, retries, rollbacks on failure, drift, logs of hooks.

mod action;
mod blocking;
mod capabilities;
mod configuration;
mod definitions;
mod error;
mod hooks;
mod objects;
mod observer;
mod ownership;
mod renderer;
mod settle;
mod storage;
mod writer;

pub use action::{
    Install, Rollback, ServerSideApply, Test, Uninstall, Uninstalled, Upgrade, ValuesPolicy,
};
pub use configuration::Configuration;
pub use definitions::{DefinitionPolicy, Definitions};
pub use error::{ActionError, Cause};
pub use hooks::HookError;
pub use objects::BuildError;
pub use observer::{Observer, Step, StepKind, Unobserved};
pub use ownership::OwnershipError;
pub use renderer::{HelmRenderer, Renderer};
pub use rheostat_cluster::Propagation;
pub use rheostat_helm::release::{
    ApplyMethod, HookExecution, HookPhase, Info, Release, ReleasedHook, Status,
};
pub use settle::Wait;
pub use storage::{Revision, Storage, StorageError};
pub use writer::WriteError;
