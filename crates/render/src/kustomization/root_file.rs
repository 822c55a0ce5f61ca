//! The kustomization file at the path of a Kustomization: found, or made of what lies around.

use rheostat_kustomize::kustfile::{FILE_NAMES, Kustomization, Strictness};
use rheostat_kustomize::resource::check_resources;
use rheostat_tree::{Files, Kind, ReadError, TreePath};

use super::scan::{Scanned, scan};
use super::{BuildError, Request};

/// What kustomize takes for something to say when there is nothing to build. No object has this namespace.
const PLACEHOLDER_NAMESPACE: &str = "_placeholder";

/// What makes kustomize build a file that names no resources. Its annotations reach what generators and components make.
const ORIGIN_ANNOTATIONS: &str = "originAnnotations";

/// The kustomization file at which the build starts.
#[derive(Debug)]
pub struct RootFile {
    /// The name of the file, which need not exist.
    pub file_name: &'static str,
    /// What it says.
    pub kustomization: Kustomization,
    /// How messages name the file.
    shown_as: String,
    /// The manifests that it was made of; none when it was found.
    manifests: Vec<TreePath>,
}

impl RootFile {
    /// The file in the directory of the request, or one made of the manifests in and below it.
    ///
    /// A file is read with leniency: unknown fields are dropped. Those further down are kustomize's, which refuses them.
    pub(super) fn find_or_make(
        files: &dyn Files,
        request: &Request<'_>,
    ) -> Result<Self, BuildError> {
        match find(files, request.directory)? {
            Some((file_name, path)) => Self::read(files, request, file_name, &path),
            None => Self::make(files, request),
        }
    }

    fn read(
        files: &dyn Files,
        request: &Request<'_>,
        file_name: &'static str,
        path: &TreePath,
    ) -> Result<Self, BuildError> {
        let shown_as = request.name_of(path);
        let bytes = files.read(path)?;
        let read = Kustomization::read_as_is(&bytes, Strictness::Lenient);
        let mut kustomization = read.map_err(|source| BuildError::RootFile {
            file: shown_as.clone(),
            source: Box::new(source),
        })?;
        if kustomization.resources.is_empty() {
            kustomization.build_metadata = vec![ORIGIN_ANNOTATIONS.to_owned()];
        }
        Ok(Self {
            file_name,
            kustomization,
            shown_as,
            manifests: Vec::new(),
        })
    }

    fn make(files: &dyn Files, request: &Request<'_>) -> Result<Self, BuildError> {
        let Scanned {
            resources,
            manifests,
        } = scan(files, request.directory)?;
        let mut kustomization = Kustomization::default();
        if resources.is_empty() {
            PLACEHOLDER_NAMESPACE.clone_into(&mut kustomization.namespace);
        }
        kustomization.resources = resources;
        Ok(Self {
            file_name: FILE_NAMES[0],
            kustomization,
            shown_as: FILE_NAMES[0].to_owned(),
            manifests,
        })
    }

    /// Makes the file fit for the build: its type is filled in, and deprecated fields are moved.
    pub(super) fn finish(
        &mut self,
        files: &dyn Files,
        request: &Request<'_>,
    ) -> Result<(), BuildError> {
        self.kustomization.fix();
        self.kustomization
            .check_type()
            .map_err(|source| BuildError::RootFile {
                file: self.shown_as.clone(),
                source: Box::new(source),
            })?;
        // Kustomize says this of every directory with two files; for the one whose file is replaced, it is said here.
        let is_file = |name: &&str| {
            let path = request.directory.join(name);
            path.is_ok_and(|path| matches!(files.resolve(&path), Ok(Some((_, Kind::File)))))
        };
        if FILE_NAMES.iter().filter(|name| is_file(name)).count() > 1 {
            return Err(BuildError::ManyRootFiles(
                request.name_of(request.directory),
            ));
        }
        Ok(())
    }

    /// Finds the first manifest that the file was made of and that holds something else.
    pub(super) fn check_scanned(
        &self,
        files: &dyn Files,
        request: &Request<'_>,
    ) -> Result<(), BuildError> {
        for path in &self.manifests {
            check_resources(&files.read(path)?).map_err(|source| BuildError::NoManifest {
                file: request.name_of(path),
                source: Box::new(source),
            })?;
        }
        Ok(())
    }
}

/// The first kustomization file in a directory, by the order of their names.
pub(super) fn find(
    files: &dyn Files,
    directory: &TreePath,
) -> Result<Option<(&'static str, TreePath)>, ReadError> {
    for name in FILE_NAMES {
        // A path that is too long to have another name behind it holds no kustomization file.
        let Ok(path) = directory.join(name) else {
            continue;
        };
        if let Some((path, Kind::File)) = files.resolve(&path)? {
            return Ok(Some((name, path)));
        }
    }
    Ok(None)
}
