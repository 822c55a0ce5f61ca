//! What all targets of one build share.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use super::TargetError;
use crate::build::{CustomSchemas, Options};
use crate::kustfile::Kustomization;
use crate::loader::Loader;
use crate::openapi::{OpenApi, OpenApiError};

/// The one version of the API whose schemas are built in.
const BUILTIN_VERSION: &str = "v1.21.2";

/// State of one build, beside what it gathers.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) options: &'a Options,
    openapi: RefCell<Arc<OpenApi>>,
    /// Whether a kustomization has said which schema counts.
    has_schema: Cell<bool>,
    warnings: RefCell<Vec<String>>,
    build_metadata: RefCell<Vec<String>>,
    /// Bases and components so far.
    entered: Cell<usize>,
}

/// Most bases and components of one build, each counted as often as it is
/// named. The largest public trees have a few hundred.
const MAX_TARGETS: usize = 10_000;

impl<'a> Context<'a> {
    pub(crate) fn new(options: &'a Options) -> Self {
        Self {
            options,
            openapi: RefCell::default(),
            has_schema: Cell::default(),
            warnings: RefCell::default(),
            build_metadata: RefCell::default(),
            entered: Cell::default(),
        }
    }

    /// What is known about types at this point of the build.
    pub(crate) fn openapi(&self) -> Arc<OpenApi> {
        Arc::clone(&self.openapi.borrow())
    }

    /// Counts a base or component.
    ///
    /// # Errors
    /// [`TargetError::TooMany`] when there are too many, as where each of a
    /// chain of components names the next one twice.
    pub(crate) fn enter(&self) -> Result<(), TargetError> {
        self.entered.set(self.entered.get() + 1);
        if self.entered.get() > MAX_TARGETS {
            return Err(TargetError::TooMany { limit: MAX_TARGETS });
        }
        Ok(())
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
    /// [`TargetError`] when the schema cannot be had.
    pub(crate) fn set_schema(
        &self,
        kustomization: &Kustomization,
        loader: &Loader<'_>,
    ) -> Result<(), TargetError> {
        let version = kustomization.openapi.get("version");
        let bytes = match kustomization.openapi.get("path") {
            Some(path) => Some((path, loader.load(path)?)),
            None => None,
        };
        if self.has_schema.get() {
            return Ok(());
        }
        match (version, bytes) {
            (Some(_), Some(_)) => return Err(OpenApiError::VersionAndPath.into()),
            (None, Some((path, bytes))) => {
                let replaces = self.options.custom_schemas == CustomSchemas::Replace
                    && !self.openapi().is_builtin_used();
                let openapi = OpenApi::custom(path, &bytes, replaces)?;
                *self.openapi.borrow_mut() = Arc::new(openapi);
                self.has_schema.set(true);
            }
            (Some(version), None) if version == BUILTIN_VERSION => self.has_schema.set(true),
            (Some(version), None) if !version.is_empty() => {
                return Err(OpenApiError::Version(version.clone()).into());
            }
            (_, None) => {}
        }
        Ok(())
    }
}
