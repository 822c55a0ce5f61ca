//! The files of a chart's folder.

use rheostat_tree::{Files, Kind, TreePath};
use thiserror::Error;

use super::{ArchiveLimits, ChartFile, archive::BYTE_ORDER_MARK, ignore::Rules};

/// How deep folders may nest; no real chart comes near.
const MAX_DEPTH: usize = 100;

/// A folder does not read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DirectoryError {
    /// A file or folder does not read.
    #[error("error reading {path}: {problem}")]
    Read {
        /// Its path.
        path: String,
        /// Why.
        problem: String,
    },
    /// .helmignore has a malformed pattern.
    #[error("{0}")]
    Ignore(&'static str),
    /// A file is too large.
    #[error("chart file {} is larger than the maximum file size {limit}", rheostat_gocompat::strconv::quote_str(.name))]
    FileSize {
        /// Its name.
        name: String,
        /// The bound.
        limit: u64,
    },
    /// Folders nest too deeply.
    #[error("{0}: folders nest too deeply")]
    TooDeep(String),
}

/// The files of some names at the root of a folder, as far as they are there.
pub(super) fn some_files(
    files: &dyn Files,
    root: &TreePath,
    names: &[&str],
) -> Result<Vec<ChartFile>, DirectoryError> {
    let mut found = Vec::new();
    for name in names {
        let read = |problem: &dyn ToString| DirectoryError::Read {
            path: format!("{root}/{name}"),
            problem: problem.to_string(),
        };
        let path = root.join(name).map_err(|error| read(&error))?;
        if let Some((path, Kind::File)) = files.resolve(&path).map_err(|error| read(&error))? {
            let data = files.read(&path).map_err(|error| read(&error))?;
            let data = data.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&data);
            found.push(ChartFile::new(*name, data));
        }
    }
    Ok(found)
}

pub(super) fn files(files: &dyn Files, root: &TreePath) -> Result<Vec<ChartFile>, DirectoryError> {
    let read = |path: &TreePath, problem: &dyn ToString| DirectoryError::Read {
        path: path.as_str().to_owned(),
        problem: problem.to_string(),
    };
    let ignore = root
        .join(".helmignore")
        .map_err(|error| read(root, &error))?;
    let text = match files
        .resolve(&ignore)
        .map_err(|error| read(&ignore, &error))?
    {
        Some((path, Kind::File)) => files.read(&path).map_err(|error| read(&ignore, &error))?,
        _ => [].into(),
    };
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text);
    let rules = Rules::parse(&String::from_utf8_lossy(text)).map_err(DirectoryError::Ignore)?;
    let mut walk = Walk {
        files,
        rules,
        found: Vec::new(),
    };
    walk.folder(root, "", 0)?;
    Ok(walk.found)
}

struct Walk<'f> {
    files: &'f dyn Files,
    rules: Rules,
    found: Vec<ChartFile>,
}

impl Walk<'_> {
    /// Reads a folder in the order of its names, following links as Helm does.
    fn folder(
        &mut self,
        path: &TreePath,
        prefix: &str,
        depth: usize,
    ) -> Result<(), DirectoryError> {
        if depth > MAX_DEPTH {
            return Err(DirectoryError::TooDeep(prefix.to_owned()));
        }
        let read = |path: &TreePath, problem: &dyn ToString| DirectoryError::Read {
            path: path.as_str().to_owned(),
            problem: problem.to_string(),
        };
        for (entry, kind) in self.files.list(path).map_err(|error| read(path, &error))? {
            let name = if prefix.is_empty() {
                entry.to_string()
            } else {
                format!("{prefix}/{entry}")
            };
            if self.rules.ignores(&name, kind == Kind::Directory) {
                continue;
            }
            let entry_path = path.join(&entry).map_err(|error| read(path, &error))?;
            if kind == Kind::Directory {
                self.folder(&entry_path, &name, depth + 1)?;
                continue;
            }
            let data = self
                .files
                .read(&entry_path)
                .map_err(|error| read(&entry_path, &error))?;
            let limit = ArchiveLimits::default().file_bytes;
            if data.len() as u64 > limit {
                return Err(DirectoryError::FileSize {
                    name: entry.to_string(),
                    limit,
                });
            }
            let data = data
                .strip_prefix(BYTE_ORDER_MARK)
                .map_or_else(|| data.clone(), Into::into);
            self.found.push(ChartFile::new(name, data));
        }
        Ok(())
    }
}
