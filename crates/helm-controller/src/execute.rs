//! Takes steps: runs Helm's actions on the cluster and says what they did.

mod options;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use rheostat_api::HelmRelease;
use rheostat_api::metadata::helm::CONTROLLER;
use rheostat_cluster::{AccountError, Cluster};
use rheostat_helm::Chart;
use rheostat_release::{ActionError, Cause, Configuration, Release, Status, StorageError};
use rheostat_runtime::{Interrupted, Pass, Wait};
use serde_json::{Map, Value};
use tokio::time::Instant;

use crate::desired::Desired;
use crate::inventory;
use crate::metrics::Counts;
use crate::post_render::PostRenderer;
use crate::record::{Failure, Performed, Uninstallation};
use crate::witness::Witness;

/// An action ends its own waits; this much later somebody else does.
const WAIT_MARGIN: Duration = Duration::from_secs(30);

/// What steps are taken with, whatever the object.
#[derive(Clone, Debug)]
pub struct Means {
    /// The cluster, as the controller itself sees it.
    pub cluster: Cluster,
    /// The service account to act as where the spec names none; empty for the controller's own identity
    /// (`--default-service-account`).
    pub default_account: String,
    /// Whether templates may resolve names (gate `AllowDNSLookups`).
    pub resolves_names: bool,
    /// Whether the defaults are those of Helm 3 (gate `UseHelm3Defaults`).
    pub has_helm3_defaults: bool,
    /// Whether a failure is only tried again where no strategy is named (gate `DefaultToRetryOnFailure`).
    pub retries_by_default: bool,
    /// What is counted.
    pub counts: Counts,
}

/// Takes the steps of one pass over one object.
#[derive(Debug)]
pub struct Execution<'a> {
    /// With what.
    pub means: &'a Means,
    /// The cluster, under the identity that acts.
    pub cluster: Cluster,
    /// For whom.
    pub object: &'a HelmRelease,
    /// What it asks for.
    pub desired: &'a Desired,
    /// In which pass.
    pub pass: &'a Pass<HelmRelease>,
    /// The namespace of the records.
    pub storage_namespace: String,
}

/// What is released.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The chart.
    pub chart: Chart,
    /// The values.
    pub values: Map<String, Value>,
}

impl Means {
    /// The service account that acts for an object, if it is not the controller itself.
    pub fn account<'a>(&'a self, object: &'a HelmRelease) -> Option<&'a str> {
        let given = object.spec.service_account_name.as_deref();
        let given = given.filter(|name| !name.is_empty());
        given.or(Some(&*self.default_account).filter(|name| !name.is_empty()))
    }

    /// The cluster, under the identity that acts for an object.
    ///
    /// # Errors
    /// When the name cannot be that of an account.
    pub fn cluster_of(&self, object: &HelmRelease) -> Result<Cluster, AccountError> {
        match self.account(object) {
            Some(account) => self.cluster.as_service_account(object.namespace(), account),
            None => Ok(self.cluster.clone()),
        }
    }
}

impl Execution<'_> {
    /// What actions are run with.
    pub fn configuration(&self, witness: &Arc<Witness>) -> Configuration {
        let spec = &self.object.spec;
        let mut configuration =
            Configuration::new(self.cluster.clone(), &*self.storage_namespace, CONTROLLER);
        let keeps_hooks = self.means.has_helm3_defaults;
        let mut renderer = PostRenderer::new(spec, &self.desired.key, keeps_hooks);
        renderer.renders = self.means.counts.renders.clone();
        configuration.renderer = Arc::new(renderer);
        configuration.observer = Arc::<Witness>::clone(witness);
        configuration.resolves_names = self.means.resolves_names;
        configuration
    }

    /// Makes the first revision.
    ///
    /// # Errors
    /// When the controller stops meanwhile.
    pub async fn install(&self, wanted: &Wanted) -> Result<Performed, Interrupted> {
        let witness = Arc::new(Witness::default());
        let configuration = self.configuration(&witness);
        let action = self.install_options(wanted);
        let run = Box::pin(action.run(&configuration));
        let chart = Some(&wanted.chart);
        self.perform(&witness, action.timeout, run, chart).await
    }

    /// Makes a later revision.
    ///
    /// # Errors
    /// When the controller stops meanwhile.
    pub async fn upgrade(&self, wanted: &Wanted) -> Result<Performed, Interrupted> {
        let witness = Arc::new(Witness::default());
        let configuration = self.configuration(&witness);
        let action = self.upgrade_options(wanted);
        let run = Box::pin(action.run(&configuration));
        let chart = Some(&wanted.chart);
        self.perform(&witness, action.timeout, run, chart).await
    }

    /// Releases an earlier revision again.
    ///
    /// # Errors
    /// When the controller stops meanwhile.
    pub async fn rollback(&self, name: &str, version: i64) -> Result<Performed, Interrupted> {
        let witness = Arc::new(Witness::default());
        let configuration = self.configuration(&witness);
        let action = self.rollback_options(name, version);
        let run = Box::pin(action.run(&configuration));
        self.perform(&witness, action.timeout, run, None).await
    }

    /// Ends a release.
    ///
    /// # Errors
    /// When the controller stops meanwhile.
    pub async fn uninstall(&self, name: &str) -> Result<(Uninstallation, Performed), Interrupted> {
        let witness = Arc::new(Witness::default());
        let configuration = self.configuration(&witness);
        let action = self.uninstall_options(name);
        let start = Instant::now();
        let run = self.attend(
            &witness,
            action.timeout,
            Box::pin(action.run(&configuration)),
        );
        let ended = run.await?;
        let how = match &ended {
            Err(error) if is_not_found(&error.cause) => Uninstallation::NotFound,
            Err(error) if matches!(error.cause, Cause::AlreadyDeleted(_)) => Uninstallation::Before,
            _ => Uninstallation::Performed,
        };
        let failure = ended.err().map(|error| failure(&error, &witness));
        let performed = Performed {
            observed: witness.observed(),
            failure,
            took: start.elapsed(),
            inventory: None,
        };
        Ok((how, performed))
    }

    /// Tests the last revision.
    ///
    /// # Errors
    /// When the controller stops meanwhile.
    pub async fn test(&self) -> Result<Performed, Interrupted> {
        let witness = Arc::new(Witness::default());
        let configuration = self.configuration(&witness);
        let action = self.test_options();
        let start = Instant::now();
        let run = self.attend(
            &witness,
            action.timeout,
            Box::pin(action.run(&configuration)),
        );
        let ended = run.await?;
        let failure = ended.err().map(|error| Failure {
            error: error.to_string(),
            log: Vec::new(),
        });
        Ok(Performed {
            observed: witness.observed(),
            failure,
            took: start.elapsed(),
            inventory: None,
        })
    }

    /// Ends an action that nobody is at work on.
    pub async fn unlock(&self, locked: &Release) -> Performed {
        let start = Instant::now();
        let witness = Arc::new(Witness::default());
        let mut unlocked = locked.clone();
        let status = locked.info.status;
        let description = format!("Release unlocked from stale '{status}' state");
        unlocked.set_status(Status::Failed, description);
        let storage = self.configuration(&witness).storage();
        let failure = storage.update(&unlocked).await.err().map(|error| Failure {
            error: error.to_string(),
            log: Vec::new(),
        });
        let observed = if failure.is_none() {
            vec![unlocked]
        } else {
            Vec::new()
        };
        Performed {
            observed,
            failure,
            took: start.elapsed(),
            inventory: None,
        }
    }

    async fn perform(
        &self,
        witness: &Arc<Witness>,
        timeout: Duration,
        action: Pin<Box<impl Future<Output = Result<Release, ActionError>>>>,
        chart: Option<&Chart>,
    ) -> Result<Performed, Interrupted> {
        let start = Instant::now();
        let ended = self.attend(witness, timeout, action).await?;
        let took = start.elapsed();
        let observed = witness.observed();
        let newest = observed.iter().max_by_key(|release| release.version);
        let inventory = match newest {
            Some(newest) => {
                let cluster = &self.cluster;
                Some(inventory::of_release(cluster, newest, chart).await)
            }
            None => None,
        };
        Ok(Performed {
            inventory,
            failure: ended.err().map(|error| failure(&error, witness)),
            observed,
            took,
        })
    }

    /// Runs an action, and gives the worker back whenever it only waits.
    async fn attend<T>(
        &self,
        witness: &Witness,
        timeout: Duration,
        mut action: Pin<Box<impl Future<Output = T>>>,
    ) -> Result<T, Interrupted> {
        loop {
            tokio::select! {
                biased;
                ended = &mut action => return Ok(ended),
                () = witness.waits(true) => {}
            }
            witness.admit(false);
            let wait = Wait {
                until: Instant::now() + timeout + WAIT_MARGIN,
                is_cancelled_by_newer: false,
            };
            let waited = async {
                tokio::select! {
                    biased;
                    ended = &mut action => Some(ended),
                    () = witness.waits(false) => None,
                }
            };
            let ended = self.pass.wait(wait, waited).await?;
            witness.admit(true);
            if let Some(ended) = ended {
                return Ok(ended);
            }
        }
    }
}

/// What a failure tells. One that stopped at the templates has done nothing worth telling.
fn failure(error: &ActionError, witness: &Witness) -> Failure {
    let is_before_all = matches!(error.cause, Cause::Render(_));
    if !is_before_all {
        witness.note(&error.to_string());
    }
    Failure {
        error: error.to_string(),
        log: if is_before_all {
            Vec::new()
        } else {
            witness.log()
        },
    }
}

fn is_not_found(cause: &Cause) -> bool {
    match cause {
        Cause::Storage(StorageError::NotFound) => true,
        Cause::Within { problem, .. } => is_not_found(problem),
        _ => false,
    }
}
