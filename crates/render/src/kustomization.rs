//! What a Kustomization's source becomes: the objects of one path, built by kustomize.
//!
//! [`step`] is the whole of it. The file at the path is [found or made](root_file), the [`Overlay`] of the Kustomization
//! is laid over it, kustomize builds the result inside the tree, and the built text is read as [objects].
//! Deliberately absent: fetching. What a build needs from outside is asked for, and [`build`] refuses it.

pub mod objects;
pub mod overlay;
pub mod root_file;
mod scan;

use std::error::Error;

use rheostat_kustomize::build::{self as engine, CustomSchemas, Options, Start};
use rheostat_kustomize::kustfile::KustfileError;
use rheostat_kustomize::loader::LoadRestrictions;
use rheostat_kustomize::remote::{Answers, Need};
use rheostat_kustomize::resource::ResourceError;
use rheostat_tree::{Digest, Files, ReadError, ReadSet, Recorder, TreePath};
use serde_json::Value;

pub use self::objects::ObjectError;
pub use self::overlay::{Image, Overlay, OverlayError, Patch, Selector};
use self::root_file::RootFile;

/// What to build.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The files of the artifact. Nothing outside of them is read.
    pub files: &'a dyn Files,
    /// The directory to build; see [`directory`].
    pub directory: &'a TreePath,
    /// What the Kustomization lays over the kustomization file there.
    pub overlay: &'a Overlay,
    /// What stands before paths in messages, without a `/` at its end; empty for paths from the root of the files.
    pub root_name: &'a str,
}

/// How far a build has come.
#[derive(Debug)]
pub enum Step {
    /// It is done.
    Done(Box<Built>),
    /// It needs what is not among the files.
    Needs(Vec<Need>),
}

/// A build.
#[derive(Debug)]
pub struct Built {
    /// The objects, in the order in which kustomize gives them.
    pub objects: Vec<Value>,
    /// The digest of the built text, in the form `sha256:<hex>`, by which the history knows the build.
    pub digest: String,
    /// What was looked at among the files: as long as it is the same, so is the build.
    pub read_set: ReadSet,
    /// What the author of the kustomization files should know.
    pub warnings: Vec<String>,
}

/// Why a build failed. [`BuildError::report`] tells the whole story in one line.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A file or a directory could not be read.
    #[error("read the source")]
    Read(#[from] ReadError),
    /// The kustomization file at the path is refused.
    #[error("read {file}")]
    RootFile {
        /// The file.
        file: String,
        /// What is wrong.
        #[source]
        source: Box<KustfileError>,
    },
    /// A file in a directory without a kustomization file holds something else than manifests.
    #[error("failed to decode Kubernetes YAML from {file}")]
    NoManifest {
        /// The file.
        file: String,
        /// What is wrong.
        #[source]
        source: Box<ResourceError>,
    },
    /// What the Kustomization says cannot be laid over the file.
    #[error(transparent)]
    Overlay(#[from] OverlayError),
    /// Kustomize refuses the result.
    #[error("kustomize build failed")]
    Kustomize(#[source] Box<engine::BuildError>),
    /// There are several kustomization files at the path.
    #[error("kustomize build failed: Found multiple kustomization files under: {0}")]
    ManyRootFiles(String),
    /// What was built is no object.
    #[error(transparent)]
    Object(#[from] ObjectError),
}

impl From<engine::BuildError> for BuildError {
    fn from(error: engine::BuildError) -> Self {
        Self::Kustomize(Box::new(error))
    }
}

impl BuildError {
    /// The message with all its causes.
    pub fn report(&self) -> String {
        let mut text = self.to_string();
        let mut source = self.source();
        while let Some(cause) = source {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            source = cause.source();
        }
        text
    }
}

/// The path of a Kustomization is not in its source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("kustomization path not found: stat /{path}: {problem}")]
pub struct PathNotFound {
    /// The path that was looked for, as seen from the root of the files.
    pub path: String,
    /// What is wrong with it.
    pub problem: String,
}

/// The place in the files that the path of a Kustomization means. A leading `/` means their root, and `..` ends there.
///
/// # Errors
/// [`PathNotFound`] when nothing is there.
pub fn directory(files: &dyn Files, path: &str) -> Result<TreePath, PathNotFound> {
    let not_found = |path: &str, problem: String| PathNotFound {
        path: path.to_owned(),
        problem,
    };
    let clamped = TreePath::clamped(path).map_err(|error| not_found(path, error.to_string()))?;
    match files.resolve(&clamped) {
        Ok(Some((resolved, _))) => Ok(resolved),
        Ok(None) => Err(not_found(
            clamped.as_str(),
            "no such file or directory".to_owned(),
        )),
        Err(error) => Err(not_found(clamped.as_str(), error.to_string())),
    }
}

/// Builds what needs nothing from outside of the files.
///
/// # Errors
/// [`BuildError`] when the source cannot be built, or needs something from outside.
pub fn build(request: &Request<'_>) -> Result<Built, BuildError> {
    match step(request, &Answers::default())? {
        Step::Done(built) => Ok(*built),
        Step::Needs(needs) => {
            let names: Vec<String> = needs.iter().map(ToString::to_string).collect();
            Err(engine::BuildError::Needs(names.join(", ")).into())
        }
    }
}

/// Builds as far as the answers lead.
///
/// # Errors
/// [`BuildError`] when the source cannot be built.
pub fn step(request: &Request<'_>, answers: &Answers) -> Result<Step, BuildError> {
    let recorder = Recorder::new(request.files);
    let mut root = RootFile::find_or_make(&recorder, request)?;
    request
        .overlay
        .lay_over(&mut root, &recorder, request.directory)?;
    root.finish(&recorder, request)?;
    let options = Options {
        load_restrictions: LoadRestrictions::None,
        custom_schemas: CustomSchemas::Add,
        absolute_root: request.root_name.to_owned(),
        ..Options::default()
    };
    let engine_request = engine::Request {
        files: &recorder,
        start: Start::Kustomization {
            directory: request.directory,
            file_name: root.file_name,
            kustomization: &root.kustomization,
        },
        options: &options,
    };
    let built = match engine::step(&engine_request, answers) {
        Ok(engine::Step::Done(built)) => built,
        Ok(engine::Step::Needs(needs)) => return Ok(Step::Needs(needs)),
        // The reference reads every file of a directory without a kustomization file before it builds. That costs a
        // second reading of all of them, and is only seen in the message when one of them is refused.
        Err(error) => {
            root.check_scanned(&recorder, request)?;
            return Err(error.into());
        }
    };
    let text = built.to_yaml()?;
    let digest = format!("sha256:{}", Digest::of(text.as_bytes()));
    let warnings = built.warnings.clone();
    let objects = objects::read(built.resources())?;
    Ok(Step::Done(Box::new(Built {
        objects,
        digest,
        read_set: recorder.into_read_set(),
        warnings,
    })))
}

impl std::fmt::Debug for Request<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Request")
            .field("directory", &self.directory)
            .field("overlay", &self.overlay)
            .finish_non_exhaustive()
    }
}

impl Request<'_> {
    /// How messages name a path.
    fn name_of(&self, path: &TreePath) -> String {
        format!("{}/{}", self.root_name, path.as_str())
    }
}

#[cfg(test)]
mod tests;
