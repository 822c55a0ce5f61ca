//! The disk as a file tree: the root of the tree is the root of the file
//! system.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use rheostat_tree::{Files, Kind, ReadError, TreePath};

/// Largest file that is read, in bytes: four times what the YAML reader
/// takes, so that its message is the one that people see.
const MAX_FILE_BYTES: u64 = 128 << 20;

/// The whole disk.
#[derive(Debug)]
pub(crate) struct Disk;

impl Disk {
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

    fn locate(path: &TreePath) -> PathBuf {
        Path::new("/").join(path.as_str())
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
        let resolved = match fs::canonicalize(Self::locate(path)) {
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
        let text = resolved.to_str().ok_or_else(|| store(path, &"not UTF-8"))?;
        let resolved = TreePath::clamped(text).map_err(|error| store(path, &error))?;
        Ok(Some((resolved, kind_of(&metadata))))
    }

    fn read(&self, path: &TreePath) -> Result<Arc<[u8]>, ReadError> {
        let read = || -> io::Result<Vec<u8>> {
            let file = fs::File::open(Self::locate(path))?;
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
        let entries = fs::read_dir(Self::locate(path)).map_err(|error| store(path, &error))?;
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
