//! From a tree object to paths.

use gix_hash::ObjectId;
use gix_object::TreeRefIter;
use gix_object::tree::EntryMode;
use rheostat_tree::TreePath;

use super::{CheckoutError, Pack};

/// Something in the tree of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands below the root.
    pub path: TreePath,
    /// What it is.
    pub kind: EntryKind,
    pub(super) id: ObjectId,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A folder.
    Directory,
    /// A file.
    File {
        /// Whether it may be executed.
        is_executable: bool,
    },
}

/// How much a tree may hold. A few objects can describe a tree of any size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Most files and folders.
    pub entries: usize,
}

/// As many as unpacking an artifact allows.
const DEFAULT_ENTRIES: usize = 200_000;

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: DEFAULT_ENTRIES,
        }
    }
}

/// All entries of a tree. The length of paths bounds the depth.
pub(super) fn entries(
    pack: &Pack,
    root: ObjectId,
    limits: &Limits,
) -> Result<Vec<Entry>, CheckoutError> {
    let mut entries = Vec::new();
    let mut folders = vec![(TreePath::root(), root)];
    while let Some((folder, id)) = folders.pop() {
        let data = pack.tree(id)?;
        for entry in TreeRefIter::from_bytes(&data, gix_hash::Kind::Sha1) {
            let entry = entry.map_err(|error| super::pack::damaged("tree", id, &error))?;
            let Some(kind) = kind(entry.mode) else {
                continue;
            };
            let path = child(&folder, entry.filename)?;
            if entries.len() >= limits.entries {
                return Err(CheckoutError::TooLarge {
                    limit: limits.entries as u64,
                    what: "entries",
                });
            }
            if entry.mode.is_tree() {
                folders.push((path.clone(), entry.oid.to_owned()));
            }
            entries.push(Entry {
                path,
                kind,
                id: entry.oid.to_owned(),
            });
        }
    }
    entries.sort_by(|a, b| a.path.segments().cmp(b.path.segments()));
    Ok(entries)
}

/// None for links, which no archive holds.
fn kind(mode: EntryMode) -> Option<EntryKind> {
    if mode.is_tree() || mode.is_commit() {
        Some(EntryKind::Directory)
    } else if mode.is_link() {
        None
    } else {
        Some(EntryKind::File {
            is_executable: mode.is_executable(),
        })
    }
}

/// The path of a name in a folder. Git itself lets no such names in that
/// lead elsewhere, or into its own folder.
fn child(folder: &TreePath, name: &[u8]) -> Result<TreePath, CheckoutError> {
    let refused = || CheckoutError::Path(format!("{folder}/{}", String::from_utf8_lossy(name)));
    let text = std::str::from_utf8(name).map_err(|_| refused())?;
    let is_reserved = matches!(text, "" | "." | "..") || text.eq_ignore_ascii_case(".git");
    if is_reserved || text.contains('/') {
        return Err(refused());
    }
    folder.join(text).map_err(|_| refused())
}
