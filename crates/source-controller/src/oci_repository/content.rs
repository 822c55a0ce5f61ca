//! A layer as content: unpacked, or as it is.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write};
use std::sync::Arc;

use rheostat_artifact::archive::{Entry, EntryKind, Written};
use rheostat_artifact::digest::{Algorithm, Hasher};
use rheostat_artifact::extract::{self, ExtractError, Limits};
use rheostat_tree::{Directory, Files, Node, Tree, TreePath};

use crate::source::{Content, Item, Listing};

/// Bits of a mode that let somebody execute a file.
const EXECUTABLE: u32 = 0o111;
/// Bytes copied at a time.
const BUFFER: usize = 64 * 1024;

/// Unpacks a layer. It blocks.
///
/// # Errors
/// When it is no archive, or one that is refused.
pub(super) fn unpacked(mut layer: File) -> Result<Tree, ExtractError> {
    layer.rewind().map_err(ExtractError::Read)?;
    extract::tar_gz(io::BufReader::new(layer), &Limits::default())
}

impl Listing for Tree {
    type Handle = TreePath;
    type Body = Arc<[u8]>;

    fn items(&self) -> Result<Vec<Item<TreePath>>, String> {
        let mut items = Vec::new();
        let mut folders = vec![TreePath::root()];
        while let Some(folder) = folders.pop() {
            let entries = self.directory(&folder).into_iter();
            for (name, node) in entries.flat_map(Directory::entries) {
                let path = folder.join(name).map_err(|error| error.to_string())?;
                let kind = match node {
                    Node::Directory(_) => {
                        folders.push(path.clone());
                        EntryKind::Directory
                    }
                    Node::File(file) => EntryKind::File {
                        is_executable: file.mode() & EXECUTABLE != 0,
                    },
                };
                let handle = path.clone();
                let entry = Entry { path, kind };
                items.push(Item { handle, entry });
            }
        }
        Ok(items)
    }

    fn read(&self, handle: &TreePath) -> Result<Arc<[u8]>, String> {
        Files::read(self, handle).map_err(|error| error.to_string())
    }
}

/// A layer whose bytes are stored as they are.
#[derive(Debug)]
pub(super) struct Copied(pub(super) File);

impl Content for Copied {
    fn archive(&self, output: &mut dyn Write, algorithm: Algorithm) -> Result<Written<()>, String> {
        let told = |error: io::Error| error.to_string();
        let mut layer = &self.0;
        layer.rewind().map_err(told)?;
        let mut hasher = Hasher::new(algorithm);
        let mut buffer = vec![0; BUFFER];
        let mut size: u64 = 0;
        loop {
            let read = layer.read(&mut buffer).map_err(told)?;
            if read == 0 {
                break;
            }
            let part = &buffer[..read];
            hasher.update(part);
            output.write_all(part).map_err(told)?;
            size += read as u64;
        }
        Ok(Written {
            output: (),
            digest: hasher.finish(),
            size,
        })
    }
}
