//! Charts of a build, rendered as `helm template` does for kustomize.

use std::sync::Arc;

use anyhow::anyhow;
use rheostat_gotemplate::Map;
use rheostat_helm::{Chart, values};
use rheostat_kustomize::remote::ChartNeed;
use rheostat_tree::TreePath;

use crate::helm::{Rendering, Shown, options_of, template_name};

/// What the command line says about all charts.
#[derive(Debug, Default)]
pub(super) struct ChartDefaults {
    /// For charts that name no Kubernetes version.
    pub(super) kube_version: String,
    /// For charts that name no API versions.
    pub(super) api_versions: Vec<String>,
}

/// Renders a chart with its values.
pub(super) fn render(need: &ChartNeed, defaults: &ChartDefaults) -> anyhow::Result<String> {
    let asked = &need.chart;
    let chart = Chart::from_directory(&need.files, &TreePath::root())?;
    let mut merged = Arc::new(Map::new());
    for text in &need.values {
        let values = values::read_documents(text)
            .map_err(|error| anyhow!("failed to parse values: {error}"))?;
        merged = values::merge(&merged, &values);
    }
    let kube_version = match asked.kube_version.as_str() {
        "" => &defaults.kube_version,
        own => own,
    };
    let api_versions = match asked.api_versions.as_slice() {
        [] => &defaults.api_versions,
        own => own,
    };
    let mut options = options_of(kube_version, api_versions)?;
    if !asked.namespace.is_empty() {
        options.namespace.clone_from(&asked.namespace);
    }
    match (asked.release_name.as_str(), asked.name_template.as_str()) {
        ("", "") => {}
        ("", template) => options.name = template_name(template)?,
        (name, "") => name.clone_into(&mut options.name),
        (_, _) => anyhow::bail!("cannot set --name-template and also specify a name"),
    }
    let rendering = Rendering {
        chart: &chart,
        values: &merged,
        options: &options,
    };
    rendering.text(Shown {
        crds: asked.include_crds,
        hooks: !asked.skip_hooks,
        tests: !asked.skip_tests,
    })
}
