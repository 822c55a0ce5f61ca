//! The HelmChart that a HelmRelease describes: made, kept as described, and deleted when it is not wanted any more.

use std::collections::BTreeMap;

use kube::api::{DeleteParams, Patch, PatchParams};
use rheostat_api::helm::chart::HelmChartTemplate;
use rheostat_api::metadata::helm::{CONTROLLER, OWNER_NAME, OWNER_NAMESPACE};
use rheostat_api::source::HelmChart;
use rheostat_api::source::helm_chart::{
    HelmChartSpec, HelmChartVerification, LocalHelmChartSourceReference,
};
use rheostat_api::{HelmRelease, Reason};
use rheostat_runtime::{Context, Event, ObjectKey, Store, acl};

use crate::desired::Desired;
use crate::draft::Draft;
use crate::outcome::End;

/// Writes and deletes HelmCharts.
#[derive(Debug)]
pub struct ChartTemplates<'a> {
    /// The controller's own access.
    pub context: &'a Context,
    /// The HelmCharts that there are.
    pub charts: &'a Store<HelmChart>,
    /// Whether a HelmChart must stay in the namespace of its HelmRelease.
    pub is_cross_namespace_blocked: bool,
}

/// What became of a HelmChart.
#[derive(Debug, Default)]
pub struct Synced {
    /// The generation that it is of, at least; 0 where nothing was written.
    pub generation: i64,
    /// What is to be told.
    pub events: Vec<Event>,
}

impl ChartTemplates<'_> {
    /// Brings the HelmChart to what the spec says.
    ///
    /// # Errors
    /// When it cannot be written or deleted. `Ready` says nothing of it, as in the reference.
    pub async fn sync(
        &self,
        object: &HelmRelease,
        desired: &Desired,
        draft: &mut Draft,
    ) -> Result<Synced, (End, Vec<Event>)> {
        let mut synced = Synced::default();
        let wanted = object
            .spec
            .chart
            .as_ref()
            .map(|_| desired.source.key.to_string());
        let known = draft.status.helm_chart.clone();
        if known.is_some() && known != wanted {
            self.delete(draft, &mut synced.events).await?;
        }
        let Some(template) = &object.spec.chart else {
            return Ok(synced);
        };
        acl::check(
            &desired.key,
            &desired.source,
            self.is_cross_namespace_blocked,
        )
        .map_err(|denied| failed(denied.to_string()))?;
        let chart = chart(object, template, desired);
        let there = self.charts.get(&desired.source.key);
        if there
            .as_deref()
            .is_none_or(|there| !is_as_wanted(there, &chart, object))
        {
            let applied = self.apply(&chart, &desired.source.key).await?;
            let written = applied.metadata.generation.unwrap_or_default();
            let action = match there.as_deref() {
                None => Some(("Created", Reason::HelmChartCreated)),
                Some(there) if there.generation() != written || !has_marks(there, &chart) => {
                    Some(("Configured", Reason::HelmChartConfigured))
                }
                Some(_) => None,
            };
            if let Some((action, reason)) = action {
                synced.events.push(told(action, &reason, desired, template));
            }
            synced.generation = written;
        }
        draft.status.helm_chart = wanted;
        Ok(synced)
    }

    /// Deletes the HelmChart that status names.
    ///
    /// # Errors
    /// When it cannot be deleted.
    pub async fn delete(
        &self,
        draft: &mut Draft,
        events: &mut Vec<Event>,
    ) -> Result<(), (End, Vec<Event>)> {
        let Some(named) = draft.status.helm_chart.clone() else {
            return Ok(());
        };
        if let Some((namespace, name)) = named.split_once('/') {
            let api = self.context.namespaced::<HelmChart>(namespace);
            match api.delete(name, &DeleteParams::default()).await {
                Ok(_) => {
                    let message = format!("deleted HelmChart '{named}'");
                    let reason = Reason::HelmChartDeleted;
                    events.push(Event::trace(reason.as_str(), message));
                }
                Err(kube::Error::Api(status)) if status.code == 404 => {}
                Err(error) => {
                    let error = format!("failed to delete HelmChart '{named}': {error}");
                    return Err(failed(error));
                }
            }
        }
        draft.status.helm_chart = None;
        Ok(())
    }

    async fn apply(
        &self,
        chart: &HelmChart,
        key: &ObjectKey,
    ) -> Result<HelmChart, (End, Vec<Event>)> {
        let api = self.context.namespaced::<HelmChart>(&key.namespace);
        let params = PatchParams::apply(CONTROLLER).force();
        let applied = api.patch(&key.name, &params, &Patch::Apply(chart)).await;
        applied.map_err(|error| {
            let error = format!("failed to run server-side apply: {error}");
            let reason = Reason::HelmChartSyncErr;
            let event = Event::trace(reason.as_str(), &*error);
            (End::Failed { error }, vec![event])
        })
    }
}

fn failed(error: String) -> (End, Vec<Event>) {
    (End::Failed { error }, Vec::new())
}

fn told(action: &str, reason: &Reason, desired: &Desired, template: &HelmChartTemplate) -> Event {
    let source = &template.spec.source_ref;
    let message = format!(
        "{action} {} with SourceRef '{}/{}/{}'",
        desired.source,
        source.kind.as_str(),
        desired.source.key.namespace,
        source.name
    );
    Event::trace(reason.as_str(), message)
}

/// The HelmChart that a spec describes. (pure)
fn chart(object: &HelmRelease, template: &HelmChartTemplate, desired: &Desired) -> HelmChart {
    let spec = &template.spec;
    let marks = template.metadata.clone().unwrap_or_default();
    let mut chart = HelmChart::new(
        &desired.source.key.name,
        HelmChartSpec {
            chart: spec.chart.clone(),
            ignore_missing_values_files: spec.ignore_missing_values_files,
            interval: spec.interval.unwrap_or(object.spec.interval),
            reconcile_strategy: spec.reconcile_strategy.clone().unwrap_or_default(),
            source_ref: LocalHelmChartSourceReference {
                api_version: None,
                kind: spec.source_ref.kind.clone(),
                name: spec.source_ref.name.clone(),
            },
            suspend: false,
            values_files: spec.values_files.clone(),
            verify: spec.verify.as_ref().map(|verify| HelmChartVerification {
                provider: verify.provider.clone(),
                secret_ref: verify.secret_ref.clone(),
                ..HelmChartVerification::default()
            }),
            version: spec.version.clone(),
        },
    )
    .within(&desired.source.key.namespace);
    let mut labels = marks.labels;
    labels.insert(OWNER_NAME.to_owned(), desired.key.name.clone());
    labels.insert(OWNER_NAMESPACE.to_owned(), desired.key.namespace.clone());
    chart.metadata.labels = Some(labels);
    chart.metadata.annotations = Some(marks.annotations).filter(|marks| !marks.is_empty());
    chart
}

/// Whether nothing has to be written. Marks that the spec took back are only known by writing, which a new generation of it
/// does.
fn is_as_wanted(there: &HelmChart, wanted: &HelmChart, object: &HelmRelease) -> bool {
    let observed = object
        .status
        .as_ref()
        .and_then(|status| status.observed_generation);
    observed == Some(object.generation())
        && there.metadata.deletion_timestamp.is_none()
        && there.spec == wanted.spec
        && has_marks(there, wanted)
}

fn has_marks(there: &HelmChart, wanted: &HelmChart) -> bool {
    let holds = |there: &Option<BTreeMap<String, String>>,
                 wanted: &Option<BTreeMap<String, String>>| {
        wanted.iter().flatten().all(|(key, value)| {
            let there = there.as_ref().and_then(|there| there.get(key));
            there == Some(value)
        })
    };
    holds(&there.metadata.labels, &wanted.metadata.labels)
        && holds(&there.metadata.annotations, &wanted.metadata.annotations)
}
