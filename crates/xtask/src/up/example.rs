//! The repository under `examples/payments`, and the objects in it that make a cluster follow it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use rheostat_yaml::{Limits, Profile, json, parse_stream};
use serde_json::Value;

use crate::repository;

/// The folder in the example with what the cluster is told.
const CLUSTER: &str = "clusters/demo/";

/// The example as a Git repository holds it.
#[derive(Debug)]
pub(crate) struct Example {
    /// Contents by path.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    objects: Vec<Value>,
}

impl Example {
    /// The objects for the cluster, with the source at `url`.
    pub(crate) fn objects_following(&self, url: &str) -> Vec<Value> {
        let mut objects = self.objects.clone();
        for object in &mut objects {
            if object["kind"] == "GitRepository" {
                object["spec"]["url"] = url.into();
            }
        }
        objects
    }
}

/// Reads the example from the repository.
///
/// # Errors
/// A file cannot be read or is not YAML.
pub(crate) fn load() -> Result<Example> {
    let root = repository::root().join("examples/payments");
    let mut files = BTreeMap::new();
    collect(&root, &root, &mut files)?;
    let mut objects = Vec::new();
    for (path, content) in files.iter().filter(|(path, _)| path.starts_with(CLUSTER)) {
        let documents = parse_stream(content, Profile::V2, &Limits::default())
            .with_context(|| format!("reading {path}"))?;
        for document in documents {
            objects.push(
                json::from_node(&document, Profile::V2)
                    .with_context(|| format!("reading {path}"))?,
            );
        }
    }
    // A Kustomization that finds its source has less to say at first.
    objects.sort_by_key(|object| object["kind"] != "GitRepository");
    Ok(Example { files, objects })
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry
            .with_context(|| format!("reading {}", folder.display()))?
            .path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else {
            let content = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
            let name = path
                .strip_prefix(root)
                .context("a file of the example lies in its folder")?;
            files.insert(name.to_string_lossy().into_owned(), content);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_pointed_at_the_server() {
        let objects = load()
            .unwrap()
            .objects_following("http://127.0.0.1:1/payments.git");
        let kinds: Vec<_> = objects
            .iter()
            .map(|object| object["kind"].as_str().unwrap())
            .collect();
        assert_eq!(kinds, ["GitRepository", "Kustomization", "Kustomization"]);
        assert_eq!(objects[0]["spec"]["url"], "http://127.0.0.1:1/payments.git");
    }
}
