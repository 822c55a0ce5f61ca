//! The kind `HelmChart`.
//!
//! A chart comes from a repository over HTTP, from a registry, or from the
//! artifact of another source. It is kept as it was pulled, or packaged anew
//! where values files, a revision or a folder ask for it.
//!
//! Not supported yet, and refused by name: `verify`, `sourceRef.kind: Bucket`,
//! and registries with the identity of a cloud.

mod build;
mod dependencies;
mod failure;
mod fetch;
mod observe;
mod plan;
mod registry;
mod wake;

use std::sync::Arc;

use rheostat_api::source::helm_chart::HelmChartKind;
use rheostat_api::{
    ConditionType, GitRepository, HelmChart, HelmChartStatus, HelmRepository, Reason,
};
use rheostat_runtime::Store;

pub use observe::Observed;
pub use plan::Plan;
pub use wake::{on_sources, references};

use crate::context::SourceContext;
use crate::source::{Fetched, Halt, Source, Stored};

/// The sources that charts may be in.
#[derive(Debug, Clone)]
pub struct ChartSources {
    /// Repositories over HTTP, and places in registries.
    pub helm: Store<HelmRepository>,
    /// Git repositories.
    pub git: Store<GitRepository>,
}

/// Reconciles HelmCharts.
#[derive(Debug)]
pub struct HelmCharts {
    context: SourceContext,
    sources: Arc<ChartSources>,
}

impl HelmCharts {
    /// With what all sources share, and the sources of charts.
    pub fn new(context: SourceContext, sources: ChartSources) -> Self {
        Self {
            context,
            sources: Arc::new(sources),
        }
    }
}

/// What the status of a chart remembers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The revision of the source's artifact that was looked at.
    Source(String),
    /// A chart was stored.
    Chart {
        /// Its name.
        name: String,
        /// The values files that went into it.
        values_files: Vec<String>,
    },
}

impl Source for HelmCharts {
    type Kind = HelmChartKind;
    type Observed = Observed;
    type Plan = Plan;
    type Note = Note;

    const FAILURES: &'static [ConditionType] = &[
        ConditionType::FetchFailed,
        ConditionType::BuildFailed,
        ConditionType::StorageOperationFailed,
    ];
    const UNCHANGED: Reason = Reason::ArtifactUpToDate;
    const LINK: Option<&'static str> = Some("latest.tar.gz");

    async fn observe(&self, object: &HelmChart) -> Result<Observed, Halt> {
        observe::observe(&self.context, &self.sources, object).await
    }

    fn note(observed: &Observed) -> Option<Note> {
        let revision = observed.source_revision()?;
        Some(Note::Source(revision.to_owned()))
    }

    fn plan(&self, object: &HelmChart, observed: Observed, stored: &Stored) -> Result<Plan, Halt> {
        plan::plan(object, observed, stored)
    }

    async fn fetch(&self, plan: Plan) -> Result<Fetched<Note>, Halt> {
        fetch::fetch(&self.context, &self.sources, plan).await
    }

    fn write(note: &Note, object: &HelmChart, status: &mut HelmChartStatus) {
        match note {
            Note::Source(revision) => {
                status.observed_source_artifact_revision = Some(revision.clone());
            }
            Note::Chart { name, values_files } => {
                status.observed_chart_name = Some(name.clone());
                status.observed_values_files = if object.spec.ignore_missing_values_files {
                    values_files.clone()
                } else {
                    Vec::new()
                };
            }
        }
    }
}
