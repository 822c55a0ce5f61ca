//! From what was fetched to a chart. Pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use rheostat_api::Reason;
use rheostat_gocompat::path;
use rheostat_gocompat::semver::Version;
use rheostat_gotemplate::Map;
use rheostat_helm::Chart;
use rheostat_helm::chart::ArchiveLimits;
use rheostat_helm::values;
use rheostat_tree::{Files, Kind, Tree, TreePath};

use super::Note;
use super::failure::Step;
use super::plan::{Known, Wanted};
use crate::source::{Fetched, Found, Halt, New, Told, Verbatim};

/// A chart that is ready to be stored.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) identity: Identity,
    /// The archive.
    pub(super) archive: Vec<u8>,
    /// Whether it was packaged here.
    pub(super) is_packaged: bool,
    /// The values files that went into it.
    pub(super) values_files: Vec<String>,
    /// How many dependencies were added.
    pub(super) dependencies: usize,
}

/// Which chart it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) name: String,
    /// The version that is asked for, with its build metadata.
    pub(super) version: String,
}

impl Identity {
    /// A chart's name and version, with the build metadata that is asked for.
    pub(super) fn new(name: &str, version: &str, metadata: &str) -> Result<Self, Halt> {
        let failed = |what: &str, error: &dyn std::fmt::Display| {
            Step::Metadata.failed(format!("{what}: {error}"))
        };
        let version = if metadata.is_empty() {
            version.to_owned()
        } else {
            let parsed = Version::parse(version).map_err(|error| {
                failed(
                    "failed to parse version from chart metadata as SemVer",
                    &error,
                )
            })?;
            let version = parsed.with_metadata(metadata).map_err(|error| {
                failed("failed to set SemVer metadata on chart version", &error)
            })?;
            version.to_string()
        };
        Ok(Self {
            name: name.to_owned(),
            version,
        })
    }

    /// What is told of a chart that is stored, if it is this one.
    pub(super) fn known(&self, wanted: &Wanted, is_packaged: bool) -> Option<Fetched<Note>> {
        let is_this = |known: &&Known| known.name == self.name && known.version == self.version;
        let known = wanted.known.as_ref().filter(is_this)?;
        Some(Fetched::UpToDate(
            self.found(is_packaged, &known.values_files),
        ))
    }

    fn found(&self, is_packaged: bool, values_files: &[String]) -> Found {
        let Self { name, version } = self;
        let (action, reason) = if is_packaged {
            ("packaged", Reason::ChartPackageSucceeded)
        } else {
            ("pulled", Reason::ChartPullSucceeded)
        };
        let mut summary = format!("{action} '{name}' chart with version '{version}'");
        if !values_files.is_empty() {
            summary.push_str(" and merged values files [");
            summary.push_str(&values_files.join(" "));
            summary.push(']');
        }
        Found {
            revision: version.clone(),
            success: Told::new(reason, &*summary),
            news: Told::new(Reason::NewChart, &*summary),
            announcement: summary,
        }
    }
}

impl Built {
    /// The chart as something to store.
    pub(super) fn into_fetched(self) -> Fetched<Note> {
        let remarks = match self.dependencies {
            0 => Vec::new(),
            count => vec![Told::new(
                Reason::ResolvedDependencies,
                format!("resolved {count} chart dependencies"),
            )],
        };
        let Identity { name, version } = &self.identity;
        Fetched::New(New {
            found: self.identity.found(self.is_packaged, &self.values_files),
            file_name: format!("{name}-{version}.tgz"),
            metadata: BTreeMap::new(),
            note: Note::Chart {
                name: name.clone(),
                values_files: self.values_files,
            },
            content: Box::new(Verbatim(self.archive)),
            remarks,
        })
    }
}

/// The values that the files of a chart make together, and which of them were
/// there.
pub(super) fn merged_of_chart(chart: &Chart, wanted: &Wanted) -> Result<Merged, Halt> {
    let mut merged = Merged::default();
    for name in &wanted.values_files {
        let clean = path::clean(name);
        let file = chart.files.iter().find(|file| *file.name == *clean);
        match file {
            _ if clean == "values.yaml" => merged.add(name, &chart.values),
            Some(file) => merged.read(name, &file.data).map_err(|problem| {
                Step::Values.failed(format!("failed to merge chart values: {problem}"))
            })?,
            None if wanted.is_ignoring_missing => {}
            None => {
                let problem = format!("no values file found at path '{name}'");
                let problem = format!("failed to merge chart values: {problem}");
                return Err(Step::Values.failed(problem));
            }
        }
    }
    Ok(merged)
}

/// The same of files of a source.
pub(super) fn merged_of_tree(tree: &Tree, wanted: &Wanted) -> Result<Merged, Halt> {
    let mut merged = Merged::default();
    for name in &wanted.values_files {
        let failed = |problem: String| Step::Values.failed(problem);
        let file = TreePath::clamped(name).map_err(|error| failed(error.to_string()))?;
        let found = tree
            .resolve(&file)
            .map_err(|error| failed(error.to_string()))?;
        match found {
            Some((file, Kind::File)) => {
                let data = tree
                    .read(&file)
                    .map_err(|error| failed(error.to_string()))?;
                merged.read(name, &data).map_err(failed)?;
            }
            None if wanted.is_ignoring_missing => {}
            _ => {
                return Err(failed(format!(
                    "no values file found at path '/{file}' (reference '{name}')"
                )));
            }
        }
    }
    Ok(merged)
}

/// Values that were merged.
#[derive(Debug, Default)]
pub(super) struct Merged {
    values: Arc<Map>,
    files: Vec<String>,
}

impl Merged {
    fn add(&mut self, name: &str, values: &Map) {
        self.values = values::merge(&self.values, values);
        self.files.push(name.to_owned());
    }

    fn read(&mut self, name: &str, text: &[u8]) -> Result<(), String> {
        let values = values::read_first_document(text)
            .map_err(|problem| format!("unmarshaling values from '{name}' failed: {problem}"))?;
        self.add(name, &values);
        Ok(())
    }
}

/// Packages a chart under another version, with other values if there are any.
pub(super) fn package(
    mut chart: Chart,
    identity: Identity,
    merged: Option<Merged>,
    dependencies: usize,
) -> Result<Built, Halt> {
    chart.metadata.version.clone_from(&identity.version);
    let mut values_files = Vec::new();
    if let Some(merged) = merged {
        let replaced = chart.replace_values(merged.values);
        replaced.map_err(|error| Step::Values.failed(error))?;
        values_files = merged.files;
    }
    let archive = chart.package();
    let archive =
        archive.map_err(|error| Step::Package.failed(rheostat_upstream::failure::chain(&error)))?;
    Ok(Built {
        identity,
        archive,
        is_packaged: true,
        values_files,
        dependencies,
    })
}

/// Builds a chart of an archive that was pulled.
pub(super) fn of_archive(
    archive: Vec<u8>,
    identity: Identity,
    wanted: &Wanted,
    limits: ArchiveLimits,
) -> Result<Built, Halt> {
    if wanted.values_files.is_empty() && wanted.metadata.is_empty() {
        let checked = Chart::metadata_of_archive(&archive, limits);
        checked.map_err(|error| {
            Step::Pull.failed(format!(
                "failed to load chart metadata from written chart: {error}"
            ))
        })?;
        return Ok(Built {
            identity,
            archive,
            is_packaged: false,
            values_files: Vec::new(),
            dependencies: 0,
        });
    }
    let chart = Chart::from_archive(&archive, limits).map_err(|error| {
        Step::Package.failed(format!("failed to load downloaded chart: {error}"))
    })?;
    let merged = merged_of_chart(&chart, wanted)?;
    package(chart, identity, Some(merged), 0)
}

#[cfg(test)]
mod tests;
