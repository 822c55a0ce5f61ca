//! The source controller: what upstream holds becomes artifacts.
//!
//! Every kind of source goes through the same driver ([`source`]): look at
//! what is stored, observe, plan (pure), fetch, archive, and report (pure).
//! A kind says what differs: [`git_repository`], [`oci_repository`],
//! [`helm_repository`], [`helm_chart`]. Adding one is a module beside them and
//! a line in [`run`].
//!
//! Deliberately absent: [`bucket`], which is refused, and the fields that each
//! kind refuses by name.

pub mod args;
pub mod bucket;
pub mod context;
pub mod git_repository;
pub mod helm_chart;
pub mod helm_repository;
pub mod oci_repository;
pub mod run;
mod secret;
pub mod source;
