//! The builtin transformers, one in each module.
//!
//! A transformer changes the objects of a [`ResMap`] according to its
//! configuration, which comes from a field of the kustomization file or from
//! an object of API version `builtin`.

mod annotations;
mod hash;
mod image_tag;
mod label;
mod namespace;
mod patch;
mod prefix_suffix;
mod replacement;
mod replica_count;
mod sort_order;
mod value_add;

use rheostat_manifest::Gvk;

pub(crate) use annotations::AnnotationsTransformer;
pub(crate) use hash::HashTransformer;
pub(crate) use image_tag::ImageTagTransformer;
pub(crate) use label::LabelTransformer;
pub(crate) use namespace::{NamespaceTransformer, RoleBindingSubjects};
pub use patch::PatchError;
pub(crate) use patch::{
    PatchJson6902Transformer, PatchStrategicMergeTransformer, PatchTransformer,
};
pub(crate) use prefix_suffix::{Affix, PrefixSuffixTransformer};
pub use replacement::ReplacementError;
pub(crate) use replacement::ReplacementTransformer;
pub(crate) use replica_count::ReplicaCountTransformer;
pub use sort_order::SortError;
pub(crate) use sort_order::SortOrderTransformer;

pub use value_add::ValueAddError;
pub(crate) use value_add::ValueAddTransformer;

use crate::field_spec::{Creation, FieldPath, FieldSpec, WalkError};
use crate::hasher::HashError;
use crate::openapi::OpenApi;
use crate::resmap::{ResMap, ResMapError};
use crate::resource::Resource;
use crate::selector::SelectorError;

/// Changes objects.
pub(crate) trait Transformer: std::fmt::Debug {
    /// Changes the objects of a map.
    ///
    /// # Errors
    /// [`TransformError`] when the configuration does not fit an object.
    fn transform(&self, map: &mut ResMap, openapi: &OpenApi) -> Result<(), TransformError>;
}

/// Why a transformer failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TransformError {
    /// A field could not be reached or written.
    #[error("considering field '{path}' of object {object}: {problem}")]
    Field {
        /// Path of the field.
        path: String,
        /// The object.
        object: String,
        /// What is wrong.
        problem: String,
    },
    /// A namespace was to be written into something else than a scalar.
    #[error("namespace transformation failed: namespace field specs must target scalar nodes")]
    Namespace(#[source] Box<Self>),
    /// Two objects have the same identity in the new namespace.
    #[error("namespace transformation produces ID conflict: {0}")]
    NamespaceConflict(String),
    /// A prefix or suffix has no field to go to.
    #[error("fieldSpecs is not expected to be nil")]
    NoFieldSpecs,
    /// No object has the name for which replicas are set.
    #[error("resource with name {name} does not match a config with the following GVK [{types}]")]
    NoReplicas {
        /// The name.
        name: String,
        /// The types that were looked at.
        types: String,
    },
    /// A patch could not be read or applied.
    #[error(transparent)]
    Patch(#[from] PatchError),
    /// A replacement could not be read or made.
    #[error(transparent)]
    Replacement(#[from] ReplacementError),
    /// Objects could not be selected.
    #[error(transparent)]
    Selector(#[from] SelectorError),
    /// An object could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// Objects no longer go together.
    #[error(transparent)]
    ResMap(#[from] ResMapError),
}

/// A field spec with its path split.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) gvk: Gvk,
    pub(crate) text: String,
    path: FieldPath,
}

impl Target {
    pub(crate) fn all(specs: &[FieldSpec]) -> Vec<Self> {
        specs.iter().map(Self::new).collect()
    }

    pub(crate) fn new(spec: &FieldSpec) -> Self {
        Self {
            gvk: spec.gvk.clone(),
            text: spec.path.to_string(),
            path: FieldPath::new(spec),
        }
    }

    /// Calls `set` on the fields of an object, if the spec is for its type.
    /// The identity of the object is not refreshed.
    pub(crate) fn visit(
        &self,
        resource: &mut Resource,
        creation: Creation,
        set: &mut dyn FnMut(&mut rheostat_yaml::Node) -> Result<(), WalkError>,
    ) -> Result<(), TransformError> {
        if !resource.id().gvk.is_selected(&self.gvk) {
            return Ok(());
        }
        let result = self.path.visit(resource.node_mut(), creation, set);
        result.map_err(|error| self.fault(resource, &error))
    }

    fn fault(&self, resource: &Resource, error: &WalkError) -> TransformError {
        TransformError::Field {
            path: self.text.clone(),
            object: resource.id().to_string(),
            problem: error.to_string(),
        }
    }
}
