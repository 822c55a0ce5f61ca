//! Entries of `helmCharts`, `helmGlobals` and the deprecated
//! `helmChartInflationGenerator`.

use rheostat_yaml::Node;

use super::decode::{Field, Record};

/// A chart to render. The engine asks its caller to do that.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field of the file")]
pub struct HelmChart {
    /// Name of the chart.
    pub name: String,
    /// Version of the chart; empty means the newest.
    pub version: String,
    /// Repository of the chart; empty means that it lies in the chart home.
    pub repo: String,
    /// Release name; empty means a generated one.
    pub release_name: String,
    /// Release namespace.
    pub namespace: String,
    /// Further files of values, in order.
    pub additional_values_files: Vec<String>,
    /// File of values; empty means the chart's own.
    pub values_file: String,
    /// Values in the kustomization file; null when there are none.
    pub values_inline: Node,
    /// `override` (the default), `replace` or `merge`.
    pub values_merge: String,
    /// Also the chart's custom resource definitions.
    pub include_crds: bool,
    /// Without hooks.
    pub skip_hooks: bool,
    /// API versions that the chart is told of.
    pub api_versions: Vec<String>,
    /// Kubernetes version that the chart is told of.
    pub kube_version: String,
    /// Template of the release name.
    pub name_template: String,
    /// Without tests.
    pub skip_tests: bool,
    /// Helm's debug output.
    pub debug: bool,
    /// Also versions that are not stable.
    pub devel: bool,
}

/// What all charts of a kustomization share.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HelmGlobals {
    /// Folder of the charts, `charts` when empty.
    pub chart_home: String,
    /// Folder of Helm's configuration.
    pub config_home: String,
}

/// The deprecated form of a chart.
#[derive(Debug, Clone)]
pub struct HelmChartArgs {
    pub(super) chart_name: String,
    pub(super) chart_version: String,
    pub(super) chart_repo_url: String,
    pub(super) chart_home: String,
    pub(super) chart_repo_name: String,
    pub(super) helm_bin: String,
    pub(super) helm_home: String,
    pub(super) values: String,
    pub(super) values_local: Node,
    pub(super) values_merge: String,
    pub(super) release_name: String,
    pub(super) release_namespace: String,
    pub(super) extra_args: Vec<String>,
}

impl Default for HelmChart {
    fn default() -> Self {
        Self {
            name: String::new(),
            version: String::new(),
            repo: String::new(),
            release_name: String::new(),
            namespace: String::new(),
            additional_values_files: Vec::new(),
            values_file: String::new(),
            values_inline: Node::null(),
            values_merge: String::new(),
            include_crds: false,
            skip_hooks: false,
            api_versions: Vec::new(),
            kube_version: String::new(),
            name_template: String::new(),
            skip_tests: false,
            debug: false,
            devel: false,
        }
    }
}

impl Default for HelmChartArgs {
    fn default() -> Self {
        Self {
            chart_name: String::new(),
            chart_version: String::new(),
            chart_repo_url: String::new(),
            chart_home: String::new(),
            chart_repo_name: String::new(),
            helm_bin: String::new(),
            helm_home: String::new(),
            values: String::new(),
            values_local: Node::null(),
            values_merge: String::new(),
            release_name: String::new(),
            release_namespace: String::new(),
            extra_args: Vec::new(),
        }
    }
}

impl HelmChartArgs {
    /// The same chart in today's form. As in kustomize, the release's
    /// namespace, the program and its arguments are dropped.
    pub(super) fn into_chart(self) -> HelmChart {
        HelmChart {
            name: self.chart_name,
            version: self.chart_version,
            repo: self.chart_repo_url,
            values_file: self.values,
            values_inline: self.values_local,
            values_merge: self.values_merge,
            release_name: self.release_name,
            ..HelmChart::default()
        }
    }
}

impl Record for HelmChart {
    const NAME: &'static str = "HelmChart";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("name", |c| &mut c.name),
        Field::new("version", |c| &mut c.version),
        Field::new("repo", |c| &mut c.repo),
        Field::new("releaseName", |c| &mut c.release_name),
        Field::new("namespace", |c| &mut c.namespace),
        Field::new("additionalValuesFiles", |c| &mut c.additional_values_files),
        Field::new("valuesFile", |c| &mut c.values_file),
        Field::new("valuesInline", |c| &mut c.values_inline),
        Field::new("valuesMerge", |c| &mut c.values_merge),
        Field::new("includeCRDs", |c| &mut c.include_crds),
        Field::new("skipHooks", |c| &mut c.skip_hooks),
        Field::new("apiVersions", |c| &mut c.api_versions),
        Field::new("kubeVersion", |c| &mut c.kube_version),
        Field::new("nameTemplate", |c| &mut c.name_template),
        Field::new("skipTests", |c| &mut c.skip_tests),
        Field::new("debug", |c| &mut c.debug),
        Field::new("devel", |c| &mut c.devel),
    ];
}

impl Record for HelmGlobals {
    const NAME: &'static str = "HelmGlobals";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("chartHome", |g| &mut g.chart_home),
        Field::new("configHome", |g| &mut g.config_home),
    ];
}

impl Record for HelmChartArgs {
    const NAME: &'static str = "HelmChartArgs";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("chartName", |c| &mut c.chart_name),
        Field::new("chartVersion", |c| &mut c.chart_version),
        Field::new("chartRepoUrl", |c| &mut c.chart_repo_url),
        Field::new("chartHome", |c| &mut c.chart_home),
        Field::new("chartRepoName", |c| &mut c.chart_repo_name),
        Field::new("helmBin", |c| &mut c.helm_bin),
        Field::new("helmHome", |c| &mut c.helm_home),
        Field::new("values", |c| &mut c.values),
        Field::new("valuesLocal", |c| &mut c.values_local),
        Field::new("valuesMerge", |c| &mut c.values_merge),
        Field::new("releaseName", |c| &mut c.release_name),
        Field::new("releaseNamespace", |c| &mut c.release_namespace),
        Field::new("extraArgs", |c| &mut c.extra_args),
    ];
}
