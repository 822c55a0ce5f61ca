//! `helmCharts`: the caller renders charts, the engine finds their files and
//! values and takes what comes out.
//!
//! Charts of repositories are not unpacked beside the kustomization, as
//! kustomize does: the caller hands their files over.

use std::sync::Arc;

use rheostat_tree::{Files as _, Tree, TreePath};
use rheostat_yaml::{Limits, Node, Profile, emit};

use super::{Context, Inherited, Target, TargetError};
use crate::accumulator::Accumulator;
use crate::kustfile::{HelmChart, HelmGlobals};
use crate::loader::LoadError;
use crate::openapi::OpenApi;
use crate::remote::{ChartNeed, ChartSource};
use crate::resource::{Resource, read_resources};

/// Why a chart is not rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChartError {
    /// The caller does not allow it.
    #[error("must specify --enable-helm")]
    Disabled,
    /// The chart has no name.
    #[error("chart name cannot be empty")]
    NoName,
    /// There is no such way of merging values.
    #[error("valuesMerge must be one of [merge override replace]")]
    ValuesMerge,
    /// A file of values is not to be had.
    #[error("could not load additionalValuesFile: {0}")]
    AdditionalValues(String),
    /// The chart is not there, and nobody says where it could be.
    #[error("no repo specified for pull, no chart found at '{0}'")]
    NoChart(String),
    /// The values of the chart and those of the kustomization do not go
    /// together.
    #[error("could not merge values: {0}")]
    Values(String),
}

/// Folder of the charts where `helmGlobals.chartHome` names none.
const CHART_HOME: &str = "charts";
/// The plugin that kustomize does this with.
const KIND: &str = "HelmChartInflationGenerator";

impl Target<'_> {
    /// Adds the objects of all charts.
    pub(super) fn run_charts(
        &self,
        gathered: &mut Accumulator,
        inherited: &Inherited,
        context: &Context<'_>,
    ) -> Result<(), TargetError> {
        for chart in &self.kustomization.helm_charts {
            self.check_chart(chart, context).map_err(|error| {
                TargetError::from(error).within(format!(
                    "trouble configuring builtin {KIND} for chart {:?}",
                    chart.name
                ))
            })?;
        }
        let globals = self.kustomization.helm_globals.clone().unwrap_or_default();
        for chart in &self.kustomization.helm_charts {
            let openapi = context.openapi();
            let chart = self.with_namespace(chart, inherited);
            for mut resource in self.inflate(&chart, &globals, context)? {
                if let Some(origin) = &inherited.origin {
                    let origin = origin.of_builtin(KIND, &self.file_name);
                    crate::origin::annotate(&mut resource, &origin);
                }
                gathered
                    .resmap
                    .absorb(resource, &openapi)
                    .map_err(|error| {
                        TargetError::from(error).within(format!("merging from generator {KIND}"))
                    })?;
            }
        }
        Ok(())
    }

    /// Checks what a chart says before anything is rendered.
    pub(super) fn check_chart(
        &self,
        chart: &HelmChart,
        context: &Context<'_>,
    ) -> Result<(), ChartError> {
        if !context.options.enable_helm {
            return Err(ChartError::Disabled);
        }
        if chart.name.is_empty() {
            return Err(ChartError::NoName);
        }
        for file in &chart.additional_values_files {
            self.loader
                .load(file)
                .map_err(|error| ChartError::AdditionalValues(error.to_string()))?;
        }
        match chart.values_merge.as_str() {
            "" | "merge" | "override" | "replace" => Ok(()),
            _ => Err(ChartError::ValuesMerge),
        }
    }

    /// The objects that a chart renders to.
    pub(super) fn inflate(
        &self,
        chart: &HelmChart,
        globals: &HelmGlobals,
        context: &Context<'_>,
    ) -> Result<Vec<Resource>, TargetError> {
        let openapi = context.openapi();
        let home = home_of(chart, globals);
        let (files, is_local) = self.files_of(chart, &home)?;
        let values = self.values_of(chart, &home, (!is_local).then_some(&files), &openapi)?;
        let need = ChartNeed {
            chart: chart.clone(),
            files,
            values,
        };
        let text = self.loader.remotes().chart(need)?;
        let resources = read_resources(&text, &openapi).map_err(|error| {
            TargetError::from(error).within(format!("reading chart {:?}", chart.name))
        })?;
        let marked = resources.into_iter().map(|mut resource| {
            resource.build.helm_generated = true;
            resource
        });
        Ok(marked.collect())
    }

    /// A chart without a namespace goes to that of its kustomization, or of
    /// the nearest overlay that has one.
    fn with_namespace(&self, chart: &HelmChart, inherited: &Inherited) -> HelmChart {
        let mut chart = chart.clone();
        let own = &self.kustomization.namespace;
        if chart.namespace.is_empty() {
            let namespace = if own.is_empty() {
                &inherited.helm_namespace
            } else {
                own
            };
            chart.namespace.clone_from(namespace);
        }
        chart
    }

    /// The files of a chart, and whether they are those in the chart home.
    fn files_of(&self, chart: &HelmChart, home: &str) -> Result<(Tree, bool), TargetError> {
        if let Some(files) = self.loader.folder(&format!("{home}/{}", chart.name))? {
            return Ok((files, true));
        }
        if chart.repo.is_empty() {
            return Err(ChartError::NoChart(format!("{home}/{}", chart.name)).into());
        }
        let source = ChartSource {
            repo: chart.repo.clone(),
            name: chart.name.clone(),
            version: chart.version.clone(),
            devel: chart.devel,
        };
        Ok((self.loader.remotes().chart_files(source)?, false))
    }

    /// The texts of values in the order in which they count: those of a
    /// file, with those in the kustomization, and those of further files.
    fn values_of(
        &self,
        chart: &HelmChart,
        home: &str,
        fetched: Option<&Tree>,
        openapi: &OpenApi,
    ) -> Result<Vec<Arc<[u8]>>, TargetError> {
        let file = || -> Result<Arc<[u8]>, LoadError> {
            match fetched {
                _ if !chart.values_file.is_empty() => self.loader.load(&chart.values_file),
                None => {
                    let file = format!("{home}/{}/values.yaml", chart.name);
                    self.loader.load(&file)
                }
                Some(files) => read_default_values(files),
            }
        };
        let inline = &chart.values_inline;
        let has_inline = inline
            .as_mapping()
            .is_some_and(|mapping| !mapping.is_empty());
        let first = if !has_inline {
            file()?
        } else if chart.values_merge == "replace" {
            print(inline)?
        } else {
            let of_chart = parse(&file()?)?;
            let merged = match chart.values_merge.as_str() {
                "merge" => openapi.merge(inline.clone(), of_chart),
                _ => openapi.merge(of_chart, inline.clone()),
            };
            let merged = merged.map_err(|error| ChartError::Values(error.to_string()))?;
            print(&merged.unwrap_or_else(Node::mapping))?
        };
        let mut values = vec![first];
        for file in &chart.additional_values_files {
            values.push(self.loader.load(file)?);
        }
        Ok(values)
    }
}

/// The folder that holds a chart's own folder. A version of a repository has
/// a folder of its own.
fn home_of(chart: &HelmChart, globals: &HelmGlobals) -> String {
    let home = if globals.chart_home.is_empty() {
        CHART_HOME
    } else {
        &globals.chart_home
    };
    if chart.version.is_empty() || chart.repo.is_empty() {
        home.to_owned()
    } else {
        format!("{home}/{}-{}", chart.name, chart.version)
    }
}

fn read_default_values(files: &Tree) -> Result<Arc<[u8]>, LoadError> {
    let read = TreePath::new("values.yaml")
        .map_err(|error| error.to_string())
        .and_then(|path| files.read(&path).map_err(|error| error.to_string()));
    read.map_err(LoadError::Read)
}

fn parse(text: &[u8]) -> Result<Node, ChartError> {
    rheostat_yaml::parse(text, Profile::V3, &Limits::default())
        .map(|node| node.unwrap_or_else(Node::mapping))
        .map_err(|error| ChartError::Values(error.to_string()))
}

fn print(values: &Node) -> Result<Arc<[u8]>, ChartError> {
    emit::to_kustomize(values)
        .map(|text| text.into_bytes().into())
        .map_err(|error| ChartError::Values(error.to_string()))
}
