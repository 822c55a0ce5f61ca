//! `rheostat helm lint`.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::Args;
use rheostat_gotemplate::Map;
use rheostat_helm::Chart;
use rheostat_helm::chart::ArchiveLimits;
use rheostat_helm::lint::{Finding, Folder, LintOptions, Severity, lint};
use rheostat_tree::{File, Files, Tree, TreePath};

use super::{host::Machine, rendering::kube_version_of, values::ValueFlags};
use crate::disk::Disk;

/// How deep folders below charts/ are searched; no real chart comes near.
const MAX_DEPTH: usize = 100;

/// Examine a chart for possible issues.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "they are flags of helm")]
pub(super) struct Lint {
    /// The charts: folders or archives.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
    #[command(flatten)]
    values: ValueFlags,
    /// Namespace scope for this request.
    #[arg(short, long, default_value = "default")]
    namespace: String,
    /// Kubernetes version used for capabilities and deprecation checks.
    #[arg(long)]
    kube_version: Option<String>,
    /// Print only warnings and errors.
    #[arg(long)]
    quiet: bool,
    /// If set, disables JSON schema validation.
    #[arg(long)]
    skip_schema_validation: bool,
    /// Fail on lint warnings.
    #[arg(long)]
    strict: bool,
    /// Lint dependent charts.
    #[arg(long)]
    with_subcharts: bool,
}

impl Lint {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let options = self.options()?;
        let mut paths = self.paths.clone();
        if self.with_subcharts {
            for path in &self.paths {
                subcharts(&Path::new(path).join("charts"), 0, &mut paths);
            }
        }
        let values = self.values.merge()?;
        let (mut failed, mut troubled) = (0, 0);
        for path in &paths {
            let result = examine(path, &values, &options);
            let worst = match &result {
                Ok(findings) => findings.iter().map(|finding| finding.severity).max(),
                Err(_) => Some(Severity::Error),
            };
            troubled += usize::from(worst > Some(Severity::Info));
            failed += usize::from(worst >= Some(self.intolerable()));
            if self.quiet && worst <= Some(Severity::Info) {
                continue;
            }
            println!("==> Linting {path}");
            match result {
                Err(error) => println!("Error {error:#}"),
                Ok(findings) => self.print(&findings),
            }
            println!();
        }
        let summary = format!("{} chart(s) linted, {failed} chart(s) failed", paths.len());
        if failed > 0 {
            bail!(summary);
        }
        if !self.quiet || troubled > 0 {
            println!("{summary}");
        }
        Ok(())
    }

    fn options(&self) -> anyhow::Result<LintOptions> {
        Ok(LintOptions {
            namespace: self.namespace.clone(),
            kube_version: kube_version_of(self.kube_version.as_deref().unwrap_or_default())?,
            skips_schema: self.skip_schema_validation,
            ..LintOptions::default()
        })
    }

    /// From where on findings fail a chart.
    fn intolerable(&self) -> Severity {
        if self.strict {
            Severity::Warning
        } else {
            Severity::Error
        }
    }

    fn print(&self, findings: &[Finding]) {
        for finding in findings {
            if !self.quiet || finding.severity > Severity::Info {
                println!("{finding}");
            }
        }
    }
}

/// Adds the folders and archives of charts below a folder, in the order of their names.
fn subcharts(folder: &Path, depth: usize, paths: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut entries: Vec<_> = entries.filter_map(Result::ok).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        // Links are not followed.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) && depth < MAX_DEPTH {
            subcharts(&path, depth + 1, paths);
        } else if entry.file_name() == "Chart.yaml" {
            paths.push(folder.to_string_lossy().into_owned());
        } else if is_archive(&path.to_string_lossy()) {
            paths.push(path.to_string_lossy().into_owned());
        }
    }
}

fn is_archive(path: &str) -> bool {
    [".tgz", ".tar.gz"]
        .iter()
        .any(|extension| path.ends_with(extension))
}

fn examine(path: &str, values: &Arc<Map>, options: &LintOptions) -> anyhow::Result<Vec<Finding>> {
    let (files, root, name): (Box<dyn Files>, _, _) = if is_archive(path) {
        let bytes = fs::read(path).with_context(|| format!("unable to open tarball: {path}"))?;
        let tree = unpacked(&bytes).context("unable to extract tarball")?;
        (Box::new(tree), TreePath::root(), path.to_owned())
    } else {
        let absolute = std::path::absolute(path)?;
        let name = absolute.to_string_lossy().trim_end_matches('/').to_owned();
        (Box::new(Disk::whole()), Disk::path(path)?, name)
    };
    let file = root.join("Chart.yaml")?;
    if files.resolve(&file)?.is_none() {
        let shown = Path::new(path).join("Chart.yaml");
        bail!(
            "unable to check Chart.yaml file in chart: stat {}: no such file or directory",
            shown.display()
        );
    }
    let folder = Folder {
        files: &*files,
        root: &root,
        name: &name,
    };
    Ok(lint(folder, values, options, &mut Machine))
}

/// The files of an archive as a tree.
fn unpacked(bytes: &[u8]) -> anyhow::Result<Tree> {
    let mut tree = Tree::new();
    for file in Chart::files_of_archive(bytes, ArchiveLimits::default())? {
        let path = TreePath::new(&file.name)?;
        tree.insert(&path, File::in_memory(0o644, &*file.data))?;
    }
    Ok(tree)
}
