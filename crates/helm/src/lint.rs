//! What is wrong with a chart, or against convention: the findings of `helm lint`.
//!
//! A chart that does not load is linted too, as far as it reads, so that the argument is a folder and not a chart. Absent:
//! Chart.yaml's repeated keys, the messages of `required` and `fail`, which let templates go on here, and the words of Go's
//! reader for JSON where an output is broken JSON.

mod address;
mod chart_yaml;
mod crds;
mod dependencies;
mod document;
mod lifecycle;
mod object_name;
mod strict;
mod templates;
mod values_yaml;

use std::{fmt, sync::Arc};

use rheostat_gotemplate::{Host, Limits, Map};
use rheostat_tree::{Files, Kind, TreePath};

use crate::capabilities::KubeVersion;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// A recommendation.
    Info,
    /// Against convention; it will likely work.
    Warning,
    /// It will likely not work.
    Error,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How grave it is.
    pub severity: Severity,
    /// The file or folder within the chart; the folder's name where it concerns the chart as a whole.
    pub path: String,
    /// What is wrong, in Helm's words.
    pub message: String,
}

impl fmt::Display for Finding {
    /// The line that `helm lint` prints.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Info => "INFO",
            Severity::Warning => "WARNING",
            Severity::Error => "ERROR",
        };
        write!(f, "[{severity}] {}: {}", self.path, self.message)
    }
}

/// The folder of a chart.
#[derive(Clone, Copy)]
pub struct Folder<'f> {
    /// The tree that it lies in.
    pub files: &'f dyn Files,
    /// Its path in the tree.
    pub root: &'f TreePath,
    /// What findings on the chart as a whole call it.
    pub name: &'f str,
}

impl fmt::Debug for Folder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Folder")
            .field("root", self.root)
            .finish_non_exhaustive()
    }
}

impl Folder<'_> {
    /// What there is of a name, if anything.
    fn kind(&self, name: &str) -> Option<Kind> {
        let path = self.root.join(name).ok()?;
        let (_, kind) = self.files.resolve(&path).ok()??;
        Some(kind)
    }

    /// The content of a file.
    fn read(&self, name: &str) -> Result<Arc<[u8]>, String> {
        let path = self.root.join(name).map_err(|error| error.to_string())?;
        self.files.read(&path).map_err(|error| error.to_string())
    }
}

/// What a chart is linted for.
#[derive(Debug, Clone, Default)]
pub struct LintOptions {
    /// The namespace that templates see.
    pub namespace: String,
    /// The version of the cluster, if not Helm's default.
    pub kube_version: Option<KubeVersion>,
    /// Whether values need not fit the charts' schemas.
    pub skips_schema: bool,
    /// Bounds on the execution of templates.
    pub limits: Limits,
}

/// Lints a chart with the user's values; the findings are in Helm's order.
pub fn lint(
    folder: Folder<'_>,
    user: &Arc<Map>,
    options: &LintOptions,
    host: &mut dyn Host,
) -> Vec<Finding> {
    let mut findings = Findings::default();
    chart_yaml::lint(folder, &mut findings);
    values_yaml::lint(folder, user, options, &mut findings);
    let chart = crate::Chart::from_directory(folder.files, folder.root);
    let chart = chart.map_err(|error| error.to_string());
    let inputs = templates::Inputs {
        chart: &chart,
        user,
        options,
    };
    templates::lint(folder, inputs, host, &mut findings);
    dependencies::lint(folder, &chart, &mut findings);
    crds::lint(folder, &chart, &mut findings);
    findings.0
}

/// What was found so far.
#[derive(Debug, Default)]
struct Findings(Vec<Finding>);

impl Findings {
    /// Notes a problem, if there is one; answers what there is otherwise.
    fn check<T>(
        &mut self,
        severity: Severity,
        path: &str,
        result: Result<T, impl Into<String>>,
    ) -> Option<T> {
        let problem = match result {
            Ok(value) => return Some(value),
            Err(problem) => problem,
        };
        self.0.push(Finding {
            severity,
            path: path.to_owned(),
            message: problem.into(),
        });
        None
    }
}
