use super::*;
use crate::extract::{self, Limits};
use crate::ignore::Rules;

fn entry(path: &str, kind: EntryKind) -> Entry {
    Entry {
        path: TreePath::new(path).expect("a path of the table"),
        kind,
    }
}

/// Archives paths, of which those with a slash at the end are folders and
/// those with `!` at the end are executable. The body of a file is its name.
fn archive(paths: &[&str]) -> Written<Vec<u8>> {
    let mut entries: Vec<Entry> = paths
        .iter()
        .map(
            |path| match (path.strip_suffix('/'), path.strip_suffix('!')) {
                (Some(folder), _) => entry(folder, EntryKind::Directory),
                (None, executable) => entry(
                    executable.unwrap_or(path),
                    EntryKind::File {
                        is_executable: executable.is_some(),
                    },
                ),
            },
        )
        .collect();
    let rules = Rules::new(Vec::new(), Some("/unused")).expect("one rule");
    select(&mut entries, &rules, |entry| entry);
    let mut archive =
        Archive::new(Vec::new(), Algorithm::Sha256).expect("memory takes what is written");
    for entry in &entries {
        let body = match entry.kind {
            EntryKind::Directory => "",
            EntryKind::File { .. } => entry.path.as_str(),
        };
        archive
            .append(entry, body.as_bytes())
            .expect("memory takes what is written");
    }
    archive.finish().expect("memory takes what is written")
}

/// Names, types and modes as another reader sees them.
fn listing(written: &Written<Vec<u8>>) -> Vec<String> {
    let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(&written.output[..]));
    let entries = tar.entries().expect("an archive");
    entries
        .map(|entry| {
            let entry = entry.expect("an entry");
            let header = entry.header();
            assert_eq!(
                (header.mtime().ok(), header.uid().ok(), header.gid().ok()),
                (Some(0), Some(0), Some(0))
            );
            let path = String::from_utf8(entry.path_bytes().into_owned()).expect("UTF-8");
            let mode = header.mode().expect("a mode");
            format!("{:?} {mode:o} {path}", header.entry_type())
        })
        .collect()
}

#[test]
fn golden_digests_do_not_drift() {
    // A change here changes every artifact of every user once: on purpose only.
    let long = format!("{}/b", "a".repeat(150));
    for (paths, expected) in [
        (&[][..], EMPTY),
        (&["app/", "app/a.yaml", "run.sh!", "empty/"], SMALL),
        (&["größe.yaml", &long], LONG),
    ] {
        let written = archive(paths);
        assert_eq!(written.digest.to_string(), expected, "{paths:?}");
        assert_eq!(written.size, written.output.len() as u64);
        assert_eq!(
            Digest::of(Algorithm::Sha256, &written.output),
            written.digest
        );
    }
}

const EMPTY: &str = "sha256:cf0047210d8c9afe23979cdb5920906b1ef38f5b2d0134971817abb2bc895c40";
const SMALL: &str = "sha256:7716e48fd3abe24faa069c7351ba2ce2c9c3b1c0b0ff13454034af508345ec5a";
const LONG: &str = "sha256:8d6f982aecb2e597e8ce704fb4c5d848c312dc79a29e9727c10d9ab0bc854da4";

#[test]
fn entries_are_ordered_by_component_and_have_fixed_modes() {
    let written = archive(&["a.b/", "a.b/x", "a/", "a/x!", "a!b", "a-b", "b/", "b/c/"]);
    assert_eq!(
        listing(&written),
        [
            "Directory 750 .",
            "Directory 750 a",
            "Regular 700 a/x",
            "Regular 600 a!b",
            "Regular 600 a-b",
            "Directory 750 a.b",
            "Regular 600 a.b/x",
            "Directory 750 b",
            "Directory 750 b/c",
        ]
    );
    assert_eq!(
        written.digest,
        archive(&["b/c/", "b/", "a-b", "a!b", "a/x!", "a/", "a.b/x", "a.b/"]).digest
    );
}

#[test]
fn long_and_foreign_paths_survive() {
    let name = "n".repeat(101);
    let deep = format!("{}/{}/f", "d".repeat(90), "e".repeat(90));
    let split = format!("{}/{}", "p".repeat(150), "q".repeat(100));
    let foreign = "ordner/größe ☃.yaml";
    let paths = [foreign, name.as_str(), deep.as_str(), split.as_str()];
    let written = archive(&paths);
    let mut expected: Vec<&str> = paths.to_vec();
    expected.sort_unstable();
    let mut found: Vec<String> = listing(&written)
        .iter()
        .skip(1)
        .map(|line| line.trim_start_matches("Regular 600 ").to_owned())
        .collect();
    found.sort_unstable();
    assert_eq!(found, expected);
    let tree = extract::tar_gz(&written.output[..], &Limits::default()).expect("it is in order");
    for path in paths {
        let path = TreePath::new(path).expect("a path of the table");
        assert!(tree.get(&path).is_some(), "{path}");
    }
}
