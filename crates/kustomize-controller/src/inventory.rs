//! The inventory that status holds.

use rheostat_api::Kustomization;
use rheostat_apply::{Entry, IdError, Inventory};

/// The inventory as it is stored.
///
/// # Errors
/// When an id cannot be read: nothing may be forgotten because of it.
pub fn stored(object: &Kustomization) -> Result<Inventory, IdError> {
    let stored = object.status.as_ref().and_then(|s| s.inventory.as_ref());
    let entries = stored.into_iter().flat_map(|inventory| &inventory.entries);
    entries
        .map(|entry| {
            Ok(Entry {
                id: entry.id.parse()?,
                version: entry.version.clone(),
            })
        })
        .collect()
}
