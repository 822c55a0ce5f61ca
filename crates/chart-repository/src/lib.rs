//! Chart repositories over HTTP: the index, and the charts that it names.
//!
//! A repository is named in a spec, and its index may name any address. What is downloaded is bounded in bytes and in time;
//! credentials go to the repository's own origin, and elsewhere only if the owner of the repository says so; a chart must have the
//! digest that the index names. What an index means stands in `rheostat_helm::index`.
//!
//! | Module | What it holds |
//! |---|---|
//! | [`address`] | where the index and charts are (pure) |
//! | [`repository`] | asking a repository |
//!
//! Deliberately absent: registries, provenance files, and a cache of indexes.

pub mod address;
pub mod repository;

pub use address::AddressError;
pub use repository::{DownloadError, Repository};
