//! Where artifacts are kept: `<kind>/<namespace>/<name>/<file>` below one
//! folder.
//!
//! A file appears whole or not at all: it is written beside its place and
//! moved there. Everything here blocks; callers move it off their event loop.
//!
//! Deliberately absent: lock files. One object is worked on by one task of
//! one leader at a time, and readers only ever see whole files.

mod path;
mod retention;

use std::fs::{self, DirBuilder, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::path::{Path, PathBuf};

use crate::digest::Digest;

pub use path::{ArtifactPath, Folder};
pub use retention::Retention;

/// Artifacts on a disk.
#[derive(Debug, Clone)]
pub struct Storage {
    root: PathBuf,
    /// What stands before the path in a URL, with its scheme.
    base_url: String,
}

/// Whether a stored artifact is what its status says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is there, with its digest.
    Intact,
    /// There is no such file.
    Missing,
    /// The status names no digest that can be checked.
    NoDigest(String),
    /// The file has another digest.
    Mismatch {
        /// The digest of the file.
        found: Digest,
    },
}

/// Why the storage failed.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The root is not a folder.
    #[error("storage path '{}' is not a folder", .0.display())]
    NotAFolder(PathBuf),
    /// A folder could not be made.
    #[error("create folder '{folder}'")]
    CreateFolder {
        /// Path below the root.
        folder: String,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
    /// A file could not be written or moved to its place.
    #[error("write '{path}'")]
    Write {
        /// Path below the root.
        path: String,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
    /// A link could not be set.
    #[error("link '{link}'")]
    Link {
        /// Path below the root.
        link: String,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
    /// A file or folder could not be read.
    #[error("read '{path}'")]
    Read {
        /// Path below the root.
        path: String,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
    /// A file or folder could not be removed.
    #[error("remove '{path}'")]
    Remove {
        /// Path below the root.
        path: String,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
}

/// Names of files that are not whole yet start with it.
const UNFINISHED_PREFIX: &str = ".unfinished-";

impl Storage {
    /// Opens the storage below `root`, which must be there. URLs begin with
    /// `address`, which is a host with a port, or a URL.
    ///
    /// # Errors
    /// When the root is not a folder.
    pub fn open(root: impl Into<PathBuf>, address: &str) -> Result<Self, StorageError> {
        let root = root.into();
        match fs::canonicalize(&root) {
            Ok(canonical) if canonical.is_dir() => Ok(Self {
                root: canonical,
                base_url: base_url(address),
            }),
            _ => Err(StorageError::NotAFolder(root)),
        }
    }

    /// The folder below which everything is kept.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The URL under which an artifact is served.
    pub fn url(&self, path: &ArtifactPath) -> String {
        format!("{}/{path}", self.base_url)
    }

    /// Writes a file through `fill`. On failure nothing is left behind, and
    /// what stood at the path before still does.
    ///
    /// # Errors
    /// When the disk refuses, or `fill` fails.
    pub fn write<T, E>(
        &self,
        path: &ArtifactPath,
        fill: impl FnOnce(&mut dyn Write) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<StorageError>,
    {
        let failed = |cause| StorageError::Write {
            path: path.to_string(),
            cause,
        };
        let folder = self.root.join(path.folder().as_str());
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .map_err(|cause| StorageError::CreateFolder {
                folder: path.folder().to_string(),
                cause,
            })?;
        // The library makes files with mode 0600.
        let unfinished = tempfile::Builder::new()
            .prefix(UNFINISHED_PREFIX)
            .tempfile_in(&folder)
            .map_err(failed)?;
        let mut writer = BufWriter::new(unfinished.as_file());
        let filled = fill(&mut writer)?;
        writer.flush().map_err(failed)?;
        drop(writer);
        // A file that a power failure leaves empty is found by its digest, so
        // nothing waits for the disk here.
        unfinished
            .persist(self.root.join(path.as_str()))
            .map_err(|error| failed(error.error))?;
        Ok(filled)
    }

    /// The URL of a link that stands beside an artifact.
    pub fn link_url(&self, path: &ArtifactPath, link: &str) -> String {
        format!("{}/{}/{link}", self.base_url, path.folder())
    }

    /// Sets a link beside an artifact to it, and returns the link's URL. The
    /// link is relative, so that the storage may be mounted anywhere.
    ///
    /// # Errors
    /// When the disk refuses; a link that was there before still is.
    pub fn link(&self, path: &ArtifactPath, link: &str) -> Result<String, StorageError> {
        let failed = |cause| StorageError::Link {
            link: format!("{}/{link}", path.folder()),
            cause,
        };
        let folder = self.root.join(path.folder().as_str());
        let unfinished = folder.join(format!("{UNFINISHED_PREFIX}{link}"));
        // What an interrupted call left would be in the way.
        remove(&unfinished).map_err(failed)?;
        symlink(path.file_name(), &unfinished).map_err(failed)?;
        fs::rename(&unfinished, folder.join(link)).map_err(failed)?;
        Ok(self.link_url(path, link))
    }

    /// Opens an artifact for reading.
    ///
    /// # Errors
    /// When it is not there, or the disk refuses.
    pub fn open_artifact(&self, path: &ArtifactPath) -> Result<File, StorageError> {
        File::open(self.root.join(path.as_str())).map_err(|cause| StorageError::Read {
            path: path.to_string(),
            cause,
        })
    }

    /// Compares a stored artifact with the digest in a status.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn verify(&self, path: &ArtifactPath, digest: &str) -> Result<Verdict, StorageError> {
        let failed = |cause| StorageError::Read {
            path: path.to_string(),
            cause,
        };
        let location = self.root.join(path.as_str());
        match fs::symlink_metadata(&location) {
            Ok(metadata) if metadata.is_file() => {}
            Ok(_) => return Ok(Verdict::Missing),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Verdict::Missing),
            Err(error) => return Err(failed(error)),
        }
        let expected: Digest = match digest.parse() {
            Ok(expected) => expected,
            Err(error) => return Ok(Verdict::NoDigest(error.to_string())),
        };
        let file = File::open(&location).map_err(failed)?;
        let found = Digest::of_reader(expected.algorithm(), file).map_err(failed)?;
        Ok(if found == expected {
            Verdict::Intact
        } else {
            Verdict::Mismatch { found }
        })
    }

    /// Removes a file; one that is not there is no failure.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn remove(&self, path: &ArtifactPath) -> Result<(), StorageError> {
        remove(&self.root.join(path.as_str())).map_err(|cause| StorageError::Remove {
            path: path.to_string(),
            cause,
        })
    }

    /// Removes all that was kept for an object. Whether there was anything.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn remove_all(&self, folder: &Folder) -> Result<bool, StorageError> {
        match fs::remove_dir_all(self.root.join(folder.as_str())) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(cause) => Err(StorageError::Remove {
                path: folder.to_string(),
                cause,
            }),
        }
    }
}

fn remove(location: &Path) -> io::Result<()> {
    match fs::remove_file(location) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn base_url(address: &str) -> String {
    let address = address.trim_end_matches('/');
    if address.starts_with("http://") || address.starts_with("https://") {
        address.to_owned()
    } else {
        format!("http://{address}")
    }
}

#[cfg(test)]
mod tests;
