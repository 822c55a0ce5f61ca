//! A release is taken away.

use std::time::Duration;

use rheostat_cluster::Propagation;
use rheostat_helm::manifest::{HookEvent, UninstallOrder};
use rheostat_helm::release::{Release, Status};

use super::{build, check_name};
use crate::capabilities;
use crate::configuration::{Configuration, now};
use crate::error::{ActionError, Cause};
use crate::hooks::Hooks;
use crate::objects::Object;
use crate::observer::StepKind;
use crate::settle::{self, Wait};
use crate::writer::{KEEP, Method, RESOURCE_POLICY, Writer};

/// Uninstalls a release.
#[derive(Clone, Debug)]
pub struct Uninstall {
    /// The release's name.
    pub name: String,
    /// How long each hook may take, and the wait for the objects to be gone. Five minutes by default.
    pub timeout: Duration,
    /// Whether the objects are waited for to be gone. Not by default.
    pub wait: Wait,
    /// Whether hooks are left out.
    pub disables_hooks: bool,
    /// Whether the records stay.
    pub keeps_history: bool,
    /// What becomes of what the objects own.
    pub propagation: Propagation,
    /// What the record says, if it stays; `Uninstallation complete` by default.
    pub description: Option<String>,
}

/// A release that was uninstalled.
#[derive(Clone, Debug)]
pub struct Uninstalled {
    /// Its newest revision, as it is, or was, recorded.
    pub release: Release,
    /// The objects that were kept because they ask for it, one in a line: `[kind] name`.
    pub kept: String,
}

/// The objects of a release, by what is to become of them.
struct Objects {
    deleted: Vec<Object>,
    kept: String,
}

impl Uninstall {
    /// An uninstallation with the options of `helm uninstall`.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            timeout: Duration::from_mins(5),
            wait: Wait::default(),
            disables_hooks: false,
            keeps_history: false,
            propagation: Propagation::default(),
            description: None,
        }
    }

    /// Uninstalls. A release that was uninstalled before loses its records.
    ///
    /// # Errors
    /// With the release unless there was none. What could be taken away is.
    pub async fn run(&self, configuration: &Configuration) -> Result<Uninstalled, ActionError> {
        let mut history = self
            .history(configuration)
            .await
            .map_err(Cause::before_record)?;
        let Some(mut release) = history.pop() else {
            return Err(Cause::NoDeployed(self.name.clone()).before_record());
        };
        let outcome = if release.info.status == Status::Uninstalled {
            self.forget(configuration, &release, &history)
                .await
                .map(|()| String::new())
        } else {
            self.take_away(configuration, &mut release, &history).await
        };
        match outcome {
            Ok(kept) => Ok(Uninstalled { release, kept }),
            Err(cause) => Err(cause.after_record(release)),
        }
    }

    async fn history(&self, configuration: &Configuration) -> Result<Vec<Release>, Cause> {
        capabilities::reach(&configuration.cluster).await?;
        check_name(&self.name)?;
        let history = configuration.storage().history(&self.name).await;
        history.map_err(|error| {
            Cause::Storage(error).within(format!("uninstall: Release not loaded: {}", self.name))
        })
    }

    /// Deletes the records of a release that was uninstalled before.
    async fn forget(
        &self,
        configuration: &Configuration,
        release: &Release,
        history: &[Release],
    ) -> Result<(), Cause> {
        if self.keeps_history {
            return Err(Cause::AlreadyDeleted(self.name.clone()));
        }
        self.purge(configuration, release, history).await
    }

    async fn take_away(
        &self,
        configuration: &Configuration,
        release: &mut Release,
        history: &[Release],
    ) -> Result<String, Cause> {
        release.info.deleted = now();
        release.set_status(
            Status::Uninstalling,
            "Deletion in progress (or silently failed)",
        );
        let hooks = self.hooks(configuration);
        hooks.run(HookEvent::PreDelete, release).await?;
        configuration.try_update_record(release).await;
        let objects = self.delete(configuration, release).await?;
        let mut errors = Vec::new();
        let gone = settle::gone(configuration, &objects.deleted, self.wait, self.timeout).await;
        errors.extend(gone.err());
        let run = hooks.run(HookEvent::PostDelete, release);
        errors.extend(run.await.err());
        if errors.iter().any(|error| matches!(error, Cause::Aborted)) {
            // The objects may still be there, so the record has to be.
            return Err(Cause::Aborted);
        }
        let description = self.description.as_deref();
        release.set_status(
            Status::Uninstalled,
            description.unwrap_or("Uninstallation complete"),
        );
        if self.keeps_history {
            self.remember(configuration, release).await?;
        } else if let Err(error) = self.purge(configuration, release, history).await {
            errors.push(error);
        }
        if errors.is_empty() {
            Ok(objects.kept)
        } else {
            Err(Cause::Uninstallation(errors))
        }
    }

    /// Deletes the objects of the release but those that ask to be kept, in the order of uninstallation.
    async fn delete(
        &self,
        configuration: &Configuration,
        release: &Release,
    ) -> Result<Objects, Cause> {
        let objects = self.objects(configuration, release).await?;
        let writer = Writer {
            configuration,
            method: Method::of_hooks(true),
            keeps_answers: false,
        };
        let deleted = writer
            .delete(StepKind::Delete, &objects.deleted, self.propagation, "; ")
            .await;
        deleted.map_err(|cause| match cause {
            Cause::Aborted | Cause::Stopped(_) => cause,
            cause => cause.within(format!("failed to delete release: {}", self.name)),
        })?;
        Ok(objects)
    }

    async fn objects(
        &self,
        configuration: &Configuration,
        release: &Release,
    ) -> Result<Objects, Cause> {
        let what = "the manifest for delete";
        let mut built = build(configuration, &release.manifest, &release.namespace, what)
            .await
            .map_err(|cause| cause.within(format!("failed to delete release: {}", self.name)))?;
        built.sort_by(|left, right| UninstallOrder::compare(left.kind(), right.kind()));
        let mut objects = Objects {
            deleted: Vec::new(),
            kept: String::new(),
        };
        for object in built {
            let policy = object.value["metadata"]["annotations"][RESOURCE_POLICY].as_str();
            match policy.map(|policy| policy.trim().to_lowercase()) {
                None => objects.deleted.push(object),
                Some(policy) if policy == KEEP => {
                    let line = ["[", object.kind(), "] ", object.target.name(), "\n"];
                    objects.kept.extend(line);
                }
                // A policy that Helm does not know keeps the object too, without a word.
                Some(_) => {}
            }
        }
        Ok(objects)
    }

    fn hooks<'a>(&self, configuration: &'a Configuration) -> Hooks<'a> {
        Hooks {
            configuration,
            are_off: self.disables_hooks,
            timeout: self.timeout,
            wait: self.wait,
            is_server: true,
        }
    }

    async fn purge(
        &self,
        configuration: &Configuration,
        release: &Release,
        history: &[Release],
    ) -> Result<(), Cause> {
        for revision in history.iter().chain([release]) {
            let deleted = configuration.delete_record(revision).await;
            deleted.map_err(|error| error.within("uninstall: Failed to purge the release"))?;
        }
        Ok(())
    }

    /// Keeps the records: none of them is deployed any more.
    async fn remember(
        &self,
        configuration: &Configuration,
        release: &Release,
    ) -> Result<(), Cause> {
        configuration.try_update_record(release).await;
        for mut deployed in configuration.storage().deployed(&self.name).await? {
            deployed.info.status = Status::Superseded;
            configuration.try_update_record(&deployed).await;
        }
        Ok(())
    }
}
