//! What is stored of a source: garbage goes, and the artifact is compared
//! with the status.

use std::time::SystemTime;

use rheostat_api::{Artifact, Reason};
use rheostat_artifact::storage::{ArtifactPath, Folder, Retention, Storage, Verdict};

use super::outcome::Halt;

/// What is stored of a source, and what was noticed in passing.
#[derive(Debug, Clone, Default)]
pub struct Stored {
    /// The artifact of the status, if it is whole. Its URL is today's.
    pub artifact: Option<Artifact>,
    /// Where the link to it is found today, for kinds that have one.
    pub link: Option<String>,
    /// How many older artifacts were removed.
    pub collected: usize,
    /// Why older artifacts could not be removed.
    pub collection_error: Option<String>,
    /// Why the stored artifact was removed.
    pub corruption: Option<String>,
    /// Whether the status names an artifact that is not stored any more.
    pub is_missing: bool,
}

/// Looks at the storage. It blocks.
///
/// A status that names a file outside of the object's own folder counts as
/// one whose file is missing: it may have been written by somebody else, and
/// what it names may belong to another object.
///
/// # Errors
/// When the storage cannot be read, or a damaged artifact not be removed.
pub(super) fn look(
    storage: &Storage,
    retention: Retention,
    folder: &Folder,
    (artifact, link): (Option<&Artifact>, Option<&str>),
) -> Result<Stored, Halt> {
    let mut stored = Stored::default();
    let Some(artifact) = artifact else {
        return Ok(stored);
    };
    let path = match ArtifactPath::from_status(&artifact.path) {
        Ok(path) if folder.holds(&path) => path,
        _ => {
            stored.is_missing = true;
            return Ok(stored);
        }
    };
    match storage.collect_garbage(&path, retention, SystemTime::now()) {
        Ok(removed) => stored.collected = removed.len(),
        // What cannot be removed now is removed another time.
        Err(error) => stored.collection_error = Some(told(&error)),
    }
    let failed = |error| Halt::storage_failed(Reason::StatOperationFailed, told(&error));
    stored.corruption = match storage.verify(&path, &artifact.digest) {
        Ok(Verdict::Intact) => {
            stored.link = link.map(|link| storage.link_url(&path, link));
            stored.artifact = Some(Artifact {
                url: storage.url(&path),
                ..artifact.clone()
            });
            return Ok(stored);
        }
        Ok(Verdict::Missing) => None,
        Ok(Verdict::NoDigest(problem)) => Some(problem),
        Ok(Verdict::Mismatch { .. }) => Some(format!(
            "computed digest doesn't match '{}'",
            artifact.digest
        )),
        Err(error) => return Err(failed(error)),
    };
    if stored.corruption.is_some() {
        storage.remove(&path).map_err(failed)?;
    }
    stored.is_missing = true;
    Ok(stored)
}

pub(super) fn told(error: &(dyn std::error::Error + 'static)) -> String {
    rheostat_upstream::failure::chain(error)
}

#[cfg(test)]
mod tests;
