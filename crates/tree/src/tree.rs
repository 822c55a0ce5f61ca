//! The tree itself: nested folders that share what they do not change.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::{Arc, OnceLock};

use crate::digest::Digest;
use crate::files::{Files, Kind, ReadError};
use crate::path::TreePath;

/// Where the bodies lie that a tree does not hold in memory, such as a
/// folder into which the caller has unpacked an archive.
pub trait BodyStore: fmt::Debug + Send + Sync {
    /// The content of the file that was inserted at `path`.
    ///
    /// # Errors
    /// Whatever the store meets.
    fn read(&self, path: &TreePath) -> io::Result<Arc<[u8]>>;
}

/// A file: its permission bits, size, digest, and where its body is.
#[derive(Debug, Clone)]
pub struct File {
    mode: u32,
    size: u64,
    digest: OnceLock<Digest>,
    body: Body,
}

#[derive(Debug, Clone)]
enum Body {
    Memory(Arc<[u8]>),
    Stored,
}

/// A folder: its permission bits and its entries by name.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    mode: u32,
    entries: BTreeMap<Arc<str>, Node>,
    digest: OnceLock<Digest>,
}

/// An entry of a folder.
#[derive(Debug, Clone)]
pub enum Node {
    /// A regular file.
    File(Arc<File>),
    /// A folder.
    Directory(Arc<Directory>),
}

/// A file tree. Cloning is cheap, and clones share all that neither changes.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    root: Arc<Directory>,
    store: Option<Arc<dyn BodyStore>>,
}

/// Why an entry could not be inserted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InsertError {
    /// A file stands where a folder is needed.
    #[error("{path}: a file stands where a folder is needed")]
    FileInTheWay {
        /// The file's path.
        path: TreePath,
    },
    /// A folder stands where a file should go.
    #[error("{path}: a folder stands where a file should go")]
    DirectoryInTheWay {
        /// The folder's path.
        path: TreePath,
    },
}

/// Permission bits of a folder that came without an entry of its own.
const DEFAULT_DIRECTORY_MODE: u32 = 0o755;

impl File {
    /// A file whose body is held in memory.
    pub fn in_memory(mode: u32, body: impl Into<Arc<[u8]>>) -> Self {
        let body = body.into();
        Self {
            mode,
            size: body.len() as u64,
            digest: OnceLock::new(),
            body: Body::Memory(body),
        }
    }

    /// A file whose body lies in the tree's store, under the path at which
    /// the file is inserted.
    pub fn stored(mode: u32, size: u64) -> Self {
        Self {
            mode,
            size,
            digest: OnceLock::new(),
            body: Body::Stored,
        }
    }

    /// States the digest of the body, where the caller has computed it.
    #[must_use]
    pub fn with_digest(mut self, digest: Digest) -> Self {
        self.digest = OnceLock::from(digest);
        self
    }

    /// The permission bits.
    pub fn mode(&self) -> u32 {
        self.mode
    }

    /// Size of the body in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }
}

impl Directory {
    /// The permission bits.
    pub fn mode(&self) -> u32 {
        self.mode
    }

    /// The entries, sorted by name.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.entries.iter().map(|(name, node)| (&**name, node))
    }
}

impl Node {
    /// Which of the two it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::File(_) => Kind::File,
            Self::Directory(_) => Kind::Directory,
        }
    }
}

impl Tree {
    /// A tree with nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// A tree of files in memory, each with mode 0644; a convenience for
    /// generated trees and tests.
    ///
    /// # Errors
    /// When a path is both a file and a folder.
    pub fn from_files<'a>(
        files: impl IntoIterator<Item = (TreePath, &'a [u8])>,
    ) -> Result<Self, InsertError> {
        let mut tree = Self::new();
        for (path, body) in files {
            tree.insert(&path, File::in_memory(0o644, body))?;
        }
        Ok(tree)
    }

    /// An empty tree whose stored files are read from `store`.
    pub fn with_store(store: Arc<dyn BodyStore>) -> Self {
        Self {
            root: Arc::default(),
            store: Some(store),
        }
    }

    /// Puts a file at `path`, in the place of a file that may be there.
    /// Folders on the way are made. Clones of this tree do not change.
    ///
    /// # Errors
    /// When a file stands where a folder is needed, or a folder at `path`.
    pub fn insert(&mut self, path: &TreePath, file: File) -> Result<(), InsertError> {
        let in_the_way = || InsertError::DirectoryInTheWay { path: path.clone() };
        let parent = path.parent().ok_or_else(in_the_way)?;
        let directory = self.directory_mut(&parent)?;
        match directory.entries.get(path.name()) {
            Some(Node::Directory(_)) => Err(in_the_way()),
            Some(Node::File(_)) | None => {
                let node = Node::File(Arc::new(file));
                directory.entries.insert(Arc::from(path.name()), node);
                Ok(())
            }
        }
    }

    /// Makes a folder at `path`, or sets the mode of the one that is there.
    ///
    /// # Errors
    /// When a file stands at `path` or on the way to it.
    pub fn insert_directory(&mut self, path: &TreePath, mode: u32) -> Result<(), InsertError> {
        self.directory_mut(path)?.mode = mode;
        Ok(())
    }

    /// What stands at `path`, unless that is the root or nothing.
    pub fn get(&self, path: &TreePath) -> Option<&Node> {
        let mut directory = &self.root;
        let mut segments = path.segments().peekable();
        while let Some(segment) = segments.next() {
            let node = directory.entries.get(segment)?;
            match node {
                _ if segments.peek().is_none() => return Some(node),
                Node::Directory(next) => directory = next,
                Node::File(_) => return None,
            }
        }
        None
    }

    /// The folder at `path`.
    pub fn directory(&self, path: &TreePath) -> Option<&Directory> {
        if path.is_root() {
            return Some(&self.root);
        }
        match self.get(path)? {
            Node::Directory(directory) => Some(directory),
            Node::File(_) => None,
        }
    }

    /// Digest of the body of the file at `path`, or of the names, modes and
    /// digests of all that lies in the folder there. Computed once.
    ///
    /// # Errors
    /// When nothing stands there or a stored body cannot be read.
    pub fn digest(&self, path: &TreePath) -> Result<Digest, ReadError> {
        if path.is_root() {
            return self.directory_digest(path, &self.root);
        }
        match self.get(path) {
            Some(node) => self.node_digest(path, node),
            None => Err(ReadError::NotFound { path: path.clone() }),
        }
    }

    fn node_digest(&self, path: &TreePath, node: &Node) -> Result<Digest, ReadError> {
        match node {
            Node::File(file) => {
                if let Some(digest) = file.digest.get() {
                    return Ok(*digest);
                }
                let digest = Digest::of(&self.body(path, file)?);
                Ok(*file.digest.get_or_init(|| digest))
            }
            Node::Directory(directory) => self.directory_digest(path, directory),
        }
    }

    /// Recurses as deep as the tree, which the limit on segments bounds.
    fn directory_digest(
        &self,
        path: &TreePath,
        directory: &Directory,
    ) -> Result<Digest, ReadError> {
        if let Some(digest) = directory.digest.get() {
            return Ok(*digest);
        }
        let mut fields: Vec<Vec<u8>> = Vec::with_capacity(directory.entries.len() * 3);
        for (name, node) in &directory.entries {
            let child = child(path, name)?;
            let (tag, mode) = match node {
                Node::File(file) => (b'f', file.mode),
                Node::Directory(directory) => (b'd', directory.mode),
            };
            let mut kind = vec![tag];
            kind.extend(mode.to_le_bytes());
            fields.push(name.as_bytes().to_vec());
            fields.push(kind);
            fields.push(self.node_digest(&child, node)?.as_bytes().to_vec());
        }
        let digest = Digest::of_fields(fields.iter().map(Vec::as_slice));
        Ok(*directory.digest.get_or_init(|| digest))
    }

    fn body(&self, path: &TreePath, file: &File) -> Result<Arc<[u8]>, ReadError> {
        let failed = |message: String| ReadError::Store {
            path: path.clone(),
            message,
        };
        match (&file.body, &self.store) {
            (Body::Memory(bytes), _) => Ok(Arc::clone(bytes)),
            (Body::Stored, Some(store)) => store.read(path).map_err(|e| failed(e.to_string())),
            (Body::Stored, None) => Err(failed("the tree has no store".to_owned())),
        }
    }

    /// The folder at `path`, made where it is missing, copied where a clone
    /// shares it, its digest forgotten.
    fn directory_mut(&mut self, path: &TreePath) -> Result<&mut Directory, InsertError> {
        let mut directory = Arc::make_mut(&mut self.root);
        directory.digest = OnceLock::new();
        for (depth, segment) in path.segments().enumerate() {
            let node = directory
                .entries
                .entry(Arc::from(segment))
                .or_insert_with(|| {
                    Node::Directory(Arc::new(Directory {
                        mode: DEFAULT_DIRECTORY_MODE,
                        ..Directory::default()
                    }))
                });
            let Node::Directory(next) = node else {
                let path = path.prefix(depth + 1);
                return Err(InsertError::FileInTheWay { path });
            };
            directory = Arc::make_mut(next);
            directory.digest = OnceLock::new();
        }
        Ok(directory)
    }
}

fn child(path: &TreePath, name: &str) -> Result<TreePath, ReadError> {
    path.join(name).map_err(|error| ReadError::Store {
        path: path.clone(),
        message: error.to_string(),
    })
}

impl Files for Tree {
    fn resolve(&self, path: &TreePath) -> Result<Option<(TreePath, Kind)>, ReadError> {
        if path.is_root() {
            return Ok(Some((path.clone(), Kind::Directory)));
        }
        Ok(self.get(path).map(|node| (path.clone(), node.kind())))
    }

    fn read(&self, path: &TreePath) -> Result<Arc<[u8]>, ReadError> {
        match self.get(path) {
            Some(Node::File(file)) => self.body(path, file),
            Some(Node::Directory(_)) => Err(ReadError::IsDirectory { path: path.clone() }),
            None if path.is_root() => Err(ReadError::IsDirectory { path: path.clone() }),
            None => Err(ReadError::NotFound { path: path.clone() }),
        }
    }

    fn list(&self, path: &TreePath) -> Result<Vec<(Arc<str>, Kind)>, ReadError> {
        match self.directory(path) {
            Some(directory) => Ok(directory
                .entries
                .iter()
                .map(|(name, node)| (Arc::clone(name), node.kind()))
                .collect()),
            None if self.get(path).is_some() => Err(ReadError::NotDirectory { path: path.clone() }),
            None => Err(ReadError::NotFound { path: path.clone() }),
        }
    }
}

#[cfg(test)]
mod tests;
