//! A checkout as content.

use rheostat_artifact::archive::{Entry, EntryKind};
use rheostat_git::{Checkout, EntryKind as GitKind, Limits};

use crate::source::{Item, Listing};

impl Listing for Box<Checkout> {
    type Handle = rheostat_git::Entry;
    type Body = Vec<u8>;

    fn items(&self) -> Result<Vec<Item<Self::Handle>>, String> {
        let entries = self
            .entries(&Limits::default())
            .map_err(|error| error.to_string())?;
        Ok(entries.into_iter().map(item).collect())
    }

    fn read(&self, handle: &Self::Handle) -> Result<Vec<u8>, String> {
        Checkout::read(self, handle).map_err(|error| error.to_string())
    }
}

fn item(handle: rheostat_git::Entry) -> Item<rheostat_git::Entry> {
    let kind = match handle.kind {
        GitKind::Directory => EntryKind::Directory,
        GitKind::File { is_executable } => EntryKind::File { is_executable },
    };
    let entry = Entry {
        path: handle.path.clone(),
        kind,
    };
    Item { handle, entry }
}
