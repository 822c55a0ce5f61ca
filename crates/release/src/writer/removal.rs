//! Deleting objects.

use futures::{FutureExt, StreamExt, stream};
use rheostat_cluster::Propagation;

use super::{CONCURRENCY, Writer, access, joined, unless_stopped};
use crate::error::Cause;
use crate::objects::Object;
use crate::observer::StepKind;

/// The annotation with which an object asks to outlive its release.
pub(crate) const RESOURCE_POLICY: &str = "helm.sh/resource-policy";

/// The value of it that Helm knows.
pub(crate) const KEEP: &str = "keep";

impl Writer<'_> {
    /// Deletes objects: kind after kind, those of one kind at a time. All are tried, although some fail; what is not there is well.
    pub(crate) async fn delete(
        &self,
        kind: StepKind,
        objects: &[Object],
        propagation: Propagation,
        separator: &'static str,
    ) -> Result<(), Cause> {
        let mut errors = Vec::new();
        for run in objects.chunk_by(|left, right| left.kind() == right.kind()) {
            let mut deletions = Vec::with_capacity(run.len());
            for object in run {
                let deletion = self.announce_and_delete(kind, object, propagation);
                deletions.push(deletion.boxed());
            }
            let mut deleted = stream::iter(deletions).buffered(CONCURRENCY);
            while let Some(deleted) = deleted.next().await {
                errors.extend(unless_stopped(deleted)?);
            }
        }
        joined(errors, separator).map_err(Cause::Write)
    }

    async fn announce_and_delete(
        &self,
        kind: StepKind,
        object: &Object,
        propagation: Propagation,
    ) -> Result<(), Cause> {
        self.configuration
            .announce(kind, object.to_string())
            .await?;
        let cluster = &self.configuration.cluster;
        let deleted = cluster.delete_with(&object.target, propagation).await;
        deleted
            .map(drop)
            .map_err(|cause| Cause::Write(access("", cause)))
    }

    /// Deletes originals that are not wanted any more, unless they ask to be kept.
    pub(super) async fn drop_all(&self, dropped: &[&Object]) -> Result<(), Cause> {
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
}
