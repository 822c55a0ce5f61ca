//! Rules on values.yaml. As in Helm the values of subcharts are not looked at.

use std::sync::Arc;

use rheostat_gotemplate::Map;

use super::{Findings, Folder, LintOptions, Severity};
use crate::values;

const FILE: &str = "values.yaml";

pub(super) fn lint(
    folder: Folder<'_>,
    user: &Arc<Map>,
    options: &LintOptions,
    findings: &mut Findings,
) {
    let exists = folder.kind(FILE).map(|_| ()).ok_or("file does not exist");
    if findings.check(Severity::Info, FILE, exists).is_some() {
        findings.check(Severity::Error, FILE, check(folder, user, options));
    }
}

fn check(folder: Folder<'_>, user: &Arc<Map>, options: &LintOptions) -> Result<(), String> {
    let defaults = values::read_first_document(&folder.read(FILE)?).map_err(|problem| {
        // Helm reads values into another type here, which its text names.
        let problem = problem.replace("map[string]interface {}", "common.Values");
        format!("unable to parse YAML: {problem}")
    })?;
    let merged = user
        .deep_copy(values::MAX_DEPTH)
        .ok_or("values nest too deeply")?;
    let merged = Arc::new(merged);
    values::coalesce_tables(&merged, &defaults, &mut Vec::new());
    let schema = match folder.read("values.schema.json") {
        Ok(schema) if !schema.is_empty() && !options.skips_schema => schema,
        _ => return Ok(()),
    };
    values::validate_against(&merged, &schema).map_err(|error| error.to_string())
}
