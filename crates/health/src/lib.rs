//! Is this object healthy? The kstatus rules, as Flux has them, over plain JSON values.
//!
//! Everything is decided from the object itself, except for two questions that the caller answers: what time it is, and
//! for some kinds that are not ready, which Pods they have ([`pods`]). Deliberately absent: reading from a cluster,
//! waiting, and health checks by CEL expressions.

pub mod evaluate;
mod fields;
mod kind;
pub mod pods;
pub mod verdict;

pub use evaluate::{evaluate, is_done_when_gone};
pub use verdict::{Health, HealthError, Status};
