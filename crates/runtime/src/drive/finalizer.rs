//! Our finalizer on an object: adding and removing it.

use kube::{
    Api,
    api::{ObjectMeta, Patch, PatchParams},
};
use rheostat_api::metadata::FINALIZER;
use serde_json::json;

use super::status::WriteError;
use crate::object::Managed;

pub(crate) fn is_on(meta: &ObjectMeta) -> bool {
    finalizers(meta).any(|name| name == FINALIZER)
}

/// True if nobody else holds the object back.
pub(crate) fn is_only(meta: &ObjectMeta) -> bool {
    finalizers(meta).all(|name| name == FINALIZER)
}

pub(super) async fn add<O: Managed>(
    api: &Api<O>,
    object: &O,
    manager: &str,
) -> Result<O, WriteError> {
    let meta = object.meta();
    let wanted: Vec<&str> = finalizers(meta).chain([FINALIZER]).collect();
    patch(api, meta, &wanted, manager).await
}

pub(super) async fn remove<O: Managed>(
    api: &Api<O>,
    object: &O,
    manager: &str,
) -> Result<(), WriteError> {
    let name = object.meta().name.clone().unwrap_or_default();
    // Status writes have moved the version on: the list is read again, so that nobody else's entry is lost.
    let current = api
        .get_metadata(&name)
        .await
        .map_err(|source| WriteError::of("read", &name, source))?;
    let wanted: Vec<&str> = finalizers(&current.metadata)
        .filter(|name| *name != FINALIZER)
        .collect();
    patch(api, &current.metadata, &wanted, manager)
        .await
        .map(|_| ())
}

async fn patch<O: Managed>(
    api: &Api<O>,
    meta: &ObjectMeta,
    finalizers: &[&str],
    manager: &str,
) -> Result<O, WriteError> {
    let name = meta.name.clone().unwrap_or_default();
    let body = json!({"metadata": {
        "uid": meta.uid,
        "resourceVersion": meta.resource_version,
        "finalizers": finalizers,
    }});
    api.patch(
        &name,
        &PatchParams {
            field_manager: Some(manager.to_owned()),
            ..PatchParams::default()
        },
        &Patch::Merge(body),
    )
    .await
    .map_err(|source| WriteError::of("change the finalizers of", &name, source))
}

fn finalizers(meta: &ObjectMeta) -> impl Iterator<Item = &str> {
    meta.finalizers.iter().flatten().map(String::as_str)
}
