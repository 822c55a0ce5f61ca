//! The definitions of custom resources of others, from files.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use rheostat_yaml::{Limits, Profile};
use serde_json::Value;

/// The definitions in the YAML files of a folder, one in each.
///
/// # Errors
/// The folder or a file cannot be read.
pub(crate) fn read(folder: &Path) -> Result<Vec<Value>> {
    let files = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut definitions = Vec::new();
    for file in files {
        let path = file.context("listing a folder")?.path();
        let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        let node = rheostat_yaml::parse(&bytes, Profile::V3, &Limits::default());
        let node = node.with_context(|| format!("reading {}", path.display()))?;
        let node = node.with_context(|| format!("{} is empty", path.display()))?;
        let value = rheostat_yaml::json::from_node(&node, Profile::V3);
        definitions.push(value.with_context(|| format!("reading {}", path.display()))?);
    }
    Ok(definitions)
}
