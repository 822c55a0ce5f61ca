//! The kustomize controller: artifacts become objects on a cluster, and stay what they are.
//!
//! A pass over a Kustomization is a sentence, and each word of it a module: observe what is there
//! ([`observe`], [`sources`], [`trees`]), plan what is wanted ([`plan`], pure), execute it ([`execute`],
//! [`finalize`]) and report what became of it ([`report`], pure). Passes are begun by the runtime
//! and by what they wait for ([`wake`]).
//!
//! Absent on purpose: the fields that [`desired::unsupported`] names, which are refused.

pub mod args;
pub mod desired;
pub mod execute;
pub mod finalize;
pub mod inventory;
pub mod memory;
pub mod observe;
pub mod outcome;
pub mod plan;
pub mod reconcile;
pub mod remote_bases;
pub mod report;
pub mod run;
pub mod sources;
pub mod trees;
pub mod wake;
