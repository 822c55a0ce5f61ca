//! Rules on the custom resource definitions in crds/.

use rheostat_tree::Kind;

use super::{Findings, Folder, Severity, document};
use crate::Chart;

const FOLDER: &str = "crds/";

pub(super) fn lint(folder: Folder<'_>, chart: &Result<Chart, String>, findings: &mut Findings) {
    let check = match folder.kind("crds") {
        None => return,
        Some(Kind::Directory) => Ok(()),
        Some(_) => Err("not a directory"),
    };
    if findings.check(Severity::Error, FOLDER, check).is_none() {
        return;
    }
    let loaded = chart.as_ref().map_err(String::as_str);
    let Some(chart) = findings.check(Severity::Error, FOLDER, loaded) else {
        return;
    };
    for (_, file) in chart.crds() {
        for document in document::documents(&file.data) {
            let Some(document) = findings.check(Severity::Error, &file.name, document) else {
                return;
            };
            let Some(document) = document else { continue };
            let is_group = document.api_version.starts_with("apiextensions.k8s.io");
            let checks = [
                (is_group, "apiVersion is not in 'apiextensions.k8s.io'"),
                (
                    document.kind == "CustomResourceDefinition",
                    "object kind is not 'CustomResourceDefinition'",
                ),
            ];
            for (holds, problem) in checks {
                let check = if holds { Ok(()) } else { Err(problem) };
                findings.check(Severity::Error, &file.name, check);
            }
        }
    }
}
