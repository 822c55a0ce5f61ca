//! What all targets of one build share.

use std::cell::RefCell;
use std::sync::Arc;

use super::TargetError;
use crate::build::Options;
use crate::kustfile::Kustomization;
use crate::loader::Loader;
use crate::openapi::OpenApi;

/// State of one build, beside what it gathers.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) options: &'a Options,
    openapi: RefCell<Arc<OpenApi>>,
    warnings: RefCell<Vec<String>>,
    build_metadata: RefCell<Vec<String>>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(options: &'a Options) -> Self {
        Self {
            options,
            openapi: RefCell::default(),
            warnings: RefCell::default(),
            build_metadata: RefCell::default(),
        }
    }

    /// What is known about types at this point of the build.
    pub(crate) fn openapi(&self) -> Arc<OpenApi> {
        Arc::clone(&self.openapi.borrow())
    }

    pub(crate) fn warn(&self, warnings: Vec<String>) {
        self.warnings.borrow_mut().extend(warnings);
    }

    pub(crate) fn into_warnings(self) -> Vec<String> {
        self.warnings.into_inner()
    }

    /// Notes what the root kustomization asks for; those of bases are not
    /// asked.
    pub(crate) fn set_build_metadata(&self, options: &[String]) {
        *self.build_metadata.borrow_mut() = options.to_vec();
    }

    /// Whether origins and transformations are recorded.
    pub(crate) fn records_origins(&self) -> bool {
        !self.build_metadata.borrow().is_empty()
    }

    /// Takes the schema that a kustomization names, unless one was taken
    /// before.
    ///
    /// # Errors
    /// When the schema cannot be had.
    #[expect(clippy::unused_self, reason = "the schema becomes part of the context")]
    pub(crate) fn set_schema(
        &self,
        kustomization: &Kustomization,
        _loader: &Loader<'_>,
    ) -> Result<(), TargetError> {
        if kustomization.openapi.is_empty() {
            Ok(())
        } else {
            Err(TargetError::NotSupported("openapi"))
        }
    }
}
