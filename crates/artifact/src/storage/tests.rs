use super::*;

use std::time::{Duration, SystemTime};

use crate::digest::Algorithm;

struct Kept {
    storage: Storage,
    folder: Folder,
    _root: tempfile::TempDir,
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("store")]
    Storage(#[from] StorageError),
    #[error("{0}")]
    Own(&'static str),
}

impl Kept {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        Self {
            storage: Storage::open(root.path(), "localhost:9090").expect("it is there"),
            folder: Folder::new("GitRepository", "ns", "app").expect("plain names"),
            _root: root,
        }
    }

    fn path(&self, name: &str) -> ArtifactPath {
        self.folder.file(name).expect("a plain name")
    }

    fn write(&self, name: &str, body: &str) -> Result<(), Failure> {
        self.storage.write(&self.path(name), |output| {
            output
                .write_all(body.as_bytes())
                .map_err(|_| Failure::Own("memory is full"))
        })
    }

    /// Writes a file of a given age.
    fn write_aged(&self, name: &str, age: Duration) {
        self.write(name, name).expect("the disk has room");
        let location = self.storage.root().join(self.path(name).as_str());
        let file = File::options().append(true).open(location);
        file.and_then(|file| file.set_modified(SystemTime::now() - age))
            .expect("the time can be set");
    }

    fn names(&self) -> Vec<String> {
        let folder = self.storage.root().join(self.folder.as_str());
        let Ok(entries) = fs::read_dir(folder) else {
            return Vec::new();
        };
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name())
            .map(|name| name.into_string().expect("UTF-8"))
            .collect();
        names.sort_unstable();
        names
    }
}

#[test]
fn files_appear_whole_or_not_at_all() {
    let kept = Kept::new();
    kept.write("a.tar.gz", "first").expect("the disk has room");
    let refused = kept.storage.write(&kept.path("a.tar.gz"), |output| {
        output
            .write_all(b"half of the sec")
            .map_err(|_| Failure::Own("memory is full"))?;
        Err::<(), _>(Failure::Own("the source went away"))
    });
    assert!(matches!(refused, Err(Failure::Own(_))));
    assert_eq!(kept.names(), ["a.tar.gz"]);
    let location = kept.storage.root().join(kept.path("a.tar.gz").as_str());
    assert_eq!(fs::read(location).expect("it is there"), b"first");
}

#[test]
fn a_disk_that_refuses_leaves_nothing() {
    let kept = Kept::new();
    // A file where a folder is needed refuses whoever runs the test.
    fs::write(kept.storage.root().join("gitrepository"), "").expect("the disk has room");
    let refused = kept.write("a.tar.gz", "first").expect_err("no folder");
    assert!(matches!(
        refused,
        Failure::Storage(StorageError::CreateFolder { .. })
    ));
    assert!(kept.names().is_empty());
}

#[test]
fn artifacts_are_checked_against_their_digest() {
    let kept = Kept::new();
    kept.write("a.tar.gz", "abc").expect("the disk has room");
    let right = Digest::of(Algorithm::Sha256, b"abc");
    let wrong = Digest::of(Algorithm::Sha256, b"abd").to_string();
    let check = |name: &str, digest: &str, expected: Verdict| {
        let verdict = kept.storage.verify(&kept.path(name), digest);
        assert_eq!(
            verdict.expect("it can be read"),
            expected,
            "{name} {digest}"
        );
    };
    check("a.tar.gz", &right.to_string(), Verdict::Intact);
    check("a.tar.gz", &wrong, Verdict::Mismatch { found: right });
    check(
        "a.tar.gz",
        "",
        Verdict::NoDigest("invalid digest ''".to_owned()),
    );
    check("b.tar.gz", &wrong, Verdict::Missing);
    kept.storage
        .remove(&kept.path("a.tar.gz"))
        .expect("it can be removed");
    check("a.tar.gz", &wrong, Verdict::Missing);
}

/// Ages in seconds of `a`, `b`, `c`, … and of the current file `z`.
fn check_garbage(ages: &[u64], records: usize, ttl: u64, removed: &[&str]) {
    let kept = Kept::new();
    kept.write_aged("z", Duration::from_secs(1000));
    for (index, age) in ages.iter().enumerate() {
        let name = ["a", "b", "c", "d"][index];
        kept.write_aged(name, Duration::from_secs(*age));
    }
    let retention = Retention {
        ttl: Duration::from_secs(ttl),
        records,
    };
    let found = kept
        .storage
        .collect_garbage(&kept.path("z"), retention, SystemTime::now())
        .expect("the disk allows it");
    assert_eq!(found, removed, "{ages:?} {records} {ttl}");
    assert_eq!(kept.names().len(), ages.len() + 1 - removed.len());
}

#[test]
fn older_artifacts_go_and_the_current_one_stays() {
    check_garbage(&[], 2, 60, &[]);
    check_garbage(&[10], 2, 60, &[]);
    check_garbage(&[100], 2, 60, &["a"]);
    check_garbage(&[10, 20, 30], 2, 60, &["c", "b"]);
    check_garbage(&[10, 100, 30], 4, 60, &["b"]);
    check_garbage(&[10, 100, 30], 3, 60, &["b"]);
    check_garbage(&[10, 100, 30], 2, 60, &["b", "c"]);
    check_garbage(&[10, 20], 1, 60, &["b", "a"]);
    check_garbage(&[10, 20], 0, 60, &["b", "a"]);
}

#[test]
fn what_an_interrupted_write_left_goes() {
    let kept = Kept::new();
    kept.write("a", "").expect("the disk has room");
    let folder = kept.storage.root().join(kept.folder.as_str());
    fs::write(folder.join(".unfinished-b"), "half").expect("the disk has room");
    fs::write(folder.join("a.lock"), "").expect("the disk has room");
    let retention = Retention {
        ttl: Duration::from_mins(1),
        records: 2,
    };
    let removed = kept
        .storage
        .collect_garbage(&kept.path("a"), retention, SystemTime::now())
        .expect("the disk allows it");
    assert!(removed.is_empty());
    assert_eq!(kept.names(), ["a", "a.lock"]);
    assert!(kept.storage.remove_all(&kept.folder).expect("it can go"));
    assert!(!kept.storage.remove_all(&kept.folder).expect("it is gone"));
}

#[test]
fn addresses_become_urls() {
    let root = tempfile::tempdir().expect("a folder");
    for (address, expected) in [
        ("localhost:9090", "http://localhost:9090/k/n/a/f"),
        (
            "sc.ns.svc.cluster.local.",
            "http://sc.ns.svc.cluster.local./k/n/a/f",
        ),
        (
            "https://files.example.com/",
            "https://files.example.com/k/n/a/f",
        ),
    ] {
        let storage = Storage::open(root.path(), address).expect("it is there");
        let path = ArtifactPath::from_status("/../k/n/x/../a/f").expect("a path");
        assert_eq!(storage.url(&path), expected);
    }
    assert!(Storage::open(root.path().join("absent"), "").is_err());
}

#[test]
fn a_link_leads_to_the_newest() {
    let kept = Kept::new();
    for name in ["one.tgz", "two.tgz"] {
        kept.write(name, name).expect("the disk has room");
        let url = kept.storage.link(&kept.path(name), "latest.tar.gz");
        let expected = "http://localhost:9090/gitrepository/ns/app/latest.tar.gz";
        assert_eq!(url.expect("the disk has room"), expected);
        let location = kept.path("latest.tar.gz");
        let body = fs::read_to_string(kept.storage.root().join(location.as_str()));
        assert_eq!(body.expect("it leads somewhere"), name);
    }
    assert_eq!(kept.names(), ["latest.tar.gz", "one.tgz", "two.tgz"]);
}
