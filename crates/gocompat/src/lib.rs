//! What Go defines and the contracts inherit: durations, regular expressions, formatting, time layouts, path matching, versions, URLs.
//!
//! Flux, Helm and kustomize expose the habits of Go's standard library to their users: a duration, a pattern, a layout or a
//! version range in a manifest means what Go makes of it. Each module re-implements one package, as pure functions with bounded
//! work.

pub mod duration;
pub mod fmt;
pub mod json;
pub mod path;
pub mod regexp;
pub mod semver;
pub mod strconv;
pub mod time;
pub mod url;
