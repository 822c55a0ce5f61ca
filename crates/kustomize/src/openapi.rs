//! What is known about types: their scope and, for merging, their schema.
//!
//! `openapi.path` of the kustomization at which a build starts, or else of
//! the first base that has one, adds to or replaces what is built in.

use rheostat_manifest::Gvk;
use rheostat_manifest::scope::{Scope, builtin_scope};

/// Knowledge about types.
#[derive(Debug, Clone, Default)]
pub(crate) struct OpenApi {}

impl OpenApi {
    /// Whether objects of the type are known to live outside of namespaces.
    #[expect(clippy::unused_self, reason = "custom schemas will say more")]
    pub(crate) fn is_certainly_cluster_scoped(&self, gvk: &Gvk) -> bool {
        builtin_scope(gvk) == Some(Scope::Cluster)
    }
}
