//! Content from which ignore rules keep something out.

use std::io::Write;

use rheostat_artifact::archive::{Archive, Entry, EntryKind, Written, select};
use rheostat_artifact::digest::Algorithm;
use rheostat_artifact::ignore::{IGNORE_FILE, IgnoreFile, Rules};
use rheostat_tree::TreePath;

use super::Content;

/// A folder whose files are read one by one.
pub trait Listing: Send + 'static {
    /// By what a file is read.
    type Handle;
    /// The content of a file.
    type Body: AsRef<[u8]>;

    /// All that is in the folder and below it, in any order.
    ///
    /// # Errors
    /// What cannot be listed, in words.
    fn items(&self) -> Result<Vec<Item<Self::Handle>>, String>;

    /// The content of a file.
    ///
    /// # Errors
    /// Why it cannot be read, in words.
    fn read(&self, handle: &Self::Handle) -> Result<Self::Body, String>;
}

/// A file or folder, and the entry that stands for it in an archive.
#[derive(Debug)]
pub struct Item<H> {
    /// By what it is read.
    pub handle: H,
    /// Path and kind.
    pub entry: Entry,
}

/// What of a folder the rules let through: those of its `.sourceignore` files
/// and those of a spec.
#[derive(Debug)]
pub struct Filtered<L> {
    /// The folder.
    pub listing: L,
    /// The rules of the spec, which have the last word.
    pub ignore: Option<String>,
}

/// Most bytes of a tree. Unpacking an artifact allows as many by default.
const MAX_TREE_BYTES: u64 = 512 * 1024 * 1024;

impl<L: Listing> Filtered<L> {
    fn rules(&self, items: &[Item<L::Handle>]) -> Result<Rules, String> {
        let is_ignore_file = |item: &&Item<L::Handle>| {
            item.entry.kind != EntryKind::Directory && item.entry.path.name() == IGNORE_FILE
        };
        let files = items
            .iter()
            .filter(is_ignore_file)
            .map(|item| {
                let body = self.listing.read(&item.handle)?;
                Ok(IgnoreFile {
                    folder: item.entry.path.parent().unwrap_or_else(TreePath::root),
                    text: String::from_utf8_lossy(body.as_ref()).into_owned(),
                })
            })
            .collect::<Result<Vec<_>, String>>()?;
        Rules::new(files, self.ignore.as_deref()).map_err(|error| error.to_string())
    }

    /// Adds an entry, and returns how many bytes it has.
    fn append<W: Write>(
        &self,
        archive: &mut Archive<W>,
        item: &Item<L::Handle>,
    ) -> Result<u64, String> {
        let failed = |error| format!("write '{}': {error}", item.entry.path);
        if item.entry.kind == EntryKind::Directory {
            archive.append(&item.entry, &[]).map_err(failed)?;
            return Ok(0);
        }
        let body = self.listing.read(&item.handle)?;
        archive.append(&item.entry, body.as_ref()).map_err(failed)?;
        Ok(body.as_ref().len() as u64)
    }
}

impl<L: Listing> Content for Filtered<L> {
    fn archive(&self, output: &mut dyn Write, algorithm: Algorithm) -> Result<Written<()>, String> {
        let mut items = self.listing.items()?;
        let rules = self.rules(&items)?;
        select(&mut items, &rules, |item| &item.entry);
        let mut archive = Archive::new(output, algorithm).map_err(|error| error.to_string())?;
        let mut total: u64 = 0;
        for item in &items {
            total += self.append(&mut archive, item)?;
            if total > MAX_TREE_BYTES {
                return Err(format!(
                    "the tree holds more than the limit of {MAX_TREE_BYTES} bytes"
                ));
            }
        }
        let written = archive.finish().map_err(|error| error.to_string())?;
        Ok(Written {
            output: (),
            digest: written.digest,
            size: written.size,
        })
    }
}
