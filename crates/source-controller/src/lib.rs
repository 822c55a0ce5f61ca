//! The source controller: what upstream holds becomes artifacts.
//!
//! Every kind of source goes through the same driver ([`source`]): look at
//! what is stored, observe, plan (pure), fetch, archive, and report (pure).
//! A kind says what differs: [`git_repository`]. Adding one is a module
//! beside it and a line in [`run`].
//!
//! Deliberately absent: the kinds `OCIRepository`, `HelmRepository`,
//! `HelmChart` and `Bucket`, which are left alone, and of `GitRepository` the
//! fields that [`git_repository`] refuses by name.

pub mod args;
pub mod context;
pub mod git_repository;
pub mod run;
pub mod source;
