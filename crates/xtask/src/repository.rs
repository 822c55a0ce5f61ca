//! Where things are in this repository.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context as _, Result};

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

/// The names of the controllers, sorted: their crates are called so, and so are their charts and images.
///
/// # Errors
/// The crates cannot be listed.
pub(crate) fn controllers() -> Result<Vec<String>> {
    let mut names = folders_in("crates")?;
    names.retain(|name| name.ends_with("-controller"));
    Ok(names)
}

/// The folders in a folder of the repository, sorted.
///
/// # Errors
/// The folder cannot be listed.
pub(crate) fn folders_in(folder: &str) -> Result<Vec<String>> {
    let path = root().join(folder);
    let entries = fs::read_dir(&path).with_context(|| format!("reading {}", path.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.with_context(|| format!("reading {}", path.display()))?;
        if entry.path().is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}
