//! Where a kustomization reads from: its own folder, its bases, the outside.
//!
//! A loader belongs to one folder. It reads files relative to it and makes
//! loaders for other folders, watching that no folder contains one that led
//! to it, and that nothing leaves what it may not leave.
//!
//! Absent: fetching. Files behind URLs and Git repositories are asked for
//! through [`Remotes`](crate::remote::Remotes).

mod folder;

use std::sync::Arc;

use rheostat_tree::{Files, Kind, PathError, ReadError, TreePath};

use crate::remote::{FetchError, Remotes, Repository};
use crate::repo_spec::RepoSpec;

/// Which files a kustomization may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LoadRestrictions {
    /// Those in and below its own folder. Bases may be anywhere.
    #[default]
    RootOnly,
    /// All that the file tree holds.
    None,
}

/// Why something could not be loaded.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LoadError {
    /// A folder was named by an empty text.
    #[error("new root cannot be empty")]
    EmptyRoot,
    /// A folder was named by a path from the root of a file system.
    #[error("new root '{0}' cannot be absolute")]
    AbsoluteRoot(String),
    /// There is no such folder.
    #[error(
        "must build at directory: not a valid directory: evalsymlink failure on '{path}' : {message}"
    )]
    NoDirectory {
        /// The path.
        path: String,
        /// What the tree said.
        message: String,
    },
    /// A file stands where a folder is wanted.
    #[error("must build at directory: '{path}': file is not directory")]
    NotADirectory {
        /// The path.
        path: String,
    },
    /// There is no such file, or a link on the way leads nowhere.
    #[error("evalsymlink failure on '{path}' : {message}")]
    NoFile {
        /// The path.
        path: String,
        /// What the tree said.
        message: String,
    },
    /// A folder stands where a file is wanted.
    #[error("'{path}' must resolve to a file")]
    NotAFile {
        /// The path.
        path: String,
    },
    /// The file could not be read.
    #[error("{0}")]
    Read(String),
    /// The file is outside of what may be read.
    #[error("security; file '{path}' is not in or below '{root}'")]
    Security {
        /// The file.
        path: String,
        /// What may be read.
        root: String,
    },
    /// A base lies outside of the repository that names it.
    #[error(
        "security; bases in kustomizations found in cloned git repos must be within the repo, \
         but base '{base}' is outside '{repository}' (it is not in or below it)"
    )]
    OutsideRepository {
        /// The base.
        base: String,
        /// The repository.
        repository: String,
    },
    /// A folder contains one that led to it.
    #[error("cycle detected: candidate root '{candidate}' contains visited root '{visited}'")]
    Cycle {
        /// The folder.
        candidate: String,
        /// The one that led to it.
        visited: String,
    },
    /// A repository leads to itself.
    #[error("cycle detected: URI '{candidate}' referenced by previous URI '{visited}'")]
    RepositoryCycle {
        /// The URL.
        candidate: String,
        /// The one that led to it.
        visited: String,
    },
    /// More folders lead to each other than is allowed.
    #[error("bases nest deeper than {limit} levels")]
    TooDeep {
        /// The most that is allowed.
        limit: usize,
    },
    /// A folder that is taken as a whole holds too much.
    #[error("folder '{path}' holds more than {limit} {of}")]
    TooLarge {
        /// The folder.
        path: String,
        /// The most that is allowed.
        limit: usize,
        /// Of what.
        of: &'static str,
    },
    /// Something remote was not to be had.
    #[error(transparent)]
    Fetch(#[from] FetchError),
}

impl LoadError {
    /// Whether there is no use in trying a folder of the same name: a server
    /// has said no, or has not been asked yet.
    pub(crate) fn settles_the_matter(&self) -> bool {
        matches!(
            self,
            Self::Fetch(FetchError::Status { .. } | FetchError::Pending)
        )
    }
}

/// Most folders on a chain of bases. Real trees stay below ten; the build
/// recurses over the chain.
const MAX_DEPTH: usize = 64;

/// Reads on behalf of the kustomization in one folder.
#[derive(Clone)]
pub(crate) struct Loader<'a> {
    files: &'a dyn Files,
    remotes: &'a Remotes<'a>,
    root: TreePath,
    restrictions: LoadRestrictions,
    /// Name of the tree's root in messages, and what paths from the root of
    /// the file system are relative to.
    absolute_root: &'a str,
    repository: Option<&'a Repository>,
    referrer: Option<&'a Self>,
    depth: usize,
}

impl std::fmt::Debug for Loader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loader")
            .field("root", &self.root)
            .finish_non_exhaustive()
    }
}

impl<'a> Loader<'a> {
    /// The loader of the folder at which the build starts.
    pub(crate) fn new(
        files: &'a dyn Files,
        remotes: &'a Remotes<'a>,
        start: &TreePath,
        restrictions: LoadRestrictions,
        absolute_root: &'a str,
    ) -> Result<Self, LoadError> {
        let loader = Self {
            files,
            remotes,
            root: TreePath::root(),
            restrictions,
            absolute_root,
            repository: None,
            referrer: None,
            depth: 0,
        };
        let root = loader.directory(start)?;
        Ok(Self { root, ..loader })
    }

    /// The loader of a folder of a repository, at which the build starts.
    pub(crate) fn in_repository(
        remotes: &'a Remotes<'a>,
        spec: &RepoSpec,
    ) -> Result<Self, LoadError> {
        Self::at_repository(remotes, spec, None)
    }

    /// Path of the folder as messages show it.
    pub(crate) fn root(&self) -> String {
        self.show(&self.root)
    }

    /// Last name of the folder's path.
    pub(crate) fn root_name(&self) -> String {
        let shown = self.root();
        shown.rsplit('/').next().unwrap_or_default().to_owned()
    }

    /// Asks for several remote things at once, so that the caller can fetch
    /// them together.
    pub(crate) fn announce(&self, references: &[String]) {
        for reference in references {
            self.remotes.announce(reference);
        }
    }

    /// Where charts are asked for.
    pub(crate) fn remotes(&self) -> &'a Remotes<'a> {
        self.remotes
    }

    /// The content of a file, or of what a URL leads to.
    pub(crate) fn load(&self, reference: &str) -> Result<Arc<[u8]>, LoadError> {
        if is_remote_file(reference) {
            return Ok(self.remotes.file(reference)?);
        }
        let path = self.join(reference)?;
        let resolved = match self.files.resolve(&path) {
            Ok(Some((resolved, Kind::File))) => resolved,
            Ok(Some((_, Kind::Directory))) => {
                let path = self.show(&path);
                return Err(match self.restrictions {
                    LoadRestrictions::RootOnly => LoadError::NotAFile { path },
                    LoadRestrictions::None => {
                        LoadError::Read(format!("read {path}: is a directory"))
                    }
                });
            }
            Ok(None) => return Err(self.missing(&path)),
            Err(error) => return Err(self.unreadable(&path, &error)),
        };
        if self.restrictions == LoadRestrictions::RootOnly && !resolved.is_within(&self.root) {
            return Err(LoadError::Security {
                path: self.show(&path),
                root: self.root(),
            });
        }
        self.files
            .read(&resolved)
            .map_err(|error| self.unreadable(&path, &error))
    }

    /// The loader of a base: a folder, or a folder of a repository.
    pub(crate) fn base(&'a self, reference: &str) -> Result<Self, LoadError> {
        if reference.is_empty() {
            return Err(LoadError::EmptyRoot);
        }
        if self.depth >= MAX_DEPTH {
            return Err(LoadError::TooDeep { limit: MAX_DEPTH });
        }
        if let Ok(spec) = RepoSpec::parse(reference) {
            self.check_repository_cycle(&spec)?;
            return Self::at_repository(self.remotes, &spec, Some(self));
        }
        if reference.starts_with('/') {
            return Err(LoadError::AbsoluteRoot(reference.to_owned()));
        }
        let root = self.directory(&self.join(reference)?)?;
        self.check_containment(&root)?;
        self.check_cycle(&root)?;
        Ok(Loader {
            root,
            repository: None,
            referrer: Some(self),
            depth: self.depth + 1,
            ..self.clone()
        })
    }

    fn at_repository(
        remotes: &'a Remotes<'a>,
        spec: &RepoSpec,
        referrer: Option<&'a Self>,
    ) -> Result<Self, LoadError> {
        let repository = remotes.repository(spec)?;
        let loader = Loader {
            files: &*repository.files,
            remotes,
            root: repository.root.clone(),
            restrictions: LoadRestrictions::RootOnly,
            absolute_root: &repository.shown_as,
            repository: Some(repository),
            referrer,
            depth: referrer.map_or(0, |referrer| referrer.depth + 1),
        };
        let path = loader.join(&spec.root_path)?;
        let root = loader.directory(&path)?;
        loader.check_containment(&root)?;
        Ok(Loader { root, ..loader })
    }

    /// A reference as a path of the tree.
    fn join(&self, reference: &str) -> Result<TreePath, LoadError> {
        let joined = match reference.strip_prefix('/') {
            None => self.root.join(reference),
            Some(_) => match self.below_absolute_root(reference) {
                Some(rest) => TreePath::clamped(rest),
                None => Err(PathError::Absolute(reference.to_owned())),
            },
        };
        joined.map_err(|error| match error {
            PathError::Absolute(_) | PathError::Escapes(_) => LoadError::Security {
                path: reference.to_owned(),
                root: self.show(&TreePath::root()),
            },
            PathError::Nul(_) | PathError::TooLong { .. } => LoadError::NoFile {
                path: reference.chars().take(64).collect(),
                message: error.to_string(),
            },
        })
    }

    /// What follows the name of the tree's root in an absolute path.
    fn below_absolute_root<'b>(&self, reference: &'b str) -> Option<&'b str> {
        if !self.absolute_root.starts_with('/') {
            return None;
        }
        let rest = reference.strip_prefix(self.absolute_root.trim_end_matches('/'))?;
        (rest.is_empty() || rest.starts_with('/')).then_some(rest)
    }

    fn directory(&self, path: &TreePath) -> Result<TreePath, LoadError> {
        let no_directory = |message: String| LoadError::NoDirectory {
            path: self.show(path),
            message,
        };
        match self.files.resolve(path) {
            Ok(Some((resolved, Kind::Directory))) => Ok(resolved),
            Ok(Some((_, Kind::File))) => Err(LoadError::NotADirectory {
                path: self.show(path),
            }),
            Ok(None) => Err(no_directory(format!(
                "lstat {}: no such file or directory",
                self.show(path)
            ))),
            Err(error) => Err(no_directory(error.to_string())),
        }
    }

    fn check_cycle(&self, candidate: &TreePath) -> Result<(), LoadError> {
        let mut visited = Some(self);
        while let Some(loader) = visited {
            let is_same_tree = std::ptr::addr_eq(loader.files, self.files);
            if is_same_tree && loader.root.is_within(candidate) {
                return Err(LoadError::Cycle {
                    candidate: self.show(candidate),
                    visited: loader.root(),
                });
            }
            visited = loader.referrer;
        }
        Ok(())
    }

    fn check_repository_cycle(&self, spec: &RepoSpec) -> Result<(), LoadError> {
        let mut visited = Some(self);
        while let Some(loader) = visited {
            let leads_back = |repository: &&Repository| repository.spec.raw.starts_with(&spec.raw);
            if let Some(repository) = loader.repository.filter(leads_back) {
                return Err(LoadError::RepositoryCycle {
                    candidate: spec.raw.clone(),
                    visited: repository.spec.raw.clone(),
                });
            }
            visited = loader.referrer;
        }
        Ok(())
    }

    /// A tree that a repository was fetched into holds nothing else, so that
    /// only a link can lead out of it.
    fn check_containment(&self, base: &TreePath) -> Result<(), LoadError> {
        let mut holder = Some(self);
        while let Some(loader) = holder {
            if let Some(repository) = loader.repository {
                return if base.is_within(&repository.root) {
                    Ok(())
                } else {
                    Err(LoadError::OutsideRepository {
                        base: self.show(base),
                        repository: self.show(&repository.root),
                    })
                };
            }
            holder = loader.referrer;
        }
        Ok(())
    }

    fn missing(&self, path: &TreePath) -> LoadError {
        let path = self.show(path);
        match self.restrictions {
            LoadRestrictions::RootOnly => LoadError::NoFile {
                message: format!("lstat {path}: no such file or directory"),
                path,
            },
            LoadRestrictions::None => {
                LoadError::Read(format!("open {path}: no such file or directory"))
            }
        }
    }

    fn unreadable(&self, path: &TreePath, error: &ReadError) -> LoadError {
        LoadError::Read(format!("open {}: {error}", self.show(path)))
    }

    fn show(&self, path: &TreePath) -> String {
        let root = self.absolute_root.trim_end_matches('/');
        if path.is_root() {
            if root.is_empty() {
                "/".to_owned()
            } else {
                root.to_owned()
            }
        } else {
            format!("{root}/{}", path.as_str())
        }
    }
}

/// Whether a reference is the URL of a file on a server. One slash too few
/// is enough.
pub(crate) fn is_remote_file(reference: &str) -> bool {
    let Some((scheme, rest)) = reference.split_once(':') else {
        return false;
    };
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let has_control = rest.bytes().any(|byte| byte < 0x20 || byte == 0x7f);
    is_web && !has_control
}
