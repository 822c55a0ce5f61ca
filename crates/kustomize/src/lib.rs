//! The kustomize engine: a file tree becomes manifests.
//!
//! [`build::step`] builds as far as it can without anything remote, and asks
//! its caller for the rest as values. Whoever knows kustomize finds its
//! concepts under their names:
//!
//! | concept | module |
//! |---|---|
//! | the kustomization file | [`kustfile`] |
//! | one kustomization and the order of its steps | [`target`] |
//! | objects, their past and their identity | [`resource`], [`resmap`] |
//! | which fields a transformer works on | [`field_spec`], [`transformer_config`] |
//! | the builtin transformers | [`transformers`] |
//! | where files come from | [`loader`], [`remote`], [`repo_spec`] |
//!
//! Absent on purpose: plugins that run programs, and everything that fetches.

pub mod build;
pub mod kustfile;
pub mod target;

pub mod resmap;
pub mod resource;

pub mod field_spec;
pub mod transformer_config;
pub mod transformers;

pub mod loader;
pub mod remote;
pub mod repo_spec;

mod accumulator;
mod extent;
pub mod field_path;
mod field_setter;
mod generators;
mod hasher;
mod name_ref;
mod openapi;
mod origin;
mod plugins;
mod ref_var;
mod selector;
