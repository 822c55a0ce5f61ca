//! What an engine may ask about files.

use std::sync::Arc;

use crate::path::TreePath;

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Directory,
}

/// Why a file or a folder could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Nothing stands at the path.
    #[error("{path}: no such file or directory")]
    NotFound {
        /// What was asked for.
        path: TreePath,
    },
    /// A file was asked for and a folder stands there.
    #[error("{path}: is a directory")]
    IsDirectory {
        /// What was asked for.
        path: TreePath,
    },
    /// A folder was asked for and a file stands there.
    #[error("{path}: is not a directory")]
    NotDirectory {
        /// What was asked for.
        path: TreePath,
    },
    /// The store behind the tree failed.
    #[error("{path}: {message}")]
    Store {
        /// What was asked for.
        path: TreePath,
        /// What the store said.
        message: String,
    },
}

/// The questions that an engine asks. Paths are relative to one root that
/// the implementation chooses and never leaves.
pub trait Files {
    /// The path with every link followed, and what stands there; `None` when
    /// nothing does. Implementations without links return the path itself.
    ///
    /// # Errors
    /// When the store behind the tree fails, or a link leaves the root.
    fn resolve(&self, path: &TreePath) -> Result<Option<(TreePath, Kind)>, ReadError>;

    /// The content of a file.
    ///
    /// # Errors
    /// When there is no such file or the store fails.
    fn read(&self, path: &TreePath) -> Result<Arc<[u8]>, ReadError>;

    /// The names in a folder with what each is, sorted by name.
    ///
    /// # Errors
    /// When there is no such folder or the store fails.
    fn list(&self, path: &TreePath) -> Result<Vec<(Arc<str>, Kind)>, ReadError>;
}
