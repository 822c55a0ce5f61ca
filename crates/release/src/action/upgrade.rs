//! A release gets another revision.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rheostat_cluster::Propagation;
use rheostat_gotemplate::Value;
use rheostat_helm::chart::{Chart, Metadata};
use rheostat_helm::manifest::{HookEvent, KnownDocuments};
use rheostat_helm::release::{Info, Release, Status};
use rheostat_helm::values::{coalesce, coalesce_tables};
use serde_json::{Map as JsonMap, Value as Json};

use super::{Render, ServerSideApply, build, check_labels, check_name, mark, method, to_map};
use crate::capabilities;
use crate::configuration::{Configuration, now};
use crate::definitions::{self, DefinitionPolicy, Definitions};
use crate::error::{ActionError, Cause};
use crate::hooks::Hooks;
use crate::objects::Object;
use crate::observer::StepKind;
use crate::ownership::Owner;
use crate::settle::{self, Wait};
use crate::storage::StorageError;
use crate::writer::{ClientWrite, Method, Updated, Writer};

/// What becomes of the values of the revision before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ValuesPolicy {
    /// They are used again if none are given.
    #[default]
    ReuseIfNone,
    /// They are forgotten.
    Reset,
    /// They stand behind those that are given, and the old chart's default values before those of the new.
    Reuse,
    /// They stand behind those that are given.
    ResetThenReuse,
}

/// Upgrades a release to another chart or other values.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are Helm's options, and independent"
)]
pub struct Upgrade {
    /// The release's name. Its namespace is that of the revision before.
    pub name: String,
    /// The chart.
    pub chart: Chart,
    /// The user's values.
    pub values: JsonMap<String, Json>,
    /// What becomes of the values of the revision before.
    pub values_policy: ValuesPolicy,
    /// How long each hook may take, and the wait for the objects. Five minutes by default.
    pub timeout: Duration,
    /// What is waited for. Nothing by default.
    pub wait: Wait,
    /// Whether hooks are left out.
    pub disables_hooks: bool,
    /// Whether objects that are new in the chart become the release's if they are there, whosever they are. Otherwise they are
    /// an error.
    pub takes_ownership: bool,
    /// Whether values need not fit the charts' schemas.
    pub skips_schema: bool,
    /// Whether objects are written by server-side apply.
    pub server_side_apply: ServerSideApply,
    /// Whether fields of other managers are taken from them, where server-side apply is used.
    pub forces_conflicts: bool,
    /// Whether objects are replaced where they are not written by server-side apply.
    pub forces_replace: bool,
    /// Whether objects that were created are deleted if the upgrade fails.
    pub cleans_up_on_fail: bool,
    /// How many records are kept, this one included; 0 keeps all. Ten by default.
    pub max_history: usize,
    /// What is done with the definitions in crds/. They are skipped by default.
    pub definitions: Definitions,
    /// What the record says once it is upgraded; `Upgrade complete` by default.
    pub description: Option<String>,
    /// Labels of the record, beside those of the revision before; the text `null` removes one.
    pub labels: BTreeMap<String, String>,
}

/// What is known once an upgrade can begin.
struct Plan {
    /// The revision whose objects are there.
    current: Release,
    /// The new one.
    upgraded: Release,
    is_server: bool,
    originals: Vec<Object>,
    wanted: Vec<Object>,
}

impl Upgrade {
    /// An upgrade with the options of `helm upgrade`.
    pub fn new(name: impl Into<String>, chart: Chart, values: JsonMap<String, Json>) -> Self {
        Self {
            name: name.into(),
            chart,
            values,
            values_policy: ValuesPolicy::default(),
            timeout: Duration::from_mins(5),
            wait: Wait::default(),
            disables_hooks: false,
            takes_ownership: false,
            skips_schema: false,
            server_side_apply: ServerSideApply::default(),
            forces_conflicts: false,
            forces_replace: false,
            cleans_up_on_fail: false,
            max_history: 10,
            definitions: Definitions {
                policy: DefinitionPolicy::Skip,
                ..Definitions::default()
            },
            description: None,
            labels: BTreeMap::new(),
        }
    }

    /// Upgrades. The answer is the new revision as it is recorded.
    ///
    /// # Errors
    /// With a release if its record was written; it is failed then. Without one if nothing of the chart but definitions was
    /// applied.
    pub async fn run(&self, configuration: &Configuration) -> Result<Release, ActionError> {
        let mut plan = self
            .prepare(configuration)
            .await
            .map_err(Cause::before_record)?;
        configuration
            .create_record(&plan.upgraded, self.max_history)
            .await
            .map_err(Cause::before_record)?;
        let mut updated = Updated {
            is_asked: self.cleans_up_on_fail,
            ..Updated::default()
        };
        if let Err(cause) = self.perform(configuration, &mut plan, &mut updated).await {
            let cause = self
                .fail(configuration, &mut plan.upgraded, cause, &updated)
                .await;
            return Err(cause.after_record(plan.upgraded));
        }
        plan.current.info.status = Status::Superseded;
        configuration.try_update_record(&plan.current).await;
        let description = self.description.as_deref().unwrap_or("Upgrade complete");
        plan.upgraded.set_status(Status::Deployed, description);
        match configuration.update_record(&plan.upgraded).await {
            Ok(()) => Ok(plan.upgraded),
            Err(cause) => Err(cause.after_record(plan.upgraded)),
        }
    }

    async fn prepare(&self, configuration: &Configuration) -> Result<Plan, Cause> {
        let server = capabilities::reach(&configuration.cluster).await?;
        check_name(&self.name)?;
        let (current, last) = self.revisions(configuration).await?;
        let is_server = self.server_side_apply.is_server(last.apply_method);
        let (chart, values) = self.reuse_values(&current)?;
        let map = to_map(&values);
        let how = definitions::Apply {
            definitions: &self.definitions,
            namespace: &current.namespace,
            is_server,
            wait: self.wait,
        };
        definitions::apply(configuration, &chart, &map, &how).await?;
        let render = Render {
            name: &self.name,
            namespace: &current.namespace,
            revision: last.version + 1,
            is_upgrade: true,
            skips_schema: self.skips_schema,
            server,
        };
        let (rendered, chart) = render.run(configuration, &chart, &map).await?;
        check_labels(&self.labels)?;
        let mut labels = last.labels;
        labels.extend(self.labels.clone());
        labels.retain(|_, value| value != "null");
        let upgraded = Release {
            name: self.name.clone(),
            info: Info {
                first_deployed: current.info.first_deployed.clone(),
                last_deployed: now(),
                description: "Preparing upgrade".to_owned(),
                status: Status::PendingUpgrade,
                notes: rendered.notes.clone(),
                ..Info::default()
            },
            chart: Some(chart),
            config: Arc::new(values),
            manifest: rendered.manifest(false).into(),
            hooks: rendered.hooks.iter().map(Into::into).collect(),
            version: last.version + 1,
            namespace: current.namespace.clone(),
            labels,
            apply_method: method(is_server),
        };
        let (originals, wanted) = self.objects(configuration, &current, &upgraded).await?;
        Ok(Plan {
            current,
            upgraded,
            is_server,
            originals,
            wanted,
        })
    }

    /// The revision whose objects are there, and the newest one.
    async fn revisions(&self, configuration: &Configuration) -> Result<(Release, Release), Cause> {
        let storage = configuration.storage();
        let none = || Cause::NoDeployed(self.name.clone());
        let last = match storage.last(&self.name).await {
            Err(StorageError::NotFound) => return Err(none()),
            last => last?,
        };
        if last.info.status.is_pending() {
            return Err(Cause::Pending);
        }
        if last.info.status == Status::Deployed {
            return Ok((last.clone(), last));
        }
        let is_base = matches!(last.info.status, Status::Failed | Status::Superseded);
        match storage.deployed(&self.name).await?.pop() {
            Some(deployed) => Ok((deployed, last)),
            None if is_base => Ok((last.clone(), last)),
            None => Err(none()),
        }
    }

    /// The chart and the values with which it is rendered.
    fn reuse_values(&self, current: &Release) -> Result<(Chart, JsonMap<String, Json>), Cause> {
        let chart = self.chart.clone();
        match self.values_policy {
            ValuesPolicy::ReuseIfNone if self.values.is_empty() => {
                Ok((chart, (*current.config).clone()))
            }
            ValuesPolicy::ReuseIfNone | ValuesPolicy::Reset => Ok((chart, self.values.clone())),
            ValuesPolicy::ResetThenReuse => Ok((chart, self.over(current)?)),
            ValuesPolicy::Reuse => {
                let values = self.over(current)?;
                Ok((with_old_defaults(chart, current)?, values))
            }
        }
    }

    /// The values that are given over those of the revision before.
    fn over(&self, current: &Release) -> Result<JsonMap<String, Json>, Cause> {
        let values = to_map(&self.values);
        coalesce_tables(&values, &to_map(&current.config), &mut Vec::new());
        match Value::Map(values).to_json() {
            Ok(Json::Object(values)) => Ok(values),
            Ok(_) => Ok(JsonMap::new()),
            Err(problem) => Err(Cause::Render(problem.into())),
        }
    }

    async fn objects(
        &self,
        configuration: &Configuration,
        current: &Release,
        upgraded: &Release,
    ) -> Result<(Vec<Object>, Vec<Object>), Cause> {
        let namespace = &upgraded.namespace;
        let mut wanted = build(
            configuration,
            &upgraded.manifest,
            namespace,
            "new release manifest",
        )
        .await?;
        let mut originals = build(
            configuration,
            &current.manifest,
            &current.namespace,
            "current release manifest",
        )
        .await?;
        let owner = Owner {
            name: &upgraded.name,
            namespace,
        };
        mark(&mut wanted, owner);
        let is_new =
            |object: &&Object| !originals.iter().any(|known| known.target == object.target);
        let new: Vec<Object> = wanted.iter().filter(is_new).cloned().collect();
        let existing = owner
            .existing(&configuration.cluster, &new, self.takes_ownership)
            .await;
        originals.extend(existing.map_err(|problem| Cause::Ownership {
            action: "update",
            problem,
        })?);
        Ok((originals, wanted))
    }

    async fn perform(
        &self,
        configuration: &Configuration,
        plan: &mut Plan,
        updated: &mut Updated,
    ) -> Result<(), Cause> {
        let hooks = self.hooks(configuration, plan.is_server);
        hooks.run(HookEvent::PreUpgrade, &mut plan.upgraded).await?;
        let writer = Writer {
            configuration,
            method: self.method(plan.is_server),
            keeps_answers: self.wait != Wait::Nothing,
        };
        let is_migrated = plan.is_server && !plan.current.apply_method.is_server();
        let written = writer
            .update(&plan.originals, &mut plan.wanted, is_migrated, updated)
            .await;
        let settled = match written {
            Ok(()) => settle::healthy(configuration, &plan.wanted, self.wait, self.timeout).await,
            Err(cause) => Err(cause),
        };
        if let Err(cause) = settled {
            configuration.try_update_record(&plan.current).await;
            return Err(cause);
        }
        hooks.run(HookEvent::PostUpgrade, &mut plan.upgraded).await
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

    /// Records the failure and clears up after it. The answer is what is told.
    async fn fail(
        &self,
        configuration: &Configuration,
        upgraded: &mut Release,
        cause: Cause,
        updated: &Updated,
    ) -> Cause {
        let description = format!("Upgrade {:?} failed: {cause}", self.name);
        upgraded.set_status(Status::Failed, description);
        configuration.try_update_record(upgraded).await;
        if !self.cleans_up_on_fail {
            return cause;
        }
        clean_up(configuration, cause, updated, "upgrade").await
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

/// Deletes what a failed action created. The answer is what is told.
pub(super) async fn clean_up(
    configuration: &Configuration,
    cause: Cause,
    updated: &Updated,
    action: &'static str,
) -> Cause {
    let writer = Writer {
        configuration,
        method: Method::of_hooks(true),
        keeps_answers: false,
    };
    let deleted = writer
        .delete(
            StepKind::Delete,
            &updated.created,
            Propagation::Background,
            ", ",
        )
        .await;
    match deleted {
        Err(Cause::Write(cleanup)) => Cause::CleanUp {
            action,
            original: Box::new(cause),
            cleanup,
        },
        Err(_) | Ok(()) => cause,
    }
}

/// The chart with the default values that the revision before had, its user's values over them.
fn with_old_defaults(mut chart: Chart, current: &Release) -> Result<Chart, Cause> {
    let old = current.chart.as_deref();
    let defaults = old.and_then(|old| old.values.clone()).unwrap_or_default();
    let before = Chart {
        modified: None,
        schema_modified: None,
        metadata: Metadata {
            name: old.map_or_else(String::new, |old| old.metadata.name.clone()),
            ..Metadata::default()
        },
        lock: None,
        values: to_map(&defaults),
        values_text: None,
        schema: None,
        templates: Arc::new([]),
        files: Arc::new([]),
        dependencies: Vec::new(),
        known_documents: KnownDocuments::default(),
    };
    chart.values = coalesce(&before, &to_map(&current.config), &mut Vec::new())
        .map_err(|error| Cause::Render(Box::new(error)).within("failed to rebuild old values"))?;
    Ok(chart)
}
