//! The cluster that objects are applied to: which kinds it serves, where their objects live, and
//! the few requests that the rest of the toolkit makes of it.
//!
//! Everything goes through [`Cluster`], which bounds how many requests are in flight and how long
//! one may take. Waiting is done with [`Subscription`]s, never by asking again and again.
//!
//! Absent on purpose: credentials (a [`kube::Client`] is handed in), owner labels and every other
//! meaning that an object has for the one who applies it (`rheostat-apply`).

mod access;
mod impersonate;
mod mapper;
mod metadata;
mod resource;
mod subscription;
mod version;
mod write;

pub use access::{AccessError, ApplyRequest, Cluster, Limits};
pub use impersonate::AccountError;
pub use mapper::{MapperError, RestMapper};
pub use metadata::{ManagedFields, Metadata, ObjectHead};
pub use resource::{Resource, Target, TargetError};
pub use subscription::{Change, Selection, Subscription};
pub use version::ServerVersion;
pub use write::{PatchKind, Propagation, WriteRequest};
