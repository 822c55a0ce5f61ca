//! From fetched content to a stored artifact.

use std::collections::BTreeMap;

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use rheostat_api::{Artifact, Reason};
use rheostat_artifact::storage::{Folder, StorageError};

use super::Content;
use super::outcome::Halt;
use super::stored::told;
use crate::context::SourceContext;

/// Why nothing was stored.
#[derive(Debug, thiserror::Error)]
enum ArchiveError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("{0}")]
    Content(String),
}

/// Writes the archive of `fetched` to its place. It blocks.
///
/// # Errors
/// When the disk or the content fails; nothing is left behind then.
pub(super) fn archive(
    context: &SourceContext,
    folder: &Folder,
    file_name: &str,
    revision: &str,
    fetched: &dyn Content,
) -> Result<Artifact, Halt> {
    let path = folder
        .file(file_name)
        .map_err(|error| Halt::storage_failed(Reason::InvalidPath, error.to_string()))?;
    let written = context.storage.write(&path, |output| {
        fetched
            .archive(output, context.algorithm)
            .map_err(ArchiveError::Content)
    });
    let written = written.map_err(|error| Halt {
        revision: Some(revision.to_owned()),
        ..Halt::storage_failed(
            Reason::ArchiveOperationFailed,
            format!("unable to archive artifact to storage: {}", told(&error)),
        )
    })?;
    let now = Timestamp::now();
    Ok(Artifact {
        digest: written.digest.to_string(),
        // The contract has whole seconds.
        last_update_time: Time(Timestamp::from_second(now.as_second()).unwrap_or(now)),
        metadata: BTreeMap::new(),
        path: path.to_string(),
        revision: revision.to_owned(),
        size: i64::try_from(written.size).ok(),
        url: context.storage.url(&path),
    })
}
