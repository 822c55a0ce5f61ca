//! Waits until what was applied, or what the Kustomization lists, is healthy.

use rheostat_api::metadata::kustomize::CONTROLLER;
use rheostat_api::{ConditionType, Reason};
use rheostat_apply::wait::{self, Subject, WaitError, WaitRules};
use rheostat_gocompat::duration::Duration as GoDuration;
use rheostat_runtime::{Cause, Event, Interrupted, ObjectRef};
use tokio::time::Instant;

use crate::execute::{Execution, Stop};
use crate::outcome::{Facts, Halt, HaltVerdict, Health, Notice, Step};
use crate::report::{about, progress};

/// The API group and version of a health check that names none.
const DEFAULT_API_VERSION: &str = "apps/v1";

impl Execution<'_> {
    /// Waits for health, if anybody wants to know of it. `has_news` says that this pass brought
    /// something new to the cluster.
    ///
    /// # Errors
    /// Failed: `HealthCheckFailed`. Superseded: `HealthCheckCanceled`.
    pub async fn check_health(
        &self,
        applied: Vec<Subject>,
        has_news: bool,
        facts: &mut Facts,
    ) -> Result<(), Stop> {
        let subjects = self.subjects(applied);
        if subjects.is_empty() {
            facts.health = Health::Unwanted;
            return Ok(());
        }
        facts.step = Some(Step::CheckingHealth);
        facts.health = Health::Pending;
        let start = Instant::now();
        let ended = self.watch_health(subjects, facts).await;
        let took = start.elapsed();
        match ended {
            Ok(Ok(())) => {
                facts.health = Health::Passed(took);
                if has_news || !self.was_healthy() {
                    let message = format!("Health check passed in {}", GoDuration::from_std(took));
                    let event = Event::normal(Reason::Progressing.as_str(), message);
                    self.pass.emit(about(event, facts.revision.as_ref()));
                }
                Ok(())
            }
            Ok(Err(error)) => {
                facts.health = Health::Failed(error.to_string());
                let took = GoDuration::from_std(took);
                let message = format!("health check failed after {took}: {error}");
                let retry = self.desired.retry;
                Err(Halt::failed(Reason::HealthCheckFailed, message, retry).into())
            }
            Err(Interrupted::Newer(cause)) => Err(self.cancelled(&cause).into()),
            Err(Interrupted::Deadline) => Err(self.overdue(facts).into()),
            Err(Interrupted::Stopping) => Err(Stop::Stopping),
        }
    }

    async fn watch_health(
        &self,
        subjects: Vec<Subject>,
        facts: &Facts,
    ) -> Result<Result<(), WaitError>, Interrupted> {
        let rules = WaitRules {
            until: Instant::now() + self.desired.timeout,
            is_failing_fast: self.means.is_failing_fast,
        };
        let wait = self.wait(
            rules.until,
            self.means.is_wait_cancelled_by_newer,
            wait::until_current(&self.means.cluster, subjects, rules),
        );
        let tell = || progress(self.object, facts, self.pass.now());
        self.pass.step(tell, wait).await
    }

    /// Whom to wait for. The Kustomization itself would wait for ever.
    fn subjects(&self, applied: Vec<Subject>) -> Vec<Subject> {
        let spec = &self.object.spec;
        let subjects = if spec.wait {
            applied
        } else {
            let listed = spec.health_checks.iter().map(|check| {
                let api_version = check.api_version.as_deref().filter(|v| !v.is_empty());
                let api_version = api_version.unwrap_or(DEFAULT_API_VERSION);
                let group = api_version.split_once('/').map_or("", |(group, _)| group);
                let namespace = check.namespace.as_deref().unwrap_or_default();
                Subject::named(group, &check.kind, namespace, &check.name)
            });
            listed.collect()
        };
        let (name, namespace) = (self.object.name(), self.object.namespace());
        let is_other = |subject: &Subject| subject.names() != ("Kustomization", namespace, name);
        subjects.into_iter().filter(is_other).collect()
    }

    /// The wait did not even end at its own deadline: the controller is starved of time.
    fn overdue(&self, facts: &mut Facts) -> Halt {
        let message = "health check did not end in time";
        facts.health = Health::Failed(message.to_owned());
        Halt::failed(Reason::HealthCheckFailed, message, self.desired.retry)
    }

    fn was_healthy(&self) -> bool {
        self.object
            .condition(&ConditionType::Healthy)
            .is_some_and(rheostat_api::Condition::is_true)
    }

    fn cancelled(&self, cause: &Cause) -> Halt {
        let trigger = match cause {
            Cause::Watch(source) | Cause::CatchUp(source) => source.clone(),
            _ => ObjectRef {
                kind: "Kustomization".to_owned(),
                key: self.desired.key.clone(),
            },
        };
        tracing::debug!(controller = CONTROLLER, %trigger, "health checks canceled");
        let note =
            format!("Health checks canceled due to new reconciliation triggered by {trigger}");
        Halt {
            reason: Reason::HealthCheckCanceled,
            message: format!("New reconciliation triggered by {trigger}"),
            verdict: HaltVerdict::Superseded,
            notice: Notice::Note(note),
        }
    }
}
