//! A chart rendered without a cluster, and what is shown of it.

use std::sync::Arc;

use anyhow::{anyhow, bail};
use rheostat_gotemplate::{Executor, Map, TemplateSet, Value, functions};
use rheostat_helm::{
    Capabilities, Chart, KubeVersion, RenderError, RenderOptions, dependencies, manifest::Hook,
    render,
};

use super::host::Machine;

/// Helm's pattern for names of releases.
const NAME_PATTERN: &str = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

/// Helm's bound on names of releases, which leaves room for suffixes in the
/// 63 characters of a label.
const MAX_NAME_BYTES: usize = 53;

/// What is to be rendered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rendering<'a> {
    pub(crate) chart: &'a Chart,
    pub(crate) values: &'a Arc<Map>,
    pub(crate) options: &'a RenderOptions,
}

/// Which parts of a rendered chart are shown beside its manifests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown {
    /// Custom resource definitions.
    pub(crate) crds: bool,
    /// Hooks.
    pub(crate) hooks: bool,
    /// Those hooks that are tests.
    pub(crate) tests: bool,
}

impl Rendering<'_> {
    /// The text that `helm template` prints. Warnings go to standard error.
    pub(crate) fn text(self, shown: Shown) -> anyhow::Result<String> {
        if self.chart.is_library() {
            bail!("library charts are not installable");
        }
        let missing = dependencies::missing(self.chart);
        if !missing.is_empty() {
            bail!(
                "an error occurred while checking for chart dependencies. You may need to run \
                 'helm dependency build' to fetch missing dependencies: found in Chart.yaml, but \
                 missing in charts/ directory: {}",
                missing.join(", ")
            );
        }
        check_name(&self.options.name)?;
        let rendered = render(self.chart, self.values, self.options, &mut Machine).map_err(told)?;
        for warning in &rendered.warnings {
            eprintln!("{warning}");
        }
        let mut text = rendered.manifest(shown.crds);
        // It begins with the mark of its first document, if there is one.
        text.truncate(text.trim_end().len());
        text.push('\n');
        if shown.hooks {
            let hooks = rendered.hooks.iter();
            let wanted = hooks.filter(|hook| shown.tests || !hook.is_test());
            text.extend(wanted.map(Hook::document));
        }
        Ok(text)
    }
}

/// Options for a cluster of a version, which is Helm's default when empty,
/// with further API versions.
pub(crate) fn options_of(
    kube_version: &str,
    api_versions: &[String],
) -> anyhow::Result<RenderOptions> {
    let mut capabilities = Capabilities::default();
    if let Some(version) = kube_version_of(kube_version)? {
        capabilities.kube_version = version;
    }
    capabilities
        .api_versions
        .extend(api_versions.iter().cloned());
    Ok(RenderOptions {
        capabilities,
        ..RenderOptions::default()
    })
}

/// The version that a flag names, if it is not empty.
pub(crate) fn kube_version_of(text: &str) -> anyhow::Result<Option<KubeVersion>> {
    if text.is_empty() {
        return Ok(None);
    }
    KubeVersion::parse(text)
        .map(Some)
        .map_err(|error| anyhow!("invalid kube version '{text}': {error}"))
}

/// The name of a release that a template makes.
pub(crate) fn template_name(template: &str) -> anyhow::Result<String> {
    let mut set = TemplateSet::new(functions::helm());
    set.parse("name-template", template)?;
    let output = Executor::new(&set, "name-template", &mut Machine)
        .execute("name-template", &Value::Invalid)?;
    Ok(output.to_str().into_owned())
}

/// What Helm adds where there is something that it could print.
fn told(error: RenderError) -> anyhow::Error {
    match error {
        RenderError::Engine(_) | RenderError::Manifest(_) | RenderError::KubeVersion { .. } => {
            anyhow!("{error}\n\nUse --debug flag to render out invalid YAML")
        }
        other => anyhow!("{other}"),
    }
}

fn check_name(name: &str) -> anyhow::Result<()> {
    let is_label = |label: &str| {
        let is_edge = |byte: Option<u8>| {
            byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        let is_inner =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        is_edge(label.bytes().next())
            && is_edge(label.bytes().last())
            && label.bytes().all(is_inner)
    };
    if name.len() <= MAX_NAME_BYTES && name.split('.').all(is_label) {
        return Ok(());
    }
    bail!(
        "release name check failed: release name {name:?}: invalid release name, must match regex \
         {NAME_PATTERN} and the length must not be longer than {MAX_NAME_BYTES}"
    );
}
