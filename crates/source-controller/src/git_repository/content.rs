//! From a checkout to an archive.

use std::io::Write;

use rheostat_artifact::archive::{Archive, Entry, EntryKind, Written, select};
use rheostat_artifact::digest::Algorithm;
use rheostat_artifact::ignore::{IGNORE_FILE, IgnoreFile, Rules};
use rheostat_git::{Checkout, EntryKind as GitKind, Limits};
use rheostat_tree::TreePath;

use crate::source::Content;

/// A checkout with the rules that its spec adds.
#[derive(Debug)]
pub(super) struct GitContent {
    checkout: Box<Checkout>,
    ignore: Option<String>,
}

/// Something of the checkout with the entry that stands for it.
struct Item {
    source: rheostat_git::Entry,
    entry: Entry,
}

/// Most bytes of a tree. Unpacking an artifact allows as many by default.
const MAX_TREE_BYTES: u64 = 512 * 1024 * 1024;

impl GitContent {
    pub(super) fn new(checkout: Box<Checkout>, ignore: Option<String>) -> Self {
        Self { checkout, ignore }
    }

    fn rules(&self, items: &[Item]) -> Result<Rules, String> {
        let is_file = |item: &&Item| item.source.kind != GitKind::Directory;
        let files = items
            .iter()
            .filter(is_file)
            .filter(|item| item.entry.path.name() == IGNORE_FILE)
            .map(|item| {
                let body = self
                    .checkout
                    .read(&item.source)
                    .map_err(|e| e.to_string())?;
                Ok(IgnoreFile {
                    folder: item.entry.path.parent().unwrap_or_else(TreePath::root),
                    text: String::from_utf8_lossy(&body).into_owned(),
                })
            })
            .collect::<Result<Vec<_>, String>>()?;
        Rules::new(files, self.ignore.as_deref()).map_err(|error| error.to_string())
    }
}

impl Content for GitContent {
    fn archive(&self, output: &mut dyn Write, algorithm: Algorithm) -> Result<Written<()>, String> {
        let entries = self
            .checkout
            .entries(&Limits::default())
            .map_err(|error| error.to_string())?;
        let mut items: Vec<Item> = entries.into_iter().map(Item::new).collect();
        let rules = self.rules(&items)?;
        select(&mut items, &rules, |item| &item.entry);
        let mut archive = Archive::new(output, algorithm).map_err(|error| error.to_string())?;
        let mut total: u64 = 0;
        for item in &items {
            let body = match item.source.kind {
                GitKind::Directory => Vec::new(),
                GitKind::File { .. } => self
                    .checkout
                    .read(&item.source)
                    .map_err(|error| error.to_string())?,
            };
            total += body.len() as u64;
            if total > MAX_TREE_BYTES {
                return Err(format!(
                    "the tree holds more than the limit of {MAX_TREE_BYTES} bytes"
                ));
            }
            archive
                .append(&item.entry, &body)
                .map_err(|error| format!("write '{}': {error}", item.entry.path))?;
        }
        let written = archive.finish().map_err(|error| error.to_string())?;
        Ok(Written {
            output: (),
            digest: written.digest,
            size: written.size,
        })
    }
}

impl Item {
    fn new(source: rheostat_git::Entry) -> Self {
        let kind = match source.kind {
            GitKind::Directory => EntryKind::Directory,
            GitKind::File { is_executable } => EntryKind::File { is_executable },
        };
        let entry = Entry {
            path: source.path.clone(),
            kind,
        };
        Self { source, entry }
    }
}
