//! `patchesJson6902` (deprecated), and how a JSON patch is applied.

use rheostat_manifest::json6902::Patch as JsonPatch;

use super::PatchError;
use crate::kustfile::Patch;
use crate::loader::Loader;
use crate::openapi::OpenApi;
use crate::resmap::ResMap;
use crate::resource::Resource;
use crate::selector::SelectorPattern;
use crate::transformers::{TransformError, Transformer};

/// A JSON patch with the objects that it is for.
#[derive(Debug)]
pub(crate) struct PatchJson6902Transformer {
    target: SelectorPattern,
    patch: JsonPatch,
}

impl PatchJson6902Transformer {
    /// Reads the patch.
    ///
    /// # Errors
    /// [`PatchError`] when the entry is incomplete or no patch.
    pub(crate) fn new(entry: &Patch, loader: &Loader<'_>) -> Result<Self, PatchError> {
        let target = entry.target.as_ref().ok_or(PatchError::NoJsonTarget)?;
        if target.name.is_empty() {
            return Err(PatchError::NoTargetName);
        }
        let text = match (entry.path.is_empty(), entry.patch.is_empty()) {
            (true, true) => return Err(PatchError::NoPath("jsonOp")),
            (false, false) => return Err(PatchError::PathAndOperations),
            (true, false) => entry.patch.clone(),
            (false, true) => {
                let bytes = loader
                    .load(&entry.path)
                    .map_err(|source| PatchError::File {
                        path: entry.path.clone(),
                        source: Box::new(source),
                    })?;
                String::from_utf8_lossy(&bytes).into_owned()
            }
        };
        let empty = || PatchError::Empty(format!("file={}, JsonOp={text}", entry.path));
        if text.is_empty() {
            return Err(empty());
        }
        let patch = JsonPatch::parse(&text).map_err(|source| PatchError::Decode {
            text: text.clone(),
            source: Box::new(source),
        })?;
        if patch.operations().is_empty() {
            return Err(empty());
        }
        let target = SelectorPattern::new(target).map_err(PatchError::Selector)?;
        Ok(Self { target, patch })
    }
}

/// Applies a JSON patch. It sees the annotations of the build, which come
/// back whatever it does to them.
///
/// # Errors
/// [`PatchError::Json`] when an operation does not apply.
pub(super) fn apply(
    resource: &mut Resource,
    patch: &JsonPatch,
    openapi: &OpenApi,
) -> Result<(), PatchError> {
    let build = resource.build.clone();
    resource.materialize();
    let patched = patch.apply_to_node(resource.node());
    *resource.node_mut() = patched.map_err(|source| PatchError::Json {
        object: resource.id().to_string(),
        source: Box::new(source),
    })?;
    resource.absorb();
    resource.build = build;
    // Those of the build are put back into a mapping of texts, whatever the
    // patch has made of the annotations.
    resource.finish_annotations(&[]);
    resource.refresh_id(openapi);
    Ok(())
}

impl Transformer for PatchJson6902Transformer {
    fn transform(&self, map: &mut ResMap, openapi: &OpenApi) -> Result<(), TransformError> {
        let selected = self.target.select(map).map_err(PatchError::Selector)?;
        map.forget();
        for index in selected {
            apply(map.resource_with_same_id_mut(index), &self.patch, openapi)?;
        }
        Ok(())
    }
}
