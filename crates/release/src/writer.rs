//! Writing objects as Helm does: by server-side apply, or by creating and patching.

use rheostat_apply::Takeover;
use rheostat_cluster::{AccessError, ApplyRequest, Metadata, PatchKind, Propagation, WriteRequest};
use rheostat_manifest::Schema;
use rheostat_manifest::three_way::{self, Versions};
use serde_json::Value;

use crate::configuration::Configuration;
use crate::error::Cause;
use crate::objects::Object;
use crate::observer::StepKind;

/// The annotation with which an object asks to outlive its release.
pub(crate) const RESOURCE_POLICY: &str = "helm.sh/resource-policy";

/// The value of it that Helm knows.
pub(crate) const KEEP: &str = "keep";

/// The groups of Kubernetes itself that look like those of custom kinds. Helm does not count the aggregator's to them.
const BUILT_IN: [&str; 15] = [
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
];

/// How often a write is tried again that others came before: client-go's default.
const CONFLICT_TRIES: usize = 5;

/// Objects cannot be written; the texts are Helm's.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// Another manager owns a field.
    #[error("conflict occurred while applying object {object}: {cause}")]
    Conflict {
        /// The object.
        object: String,
        /// Why.
        #[source]
        cause: AccessError,
    },
    /// The server refused an object, or cannot be reached.
    #[error("server-side apply failed for object {object}: {cause}")]
    Apply {
        /// The object.
        object: String,
        /// Why.
        #[source]
        cause: AccessError,
    },
    /// The server refused an object that the client created, replaced or deleted.
    #[error("{context}{cause}")]
    Access {
        /// What was tried, with what separates it from the cause; empty where Helm does not say.
        context: String,
        /// Why.
        #[source]
        cause: AccessError,
    },
    /// An object that was not there cannot be created.
    #[error("failed to create resource: {0}")]
    Create(#[source] Box<Self>),
    /// Several objects cannot be written.
    #[error("{}", .errors.iter().map(ToString::to_string).collect::<Vec<_>>().join(.separator))]
    Several {
        /// One for each.
        errors: Vec<Self>,
        /// What stands between them.
        separator: &'static str,
    },
}

/// How objects are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// By server-side apply; with force, fields of other managers are taken from them.
    Server { is_forced: bool },
    /// By the client.
    Client(ClientWrite),
}

/// How the client brings an object to what is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClientWrite {
    /// It puts another in its place.
    Replace,
    /// It patches it: what left the manifest goes, what others added stays. What others changed stays too in objects of
    /// custom kinds, unless all three versions of them are compared.
    Patch { is_three_way_for_custom: bool },
}

impl ClientWrite {
    /// Helm's usual way.
    pub(crate) const PATCH: Self = Self::Patch {
        is_three_way_for_custom: false,
    };
}

/// What an update did to the objects of a release.
#[derive(Debug, Default)]
pub(crate) struct Updated {
    /// Those that were not there.
    pub(crate) created: Vec<Object>,
}

/// Writes the objects of a release.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    pub(crate) configuration: &'a Configuration,
    pub(crate) method: Method,
}

impl Writer<'_> {
    /// Writes objects that are not there. All are tried, although some fail. Server-side apply is not forced.
    pub(crate) async fn create(&self, kind: StepKind, objects: &[Object]) -> Result<(), Cause> {
        let mut errors = Vec::new();
        for object in objects {
            self.configuration
                .announce(kind, object.to_string())
                .await?;
            if let Err(error) = self.create_one(object, false).await {
                errors.push(error);
            }
        }
        joined(errors, "\n").map_err(Cause::Write)
    }

    /// Brings objects to what is wanted, one after the other, then deletes the originals that are not wanted any more. Ends
    /// at the first object that cannot be created; what cannot be updated is told at the end, and nothing is deleted then.
    pub(crate) async fn update(
        &self,
        originals: &[Object],
        wanted: &[Object],
        is_migrated: bool,
        updated: &mut Updated,
    ) -> Result<(), Cause> {
        let mut errors = Vec::new();
        for object in wanted {
            self.configuration
                .announce(StepKind::Update, object.to_string())
                .await?;
            let live = self.configuration.cluster.get(&object.target).await;
            let live = live
                .map_err(|cause| access("could not get information about the resource: ", cause))?;
            let Some(live) = live else {
                updated.created.push(object.clone());
                self.create_one(object, self.is_forced())
                    .await
                    .map_err(|error| WriteError::Create(Box::new(error)))?;
                continue;
            };
            let original = originals.iter().find(|original| original.is_same(object));
            let original = original.map_or(&live, |original| &original.value);
            if let Err(error) = self.update_one(original, &live, object, is_migrated).await {
                errors.push(error);
            }
        }
        joined(errors, " && ")?;
        let is_dropped = |original: &&Object| !wanted.iter().any(|object| object.is_same(original));
        let dropped: Vec<&Object> = originals.iter().filter(is_dropped).collect();
        self.drop_all(&dropped).await
    }

    /// Deletes objects. All are tried, although some fail; what is not there is well.
    pub(crate) async fn delete(
        &self,
        kind: StepKind,
        objects: &[Object],
        propagation: Propagation,
        separator: &'static str,
    ) -> Result<(), Cause> {
        let mut errors = Vec::new();
        for object in objects {
            self.configuration
                .announce(kind, object.to_string())
                .await?;
            let cluster = &self.configuration.cluster;
            if let Err(cause) = cluster.delete_with(&object.target, propagation).await {
                errors.push(access("", cause));
            }
        }
        joined(errors, separator).map_err(Cause::Write)
    }

    /// Deletes originals that are not wanted any more, unless they ask to be kept.
    async fn drop_all(&self, dropped: &[&Object]) -> Result<(), Cause> {
        let cluster = &self.configuration.cluster;
        let mut errors = Vec::new();
        for object in dropped {
            // Helm passes over what it cannot read.
            let Ok(Some(live)) = cluster.get_metadata(&object.target).await else {
                continue;
            };
            let policy = live.metadata.annotations.get(RESOURCE_POLICY);
            if policy.is_some_and(|policy| policy == KEEP) {
                continue;
            }
            self.configuration
                .announce(StepKind::Delete, object.to_string())
                .await?;
            let deleted = cluster
                .delete_with(&object.target, Propagation::Background)
                .await;
            if let Err(cause) = deleted {
                let namespace = object.target.namespace().unwrap_or_default();
                let name = object.target.name();
                let context = format!(
                    "failed to delete resource namespace={namespace}, name={name}, kind={}: ",
                    object.kind()
                );
                errors.push(access(context, cause));
            }
        }
        joined(errors, " && ").map_err(Cause::Write)
    }

    async fn create_one(&self, object: &Object, is_forced: bool) -> Result<(), WriteError> {
        match self.method {
            Method::Server { .. } => self.apply(object, is_forced).await,
            Method::Client(_) => {
                let cluster = &self.configuration.cluster;
                let created = cluster
                    .create(&object.target, &object.value, self.how(false))
                    .await;
                created.map(drop).map_err(|cause| access("", cause))
            }
        }
    }

    async fn update_one(
        &self,
        original: &Value,
        live: &Value,
        object: &Object,
        is_migrated: bool,
    ) -> Result<(), WriteError> {
        match self.method {
            Method::Server { is_forced } => {
                if is_migrated {
                    self.migrate(object, live).await?;
                }
                self.apply(object, is_forced).await
            }
            Method::Client(ClientWrite::Replace) => self.replace(object, live).await,
            Method::Client(ClientWrite::Patch {
                is_three_way_for_custom,
            }) => {
                let versions = Versions {
                    original,
                    modified: &object.value,
                    current: live,
                };
                let Some((kind, patch)) = patch(object, versions, is_three_way_for_custom) else {
                    return Ok(());
                };
                self.patch(object, kind, &patch).await
            }
        }
    }

    async fn apply(&self, object: &Object, is_forced: bool) -> Result<(), WriteError> {
        let how = ApplyRequest {
            is_forced,
            is_strict: true,
            ..ApplyRequest::forced(&self.configuration.manager)
        };
        let cluster = &self.configuration.cluster;
        // Nothing of the answer is looked at but whether there is one.
        let applied = cluster
            .apply_for_metadata(&object.target, &object.value, how)
            .await;
        applied.map(drop).map_err(|cause| {
            let object = object.described();
            if cause.is_conflict() {
                WriteError::Conflict { object, cause }
            } else {
                WriteError::Apply { object, cause }
            }
        })
    }

    /// Makes what we wrote by updates ours by apply, so that what leaves the manifest leaves the object.
    async fn migrate(&self, object: &Object, live: &Value) -> Result<(), WriteError> {
        let takeover = Takeover {
            updater: Some(self.configuration.manager.clone()),
            ..Takeover::default()
        };
        let cluster = &self.configuration.cluster;
        let manager = &self.configuration.manager;
        let mut metadata = metadata_of(live);
        for turn in 1.. {
            let Some(patch) = takeover.patch(&metadata, manager) else {
                return Ok(());
            };
            let patched = cluster.json_patch(&object.target, &patch, manager).await;
            let Err(cause) = patched else {
                return Ok(());
            };
            let context = format!(
                "failed to patch object to upgrade CSA field manager {}: ",
                object.described()
            );
            if !cause.is_conflict() || turn >= CONFLICT_TRIES {
                return Err(access(context, cause));
            }
            match cluster.get_metadata(&object.target).await {
                Ok(Some(fresh)) => metadata = fresh.metadata,
                Ok(None) => return Ok(()),
                Err(cause) => return Err(access(context, cause)),
            }
        }
        Ok(())
    }

    /// Puts the object in the place of the one that is there.
    async fn replace(&self, object: &Object, live: &Value) -> Result<(), WriteError> {
        let mut value = object.value.clone();
        // Without it the server would not know what is replaced.
        value["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"].clone();
        let cluster = &self.configuration.cluster;
        let replaced = cluster
            .replace(&object.target, &value, self.how(true))
            .await;
        replaced
            .map(drop)
            .map_err(|cause| access("failed to replace object: ", cause))
    }

    async fn patch(
        &self,
        object: &Object,
        kind: PatchKind,
        patch: &Value,
    ) -> Result<(), WriteError> {
        let cluster = &self.configuration.cluster;
        let patched = cluster
            .patch(&object.target, kind, patch, self.how(false))
            .await;
        patched.map(drop).map_err(|cause| {
            let name = object.target.name();
            let context = format!("cannot patch {name:?} with kind {}: ", object.kind());
            access(context, cause)
        })
    }

    fn is_forced(&self) -> bool {
        matches!(self.method, Method::Server { is_forced: true })
    }

    fn how(&self, is_strict: bool) -> WriteRequest<'_> {
        WriteRequest {
            manager: &self.configuration.manager,
            is_strict,
        }
    }
}

impl WriteError {
    /// Whether there is an object of that name already.
    pub(crate) fn is_already_exists(&self) -> bool {
        match self {
            Self::Access { cause, .. } => cause.is_already_exists(),
            _ => false,
        }
    }
}

impl Method {
    /// How the objects of hooks are written: never with force.
    pub(crate) fn of_hooks(is_server: bool) -> Self {
        if is_server {
            Self::Server { is_forced: false }
        } else {
            Self::Client(ClientWrite::PATCH)
        }
    }
}

/// The patch that brings an object to what is wanted, if it needs one.
fn patch(
    object: &Object,
    versions: Versions<'_>,
    is_three_way_for_custom: bool,
) -> Option<(PatchKind, Value)> {
    let resource = object.target.resource();
    let is_custom = resource.group.contains('.') && !BUILT_IN.contains(&resource.group.as_str());
    let kind = Schema::kubernetes().resource(&resource.api_version(), &resource.kind);
    let patch = match kind {
        Some(kind) if !is_custom => {
            return Some((PatchKind::Strategic, three_way::strategic(versions, kind)?));
        }
        _ if is_custom && !is_three_way_for_custom => three_way::json(Versions {
            current: versions.original,
            ..versions
        }),
        _ => three_way::json(versions),
    };
    Some((PatchKind::Merge, patch?))
}

fn access(context: impl Into<String>, cause: AccessError) -> WriteError {
    WriteError::Access {
        context: context.into(),
        cause,
    }
}

fn joined(mut errors: Vec<WriteError>, separator: &'static str) -> Result<(), WriteError> {
    match errors.len() {
        0 => Ok(()),
        1 => Err(errors.remove(0)),
        _ => Err(WriteError::Several { errors, separator }),
    }
}

fn metadata_of(live: &Value) -> Metadata {
    let metadata = serde_json::from_value(live["metadata"].clone());
    metadata.unwrap_or_default()
}
