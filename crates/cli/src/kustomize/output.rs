//! Where a build goes: standard output, a file, or a file for each object.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use rheostat_kustomize::build::Built;
use rheostat_kustomize::resource::Resource;

/// Writes a build. Nothing is written unless all of it can be.
pub(super) fn write(built: &Built, path: Option<&str>) -> anyhow::Result<()> {
    match path {
        Some(path) if Path::new(path).is_dir() => write_files(built, Path::new(path)),
        Some(path) => {
            let text = print(built)?;
            fs::write(path, text).with_context(|| format!("writing {path}"))
        }
        None => {
            let text = print(built)?;
            let mut output = std::io::stdout().lock();
            output
                .write_all(text.as_bytes())
                .context("writing the result")
        }
    }
}

fn print(built: &Built) -> anyhow::Result<String> {
    built.to_yaml().map_err(|error| anyhow!(error.report()))
}

fn write_files(built: &Built, folder: &Path) -> anyhow::Result<()> {
    let is_inside = |resource: &&Resource| !resource.id().is_cluster_scoped;
    let namespaces: BTreeSet<&str> = built
        .resources()
        .iter()
        .filter(is_inside)
        .map(|resource| resource.id().effective_namespace())
        .collect();
    for resource in built.resources() {
        let mut name = file_name(resource);
        if namespaces.len() > 1 && !resource.id().is_cluster_scoped {
            let namespace = resource.id().effective_namespace().to_lowercase();
            name = format!("{namespace}_{name}");
        }
        let text = rheostat_yaml::emit::to_kustomize(resource.node())
            .with_context(|| format!("printing {}", resource.id()))?;
        let path = folder.join(name);
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

fn file_name(resource: &Resource) -> String {
    let id = resource.id();
    let parts = [&id.gvk.group, &id.gvk.version, &id.gvk.kind, &id.name];
    let given: Vec<&str> = parts
        .iter()
        .map(|part| part.as_str())
        .filter(|part| !part.is_empty())
        .collect();
    format!("{}.yaml", given.join("_").to_lowercase())
}
