//! Creating, replacing and patching, as the client computes it.

use rheostat_cluster::{PatchKind, WriteRequest};
use rheostat_manifest::Schema;
use rheostat_manifest::three_way::{self, Versions};
use serde_json::Value;

use super::{WriteError, Writer, access};
use crate::objects::Object;

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

impl Writer<'_> {
    /// Creates an object.
    pub(super) async fn post(&self, object: &mut Object) -> Result<(), WriteError> {
        let cluster = &self.configuration.cluster;
        let created = cluster
            .create(&object.target, &object.value, self.how(false))
            .await;
        let seen = created.map_err(|cause| access("", cause))?;
        object.seen = self.keeps_answers.then_some(seen);
        Ok(())
    }

    /// Puts the object in the place of the one that is there.
    pub(super) async fn replace(
        &self,
        object: &mut Object,
        live: &Value,
    ) -> Result<(), WriteError> {
        let mut value = object.value.clone();
        // Without it the server would not know what is replaced.
        value["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"].clone();
        let cluster = &self.configuration.cluster;
        let replaced = cluster
            .replace(&object.target, &value, self.how(true))
            .await;
        let seen = replaced.map_err(|cause| access("failed to replace object: ", cause))?;
        object.seen = self.keeps_answers.then_some(seen);
        Ok(())
    }

    /// Patches an object that was wanted otherwise before, and is as it is now.
    pub(super) async fn merge(
        &self,
        object: &mut Object,
        [original, live]: [&Value; 2],
        is_three_way_for_custom: bool,
    ) -> Result<(), WriteError> {
        let versions = Versions {
            original,
            modified: &object.value,
            current: live,
        };
        let Some((kind, patch)) = patch_of(object, versions, is_three_way_for_custom) else {
            object.seen = self.keeps_answers.then(|| live.clone());
            return Ok(());
        };
        let cluster = &self.configuration.cluster;
        let patched = cluster
            .patch(&object.target, kind, &patch, self.how(false))
            .await;
        let seen = patched.map_err(|cause| {
            let name = object.target.name();
            let context = format!("cannot patch {name:?} with kind {}: ", object.kind());
            access(context, cause)
        })?;
        object.seen = self.keeps_answers.then_some(seen);
        Ok(())
    }

    fn how(&self, is_strict: bool) -> WriteRequest<'_> {
        WriteRequest {
            manager: &self.configuration.manager,
            is_strict,
        }
    }
}

/// The patch that brings an object to what is wanted, if it needs one.
fn patch_of(
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
