//! From fetched content to a stored artifact.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use rheostat_api::{Artifact, Reason};
use rheostat_artifact::storage::{Folder, StorageError};

use super::New;
use super::outcome::{Halt, News};
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

/// What was stored, and the address of the link to it or why there is none.
pub(super) type Archived = (Artifact, Option<Result<String, String>>);

/// Writes what was fetched to its place, and sets the link to it. It blocks.
///
/// # Errors
/// When the disk or the content fails; nothing is left behind then.
pub(super) fn archive<N>(
    context: &SourceContext,
    folder: &Folder,
    link: Option<&str>,
    new: &New<N>,
) -> Result<Archived, Halt> {
    let path = folder
        .file(&new.file_name)
        .map_err(|error| Halt::storage_failed(Reason::InvalidPath, error.to_string()))?;
    let written = context.storage.write(&path, |output| {
        new.content
            .archive(output, context.algorithm)
            .map_err(ArchiveError::Content)
    });
    let written = written.map_err(|error| Halt {
        news: Some(Box::new(News {
            revision: new.found.revision.clone(),
            told: new.found.news.clone(),
        })),
        ..Halt::storage_failed(
            Reason::ArchiveOperationFailed,
            format!("unable to archive artifact to storage: {}", told(&error)),
        )
    })?;
    let now = Timestamp::now();
    let artifact = Artifact {
        digest: written.digest.to_string(),
        // The contract has whole seconds.
        last_update_time: Time(Timestamp::from_second(now.as_second()).unwrap_or(now)),
        metadata: new.metadata.clone(),
        path: path.to_string(),
        revision: new.found.revision.clone(),
        size: i64::try_from(written.size).ok(),
        url: context.storage.url(&path),
    };
    let link = link.map(|name| {
        let linked = context.storage.link(&path, name);
        linked.map_err(|error| told(&error))
    });
    Ok((artifact, link))
}
