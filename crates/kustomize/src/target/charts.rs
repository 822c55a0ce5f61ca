//! `helmCharts`: the caller renders charts, the engine takes what comes out.

use super::{Context, Inherited, Target, TargetError};
use crate::accumulator::Accumulator;
use crate::kustfile::HelmChart;
use crate::remote::ChartNeed;
use crate::resource::read_resources;

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
}

impl Target<'_> {
    /// Adds the objects of all charts.
    pub(super) fn run_charts(
        &self,
        gathered: &mut Accumulator,
        inherited: &Inherited,
        context: &Context<'_>,
    ) -> Result<(), TargetError> {
        const KIND: &str = "HelmChartInflationGenerator";
        for chart in &self.kustomization.helm_charts {
            check(chart, context).map_err(|error| {
                TargetError::from(error).within(format!(
                    "trouble configuring builtin {KIND} for chart {:?}",
                    chart.name
                ))
            })?;
        }
        for chart in &self.kustomization.helm_charts {
            let openapi = context.openapi();
            let text = self.loader.remotes().chart(self.need(chart, inherited))?;
            let resources = read_resources(&text, &openapi).map_err(|error| {
                TargetError::from(error).within(format!("reading chart {:?}", chart.name))
            })?;
            for mut resource in resources {
                resource.build.helm_generated = true;
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

    /// What the caller is told. A chart without a namespace goes to that of
    /// its kustomization, or of the nearest overlay that has one.
    fn need(&self, chart: &HelmChart, inherited: &Inherited) -> ChartNeed {
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
        ChartNeed {
            chart,
            globals: self.kustomization.helm_globals.clone().unwrap_or_default(),
            root: self.loader.root(),
        }
    }
}

fn check(chart: &HelmChart, context: &Context<'_>) -> Result<(), ChartError> {
    if !context.options.enable_helm {
        return Err(ChartError::Disabled);
    }
    if chart.name.is_empty() {
        return Err(ChartError::NoName);
    }
    match chart.values_merge.as_str() {
        "" | "merge" | "override" | "replace" => Ok(()),
        _ => Err(ChartError::ValuesMerge),
    }
}
