//! `rheostat helm template`.

use anyhow::{anyhow, bail};
use clap::Args;
use rheostat_gocompat::path;
use rheostat_gotemplate::{Executor, TemplateSet, Value, functions};
use rheostat_helm::{
    Capabilities, KubeVersion, RenderError, RenderOptions, Rendered, dependencies, manifest,
    manifest::Hook, render,
};

use super::{chart, host::Machine, values::ValueFlags};

/// Helm's pattern for names of releases.
const NAME_PATTERN: &str = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

/// Helm's bound on names of releases, which leaves room for suffixes in the
/// 63 characters of a label.
const MAX_NAME_BYTES: usize = 53;

/// Locally render templates.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "they are flags of helm")]
pub(super) struct Template {
    /// The name of the release, which may be left out, and the chart.
    #[arg(required = true, value_names = ["NAME", "CHART"])]
    arguments: Vec<String>,
    #[command(flatten)]
    values: ValueFlags,
    /// Namespace scope for this request.
    #[arg(short, long, default_value = "default")]
    namespace: String,
    /// Kubernetes version used for Capabilities.KubeVersion.
    #[arg(long)]
    kube_version: Option<String>,
    /// Kubernetes api versions used for Capabilities.APIVersions.
    #[arg(short, long, value_delimiter = ',')]
    api_versions: Vec<String>,
    /// Include CRDs in the templated output.
    #[arg(long)]
    include_crds: bool,
    /// Prevent hooks from running during install.
    #[arg(long)]
    no_hooks: bool,
    /// Skip tests from templated output.
    #[arg(long)]
    skip_tests: bool,
    /// Only show manifests rendered from the given templates.
    #[arg(short, long)]
    show_only: Vec<String>,
    /// Set .Release.IsUpgrade instead of .Release.IsInstall.
    #[arg(long)]
    is_upgrade: bool,
    /// Specify template used to name the release.
    #[arg(long = "name-template")]
    naming: Option<String>,
    /// If set, disables JSON schema validation.
    #[arg(long)]
    skip_schema_validation: bool,
}

impl Template {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let mut options = self.options()?;
        let (name, chart_name) = self.name_and_chart()?;
        options.name = name;
        let values = self.values.merge()?;
        let chart = chart::load(chart_name)?;
        if chart.is_library() {
            bail!("library charts are not installable");
        }
        let missing = dependencies::missing(&chart);
        if !missing.is_empty() {
            bail!(
                "an error occurred while checking for chart dependencies. You may need to run \
                 'helm dependency build' to fetch missing dependencies: found in Chart.yaml, but \
                 missing in charts/ directory: {}",
                missing.join(", ")
            );
        }
        check_name(&options.name)?;
        let rendered = render(&chart, &values, &options, &mut Machine).map_err(told)?;
        for warning in &rendered.warnings {
            eprintln!("{warning}");
        }
        let text = self.text(&rendered);
        if self.show_only.is_empty() {
            print!("{text}");
        } else {
            print!("{}", self.shown(&text)?);
        }
        Ok(())
    }

    fn options(&self) -> anyhow::Result<RenderOptions> {
        let mut capabilities = Capabilities::default();
        if let Some(version) = &self.kube_version {
            capabilities.kube_version = KubeVersion::parse(version)
                .map_err(|error| anyhow!("invalid kube version '{version}': {error}"))?;
        }
        capabilities
            .api_versions
            .extend(self.api_versions.iter().cloned());
        Ok(RenderOptions {
            namespace: self.namespace.clone(),
            is_upgrade: self.is_upgrade,
            skips_schema: self.skip_schema_validation,
            capabilities,
            ..RenderOptions::default()
        })
    }

    fn name_and_chart(&self) -> anyhow::Result<(String, &str)> {
        match (self.arguments.as_slice(), &self.naming) {
            ([_, _], Some(_)) => bail!("cannot set --name-template and also specify a name"),
            ([name, chart], None) => Ok((name.clone(), chart)),
            ([chart], Some(template)) => Ok((template_name(template)?, chart)),
            ([chart], None) => Ok((RenderOptions::default().name, chart)),
            ([_, _, rest @ ..], _) => {
                bail!(
                    "expected at most two arguments, unexpected arguments: {}",
                    rest.join(", ")
                )
            }
            ([], _) => bail!("a chart is required"),
        }
    }

    /// All that the command prints without `--show-only`.
    fn text(&self, rendered: &Rendered) -> String {
        let mut text = rendered.manifest(self.include_crds).trim().to_owned();
        text.push('\n');
        if !self.no_hooks {
            let hooks = rendered.hooks.iter();
            let shown = hooks.filter(|hook| !(self.skip_tests && hook.is_test()));
            text.extend(shown.map(Hook::document));
        }
        text
    }

    /// The documents that the patterns of `--show-only` choose.
    fn shown(&self, text: &str) -> anyhow::Result<String> {
        let documents = manifest::split(text);
        let mut shown = String::new();
        for pattern in &self.show_only {
            let mut is_missing = true;
            for document in &documents {
                let is_match = source(document)
                    .is_some_and(|name| path::matches(pattern, name).unwrap_or(false));
                if is_match {
                    shown.extend(["---\n", document, "\n"]);
                    is_missing = false;
                }
            }
            if is_missing {
                bail!("could not find template {pattern} in chart");
            }
        }
        Ok(shown)
    }
}

/// The path within the chart that a document says it comes from.
fn source(document: &str) -> Option<&str> {
    document.lines().find_map(|line| {
        let (_, path) = line.split_once("# Source: ")?;
        path.split_once('/').map(|(_, name)| name)
    })
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

fn template_name(template: &str) -> anyhow::Result<String> {
    let mut set = TemplateSet::new(functions::helm());
    set.parse("name-template", template)?;
    let output = Executor::new(&set, "name-template", &mut Machine)
        .execute("name-template", &Value::Invalid)?;
    Ok(output.to_str().into_owned())
}
