//! Flux's own pure step between an artifact and the objects that are applied.
//!
//! * [`kustomization`]: a kustomization file is found or made, what a Kustomization says is laid over it, kustomize
//!   builds it, and the result is read as objects.
//! * [`common_metadata`]: labels and annotations for all of them.
//!
//! Inputs are small structs of this crate and of the engine, so that the command line and the controllers share it.
//! Deliberately absent so far: decryption, substitution of variables, and releases.

pub mod common_metadata;
pub mod kustomization;

pub use common_metadata::CommonMetadata;
