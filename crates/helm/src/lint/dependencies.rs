//! Rules on the charts in charts/ and those that Chart.yaml asks for.

use std::collections::BTreeSet;

use super::{Findings, Folder, Severity};
use crate::Chart;

pub(super) fn lint(folder: Folder<'_>, chart: &Result<Chart, String>, findings: &mut Findings) {
    let loaded = chart
        .as_ref()
        .map_err(|problem| format!("unable to load chart\n\t{problem}"));
    let Some(chart) = findings.check(Severity::Error, "", loaded) else {
        return;
    };
    let asked: Vec<&str> = chart
        .metadata
        .dependencies
        .iter()
        .map(|dependency| dependency.name.as_str())
        .collect();
    let present: Vec<&str> = chart.dependencies.iter().map(Chart::name).collect();
    let keys = chart.metadata.dependencies.iter().map(|dependency| {
        if dependency.alias.is_empty() {
            dependency.name.as_str()
        } else {
            dependency.alias.as_str()
        }
    });
    let mut seen = BTreeSet::new();
    let repeated: Vec<&str> = keys.filter(|key| !seen.insert(*key)).collect();
    let absent = |from: &[&str], among: &[&'_ str]| -> Vec<String> {
        let names = from.iter().filter(|name| !among.contains(name));
        names.map(|name| (*name).to_owned()).collect()
    };
    for (severity, names, problem) in [
        (
            Severity::Error,
            absent(&present, &asked),
            "chart metadata is missing these dependencies",
        ),
        (
            Severity::Error,
            repeated.iter().map(|name| (*name).to_owned()).collect(),
            "multiple dependencies with name or alias",
        ),
        (
            Severity::Warning,
            absent(&asked, &present),
            "chart directory is missing these dependencies",
        ),
    ] {
        let check = if names.is_empty() {
            Ok(())
        } else {
            Err(format!("{problem}: {}", names.join(",")))
        };
        findings.check(severity, folder.name, check);
    }
}
