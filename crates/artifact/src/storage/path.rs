//! Where an artifact stands below the root of the storage.

use std::fmt;

use rheostat_tree::{PathError, TreePath};

/// The folder of one object: `<kind>/<namespace>/<name>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder(TreePath);

/// The file of one artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactPath {
    folder: Folder,
    path: TreePath,
}

impl Folder {
    /// The folder of an object. The kind is written in lower case.
    ///
    /// # Errors
    /// When a part would lead out of the root; the API server lets no such
    /// name through.
    pub fn new(kind: &str, namespace: &str, name: &str) -> Result<Self, PathError> {
        let text = format!("{}/{namespace}/{name}", kind.to_lowercase());
        TreePath::new(&text).map(Self)
    }

    /// A file in the folder.
    ///
    /// # Errors
    /// When the name leads out of the root.
    pub fn file(&self, name: &str) -> Result<ArtifactPath, PathError> {
        let path = self.0.join(name)?;
        Ok(ArtifactPath {
            folder: Self(path.parent().unwrap_or_else(TreePath::root)),
            path,
        })
    }

    /// Whether a file is in the folder, or in one below it.
    pub fn holds(&self, path: &ArtifactPath) -> bool {
        let rest = path.path.as_str().strip_prefix(self.0.as_str());
        rest.is_some_and(|rest| rest.starts_with('/'))
    }

    /// The path with `/` between its parts.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl ArtifactPath {
    /// Reads the path in a status. What would lead out of the root is kept
    /// inside.
    ///
    /// # Errors
    /// When the text is no path.
    pub fn from_status(text: &str) -> Result<Self, PathError> {
        let path = TreePath::clamped(text)?;
        Ok(Self {
            folder: Folder(path.parent().unwrap_or_else(TreePath::root)),
            path,
        })
    }

    /// The folder that holds it.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The name of the file in its folder.
    pub fn file_name(&self) -> &str {
        self.path.name()
    }

    /// The path with `/` between its parts.
    pub fn as_str(&self) -> &str {
        self.path.as_str()
    }
}

impl fmt::Display for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for ArtifactPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
