//! Hooks: objects that are written at their moment, waited for, and deleted as their policies say.

use std::time::Duration;

use rheostat_cluster::Propagation;
use rheostat_helm::manifest::HookEvent;
use rheostat_helm::release::{HookExecution, HookPhase, Release, ReleasedHook};

use crate::configuration::{Configuration, now};
use crate::error::Cause;
use crate::objects::{self, BuildError, Object};
use crate::observer::StepKind;
use crate::settle::{self, Wait};
use crate::writer::{Method, Writer};

/// The policy of hooks that name none.
const BEFORE_CREATION: &str = "before-hook-creation";

/// Delete a hook when all hooks of its moment succeeded, or those before a failed one.
const SUCCEEDED: &str = "hook-succeeded";

/// Delete a hook when it failed.
const FAILED: &str = "hook-failed";

/// Hooks failed; the texts are Helm's.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HookError {
    /// The object of a hook is none that the cluster knows.
    #[error("unable to build kubernetes object for {event} hook {path}: {problem}")]
    Build {
        /// When the hook runs.
        event: &'static str,
        /// The path of its template.
        path: String,
        /// Why.
        #[source]
        problem: BuildError,
    },
    /// The same when it is to be deleted.
    #[error("unable to build kubernetes object for deleting hook {path}: {problem}")]
    BuildDeletion {
        /// The path of its template.
        path: String,
        /// Why.
        #[source]
        problem: BuildError,
    },
    /// The object of a hook cannot be written.
    #[error("warning: Hook {event} {path} failed: {problem}")]
    Create {
        /// When the hook runs.
        event: &'static str,
        /// The path of its template.
        path: String,
        /// Why.
        #[source]
        problem: Box<Cause>,
    },
    /// A hook failed or did not end in time, or cannot be deleted.
    #[error("{0}")]
    Run(#[source] Box<Cause>),
}

/// How an action runs hooks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hooks<'a> {
    pub(crate) configuration: &'a Configuration,
    /// Whether the action leaves them out.
    pub(crate) are_off: bool,
    /// How long each hook may take, and each deletion.
    pub(crate) timeout: Duration,
    /// Whether deletions are waited for.
    pub(crate) wait: Wait,
    /// Whether objects are written by server-side apply.
    pub(crate) is_server: bool,
}

impl Hooks<'_> {
    /// Runs the hooks of a moment, unless the action leaves them out.
    pub(crate) async fn run(&self, event: HookEvent, release: &mut Release) -> Result<(), Cause> {
        if self.are_off {
            return Ok(());
        }
        let moment = Moment {
            hooks: *self,
            event,
        };
        let run = moment.run(release).await;
        run.map_err(|problem| Cause::Hooks {
            moment: preface(event),
            problem: Box::new(problem),
        })
    }
}

/// What Helm says before the failure of a hook.
fn preface(event: HookEvent) -> &'static str {
    match event {
        HookEvent::PreInstall => "failed pre-install: ",
        HookEvent::PostInstall => "failed post-install: ",
        HookEvent::PreUpgrade => "pre-upgrade hooks failed: ",
        HookEvent::PostUpgrade => "post-upgrade hooks failed: ",
        _ => "",
    }
}

/// One moment of a release.
#[derive(Debug)]
struct Moment<'a> {
    hooks: Hooks<'a>,
    event: HookEvent,
}

impl Moment<'_> {
    /// Runs the hooks of the moment in the order of their weights and names. What became of each is recorded in the release,
    /// which is written down before each hook.
    async fn run(&self, release: &mut Release) -> Result<(), HookError> {
        let order = self.order(&release.hooks);
        for (turn, &index) in order.iter().enumerate() {
            let hook = &mut release.hooks[index];
            if hook.delete_policies.is_empty() {
                hook.delete_policies.push(BEFORE_CREATION.to_owned());
            }
            let hook = release.hooks[index].clone();
            self.delete_by(&hook, BEFORE_CREATION, &release.namespace)
                .await?;
            let built = objects::build(
                &self.hooks.configuration.cluster,
                &hook.manifest,
                &release.namespace,
            )
            .await;
            let mut objects = built.map_err(|problem| HookError::Build {
                event: self.event.name(),
                path: hook.path.clone(),
                problem,
            })?;
            release.hooks[index].last_run = HookExecution {
                started_at: now(),
                phase: HookPhase::Running,
                ..HookExecution::default()
            };
            self.hooks.configuration.try_update_record(release).await;
            let ended = self.create_and_wait(&hook, &mut objects).await;
            let run = &mut release.hooks[index].last_run;
            run.completed_at = now();
            run.phase = HookPhase::Succeeded;
            if let Err(error) = ended {
                run.phase = HookPhase::Failed;
                if matches!(error, HookError::Run(_)) {
                    self.clear_after_failure(release, &order[..=turn]).await?;
                }
                return Err(error);
            }
        }
        for &index in order.iter().rev() {
            let hook = &release.hooks[index];
            self.delete_by(hook, SUCCEEDED, &release.namespace).await?;
        }
        Ok(())
    }

    /// The places of the hooks of the moment, in the order in which they run.
    fn order(&self, hooks: &[ReleasedHook]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..hooks.len())
            .filter(|&index| hooks[index].runs_at(self.event))
            .collect();
        order.sort_by(|&left, &right| {
            let key = |index: usize| (hooks[index].weight, hooks[index].name.as_str());
            key(left).cmp(&key(right))
        });
        order
    }

    async fn create_and_wait(
        &self,
        hook: &ReleasedHook,
        objects: &mut [Object],
    ) -> Result<(), HookError> {
        let created = self.writer().create(StepKind::CreateHook, objects).await;
        created.map_err(|problem| HookError::Create {
            event: self.event.name(),
            path: hook.path.clone(),
            problem: Box::new(problem),
        })?;
        settle::done(self.hooks.configuration, objects, self.hooks.timeout)
            .await
            .map_err(|problem| HookError::Run(Box::new(problem)))
    }

    /// Deletes the failed hook and those before it, as their policies say. The failure weighs more than a deletion of the
    /// failed hook that fails, as in Helm.
    async fn clear_after_failure(&self, release: &Release, run: &[usize]) -> Result<(), HookError> {
        let Some((&failed, before)) = run.split_last() else {
            return Ok(());
        };
        let hook = &release.hooks[failed];
        if let Err(error) = self.delete_by(hook, FAILED, &release.namespace).await {
            tracing::warn!(hook = hook.path, %error, "a failed hook cannot be deleted");
        }
        for &index in before {
            let hook = &release.hooks[index];
            self.delete_by(hook, SUCCEEDED, &release.namespace).await?;
        }
        Ok(())
    }

    /// Deletes the object of a hook if its policies name this one. Definitions of custom resources stay: all their objects
    /// would go with them.
    async fn delete_by(
        &self,
        hook: &ReleasedHook,
        policy: &str,
        namespace: &str,
    ) -> Result<(), HookError> {
        let is_named = hook.delete_policies.iter().any(|named| named == policy);
        if !is_named || hook.kind == "CustomResourceDefinition" {
            return Ok(());
        }
        let built =
            objects::build(&self.hooks.configuration.cluster, &hook.manifest, namespace).await;
        let objects = built.map_err(|problem| HookError::BuildDeletion {
            path: hook.path.clone(),
            problem,
        })?;
        let deleted = self
            .writer()
            .delete(
                StepKind::DeleteHook,
                &objects,
                Propagation::Background,
                "; ",
            )
            .await;
        let gone = match deleted {
            Ok(()) => {
                settle::gone(
                    self.hooks.configuration,
                    &objects,
                    self.hooks.wait,
                    self.hooks.timeout,
                )
                .await
            }
            Err(error) => Err(error),
        };
        gone.map_err(|problem| HookError::Run(Box::new(problem)))
    }

    fn writer(&self) -> Writer<'_> {
        Writer {
            configuration: self.hooks.configuration,
            method: Method::of_hooks(self.hooks.is_server),
            keeps_answers: false,
        }
    }
}
