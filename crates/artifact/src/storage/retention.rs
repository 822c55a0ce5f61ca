//! Garbage collection: older artifacts of an object go, the current one
//! stays.

use std::fs;
use std::io;
use std::time::{Duration, SystemTime};

use super::{ArtifactPath, Storage, StorageError, UNFINISHED_PREFIX, remove};

/// How long older artifacts are kept for those who still fetch them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// An artifact older than this goes, however few there are.
    pub ttl: Duration,
    /// Most artifacts that are kept, the current one included.
    pub records: usize,
}

/// Most files looked at in one pass, as in the reference; the next pass
/// goes on.
const MAX_FILES: usize = 1000;

/// A file that may go.
struct Candidate {
    name: String,
    modified: SystemTime,
}

impl Storage {
    /// Removes what the retention no longer keeps beside `current`, and what
    /// an interrupted write left. Returns the names of removed artifacts,
    /// oldest first.
    ///
    /// # Errors
    /// When the disk refuses. What was removed until then stays removed.
    pub fn collect_garbage(
        &self,
        current: &ArtifactPath,
        retention: Retention,
        now: SystemTime,
    ) -> Result<Vec<String>, StorageError> {
        let folder = self.root().join(current.folder().as_str());
        let mut others = self.candidates(current)?;
        others.sort_by_key(|candidate| candidate.modified);
        // The current one takes a place, unless none is to be kept.
        let places = retention.records.saturating_sub(1);
        let surplus = others.len().saturating_sub(places);
        let is_expired = |candidate: &Candidate| {
            now.duration_since(candidate.modified)
                .is_ok_and(|age| age > retention.ttl)
        };
        let mut removed = Vec::new();
        for (index, candidate) in others.into_iter().enumerate() {
            if index < surplus || is_expired(&candidate) {
                let lock = folder.join(format!("{}.lock", candidate.name));
                remove(&folder.join(&candidate.name))
                    .and_then(|()| remove(&lock))
                    .map_err(|cause| StorageError::Remove {
                        path: format!("{}/{}", current.folder(), candidate.name),
                        cause,
                    })?;
                removed.push(candidate.name);
            }
        }
        Ok(removed)
    }

    /// The files beside the current one. Removes what is not whole: nobody
    /// else writes to the folder now.
    fn candidates(&self, current: &ArtifactPath) -> Result<Vec<Candidate>, StorageError> {
        let failed = |cause| StorageError::Read {
            path: current.folder().to_string(),
            cause,
        };
        let folder = self.root().join(current.folder().as_str());
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut candidates = Vec::new();
        for entry in entries.take(MAX_FILES) {
            let entry = entry.map_err(failed)?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let metadata = entry.metadata().map_err(failed)?;
            if !metadata.is_file() || current.file_name() == name {
                continue;
            }
            if name.starts_with(UNFINISHED_PREFIX) {
                remove(&entry.path()).map_err(failed)?;
                continue;
            }
            // Locks of the reference go with the file that they belong to.
            if std::path::Path::new(&name)
                .extension()
                .is_none_or(|extension| extension != "lock")
            {
                let modified = metadata.modified().map_err(failed)?;
                candidates.push(Candidate { name, modified });
            }
        }
        Ok(candidates)
    }
}
