//! What is known about types: their scope and, for merging, their schema.
//!
//! `openapi.path` of the kustomization at which a build starts, or else of
//! the first base that has one, adds to what is built in or replaces it. It
//! never replaces what was used before it came.

use std::sync::atomic::{AtomicBool, Ordering};

use rheostat_manifest::schema::SchemaError;
use rheostat_manifest::scope::{Scope, builtin_scope};
use rheostat_manifest::strategic::{self, MergeError, Options};
use rheostat_manifest::{Gvk, Schema};
use rheostat_yaml::json::{self, JsonError};
use rheostat_yaml::{Limits, Node, Profile, ReadError};

/// Why a schema cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum OpenApiError {
    /// No such version is built in.
    #[error("the specified OpenAPI version is not built in: {0}")]
    Version(String),
    /// A version and a file are given.
    #[error("builtin version and custom schema provided, cannot use both")]
    VersionAndPath,
    /// The file is no YAML.
    #[error("invalid schema file {0}")]
    Read(String, #[source] ReadError),
    /// The file cannot be expressed as JSON.
    #[error("invalid schema file {0}")]
    Json(String, #[source] JsonError),
    /// The file is no OpenAPI document.
    #[error("invalid schema file {0}")]
    Schema(String, #[source] SchemaError),
}

/// Knowledge about types.
#[derive(Debug, Default)]
pub(crate) struct OpenApi {
    custom: Option<Schema>,
    /// Whether the schemas that are built in do not count.
    replaces_builtin: bool,
    /// Whether what is built in has been asked for a merge, or for a type
    /// that its table of scopes does not know: kustomize then reads it.
    is_builtin_used: AtomicBool,
}

impl OpenApi {
    /// Reads the schemas that a user brings.
    ///
    /// # Errors
    /// [`OpenApiError`] when the file is no OpenAPI document.
    pub(crate) fn custom(
        file: &str,
        bytes: &[u8],
        replaces_builtin: bool,
    ) -> Result<Self, OpenApiError> {
        let node = rheostat_yaml::parse(bytes, Profile::V2, &Limits::default())
            .map_err(|error| OpenApiError::Read(file.to_owned(), error))?
            .unwrap_or_else(Node::mapping);
        let document = json::from_node(&node, Profile::V2)
            .map_err(|error| OpenApiError::Json(file.to_owned(), error))?;
        let schema = Schema::from_openapi(&document)
            .map_err(|error| OpenApiError::Schema(file.to_owned(), error))?;
        Ok(Self {
            custom: Some(schema),
            replaces_builtin,
            is_builtin_used: AtomicBool::new(!replaces_builtin),
        })
    }

    /// Whether what is built in has been used so far.
    pub(crate) fn is_builtin_used(&self) -> bool {
        self.is_builtin_used.load(Ordering::Relaxed)
    }

    /// Whether objects of the type are known to live outside of namespaces.
    pub(crate) fn is_certainly_cluster_scoped(&self, gvk: &Gvk) -> bool {
        let custom = || {
            if self.custom.is_none() {
                self.is_builtin_used.store(true, Ordering::Relaxed);
            }
            self.custom.as_ref().and_then(|schema| schema.scope(gvk))
        };
        builtin_scope(gvk).or_else(custom) == Some(Scope::Cluster)
    }

    /// Merges a strategic-merge patch into an object. `None` when the patch
    /// deletes the object.
    ///
    /// # Errors
    /// [`MergeError`] when their structures do not fit.
    pub(crate) fn merge(&self, object: Node, patch: Node) -> Result<Option<Node>, MergeError> {
        let Some(custom) = &self.custom else {
            self.is_builtin_used.store(true, Ordering::Relaxed);
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
