use super::*;

use std::time::Duration;

use rheostat_artifact::digest::{Algorithm, Digest};
use rheostat_artifact::storage::StorageError;

struct Kept {
    storage: Storage,
    _root: tempfile::TempDir,
}

impl Kept {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        let storage = Storage::open(root.path(), "localhost:9090").expect("it is there");
        Self {
            storage,
            _root: root,
        }
    }

    fn write(&self, path: &str) {
        let path = ArtifactPath::from_status(path).expect("a path");
        let written = self.storage.write(&path, |output| {
            output
                .write_all(b"bytes")
                .map_err(|cause| StorageError::Write {
                    path: path.to_string(),
                    cause,
                })
        });
        written.expect("the disk has room");
    }

    /// What is found for the object `ns/own` whose status names `path` with
    /// the digest of `bytes`.
    fn look(&self, path: &str, bytes: &[u8]) -> Stored {
        let json = serde_json::json!({
            "digest": Digest::of(Algorithm::Sha256, bytes).to_string(),
            "lastUpdateTime": "2026-01-01T00:00:00Z",
            "path": path,
            "revision": "main@sha1:1",
            "url": "http://elsewhere/a.tar.gz",
        });
        let artifact: Artifact = serde_json::from_value(json).expect("an artifact");
        let folder = Folder::new("GitRepository", "ns", "own").expect("plain names");
        let retention = Retention {
            ttl: Duration::from_mins(1),
            records: 1,
        };
        look(&self.storage, retention, &folder, (Some(&artifact), None))
            .expect("the disk allows it")
    }
}

const OWN: &str = "gitrepository/ns/own/a.tar.gz";

#[test]
fn a_whole_artifact_gets_the_url_of_today() {
    let kept = Kept::new();
    kept.write(OWN);
    kept.write("gitrepository/ns/own/older.tar.gz");
    let stored = kept.look(OWN, b"bytes");
    assert_eq!(stored.collected, 1);
    let url = stored.artifact.expect("it is whole").url;
    assert_eq!(url, format!("http://localhost:9090/{OWN}"));
}

#[test]
fn a_damaged_artifact_is_removed() {
    let kept = Kept::new();
    kept.write(OWN);
    let stored = kept.look(OWN, b"other bytes");
    assert!(stored.is_missing && stored.artifact.is_none());
    let problem = stored.corruption.expect("it is told");
    assert!(problem.contains("doesn't match"), "{problem}");
    let again = kept.look(OWN, b"bytes");
    assert!(again.is_missing && again.corruption.is_none());
}

#[test]
fn files_of_others_are_left_alone() {
    let kept = Kept::new();
    for path in [
        "gitrepository/ns/other/a.tar.gz",
        "gitrepository/ns/own-too/a.tar.gz",
    ] {
        kept.write(path);
        for spelling in [path.to_owned(), format!("/../x/../{path}")] {
            let stored = kept.look(&spelling, b"other bytes");
            assert!(stored.is_missing && stored.corruption.is_none());
            assert!(kept.storage.root().join(path).is_file(), "{spelling}");
        }
    }
}
