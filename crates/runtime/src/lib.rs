//! The controller shell: everything around a reconcile that is the same for every controller.
//!
//! A controller implements [`Reconciler`] (what to do with one object, and how an outcome reads as
//! status, events and a next time) and hands it to a [`Controller`]; the shell does the rest:
//! watching, queueing, finalizers, status writes, events, metrics, probes, leader election and stopping.
//!
//! What is deliberately absent: anything that one kind alone needs, and any engine.

pub mod acl;
pub mod args;
pub mod client;
pub mod conditions;
pub mod drive;
pub mod event;
pub mod lease;
pub mod listen;
pub mod log;
pub mod metrics;
pub mod object;
pub mod pass;
pub mod patch;
pub mod probe;
pub mod queue;
pub mod report;
pub mod role;
pub mod shell;
pub mod store;

pub use conditions::Conditions;
pub use drive::{Controller, Reconciler, Waker};
pub use object::{Managed, ObjectKey, ObjectRef};
pub use pass::{Cause, Interrupted, Pass, Wait};
pub use report::{Event, EventType, Finalizer, LogLine, Moment, Report, Requeue};
pub use role::Role;
pub use shell::{Context, Settings};
pub use store::{Change, Store};
