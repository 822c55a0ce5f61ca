//! Reading OCI registries: which artifact a tag or a range of versions
//! names, its manifest, and the bytes of its layers.
//!
//! What a registry says is checked: manifests and blobs against their
//! digests while they arrive, sizes against what was promised, documents
//! against limits. Credentials go to the registry and to the token service
//! that it names, and stay behind when a blob is redirected to another host.
//!
//! | Module | What it holds |
//! |---|---|
//! | [`name`] | repositories and references (pure) |
//! | [`versions`] | the tag with the highest version in a range (pure) |
//! | [`manifest`] | manifests, indexes and descriptors (pure) |
//! | [`keyring`] | credentials as Docker's configuration holds them (pure) |
//! | [`repository`] | asking a registry |
//!
//! Deliberately absent: pushing, referrers, signatures, resuming a broken
//! download, and manifests of the first schema.

pub mod keyring;
pub mod manifest;
pub mod name;
pub mod repository;
pub mod versions;

mod challenge;
mod exchange;
mod refusal;
mod token;

pub use exchange::RequestError;
pub use keyring::{Keyring, Login};
pub use manifest::{Descriptor, Manifest};
pub use name::{NameError, Reference, RepositoryName};
pub use refusal::Refusal;
pub use repository::{Access, PullError, Repository};
