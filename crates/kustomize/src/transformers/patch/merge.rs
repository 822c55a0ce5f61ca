//! Merging one strategic-merge patch into an object.

use std::borrow::Cow;

use rheostat_yaml::{Node, Scalar, SmolStr, Tag};

use super::PatchError;
use crate::openapi::OpenApi;
use crate::resmap::ResMap;
use crate::resource::{METADATA, Resource, mark_again, marked_paths};
use crate::transformers::TransformError;

const API_VERSION: SmolStr = SmolStr::new_static("apiVersion");

/// Merges a patch into objects that were chosen for it. The patch takes the
/// type of each; two objects may not become the same.
///
/// # Errors
/// [`TransformError`] when the patch does not fit, or identities clash.
pub(super) fn merge_into(
    selected: &[usize],
    patch: &Resource,
    map: &mut ResMap,
    openapi: &OpenApi,
) -> Result<(), TransformError> {
    let mut patch = patch.clone();
    // Labels and annotations of a patch with a target are texts, so that a
    // null in them does not delete but writes `null`.
    let same = patch.clone();
    patch.copy_merge_metadata_from(&same, openapi);
    patch.build = same.build;
    for index in selected {
        let resource = map.resource_with_same_id_mut(*index);
        let typed = with_type_of(&patch, resource);
        let changes_identity = apply(resource, &typed, openapi)?;
        let lacks_api_version = resource.id().gvk.api_version().is_empty();
        if let (true, Node::Mapping(root)) = (lacks_api_version, resource.node_mut()) {
            // Kustomize sets it to a text that is empty, which reads back as null.
            root.insert(API_VERSION, Node::Scalar(Scalar::new("", Tag::Null)));
        }
        if changes_identity {
            map.forget();
        }
    }
    map.drop_empties();
    map.check_unique()?;
    Ok(())
}

/// The patch with the API version of the object.
fn with_type_of<'p>(patch: &'p Resource, resource: &Resource) -> Cow<'p, Resource> {
    let api_version = resource.id().gvk.api_version();
    if !api_version.is_empty() && patch.id().gvk.api_version() == api_version {
        return Cow::Borrowed(patch);
    }
    let mut typed = patch.clone();
    if let Node::Mapping(root) = typed.node_mut() {
        if api_version.is_empty() {
            root.remove(&API_VERSION);
        } else {
            root.insert(API_VERSION, Node::string(api_version));
        }
    }
    Cow::Owned(typed)
}

/// Merges a patch into an object. Name, kind and namespace stay, unless the
/// patch is allowed to change the first two. Says whether the identity may
/// have changed.
///
/// # Errors
/// [`PatchError::Merge`] when their structures do not fit.
pub(super) fn apply(
    resource: &mut Resource,
    patch: &Resource,
    openapi: &OpenApi,
) -> Result<bool, PatchError> {
    let id = resource.id().clone();
    let changes_identity = patch.build.allow_name_change || patch.build.allow_kind_change;
    if changes_identity {
        resource.store_previous_id();
    }
    let is_seen = sees_annotations(patch.node());
    if is_seen {
        resource.materialize();
    }
    let marked = if resource.shared.is_empty() {
        Vec::new()
    } else {
        marked_paths(resource.node())
    };
    let object = std::mem::replace(resource.node_mut(), Node::null());
    let merged = openapi.merge(object, patch.node().clone());
    let merged = merged.map_err(|source| PatchError::Merge {
        object: id.to_string(),
        source: Box::new(source),
    })?;
    let Some(merged) = merged else {
        return Ok(true);
    };
    *resource.node_mut() = merged;
    mark_again(resource.node_mut(), &marked);
    resource.sync_shared();
    if is_seen {
        resource.absorb();
    }
    if resource.is_empty() {
        return Ok(true);
    }
    resource.refresh_id(openapi);
    if !patch.build.allow_kind_change {
        resource.set_kind(&id.gvk.kind, openapi);
    }
    if !patch.build.allow_name_change {
        resource.set_name(&id.name, openapi);
    }
    resource.set_namespace(&id.namespace, openapi);
    Ok(changes_identity || resource.id() != &id)
}

/// Whether a patch could see or drop annotations of the build.
fn sees_annotations(patch: &Node) -> bool {
    let has_directive = |node: &Node| node.get("$patch").is_some();
    let metadata = patch.get(METADATA);
    has_directive(patch)
        || metadata.is_some_and(|metadata| {
            has_directive(metadata) || metadata.get("annotations").is_some() || metadata.is_null()
        })
}
