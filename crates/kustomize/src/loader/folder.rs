//! A folder taken as a whole: the files of a chart.

use rheostat_tree::{File, Files, Kind, ReadError, Tree, TreePath};

use super::{LoadError, Loader};

/// Deepest nesting of folders that is followed. Charts with subcharts of
/// subcharts stay below twenty.
const MAX_FOLDER_DEPTH: usize = 64;
/// Most files of a folder. The largest public charts have two thousand.
const MAX_FOLDER_FILES: usize = 20_000;
/// Most bytes of a folder's files: what Helm takes of an unpacked chart.
const MAX_FOLDER_BYTES: usize = 100 << 20;

impl Loader<'_> {
    /// All files of a folder as a tree of their own; none where there is no
    /// such folder. It may lie anywhere in the file tree, since in kustomize
    /// it is Helm that reads it.
    ///
    /// # Errors
    /// [`LoadError`] when a file cannot be read, or there are too many.
    pub(crate) fn folder(&self, reference: &str) -> Result<Option<Tree>, LoadError> {
        let path = self.join(reference)?;
        let start = match self.files.resolve(&path) {
            Ok(Some((start, Kind::Directory))) => start,
            Ok(_) => return Ok(None),
            Err(error) => return Err(self.unreadable(&path, &error)),
        };
        let mut walk = Walk {
            files: self.files,
            tree: Tree::new(),
            count: 0,
            bytes: 0,
        };
        match walk.folder(&start, &TreePath::root(), 0) {
            Ok(()) => Ok(Some(walk.tree)),
            Err(WalkError::Read(error)) => Err(self.unreadable(&path, &error)),
            Err(WalkError::TooLarge(limit, of)) => Err(LoadError::TooLarge {
                path: self.show(&path),
                limit,
                of,
            }),
        }
    }
}

struct Walk<'a> {
    files: &'a dyn Files,
    tree: Tree,
    count: usize,
    bytes: usize,
}

enum WalkError {
    Read(ReadError),
    /// The limit that is exceeded, and what it counts.
    TooLarge(usize, &'static str),
}

impl From<ReadError> for WalkError {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl Walk<'_> {
    fn folder(&mut self, from: &TreePath, to: &TreePath, depth: usize) -> Result<(), WalkError> {
        if depth > MAX_FOLDER_DEPTH {
            return Err(WalkError::TooLarge(MAX_FOLDER_DEPTH, "levels"));
        }
        for (name, _) in self.files.list(from)? {
            let (from, to) = (child(from, &name)?, child(to, &name)?);
            match self.files.resolve(&from)? {
                Some((resolved, Kind::Directory)) => self.folder(&resolved, &to, depth + 1)?,
                Some((resolved, Kind::File)) => self.file(&resolved, &to)?,
                None => {}
            }
        }
        Ok(())
    }

    fn file(&mut self, from: &TreePath, to: &TreePath) -> Result<(), WalkError> {
        let body = self.files.read(from)?;
        self.count += 1;
        self.bytes += body.len();
        if self.count > MAX_FOLDER_FILES {
            return Err(WalkError::TooLarge(MAX_FOLDER_FILES, "files"));
        }
        if self.bytes > MAX_FOLDER_BYTES {
            return Err(WalkError::TooLarge(MAX_FOLDER_BYTES, "bytes"));
        }
        let inserted = self.tree.insert(to, File::in_memory(0o644, body));
        inserted.map_err(|error| failed(to, &error))
    }
}

fn child(path: &TreePath, name: &str) -> Result<TreePath, WalkError> {
    path.join(name).map_err(|error| failed(path, &error))
}

fn failed(path: &TreePath, problem: &dyn ToString) -> WalkError {
    WalkError::Read(ReadError::Store {
        path: path.clone(),
        message: problem.to_string(),
    })
}
