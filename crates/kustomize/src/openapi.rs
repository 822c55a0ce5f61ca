//! What is known about types: their scope and, for merging, their schema.
//!
//! `openapi.path` of the kustomization at which a build starts, or else of
//! the first base that has one, adds to what is built in or replaces it.

use rheostat_manifest::scope::{Scope, builtin_scope};
use rheostat_manifest::strategic::{self, MergeError, Options};
use rheostat_manifest::{Gvk, Schema};
use rheostat_yaml::Node;

/// Knowledge about types.
#[derive(Debug, Default)]
pub(crate) struct OpenApi {
    custom: Option<Schema>,
    /// Whether the schemas that are built in do not count.
    replaces_builtin: bool,
}

impl OpenApi {
    /// Schemas that a user brings.
    pub(crate) fn custom(schema: Schema, replaces_builtin: bool) -> Self {
        Self {
            custom: Some(schema),
            replaces_builtin,
        }
    }

    /// Whether objects of the type are known to live outside of namespaces.
    pub(crate) fn is_certainly_cluster_scoped(&self, gvk: &Gvk) -> bool {
        let custom = || self.custom.as_ref().and_then(|schema| schema.scope(gvk));
        builtin_scope(gvk).or_else(custom) == Some(Scope::Cluster)
    }

    /// Merges a strategic-merge patch into an object. `None` when the patch
    /// deletes the object.
    ///
    /// # Errors
    /// [`MergeError`] when their structures do not fit.
    pub(crate) fn merge(&self, object: Node, patch: Node) -> Result<Option<Node>, MergeError> {
        let Some(custom) = &self.custom else {
            return strategic::merge(object, patch, Options::default());
        };
        let both = [custom, Schema::kubernetes()];
        let schemas = if self.replaces_builtin {
            &both[..1]
        } else {
            &both
        };
        let options = Options {
            schemas,
            infers_keys: false,
        };
        strategic::merge(object, patch, options)
    }
}
