//! A chart becomes a release.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rheostat_cluster::{Resource, Target};
use rheostat_helm::Chart;
use rheostat_helm::manifest::HookEvent;
use rheostat_helm::release::{Info, Release, Status};
use serde_json::{Map as JsonMap, Value as Json, json};

use super::{Render, build, check_labels, check_name, mark, method, to_map};
use crate::capabilities;
use crate::configuration::{Configuration, now};
use crate::definitions::{self, Definitions};
use crate::error::{ActionError, Cause};
use crate::hooks::Hooks;
use crate::objects::Object;
use crate::observer::StepKind;
use crate::ownership::Owner;
use crate::settle::{self, Wait};
use crate::storage::StorageError;
use crate::writer::{ClientWrite, Method, Updated, Writer};

/// Installs a chart as the first revision of a release.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are Helm's options, and independent"
)]
pub struct Install {
    /// The release's name.
    pub name: String,
    /// The namespace of its objects.
    pub namespace: String,
    /// The chart.
    pub chart: Chart,
    /// The user's values.
    pub values: JsonMap<String, Json>,
    /// How long each hook may take, and the wait for the objects. Five minutes by default.
    pub timeout: Duration,
    /// What is waited for. Nothing by default.
    pub wait: Wait,
    /// Whether hooks are left out.
    pub disables_hooks: bool,
    /// Whether objects that are there become the release's, whosever they are. Otherwise they are an error.
    pub takes_ownership: bool,
    /// Whether values need not fit the charts' schemas.
    pub skips_schema: bool,
    /// Whether objects are written by server-side apply, as they are by default.
    pub is_server_side: bool,
    /// Whether fields of other managers are taken from them, where objects are there already and server-side apply is used.
    pub forces_conflicts: bool,
    /// Whether the name of a release that was uninstalled, or failed, may be used again.
    pub replaces: bool,
    /// Whether the namespace is created if it is not there.
    pub creates_namespace: bool,
    /// What is done with the definitions in crds/.
    pub definitions: Definitions,
    /// What the record says once it is installed; `Install complete` by default.
    pub description: Option<String>,
    /// Labels of the record.
    pub labels: BTreeMap<String, String>,
}

impl Install {
    /// An installation with the options of `helm install`.
    pub fn new(
        name: impl Into<String>,
        namespace: impl Into<String>,
        chart: Chart,
        values: JsonMap<String, Json>,
    ) -> Self {
        Self {
            name: name.into(),
            namespace: namespace.into(),
            chart,
            values,
            timeout: Duration::from_mins(5),
            wait: Wait::default(),
            disables_hooks: false,
            takes_ownership: false,
            skips_schema: false,
            is_server_side: true,
            forces_conflicts: false,
            replaces: false,
            creates_namespace: false,
            definitions: Definitions::default(),
            description: None,
            labels: BTreeMap::new(),
        }
    }

    /// Installs. The answer is the revision as it is recorded.
    ///
    /// # Errors
    /// With a release if its record was written; it is failed then. Without one if nothing of the chart but definitions was
    /// applied.
    pub async fn run(&self, configuration: &Configuration) -> Result<Release, ActionError> {
        let (mut release, mut objects, existing) = self
            .prepare(configuration)
            .await
            .map_err(Cause::before_record)?;
        configuration
            .create_record(&release, 0)
            .await
            .map_err(Cause::before_record)?;
        let performed = self
            .perform(configuration, &mut release, &mut objects, &existing)
            .await;
        if let Err(cause) = performed {
            release.set_status(
                Status::Failed,
                format!("Release {:?} failed: {cause}", self.name),
            );
            configuration.try_update_record(&release).await;
            return Err(cause.after_record(release));
        }
        let description = self.description.as_deref().unwrap_or("Install complete");
        release.set_status(Status::Deployed, description);
        // The release is there, whether or not that can be recorded.
        configuration.try_update_record(&release).await;
        Ok(release)
    }

    /// Everything before the record: the release, its objects, and those of them that are there already.
    async fn prepare(
        &self,
        configuration: &Configuration,
    ) -> Result<(Release, Vec<Object>, Vec<Object>), Cause> {
        let server = capabilities::reach(&configuration.cluster)
            .await
            .map_err(|cause| cause.within("cluster reachability check failed"))?;
        let replaced = self
            .check_availability(configuration)
            .await
            .map_err(|cause| cause.within("release name check failed"))?;
        let values = to_map(&self.values);
        let how = definitions::Apply {
            definitions: &self.definitions,
            namespace: &self.namespace,
            is_server: self.is_server_side,
            wait: self.wait,
        };
        definitions::apply(configuration, &self.chart, &values, &how).await?;
        let render = Render {
            name: &self.name,
            namespace: &self.namespace,
            revision: 1,
            is_upgrade: false,
            skips_schema: self.skips_schema,
            server,
        };
        let (rendered, chart) = render.run(configuration, &self.chart, &values).await?;
        check_labels(&self.labels)?;
        let now = now();
        let release = Release {
            name: self.name.clone(),
            info: Info {
                first_deployed: now.clone(),
                last_deployed: now,
                description: "Initial install underway".to_owned(),
                status: Status::PendingInstall,
                notes: rendered.notes.clone(),
                ..Info::default()
            },
            chart: Some(chart),
            config: Arc::new(self.values.clone()),
            manifest: rendered.manifest(false).into(),
            hooks: rendered.hooks.iter().map(Into::into).collect(),
            version: replaced.as_ref().map_or(1, |last| last.version + 1),
            namespace: self.namespace.clone(),
            labels: self.labels.clone(),
            apply_method: method(self.is_server_side),
        };
        let (objects, existing) = self.objects(configuration, &release).await?;
        if self.creates_namespace {
            self.create_namespace(configuration).await?;
        }
        if let Some(mut last) = replaced {
            if last.info.status != Status::Failed {
                last.set_status(Status::Superseded, "superseded by new release");
            }
            configuration.update_record(&last).await?;
        }
        Ok((release, objects, existing))
    }

    /// The revision whose name is used again, if there is one.
    async fn check_availability(
        &self,
        configuration: &Configuration,
    ) -> Result<Option<Release>, Cause> {
        check_name(&self.name)?;
        let last = match configuration.storage().last(&self.name).await {
            Ok(last) => last,
            Err(StorageError::NotFound | StorageError::NoRevision(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let is_over = matches!(last.info.status, Status::Uninstalled | Status::Failed);
        if self.replaces && is_over {
            return Ok(Some(last));
        }
        Err(Cause::NameInUse)
    }

    async fn objects(
        &self,
        configuration: &Configuration,
        release: &Release,
    ) -> Result<(Vec<Object>, Vec<Object>), Cause> {
        let mut objects = build(
            configuration,
            &release.manifest,
            &self.namespace,
            "release manifest",
        )
        .await?;
        let owner = self.owner();
        mark(&mut objects, owner);
        let existing = owner
            .existing(&configuration.cluster, &objects, self.takes_ownership)
            .await;
        let existing = existing.map_err(|problem| Cause::Ownership {
            action: "install",
            problem,
        })?;
        Ok((objects, existing))
    }

    async fn create_namespace(&self, configuration: &Configuration) -> Result<(), Cause> {
        let resource = Arc::new(Resource {
            group: String::new(),
            version: "v1".to_owned(),
            kind: "Namespace".to_owned(),
            plural: "namespaces".to_owned(),
            namespaced: false,
        });
        let target = Target::new(resource, None, &self.namespace).map_err(StorageError::Target)?;
        let value = json!({
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": self.namespace, "labels": {"name": self.namespace}},
            // Go never leaves it out, so that Helm owns it.
            "spec": {},
        });
        let writer = Writer {
            configuration,
            method: Method::of_hooks(self.is_server_side),
            keeps_answers: false,
        };
        let mut namespace = [Object {
            value,
            target,
            seen: None,
        }];
        match writer
            .create(StepKind::CreateNamespace, &mut namespace)
            .await
        {
            Err(Cause::Write(error)) if error.is_already_exists() => Ok(()),
            created => created,
        }
    }

    /// Everything between the first record and the last.
    async fn perform(
        &self,
        configuration: &Configuration,
        release: &mut Release,
        objects: &mut [Object],
        existing: &[Object],
    ) -> Result<(), Cause> {
        self.hooks(configuration)
            .run(HookEvent::PreInstall, release)
            .await?;
        let keeps_answers = self.wait != Wait::Nothing;
        if existing.is_empty() {
            let writer = Writer {
                configuration,
                method: Method::of_hooks(self.is_server_side),
                keeps_answers,
            };
            writer.create(StepKind::Create, objects).await?;
        } else {
            let writer = Writer {
                configuration,
                method: self.method(),
                keeps_answers,
            };
            writer
                .update(existing, objects, true, &mut Updated::default())
                .await?;
        }
        settle::healthy(configuration, objects, self.wait, self.timeout).await?;
        self.hooks(configuration)
            .run(HookEvent::PostInstall, release)
            .await
    }

    fn hooks<'a>(&self, configuration: &'a Configuration) -> Hooks<'a> {
        Hooks {
            configuration,
            are_off: self.disables_hooks,
            timeout: self.timeout,
            wait: self.wait,
            is_server: self.is_server_side,
        }
    }

    fn method(&self) -> Method {
        if self.is_server_side {
            Method::Server {
                is_forced: self.forces_conflicts,
            }
        } else {
            Method::Client(ClientWrite::Patch {
                is_three_way_for_custom: self.takes_ownership,
            })
        }
    }

    fn owner(&self) -> Owner<'_> {
        Owner {
            name: &self.name,
            namespace: &self.namespace,
        }
    }
}
