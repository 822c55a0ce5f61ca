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
    /// The objects for the cluster, with the sources at these addresses.
    pub(crate) fn objects_following(&self, git: &str, charts: &str) -> Vec<Value> {
        let mut objects = self.objects.clone();
        for object in &mut objects {
            match object["kind"].as_str() {
                Some("GitRepository") => object["spec"]["url"] = git.into(),
                Some("HelmRepository") => object["spec"]["url"] = charts.into(),
                _ => {}
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
    // What finds its source has less to say at first.
    let is_source = |object: &Value| {
        matches!(
            object["kind"].as_str(),
            Some("GitRepository" | "HelmRepository")
        )
    };
    objects.sort_by_key(|object| !is_source(object));
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
    fn the_sources_are_pointed_at_the_servers() {
        let objects = load()
            .unwrap()
            .objects_following("http://127.0.0.1:1/payments.git", "http://127.0.0.1:2");
        let found: Vec<_> = objects
            .iter()
            .map(|object| {
                (
                    object["kind"].as_str().unwrap(),
                    object["spec"]["url"].as_str(),
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                ("HelmRepository", Some("http://127.0.0.1:2")),
                ("GitRepository", Some("http://127.0.0.1:1/payments.git")),
                ("Kustomization", None),
                ("HelmRelease", None),
                ("Kustomization", None),
            ]
        );
    }
}
