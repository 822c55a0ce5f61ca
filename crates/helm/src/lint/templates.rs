//! Rules on templates/ and what its templates put out.

use std::{collections::BTreeMap, sync::Arc};

use rheostat_gocompat::{path, strconv};
use rheostat_gotemplate::{Host, Map, Text, Value};
use rheostat_tree::Kind;

use super::{Findings, Folder, LintOptions, Severity, document, lifecycle, object_name};
use crate::{
    Capabilities, Chart, RenderError, dependencies,
    engine::{self, TopLevel},
    values,
};

const FOLDER: &str = "templates/";

/// The annotation that keeps an object when its release goes; it does nothing within a list.
const RESOURCE_POLICY: &str = "helm.sh/resource-policy";

/// What the templates are executed on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inputs<'i> {
    pub(super) chart: &'i Result<Chart, String>,
    pub(super) user: &'i Arc<Map>,
    pub(super) options: &'i LintOptions,
}

pub(super) fn lint(
    folder: Folder<'_>,
    inputs: Inputs<'_>,
    host: &mut dyn Host,
    findings: &mut Findings,
) {
    let kind = folder.kind("templates");
    let exists = kind.ok_or("directory does not exist");
    let Some(kind) = findings.check(Severity::Warning, FOLDER, exists) else {
        return;
    };
    let check = if kind == Kind::Directory {
        Ok(())
    } else {
        Err("not a directory")
    };
    if findings.check(Severity::Error, FOLDER, check).is_none() {
        return;
    }
    let loaded = inputs.chart.as_ref().map_err(String::as_str);
    let Some(chart) = findings.check(Severity::Error, FOLDER, loaded) else {
        return;
    };
    let mut chart = chart.clone();
    let Some(rendered) = execute(&mut chart, inputs, host) else {
        return;
    };
    let Some(outputs) = findings.check(Severity::Error, FOLDER, rendered) else {
        return;
    };
    for template in chart.templates.iter() {
        let name = &*template.name;
        findings.check(Severity::Error, name, extension(name));
        if !matches!(
            path::ext(name).to_ascii_lowercase().as_str(),
            ".yaml" | ".yml"
        ) {
            continue;
        }
        let output = outputs.get(&path::join(&[chart.name(), name]));
        let output = output.map(Text::to_str).unwrap_or_default();
        if !output.trim().is_empty()
            && output_is_unreadable(name, &output, inputs.options, findings)
        {
            return;
        }
    }
}

/// What the templates put out; nothing where Helm gives up without a word.
fn execute(
    chart: &mut Chart,
    inputs: Inputs<'_>,
    host: &mut dyn Host,
) -> Option<Result<BTreeMap<String, Text>, String>> {
    let Inputs { user, options, .. } = inputs;
    dependencies::process(chart, user, &mut Vec::new()).ok()?;
    let values = values::coalesce(chart, user, &mut Vec::new()).ok()?;
    if !options.skips_schema
        && let Err(error) = values::validate(chart, &values)
    {
        return Some(Err(RenderError::Schema(error).to_string()));
    }
    let mut capabilities = Capabilities::default();
    if let Some(version) = &options.kube_version {
        capabilities.kube_version = version.clone();
    }
    let top = TopLevel {
        release: release(&options.namespace),
        capabilities: capabilities.to_value(),
        values,
    };
    let outputs = engine::execute(chart, &top, options.limits, &mut Lenient(host));
    Some(outputs.map_err(|error| error.to_string()))
}

/// `.Release` as lint has it: neither installed nor upgraded.
fn release(namespace: &str) -> Value {
    let map = Map::new();
    map.insert("Name", "test-release");
    map.insert("Namespace", namespace);
    map.insert("IsUpgrade", false);
    map.insert("IsInstall", false);
    map.insert("Revision", Value::Int(0));
    map.insert("Service", "Helm");
    Value::from(map)
}

/// A host under which `required` and `fail` let templates go on, and that finds nothing in a cluster.
struct Lenient<'h>(&'h mut dyn Host);

impl Host for Lenient<'_> {
    fn now(&mut self) -> i128 {
        self.0.now()
    }

    fn random(&mut self, buffer: &mut [u8]) {
        self.0.random(buffer);
    }

    fn is_lenient(&self) -> bool {
        true
    }
}

fn extension(name: &str) -> Result<(), String> {
    let extension = path::ext(name);
    if matches!(extension, ".yaml" | ".yml" | ".tpl" | ".txt") {
        return Ok(());
    }
    Err(format!(
        "file extension '{extension}' not valid. Valid extensions are .yaml, .yml, .tpl, or .txt"
    ))
}

/// Looks at the documents of an output; whether one does not read, after which Helm looks at no further template.
fn output_is_unreadable(
    name: &str,
    output: &str,
    options: &LintOptions,
    findings: &mut Findings,
) -> bool {
    findings.check(Severity::Warning, name, indent(output));
    for document in document::documents(output.as_bytes()) {
        let Some(document) = findings.check(Severity::Error, name, document) else {
            return true;
        };
        let Some(document) = document else { continue };
        let (api_version, kind) = (&document.api_version, &document.kind);
        let version = options.kube_version.as_ref();
        findings.check(
            Severity::Warning,
            name,
            object_name::check(kind, &document.name),
        );
        let is_current = lifecycle::check(api_version, kind, version);
        findings.check(Severity::Warning, name, is_current);
        findings.check(
            Severity::Error,
            name,
            selector(kind, &document.name, output),
        );
        let is_ignored =
            kind == "List" && document::has_item_with_annotation(output, RESOURCE_POLICY);
        let annotations = if is_ignored {
            Err(format!(
                "annotation '{RESOURCE_POLICY}' within List objects are ignored"
            ))
        } else {
            Ok(())
        };
        findings.check(Severity::Error, name, annotations);
    }
    false
}

/// Refuses an output whose first line with anything on it is indented.
fn indent(output: &str) -> Result<(), String> {
    let first = output.lines().find(|line| !line.trim().is_empty());
    match first.filter(|line| line.starts_with([' ', '\t'])) {
        None => Ok(()),
        Some(line) => Err(format!(
            "document starts with an illegal indent: {}, which may cause parsing problems",
            strconv::quote_str(line)
        )),
    }
}

/// Refuses a workload without a selector; as in Helm it may stand anywhere in the output.
fn selector(kind: &str, name: &str, output: &str) -> Result<(), String> {
    let is_workload = matches!(
        kind,
        "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet"
    );
    if !is_workload || output.contains("matchLabels") || output.contains("matchExpressions") {
        return Ok(());
    }
    Err(format!(
        "a {kind} must contain matchLabels or matchExpressions, and {} does not",
        strconv::quote_str(name)
    ))
}
