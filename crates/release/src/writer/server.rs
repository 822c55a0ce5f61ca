//! Server-side apply.

use rheostat_apply::Takeover;
use rheostat_cluster::{ApplyRequest, Metadata};
use serde_json::Value;

use super::{WriteError, Writer, access};
use crate::objects::Object;

/// How often a write is tried again that others came before: client-go's default.
const CONFLICT_TRIES: usize = 5;

impl Writer<'_> {
    /// Applies an object.
    pub(super) async fn apply(
        &self,
        object: &mut Object,
        is_forced: bool,
    ) -> Result<(), WriteError> {
        let how = ApplyRequest {
            is_forced,
            is_strict: true,
            ..ApplyRequest::forced(&self.configuration.manager)
        };
        let cluster = &self.configuration.cluster;
        let (target, value) = (&object.target, &object.value);
        let applied = if self.keeps_answers {
            cluster.apply(target, value, how).await.map(Some)
        } else {
            let applied = cluster.apply_for_metadata(target, value, how).await;
            applied.map(|_| None)
        };
        match applied {
            Ok(seen) => {
                object.seen = seen;
                Ok(())
            }
            Err(cause) if cause.is_conflict() => Err(WriteError::Conflict {
                object: object.described(),
                cause,
            }),
            Err(cause) => Err(WriteError::Apply {
                object: object.described(),
                cause,
            }),
        }
    }

    /// Makes what we wrote by updates ours by apply, so that what leaves the manifest leaves the object.
    pub(super) async fn migrate(&self, object: &Object, live: &Value) -> Result<(), WriteError> {
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
}

fn metadata_of(live: &Value) -> Metadata {
    let metadata = serde_json::from_value(live["metadata"].clone());
    metadata.unwrap_or_default()
}
