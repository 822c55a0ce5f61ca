//! Flux's own pure step between an artifact and the objects that are applied.
//!
//! * [`kustomization`]: a kustomization file is found or made, what a Kustomization says is laid over it, kustomize
//!   builds it, and the result is read as objects.
//! * [`common_metadata`]: labels and annotations for all of them.
//! * `release` (feature `release`): values of a Helm release before its rendering, and changes of its manifests after it.
//!
//! Inputs are small structs of this crate and of the engine, so that the command line and the controllers share it.
//! Deliberately absent so far: decryption and substitution of variables.

pub mod common_metadata;
pub mod kustomization;
#[cfg(feature = "release")]
pub mod release;

pub use common_metadata::CommonMetadata;
