//! Charts on disk.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use rheostat_helm::Chart;
use rheostat_helm::chart::{ArchiveLimits, ChartFile};

use crate::disk::Disk;

/// Loads the chart that an argument names: a folder or an archive.
pub(super) fn load(name: &str) -> anyhow::Result<Chart> {
    Ok(Chart::from_files(files(name)?)?)
}

/// The files of the chart that an argument names.
pub(super) fn files(name: &str) -> anyhow::Result<Vec<ChartFile>> {
    let path = Path::new(name);
    if !path.exists() {
        if name.starts_with("oci://") || name.contains("://") {
            bail!("charts in registries and repositories are not supported: {name}");
        }
        bail!("path {name:?} not found");
    }
    if path.is_dir() {
        return Ok(Chart::files_of_directory(
            &Disk::whole(),
            &Disk::path(name)?,
        )?);
    }
    let bytes = fs::read(path).with_context(|| format!("file '{name}' cannot be read"))?;
    if !bytes.starts_with(b"\x1f\x8b\x08") {
        bail!("file '{name}' does not appear to be a gzipped archive");
    }
    Ok(Chart::files_of_archive(&bytes, ArchiveLimits::default())?)
}
