//! A release goes back to an earlier revision, as a new one.

use std::time::Duration;

use rheostat_helm::manifest::HookEvent;
use rheostat_helm::release::{Info, Release, Status};

use super::upgrade::clean_up;
use super::{ServerSideApply, build, check_name, mark, method};
use crate::capabilities;
use crate::configuration::{Configuration, now};
use crate::error::{ActionError, Cause};
use crate::hooks::Hooks;
use crate::objects::Object;
use crate::ownership::Owner;
use crate::settle::{self, Wait};
use crate::storage::StorageError;
use crate::writer::{ClientWrite, Method, Updated, Writer};

/// Rolls a release back.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are Helm's options, and independent"
)]
pub struct Rollback {
    /// The release's name.
    pub name: String,
    /// The revision to go back to; 0 for the one before the newest.
    pub version: i64,
    /// How long each hook may take, and the wait for the objects. Five minutes by default.
    pub timeout: Duration,
    /// What is waited for. Nothing by default.
    pub wait: Wait,
    /// Whether hooks are left out.
    pub disables_hooks: bool,
    /// Whether objects are written by server-side apply. What was before is the revision to go back to.
    pub server_side_apply: ServerSideApply,
    /// Whether fields of other managers are taken from them, where server-side apply is used.
    pub forces_conflicts: bool,
    /// Whether objects are replaced where they are not written by server-side apply.
    pub forces_replace: bool,
    /// Whether objects that were created are deleted if writing fails.
    pub cleans_up_on_fail: bool,
    /// How many records are kept, this one included; 0 keeps all. Ten by default.
    pub max_history: usize,
}

/// What is known once a rollback can begin.
struct Plan {
    current: Release,
    target: Release,
    is_server: bool,
}

/// How far a rollback came that failed.
enum Failure {
    /// Objects were not written, or not known.
    Write(Cause),
    /// Objects did not become healthy.
    Wait(Cause),
    /// Nothing that Helm records.
    Other(Cause),
}

impl Rollback {
    /// A rollback with the options of `helm rollback`.
    pub fn new(name: impl Into<String>, version: i64) -> Self {
        Self {
            name: name.into(),
            version,
            timeout: Duration::from_mins(5),
            wait: Wait::default(),
            disables_hooks: false,
            server_side_apply: ServerSideApply::default(),
            forces_conflicts: false,
            forces_replace: false,
            cleans_up_on_fail: false,
            max_history: 10,
        }
    }

    /// Rolls back. The answer is the new revision as it is recorded.
    ///
    /// # Errors
    /// With a release if its record was written. If hooks failed, it stays pending, as Helm leaves it.
    pub async fn run(&self, configuration: &Configuration) -> Result<Release, ActionError> {
        let mut plan = self
            .prepare(configuration)
            .await
            .map_err(Cause::before_record)?;
        configuration
            .create_record(&plan.target, self.max_history)
            .await
            .map_err(Cause::before_record)?;
        let mut updated = Updated {
            is_asked: self.cleans_up_on_fail,
            ..Updated::default()
        };
        if let Err(failure) = self.perform(configuration, &mut plan, &mut updated).await {
            let cause = self.fail(configuration, &mut plan, failure, &updated).await;
            return Err(cause.after_record(plan.target));
        }
        match self.finish(configuration, &mut plan).await {
            Ok(()) => Ok(plan.target),
            Err(cause) => Err(cause.after_record(plan.target)),
        }
    }

    async fn prepare(&self, configuration: &Configuration) -> Result<Plan, Cause> {
        capabilities::reach(&configuration.cluster).await?;
        check_name(&self.name)?;
        let storage = configuration.storage();
        let current = storage.last(&self.name).await?;
        let version = if self.version == 0 {
            current.version - 1
        } else {
            self.version
        };
        let previous = match storage.get(&self.name, version).await {
            Err(StorageError::NotFound) => return Err(Cause::NoRevision(version)),
            previous => previous?,
        };
        let is_server = self.server_side_apply.is_server(previous.apply_method);
        let target = Release {
            name: self.name.clone(),
            info: Info {
                first_deployed: current.info.first_deployed.clone(),
                last_deployed: now(),
                description: format!("Rollback to {version}"),
                status: Status::PendingRollback,
                notes: previous.info.notes,
                ..Info::default()
            },
            chart: previous.chart,
            config: previous.config,
            manifest: previous.manifest,
            hooks: previous.hooks,
            version: current.version + 1,
            namespace: current.namespace.clone(),
            labels: previous.labels,
            apply_method: method(is_server),
        };
        Ok(Plan {
            current,
            target,
            is_server,
        })
    }

    async fn perform(
        &self,
        configuration: &Configuration,
        plan: &mut Plan,
        updated: &mut Updated,
    ) -> Result<(), Failure> {
        let (originals, mut wanted) = self
            .objects(configuration, plan)
            .await
            .map_err(Failure::Other)?;
        let hooks = self.hooks(configuration, plan.is_server);
        hooks
            .run(HookEvent::PreRollback, &mut plan.target)
            .await
            .map_err(Failure::Other)?;
        let writer = Writer {
            configuration,
            method: self.method(plan.is_server),
            keeps_answers: self.wait != Wait::Nothing,
        };
        writer
            .update(&originals, &mut wanted, true, updated)
            .await
            .map_err(Failure::Write)?;
        settle::healthy(configuration, &wanted, self.wait, self.timeout)
            .await
            .map_err(Failure::Wait)?;
        hooks
            .run(HookEvent::PostRollback, &mut plan.target)
            .await
            .map_err(Failure::Other)
    }

    async fn objects(
        &self,
        configuration: &Configuration,
        plan: &Plan,
    ) -> Result<(Vec<Object>, Vec<Object>), Cause> {
        let Plan {
            current, target, ..
        } = plan;
        let originals = build(
            configuration,
            &current.manifest,
            &current.namespace,
            "current release manifest",
        )
        .await?;
        let mut wanted = build(
            configuration,
            &target.manifest,
            &target.namespace,
            "new release manifest",
        )
        .await?;
        let owner = Owner {
            name: &target.name,
            namespace: &target.namespace,
        };
        mark(&mut wanted, owner);
        Ok((originals, wanted))
    }

    fn hooks<'a>(&self, configuration: &'a Configuration, is_server: bool) -> Hooks<'a> {
        Hooks {
            configuration,
            are_off: self.disables_hooks,
            timeout: self.timeout,
            wait: self.wait,
            is_server,
        }
    }

    async fn finish(&self, configuration: &Configuration, plan: &mut Plan) -> Result<(), Cause> {
        for mut deployed in configuration.storage().deployed(&self.name).await? {
            deployed.info.status = Status::Superseded;
            configuration.try_update_record(&deployed).await;
        }
        plan.target.info.status = Status::Deployed;
        configuration.update_record(&plan.target).await
    }

    /// Records the failure as Helm does and clears up after it. The answer is what is told.
    async fn fail(
        &self,
        configuration: &Configuration,
        plan: &mut Plan,
        failure: Failure,
        updated: &Updated,
    ) -> Cause {
        let name = &self.name;
        match failure {
            Failure::Other(cause) => cause,
            Failure::Wait(cause) => {
                let description = format!("Release {name:?} failed: {cause}");
                plan.target.set_status(Status::Failed, description);
                configuration.try_update_record(&plan.current).await;
                configuration.try_update_record(&plan.target).await;
                cause.within(format!("release {name} failed"))
            }
            Failure::Write(cause) => {
                plan.current.info.status = Status::Superseded;
                let description = format!("Rollback {name:?} failed: {cause}");
                plan.target.set_status(Status::Failed, description);
                configuration.try_update_record(&plan.current).await;
                configuration.try_update_record(&plan.target).await;
                if self.cleans_up_on_fail {
                    clean_up(configuration, cause, updated, "rollback").await
                } else {
                    cause
                }
            }
        }
    }

    fn method(&self, is_server: bool) -> Method {
        match (is_server, self.forces_replace) {
            (true, _) => Method::Server {
                is_forced: self.forces_conflicts,
            },
            (false, true) => Method::Client(ClientWrite::Replace),
            (false, false) => Method::Client(ClientWrite::PATCH),
        }
    }
}
