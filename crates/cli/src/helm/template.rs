//! `rheostat helm template`.

use anyhow::bail;
use clap::Args;
use rheostat_gocompat::path;
use rheostat_helm::{RenderOptions, manifest};

use super::rendering::{Rendering, Shown, options_of, template_name};
use super::{chart, values::ValueFlags};

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
        let rendering = Rendering {
            chart: &chart,
            values: &values,
            options: &options,
        };
        let text = rendering.text(Shown {
            crds: self.include_crds,
            hooks: !self.no_hooks,
            tests: !self.skip_tests,
        })?;
        if self.show_only.is_empty() {
            print!("{text}");
        } else {
            print!("{}", self.shown(&text)?);
        }
        // The program ends here, and the system takes back its memory at once.
        std::mem::forget((chart, values));
        Ok(())
    }

    fn options(&self) -> anyhow::Result<RenderOptions> {
        let kube_version = self.kube_version.as_deref().unwrap_or_default();
        Ok(RenderOptions {
            namespace: self.namespace.clone(),
            is_upgrade: self.is_upgrade,
            skips_schema: self.skip_schema_validation,
            ..options_of(kube_version, &self.api_versions)?
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
