//! Where things are in this repository.

use std::env;
use std::path::{Path, PathBuf};

/// The root of the repository that `cargo xtask` was called in.
pub(crate) fn root() -> PathBuf {
    // Cargo sets the variable for the program that it runs; the constant serves whoever runs the binary by hand.
    let manifest = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    let crates = manifest.parent().unwrap_or(Path::new("."));
    crates.parent().unwrap_or(Path::new(".")).to_owned()
}

/// The folder for what must not be committed and may be deleted at any time.
pub(crate) fn scratch() -> PathBuf {
    root().join("tmp")
}
