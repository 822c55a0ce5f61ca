//! The disk as a file tree: all of it, or what lies below a folder.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use rheostat_tree::{Files, Kind, ReadError, TreePath};

/// Largest file that is read, in bytes: four times what the YAML reader
/// takes, so that its message is the one that people see.
pub(crate) const MAX_FILE_BYTES: u64 = 128 << 20;

/// What lies below a folder. Links are followed and may not lead out of it.
#[derive(Debug)]
pub(crate) struct Disk {
    root: PathBuf,
}

impl Disk {
    /// The whole disk: the root of the tree is that of the file system.
    pub(crate) fn whole() -> Self {
        Self::below(Path::new("/"))
    }

    /// What lies below a folder, whose path leads through no links.
    pub(crate) fn below(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// A path that has been resolved, as a path of the tree.
    fn tree_path(&self, path: &TreePath, resolved: &Path) -> Result<TreePath, ReadError> {
        let below = resolved
            .strip_prefix(&self.root)
            .map_err(|_| store(path, &"a link leads out of the tree"))?;
        let text = below.to_str().ok_or_else(|| store(path, &"not UTF-8"))?;
        TreePath::new(text).map_err(|error| store(path, &error))
    }

    /// A path of the disk, relative to the working directory, as a path of
    /// the tree.
    pub(crate) fn path(text: &str) -> anyhow::Result<TreePath> {
        let absolute =
            std::path::absolute(text).with_context(|| format!("abs path of '{text}'"))?;
        let absolute = absolute
            .to_str()
            .ok_or_else(|| anyhow!("path '{text}' is not UTF-8"))?;
        Ok(TreePath::clamped(absolute)?)
    }

    fn locate(&self, path: &TreePath) -> PathBuf {
        self.root.join(path.as_str())
    }
}

fn store(path: &TreePath, message: &dyn ToString) -> ReadError {
    ReadError::Store {
        path: path.clone(),
        message: message.to_string(),
    }
}

fn kind_of(metadata: &fs::Metadata) -> Kind {
    if metadata.is_dir() {
        Kind::Directory
    } else {
        Kind::File
    }
}

impl Files for Disk {
    fn resolve(&self, path: &TreePath) -> Result<Option<(TreePath, Kind)>, ReadError> {
        let resolved = match fs::canonicalize(self.locate(path)) {
            Ok(resolved) => resolved,
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(store(path, &error)),
        };
        let metadata = fs::metadata(&resolved).map_err(|error| store(path, &error))?;
        let resolved = self.tree_path(path, &resolved)?;
        Ok(Some((resolved, kind_of(&metadata))))
    }

    fn read(&self, path: &TreePath) -> Result<Arc<[u8]>, ReadError> {
        let read = || -> io::Result<Vec<u8>> {
            let file = fs::File::open(self.locate(path))?;
            let mut content = Vec::new();
            file.take(MAX_FILE_BYTES + 1).read_to_end(&mut content)?;
            Ok(content)
        };
        let content = read().map_err(|error| store(path, &error))?;
        if content.len() as u64 > MAX_FILE_BYTES {
            return Err(store(
                path,
                &format!("file is larger than {MAX_FILE_BYTES} bytes"),
            ));
        }
        Ok(content.into())
    }

    fn list(&self, path: &TreePath) -> Result<Vec<(Arc<str>, Kind)>, ReadError> {
        let entries = fs::read_dir(self.locate(path)).map_err(|error| store(path, &error))?;
        let mut names: Vec<(Arc<str>, Kind)> = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| store(path, &error))?;
            let metadata = fs::metadata(entry.path()).map_err(|error| store(path, &error))?;
            let name = entry.file_name();
            let name = name
                .to_str()
                .ok_or_else(|| store(path, &"a name is not UTF-8"))?;
            names.push((Arc::from(name), kind_of(&metadata)));
        }
        names.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(names)
    }
}
