//! One pass over one HelmRelease: make sure of what a release needs, then work on the release; the report follows.

use std::sync::Arc;

use rheostat_api::{ConditionType, HelmRelease, HelmReleaseStatus, Reason};
use rheostat_artifact::digest::Algorithm;
use rheostat_gocompat::duration::Duration as GoDuration;
use rheostat_helm::Chart;
use rheostat_runtime::{Context, Event, Moment, Pass, Reconciler, Report};

use crate::attempt::Attempt;
use crate::chart_template::ChartTemplates;
use crate::chart_version::{ChartVersion, of_revision};
use crate::charts::{ChartError, Charts};
use crate::desired::{Desired, unsupported};
use crate::digests::Digests;
use crate::draft::Draft;
use crate::execute::{Execution, Means, Wanted};
use crate::finalize;
use crate::observe::{Source, Surroundings};
use crate::outcome::{End, Halt, Notice, Outcome, Stop, Verdict};
use crate::policy::Policies;
use crate::record::Recorder;
use crate::report::report;
use crate::state::ChartIdentity;
use crate::{request, target, values};

/// Brings HelmReleases to the cluster.
#[derive(Debug)]
pub struct HelmReleaseReconciler {
    /// The controller's own access.
    pub context: Context,
    /// What passes look at.
    pub surroundings: Arc<Surroundings>,
    /// The charts in memory.
    pub charts: Arc<Charts>,
    /// What steps are taken with.
    pub means: Means,
    /// The algorithm of digests (`--snapshot-digest-algo`).
    pub algorithm: Algorithm,
    /// Whether the digest of an artifact goes into the version of its chart.
    pub tracks_digests: bool,
}

impl Reconciler for HelmReleaseReconciler {
    type Object = HelmRelease;
    type Status = HelmReleaseStatus;
    type Outcome = Outcome;

    const OWNED_CONDITIONS: &'static [ConditionType] = &[
        ConditionType::Released,
        ConditionType::Remediated,
        ConditionType::TestSuccess,
        ConditionType::Drifted,
        ConditionType::Reconciling,
        ConditionType::Ready,
        ConditionType::Stalled,
    ];

    async fn reconcile(&self, object: Arc<HelmRelease>, pass: &Pass<HelmRelease>) -> Outcome {
        let mut draft = Draft::new(&object, pass.now());
        let work = Work {
            reconciler: self,
            object: &object,
            desired: &Desired::parse(&object),
            pass,
        };
        let end = if object.is_being_deleted() {
            self.surroundings.forget(pass.key());
            finalize::finalize(&work, &mut draft).await
        } else if object.spec.chart.is_some() == object.spec.chart_ref.is_some() {
            End::Refused
        } else if object.spec.suspend {
            End::Suspended
        } else {
            match work.run(&mut draft).await {
                Ok(()) => End::Settled,
                Err(Stop::Ended(end)) => end,
                Err(Stop::Stopping) => End::Stopped,
            }
        };
        Outcome {
            status: draft.status,
            end,
        }
    }

    fn report(
        &self,
        object: &HelmRelease,
        outcome: &Outcome,
        moment: Moment,
    ) -> Report<HelmReleaseStatus> {
        report(object, outcome, moment)
    }
}

/// A pass at work.
#[derive(Debug)]
pub struct Work<'a> {
    /// Whose pass it is.
    pub reconciler: &'a HelmReleaseReconciler,
    /// The object.
    pub object: &'a HelmRelease,
    /// What it asks for.
    pub desired: &'a Desired,
    /// The pass.
    pub pass: &'a Pass<HelmRelease>,
}

impl Work<'_> {
    async fn run(&self, draft: &mut Draft) -> Result<(), Stop> {
        let around = &self.reconciler.surroundings;
        self.check_support()?; // (pure)
        let generation = self.sync_template(draft).await?; // (client)
        draft.begin();
        around.check_dependencies(self.desired)?; // (pure)
        let source = around.source(self.object, self.desired, generation)?; // (pure)
        let client = &self.reconciler.context.client;
        let values = values::values(client, self.object, self.desired).await?; // (client)
        let mut chart = self.chart(&source).await?; // (client)
        let version = self.version(&chart, &source)?; // (pure)
        chart.metadata.version.clone_from(&version.version);
        let digests = self.digests();
        let config_digest = digests.config(&values);
        let chart_identity = (chart.name().to_owned(), version.version.clone());
        let app_version = chart.metadata.app_version.clone();
        let recorder = Recorder {
            chart: ChartIdentity {
                name: &chart_identity.0,
                version: &chart_identity.1,
            },
            app_version: &app_version,
            config_digest: &config_digest,
            oci_digest: version.oci_digest.as_deref(),
            ..self.recorder(digests)
        };
        self.leave_old_target(draft, &recorder).await?; // (client)
        self.note_attempt(draft, &recorder);
        let execution = self.execution(&self.desired.storage_namespace)?;
        let wanted = Wanted { chart, values };
        let attempt = Attempt {
            execution: &execution,
            recorder,
            wanted: &wanted,
        };
        attempt.run(draft).await // (client)
    }

    fn check_support(&self) -> Result<(), Halt> {
        let fields = unsupported(&self.object.spec);
        if fields.is_empty() {
            return Ok(());
        }
        let message = format!("not supported yet: {}", fields.join(", "));
        Err(Halt::stalled(Reason::NotSupported, message))
    }

    /// What writes and deletes HelmCharts.
    pub fn templates(&self) -> ChartTemplates<'_> {
        let around = &self.reconciler.surroundings;
        ChartTemplates {
            context: &self.reconciler.context,
            charts: &around.charts,
            is_cross_namespace_blocked: around.is_cross_namespace_blocked,
        }
    }

    /// Brings the HelmChart to what the spec says; answers the generation that was written.
    async fn sync_template(&self, draft: &mut Draft) -> Result<i64, Stop> {
        let templates = self.templates();
        let synced = templates.sync(self.object, self.desired, draft).await;
        let (generation, events, end) = match synced {
            Ok(synced) => (synced.generation, synced.events, None),
            Err((end, events)) => (0, events, Some(end)),
        };
        self.tell(events);
        end.map_or(Ok(generation), |end| Err(end.into()))
    }

    /// Sends events.
    pub fn tell(&self, events: Vec<Event>) {
        for event in events {
            self.pass.emit(event);
        }
    }

    async fn chart(&self, source: &Source) -> Result<Chart, Stop> {
        let charts = &self.reconciler.charts;
        if let Some(chart) = charts.known(&source.artifact) {
            return Ok(chart);
        }
        // A server that is away is asked again for minutes, in which others need the worker.
        let got = self
            .pass
            .aside(Box::pin(charts.get(&source.artifact)))
            .await;
        let got = got.map_err(|_| Stop::Stopping)?;
        Ok(got.map_err(|error| self.no_chart(&error))?)
    }

    fn no_chart(&self, error: &ChartError) -> Halt {
        if error.is_not_found() {
            let delay = self.reconciler.surroundings.requeue_dependency;
            let retry = GoDuration::from_std(delay);
            let message = format!("Source not ready: artifact not found. Retrying in {retry}");
            return Halt {
                verdict: Verdict::After(delay),
                ..Halt::silent(Reason::ArtifactFailed, message)
            };
        }
        Halt {
            notice: Notice::Warning(error.to_string()),
            ..Halt::failed(
                Reason::ArtifactFailed,
                format!("Could not load chart: {error}"),
            )
        }
    }

    fn version(&self, chart: &Chart, source: &Source) -> Result<ChartVersion, Halt> {
        let version = &chart.metadata.version;
        if !source.is_oci {
            return Ok(ChartVersion {
                version: version.clone(),
                oci_digest: None,
            });
        }
        let revision = &source.artifact.revision;
        of_revision(version, revision, self.reconciler.tracks_digests)
            .map_err(|error| Halt::silent(Reason::ChartMutateError, error.to_string()))
    }

    /// Makes digests.
    pub fn digests(&self) -> Digests {
        Digests {
            algorithm: self.reconciler.algorithm,
        }
    }

    /// What writes down steps, as far as the object alone says.
    pub fn recorder(&self, digests: Digests) -> Recorder<'_> {
        Recorder {
            spec: &self.object.spec,
            desired: self.desired,
            policies: Policies {
                spec: &self.object.spec,
                retries_by_default: self.reconciler.means.retries_by_default,
            },
            digests,
            chart: ChartIdentity {
                name: "",
                version: "",
            },
            app_version: "",
            config_digest: "",
            oci_digest: None,
        }
    }

    /// What takes steps, with records in a namespace.
    ///
    /// # Errors
    /// Failed: `RESTClientError`.
    pub fn execution(&self, storage_namespace: &str) -> Result<Execution<'_>, Halt> {
        let means = &self.reconciler.means;
        let cluster = means
            .cluster_of(self.object)
            .map_err(|error| Halt::silent(Reason::RestClientError, error.to_string()))?;
        Ok(Execution {
            means,
            cluster,
            object: self.object,
            desired: self.desired,
            pass: self.pass,
            storage_namespace: storage_namespace.to_owned(),
        })
    }

    /// Ends the release that was meant before, where another one is meant now.
    async fn leave_old_target(
        &self,
        draft: &mut Draft,
        recorder: &Recorder<'_>,
    ) -> Result<(), Stop> {
        let chart = recorder.chart.name;
        let Some(what) = target::change(&self.object.spec, self.desired, &draft.status, chart)
        else {
            return Ok(());
        };
        tracing::info!(
            what,
            "release target changed, the old release is uninstalled"
        );
        finalize::uninstall(self, draft).await?;
        draft.status.history.clear();
        draft.clear_failures();
        draft.status.storage_namespace = None;
        Ok(())
    }

    /// Notes what is about to be tried. Failures of something else are forgotten.
    fn note_attempt(&self, draft: &mut Draft, recorder: &Recorder<'_>) {
        let is_reset = request::is_reset(self.object, &mut draft.status);
        let generation = draft.generation;
        let status = &mut draft.status;
        let is_new = status.last_attempted_generation != generation
            || status.last_attempted_revision.as_deref() != Some(recorder.chart.version)
            || status.last_attempted_config_digest.as_deref() != Some(recorder.config_digest);
        status.storage_namespace = Some(self.desired.storage_namespace.clone());
        status.last_attempted_generation = generation;
        status.last_attempted_revision = Some(recorder.chart.version.to_owned());
        status.last_attempted_revision_digest = recorder.oci_digest.map(str::to_owned);
        status.last_attempted_config_digest = Some(recorder.config_digest.to_owned());
        status.last_attempted_values_checksum = None;
        status.last_release_revision = 0;
        if is_new || is_reset {
            draft.clear_failures();
        }
    }
}
