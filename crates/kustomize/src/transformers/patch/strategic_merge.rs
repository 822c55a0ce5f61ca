//! `patchesStrategicMerge` (deprecated).

use super::{PatchError, merge};
use crate::loader::Loader;
use crate::openapi::OpenApi;
use crate::resmap::ResMap;
use crate::resource::{Resource, ResourceError, read_resources};
use crate::transformers::{TransformError, Transformer};

/// Strategic-merge patches that name their own targets.
#[derive(Debug)]
pub(crate) struct PatchStrategicMergeTransformer {
    patches: Vec<Resource>,
}

impl PatchStrategicMergeTransformer {
    /// Reads patches, each a text or else the path of a file, and one more
    /// text that may be empty.
    ///
    /// # Errors
    /// [`PatchError`] when a patch cannot be read or all are empty.
    pub(crate) fn new(
        paths: &[String],
        text: &str,
        loader: &Loader<'_>,
        openapi: &OpenApi,
    ) -> Result<Self, PatchError> {
        if paths.is_empty() && text.is_empty() {
            return Err(PatchError::NoPath("patch content"));
        }
        let mut patches = Vec::new();
        for path in paths {
            match read_resources(path.as_bytes(), openapi) {
                Ok(inline) => patches.extend(inline),
                Err(_) => patches.extend(read_file(path, loader, openapi)?),
            }
        }
        let read = read_resources(text.as_bytes(), openapi);
        patches.extend(read.map_err(|error| in_file("patches", error))?);
        if patches.is_empty() {
            return Err(PatchError::Empty(format!("files={paths:?}, Patch={text}")));
        }
        Ok(Self { patches })
    }
}

fn read_file(
    path: &str,
    loader: &Loader<'_>,
    openapi: &OpenApi,
) -> Result<Vec<Resource>, PatchError> {
    let bytes = loader.load(path).map_err(|source| PatchError::File {
        path: path.to_owned(),
        source: Box::new(source),
    })?;
    read_resources(&bytes, openapi).map_err(|error| in_file(path, error))
}

fn in_file(file: &str, error: ResourceError) -> PatchError {
    PatchError::Objects {
        file: file.to_owned(),
        source: Box::new(error),
    }
}

impl Transformer for PatchStrategicMergeTransformer {
    fn transform(&self, map: &mut ResMap, openapi: &OpenApi) -> Result<(), TransformError> {
        for patch in &self.patches {
            let index = map.index_of_target(&patch.original_id())?;
            merge::merge_into(&[index], patch, map, openapi)?;
        }
        Ok(())
    }
}
