//! `patches`: strategic-merge and JSON patches, with or without a target.

mod json6902;
mod merge;
mod strategic_merge;

use std::sync::Arc;

pub(crate) use json6902::PatchJson6902Transformer;
pub(crate) use strategic_merge::PatchStrategicMergeTransformer;

use rheostat_manifest::json6902::{Patch as JsonPatch, PatchError as JsonPatchError};
use rheostat_manifest::strategic::MergeError;

use super::{TransformError, Transformer};
use crate::kustfile::{Patch, PatchOptions};
use crate::loader::{LoadError, Loader};
use crate::openapi::OpenApi;
use crate::resmap::{ResMap, ResMapError};
use crate::resource::{Resource, ResourceError, read_resources};
use crate::selector::{SelectorError, SelectorPattern};

/// Why a patch could not be read or applied.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PatchError {
    /// Neither file nor text is given.
    #[error("must specify one of patch and path")]
    NoPatch,
    /// Both are given.
    #[error("patch and path can't be set at the same time")]
    TwoPatches,
    /// The file could not be read.
    #[error("failed to get the patch file from path({path})")]
    File {
        /// The file.
        path: String,
        /// What is wrong.
        #[source]
        source: Box<LoadError>,
    },
    /// A file or text holds something else than objects.
    #[error("in File: {file}")]
    Objects {
        /// The file.
        file: String,
        /// What is wrong.
        #[source]
        source: Box<ResourceError>,
    },
    /// The patch is neither of the two.
    #[error("unable to parse SM or JSON patch from {0}")]
    Neither(String),
    /// The patch is both.
    #[error("illegally qualifies as both an SM and JSON patch: {0}")]
    Both(String),
    /// A JSON patch has no target.
    #[error("must specify a target for JSON patch {0}")]
    NoTarget(String),
    /// Several strategic-merge patches share a target.
    #[error(
        "Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set `patches.target` field: {0}"
    )]
    ManyPatches(String),
    /// The target is no selector.
    #[error("unable to find patch target in `resources`")]
    Selector(#[source] SelectorError),
    /// A strategic-merge patch names no object, or several.
    #[error("no resource matches strategic merge patch \"{patch}\"")]
    Target {
        /// Identity of the patch.
        patch: String,
        /// What was found.
        #[source]
        source: ResMapError,
    },
    /// `patchesJson6902` has an entry without a target.
    #[error("runtime error: an entry of patchesJson6902 has no target")]
    NoJsonTarget,
    /// `patchesJson6902` has a target without a name.
    #[error("must specify the target name")]
    NoTargetName,
    /// A JSON patch could not be read.
    #[error("decoding {text}")]
    Decode {
        /// Its text.
        text: String,
        /// What is wrong.
        #[source]
        source: Box<JsonPatchError>,
    },
    /// A patch says nothing.
    #[error("patch appears to be empty; {0}")]
    Empty(String),
    /// Neither file nor text is given.
    #[error("empty file path and empty {0}")]
    NoPath(&'static str),
    /// Both are given.
    #[error("must specify a file path or jsonOp, not both")]
    PathAndOperations,
    /// A strategic-merge patch could not be merged.
    #[error("patching {object}")]
    Merge {
        /// The object.
        object: String,
        /// What is wrong.
        #[source]
        source: Box<MergeError>,
    },
    /// A JSON patch could not be applied.
    #[error("patching {object}")]
    Json {
        /// The object.
        object: String,
        /// What is wrong.
        #[source]
        source: Box<JsonPatchError>,
    },
}

/// One entry of `patches`.
#[derive(Debug)]
pub(crate) struct PatchTransformer {
    /// Where the patch stands, for messages.
    source: String,
    target: Option<SelectorPattern>,
    kind: PatchKind,
}

#[derive(Debug)]
enum PatchKind {
    StrategicMerge(Vec<Resource>),
    Json(JsonPatch),
}

impl PatchTransformer {
    /// Reads the patch, and finds out of which kind it is.
    ///
    /// # Errors
    /// [`PatchError`] when it cannot be read or is of neither kind.
    pub(crate) fn new(
        entry: &Patch,
        loader: &Loader<'_>,
        openapi: &OpenApi,
    ) -> Result<Self, PatchError> {
        let (text, source) = load(entry, loader)?;
        let strategic = read_resources(&text, openapi);
        let json = parse_json_patch(&text);
        let kind = match (strategic, json) {
            (Ok(objects), Some(json)) => {
                if !objects.is_empty() && !json.operations().is_empty() {
                    return Err(PatchError::Both(source));
                }
                PatchKind::StrategicMerge(allow(objects, entry.options))
            }
            (Ok(objects), None) => PatchKind::StrategicMerge(allow(objects, entry.options)),
            (Err(_), Some(json)) => PatchKind::Json(json),
            (Err(_), None) => return Err(PatchError::Neither(source)),
        };
        let target = entry.target.as_ref().map(SelectorPattern::new).transpose();
        Ok(Self {
            source,
            target: target.map_err(PatchError::Selector)?,
            kind,
        })
    }

    fn merge(
        &self,
        patches: &[Resource],
        map: &mut ResMap,
        openapi: &OpenApi,
    ) -> Result<(), TransformError> {
        let Some(target) = &self.target else {
            return merge_untargeted(patches, map, openapi);
        };
        let patch = match patches {
            [] => return Ok(()),
            [patch] => patch,
            _ => return Err(PatchError::ManyPatches(self.source.clone()).into()),
        };
        let selected = target.select(map).map_err(PatchError::Selector)?;
        merge::merge_into(&selected, patch, map, openapi)
    }
}

/// Text of a patch, and where it stands.
fn load(entry: &Patch, loader: &Loader<'_>) -> Result<(Arc<[u8]>, String), PatchError> {
    let text = entry.patch.trim();
    match (text.is_empty(), entry.path.is_empty()) {
        (true, true) => Err(PatchError::NoPatch),
        (false, false) => Err(PatchError::TwoPatches),
        (false, true) => Ok((Arc::from(text.as_bytes()), format!("[patch: {text:?}]"))),
        (true, false) => {
            let bytes = loader
                .load(&entry.path)
                .map_err(|source| PatchError::File {
                    path: entry.path.clone(),
                    source: Box::new(source),
                })?;
            Ok((bytes, format!("[path: {:?}]", entry.path)))
        }
    }
}

/// Reads a JSON patch, if it is one.
fn parse_json_patch(bytes: &[u8]) -> Option<JsonPatch> {
    let text = std::str::from_utf8(bytes)
        .ok()
        .filter(|text| !text.is_empty())?;
    JsonPatch::parse(text).ok()
}

fn allow(mut patches: Vec<Resource>, options: Option<PatchOptions>) -> Vec<Resource> {
    let options = options.unwrap_or_default();
    for patch in &mut patches {
        patch.build.allow_name_change |= options.allow_name_change;
        patch.build.allow_kind_change |= options.allow_kind_change;
    }
    patches
}

/// Merges patches into the objects that they name themselves.
fn merge_untargeted(
    patches: &[Resource],
    map: &mut ResMap,
    openapi: &OpenApi,
) -> Result<(), TransformError> {
    for patch in patches {
        let id = patch.original_id();
        let index = map
            .index_of_target(&id)
            .map_err(|source| PatchError::Target {
                patch: id.to_string(),
                source,
            })?;
        let resource = map.resource_with_same_id_mut(index);
        let changes_identity = merge::apply(resource, patch, openapi)?;
        if changes_identity {
            map.forget();
        }
    }
    Ok(())
}

impl Transformer for PatchTransformer {
    fn transform(&self, map: &mut ResMap, openapi: &OpenApi) -> Result<(), TransformError> {
        match (&self.kind, &self.target) {
            (PatchKind::StrategicMerge(patches), _) => self.merge(patches, map, openapi),
            (PatchKind::Json(_), None) => Err(PatchError::NoTarget(self.source.clone()).into()),
            (PatchKind::Json(patch), Some(target)) => {
                let selected = target.select(map).map_err(PatchError::Selector)?;
                map.forget();
                for index in selected {
                    let resource = map.resource_with_same_id_mut(index);
                    resource.store_previous_id();
                    json6902::apply(resource, patch, openapi)?;
                }
                Ok(())
            }
        }
    }
}
