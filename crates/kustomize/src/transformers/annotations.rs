//! `commonAnnotations`.

use std::collections::BTreeMap;

use super::label::Entries;
use super::{TransformError, Transformer};
use crate::field_spec::FieldSpec;
use crate::openapi::OpenApi;
use crate::resmap::ResMap;

/// Adds annotations to all objects, and to the templates in them.
#[derive(Debug)]
pub(crate) struct AnnotationsTransformer(Entries);

impl AnnotationsTransformer {
    pub(crate) fn new(annotations: &BTreeMap<String, String>, specs: &[FieldSpec]) -> Self {
        Self(Entries::new(annotations, specs))
    }
}

impl Transformer for AnnotationsTransformer {
    fn transform(&self, map: &mut ResMap, _: &OpenApi) -> Result<(), TransformError> {
        self.0.set(map)
    }
}
