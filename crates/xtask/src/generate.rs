//! `cargo xtask generate`: files that are made from code and committed, so that they can be read and reviewed.
//!
//! With `--check` nothing is written, and a file that differs from what the code says is an error.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use rheostat_api::crd::{self, Definition};

/// What to do with the files.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Fail when a file is not what the code says, and write nothing.
    #[arg(long)]
    pub check: bool,
}

/// A file and what must be in it.
struct Generated {
    /// Relative to the root of the repository.
    path: PathBuf,
    text: String,
}

/// Writes, or checks, every generated file below `repository`.
///
/// # Errors
/// A file that cannot be read or written; with `--check`, the list of files that are out of date.
pub fn run(args: &Args, repository: &Path) -> Result<()> {
    let mut stale = Vec::new();
    for file in files() {
        let path = repository.join(&file.path);
        if fs::read_to_string(&path).is_ok_and(|text| text == file.text) {
            continue;
        }
        stale.push(file.path.display().to_string());
        if !args.check {
            write(&path, &file.text)?;
        }
    }
    if args.check && !stale.is_empty() {
        bail!(
            "out of date, run `cargo xtask generate`: {}",
            stale.join(", ")
        );
    }
    Ok(())
}

/// The CRDs, once for those who install them by hand and once in the chart of their controller.
fn files() -> Vec<Generated> {
    let controllers = [
        ("charts/source-controller/crds", crd::source_controller()),
        (
            "charts/kustomize-controller/crds",
            crd::kustomize_controller(),
        ),
        ("charts/helm-controller/crds", crd::helm_controller()),
    ];
    controllers
        .into_iter()
        .flat_map(|(chart, definitions)| {
            definitions.into_iter().flat_map(move |definition| {
                ["crds", chart].map(|directory| manifest(directory, &definition))
            })
        })
        .collect()
}

fn manifest(directory: &str, definition: &Definition) -> Generated {
    let yaml = rheostat_yaml::emit::to_yaml(&definition.manifest)
        .expect("a schema holds no text that YAML cannot");
    Generated {
        path: Path::new(directory).join(&definition.file_name),
        text: format!("---\n{yaml}"),
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).with_context(|| format!("create {}", directory.display()))?;
    }
    fs::write(path, text).with_context(|| format!("write {}", path.display()))
}
