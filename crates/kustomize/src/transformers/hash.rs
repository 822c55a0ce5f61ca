//! The suffix made of an object's content, for generated objects.

use super::{TransformError, Transformer};
use crate::hasher;
use crate::openapi::OpenApi;
use crate::resmap::ResMap;
use crate::resource::Resource;

/// Adds the hash of its content to the name of every object that wants one.
#[derive(Debug)]
pub(crate) struct HashTransformer;

impl Transformer for HashTransformer {
    fn transform(&self, map: &mut ResMap, openapi: &OpenApi) -> Result<(), TransformError> {
        let wants_hash = |resource: &Resource| resource.build.needs_hash_suffix;
        if !map.resources().iter().any(wants_hash) {
            return Ok(());
        }
        for resource in map.resources_mut() {
            if wants_hash(resource) {
                let hash = hasher::hash(resource.node())?;
                let name = format!("{}-{hash}", resource.id().name);
                resource.store_previous_id();
                resource.set_name(&name, openapi);
            }
        }
        Ok(())
    }
}
