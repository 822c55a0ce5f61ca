//! The records of releases: Secrets of Helm's own type.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use rheostat_cluster::{
    AccessError, Cluster, ObjectHead, Propagation, Resource, Target, TargetError, WriteRequest,
};
use rheostat_helm::release::codec::{self, DecodeError, EncodeError};
use rheostat_helm::release::{Release, Status, name};
use serde_json::{Value, json};

use crate::blocking;

/// What a new record leaves free, so that later updates of it fit: they add times, phases of hooks and a description.
const RESERVE_BYTES: usize = 32 << 10;

/// Labels of a record that say when it was written.
const TIME_LABELS: [&str; 2] = ["createdAt", "modifiedAt"];

/// What becomes of these labels when a record is read. Helm keeps them where it looks for records and drops them where it knows
/// which one it wants, so that those of a revision that was found are written again, and inherited by the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TimeLabels {
    Kept,
    Dropped,
}

/// Why a record cannot be read or written; the texts are Helm's where it has one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// There is no such release, or no such revision.
    #[error("release: not found")]
    NotFound,
    /// There are records of the release, but none that reads.
    #[error("no revision for release {0:?}")]
    NoRevision(String),
    /// There is such a revision already.
    #[error("release: already exists")]
    Exists,
    /// The server refused, or cannot be reached.
    #[error("{action}: {cause}")]
    Access {
        /// What was tried, as Helm says it.
        action: String,
        /// Why.
        #[source]
        cause: AccessError,
    },
    /// A record has no address.
    #[error("{0}")]
    Target(#[from] TargetError),
    /// A release cannot be written down.
    #[error("create: failed to encode release: {0}")]
    Encode(#[from] EncodeError),
    /// A record does not read.
    #[error("get: failed to decode data {record:?}: {problem}")]
    Decode {
        /// The name of the record.
        record: String,
        /// Why.
        #[source]
        problem: DecodeError,
    },
}

/// A revision, as its record's metadata shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Its number.
    pub version: i64,
    /// Whether it is the one that is deployed.
    pub is_deployed: bool,
}

/// The records of releases in one namespace.
#[derive(Clone, Debug)]
pub struct Storage {
    cluster: Cluster,
    namespace: String,
    manager: String,
    secrets: Arc<Resource>,
}

impl Storage {
    /// The records in a namespace, written as a field manager.
    pub fn new(cluster: Cluster, namespace: &str, manager: &str) -> Self {
        Self {
            cluster,
            namespace: namespace.to_owned(),
            manager: manager.to_owned(),
            secrets: Arc::new(Resource {
                group: String::new(),
                version: "v1".to_owned(),
                kind: "Secret".to_owned(),
                plural: "secrets".to_owned(),
                namespaced: true,
            }),
        }
    }

    /// All revisions of a release that read, the oldest first.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] if there is no record at all, and when the server refuses or cannot be reached.
    pub async fn history(&self, release: &str) -> Result<Vec<Release>, StorageError> {
        self.query(&format!("name={release},owner=helm")).await
    }

    /// The revisions of a release by their numbers, the oldest first, whether or not their records read. No record is fetched.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] if there is none, and when the server refuses or cannot be reached.
    pub async fn revisions(&self, release: &str) -> Result<Vec<Revision>, StorageError> {
        let selector = format!("name={release},owner=helm");
        let listed = self
            .cluster
            .list_metadata(&self.secrets, Some(&self.namespace), &selector)
            .await;
        let heads = listed.map_err(queried)?;
        if heads.is_empty() {
            return Err(StorageError::NotFound);
        }
        let revision = |head: ObjectHead| {
            let status = head.metadata.labels.get("status");
            Some(Revision {
                version: name::revision(&head.metadata.name)?,
                is_deployed: status.is_some_and(|status| status == Status::Deployed.name()),
            })
        };
        let mut revisions: Vec<Revision> = heads.into_iter().filter_map(revision).collect();
        revisions.sort_by_key(|revision| revision.version);
        Ok(revisions)
    }

    /// The newest revision of a release that reads.
    ///
    /// # Errors
    /// As [`revisions`](Self::revisions), and [`StorageError::NoRevision`] if no record reads.
    pub async fn last(&self, release: &str) -> Result<Release, StorageError> {
        for revision in self.revisions(release).await?.iter().rev() {
            match self
                .fetch(release, revision.version, TimeLabels::Kept)
                .await
            {
                Ok(last) => return Ok(last),
                // Helm passes over what does not read; what was deleted meanwhile is no revision.
                Err(StorageError::Decode { .. } | StorageError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StorageError::NoRevision(release.to_owned()))
    }

    /// The revisions of a release that are deployed, the oldest first; normally one.
    ///
    /// # Errors
    /// When the server refuses or cannot be reached.
    pub async fn deployed(&self, release: &str) -> Result<Vec<Release>, StorageError> {
        let selector = format!("name={release},owner=helm,status=deployed");
        match self.query(&selector).await {
            Err(StorageError::NotFound) => Ok(Vec::new()),
            found => found,
        }
    }

    /// One revision of a release, without the labels that say when it was written.
    ///
    /// # Errors
    /// [`StorageError::NotFound`], and when the record does not read or the server refuses or cannot be reached.
    pub async fn get(&self, release: &str, version: i64) -> Result<Release, StorageError> {
        self.fetch(release, version, TimeLabels::Dropped).await
    }

    async fn fetch(
        &self,
        release: &str,
        version: i64,
        times: TimeLabels,
    ) -> Result<Release, StorageError> {
        let record = name::record(release, version);
        let target = self.target(&record)?;
        let secret = self.cluster.get(&target).await;
        let secret = secret.map_err(|cause| StorageError::Access {
            action: format!("get: failed to get {record:?}"),
            cause,
        })?;
        let secret = secret.ok_or(StorageError::NotFound)?;
        decode(secret, times)
            .await
            .map_err(|problem| StorageError::Decode { record, problem })
    }

    /// Writes down a new revision.
    ///
    /// # Errors
    /// [`StorageError::Exists`], [`StorageError::Encode`] if it does not fit, and when the server refuses or cannot be reached.
    pub async fn create(&self, release: &Release) -> Result<(), StorageError> {
        let limit = codec::MAX_BYTES - RESERVE_BYTES;
        let secret = self.secret(release, limit, "createdAt").await?;
        let target = self.target(&release.record_name())?;
        match self.cluster.create(&target, &secret, self.how()).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_already_exists() => Err(StorageError::Exists),
            Err(cause) => Err(StorageError::Access {
                action: "create: failed to create".to_owned(),
                cause,
            }),
        }
    }

    /// Writes down what became of a revision. Whoever writes last is right.
    ///
    /// # Errors
    /// When there is no such record, and as [`create`](Self::create).
    pub async fn update(&self, release: &Release) -> Result<(), StorageError> {
        let secret = self.secret(release, codec::MAX_BYTES, "modifiedAt").await?;
        let target = self.target(&release.record_name())?;
        let replaced = self.cluster.replace(&target, &secret, self.how()).await;
        replaced.map(drop).map_err(|cause| StorageError::Access {
            action: "update: failed to update".to_owned(),
            cause,
        })
    }

    /// Deletes the record of a revision.
    ///
    /// # Errors
    /// [`StorageError::NotFound`], and when the server refuses or cannot be reached.
    pub async fn delete(&self, release: &str, version: i64) -> Result<(), StorageError> {
        let target = self.target(&name::record(release, version))?;
        match self
            .cluster
            .delete_with(&target, Propagation::Background)
            .await
        {
            Ok(true) => Ok(()),
            Ok(false) => Err(StorageError::NotFound),
            Err(cause) => Err(StorageError::Access {
                action: "delete".to_owned(),
                cause,
            }),
        }
    }

    /// The revisions that have to go before another one is written, so that there are `max_history` of them, the oldest first;
    /// none if it is 0. The newest one that is deployed stays.
    pub(crate) async fn surplus(
        &self,
        release: &str,
        max_history: usize,
    ) -> Result<Vec<i64>, StorageError> {
        if max_history == 0 {
            return Ok(Vec::new());
        }
        let mut revisions = match self.revisions(release).await {
            Err(StorageError::NotFound) => return Ok(Vec::new()),
            revisions => revisions?,
        };
        let surplus = revisions.len().saturating_sub(max_history - 1);
        let deployed = revisions.iter().rev().find(|revision| revision.is_deployed);
        let deployed = deployed.map(|revision| revision.version);
        revisions.retain(|revision| Some(revision.version) != deployed);
        revisions.truncate(surplus);
        Ok(revisions.iter().map(|revision| revision.version).collect())
    }

    async fn query(&self, selector: &str) -> Result<Vec<Release>, StorageError> {
        let listed = self
            .cluster
            .list(&self.secrets, Some(&self.namespace), selector)
            .await;
        let secrets = listed.map_err(queried)?;
        if secrets.is_empty() {
            return Err(StorageError::NotFound);
        }
        let mut releases = Vec::with_capacity(secrets.len());
        for secret in secrets {
            let record = secret["metadata"]["name"].to_string();
            let times = time_labels(&secret);
            match decode(secret, TimeLabels::Kept).await {
                Ok(mut release) => {
                    release.labels.extend(times);
                    releases.push(release);
                }
                // Helm passes over it too.
                Err(error) => tracing::debug!(record, %error, "a record does not read"),
            }
        }
        releases.sort_by_key(|release| release.version);
        Ok(releases)
    }

    async fn secret(
        &self,
        release: &Release,
        limit: usize,
        time_label: &str,
    ) -> Result<Value, StorageError> {
        let mut labels = release.labels.clone();
        let seconds = jiff::Timestamp::now().as_second();
        labels.insert(time_label.to_owned(), seconds.to_string());
        for (key, value) in [
            ("name", release.name.clone()),
            ("owner", "helm".to_owned()),
            ("status", release.info.status.name().to_owned()),
            ("version", release.version.to_string()),
        ] {
            labels.insert(key.to_owned(), value);
        }
        let record = release.record_name();
        let release = release.clone();
        // Compressing a large record takes a tenth of a second.
        let text = blocking::run(move || codec::encode(&release, limit)).await?;
        Ok(json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": record, "namespace": self.namespace, "labels": labels},
            "type": name::RECORD_TYPE,
            // The data of a Secret is in base64 once more; as text it goes as it is.
            "stringData": {"release": text},
        }))
    }

    fn target(&self, record: &str) -> Result<Target, TargetError> {
        Target::new(Arc::clone(&self.secrets), Some(&self.namespace), record)
    }

    fn how(&self) -> WriteRequest<'_> {
        WriteRequest {
            manager: &self.manager,
            is_strict: false,
        }
    }
}

fn queried(cause: AccessError) -> StorageError {
    StorageError::Access {
        action: "query: failed to query with labels".to_owned(),
        cause,
    }
}

/// The release in a Secret, with the labels that its user gave it.
async fn decode(secret: Value, times: TimeLabels) -> Result<Release, DecodeError> {
    blocking::run(move || {
        let data = secret["data"]["release"].as_str().unwrap_or_default();
        let mut release = codec::decode(&STANDARD.decode(data)?)?;
        release.labels = labels(&secret, times);
        Ok(release)
    })
    .await
}

/// When a record was written. Helm takes these for labels of its user where it lists records, and so writes them again.
fn time_labels(secret: &Value) -> BTreeMap<String, String> {
    let label = |key: &str| {
        let value = secret["metadata"]["labels"][key].as_str()?;
        Some((key.to_owned(), value.to_owned()))
    };
    ["createdAt", "modifiedAt"]
        .into_iter()
        .filter_map(label)
        .collect()
}

fn labels(secret: &Value, times: TimeLabels) -> BTreeMap<String, String> {
    let is_kept = |key: &str| match times {
        TimeLabels::Kept if TIME_LABELS.contains(&key) => true,
        TimeLabels::Kept | TimeLabels::Dropped => !name::SYSTEM_LABELS.contains(&key),
    };
    let labels = secret["metadata"]["labels"].as_object();
    labels
        .into_iter()
        .flatten()
        .filter(|(key, _)| is_kept(key))
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}
