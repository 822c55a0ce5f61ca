//! What holds the workspace together and what no compiler checks: layers, lints, sizes, names.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod layers;
mod lints;
mod sizes;
mod workspace;
