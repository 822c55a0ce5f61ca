//! What kustomize builds need from outside, fetched: files behind URLs and
//! Git repositories over HTTP.
//!
//! The engine asks for what it needs as values; a [`Fetcher`] answers them
//! within limits, since whoever writes a kustomization decides what is asked
//! for. A failure is an answer, too: the engine knows where it belongs.
//!
//! Deliberately absent: SSH, submodules and links in repositories,
//! credentials other than those in URLs, and charts.

pub mod file;

mod fetcher;
mod repository;

pub use fetcher::{Fetcher, Limits};
