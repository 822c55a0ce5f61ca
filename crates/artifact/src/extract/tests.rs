use super::*;

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use rheostat_tree::{Files, Node};
use tar::Header;

const LIMITS: Limits = Limits {
    bytes: 1024 * 1024,
    entries: 8,
};

/// An entry under a name that no honest writer would give it.
fn entry(name: &[u8], entry_type: EntryType, mode: u32, body: &[u8]) -> Vec<u8> {
    let mut header = Header::new_ustar();
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_entry_type(entry_type);
    header.set_mode(mode);
    header.set_size(body.len() as u64);
    if matches!(entry_type, EntryType::Symlink | EntryType::Link) {
        header.as_old_mut().linkname[..4].copy_from_slice(b"/etc");
    }
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend(body);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

fn gzip(tar: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(tar).expect("memory takes what is written");
    gzip.finish().expect("memory takes what is written")
}

fn archive(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut tar = entries.concat();
    tar.extend([0; 1024]);
    gzip(&tar)
}

fn check_refused(bytes: &[u8], expected: &str) {
    let error = tar_gz(bytes, &LIMITS).expect_err(expected);
    assert!(error.to_string().contains(expected), "{error}: {expected}");
}

#[test]
fn files_and_folders_are_unpacked_and_links_dropped() {
    let bytes = archive(&[
        entry(b".", EntryType::Directory, 0o750, b""),
        entry(b"./app", EntryType::Directory, 0o050, b""),
        entry(b"app/a.yaml", EntryType::Regular, 0o600, b"a: 1\n"),
        entry(b"run.sh", EntryType::Regular, 0o104_700, b"#!"),
        entry(b"link", EntryType::Symlink, 0o777, b""),
    ]);
    let tree = tar_gz(&bytes[..], &LIMITS).expect("a good archive");
    let path = |text| TreePath::new(text).expect("a path");
    assert_eq!(
        tree.read(&path("app/a.yaml")).as_deref(),
        Ok(&b"a: 1\n"[..])
    );
    assert_eq!(tree.get(&path("link")).map(Node::kind), None);
    let mode = |text| match tree.get(&path(text)) {
        Some(Node::File(file)) => file.mode(),
        Some(Node::Directory(directory)) => directory.mode(),
        None => panic!("{text} is not there"),
    };
    assert_eq!((mode("app"), mode("run.sh")), (0o750, 0o700));
}

#[test]
fn hostile_names_are_refused() {
    for (name, expected) in [
        (&b"../evil"[..], "climbs"),
        (b"a/../../evil", "climbs"),
        (b"a/..", "climbs"),
        (b"/etc/passwd", "absolute"),
        (b"a\\..\\evil", "backslash"),
        (b"\xff", "not UTF-8"),
    ] {
        check_refused(
            &archive(&[entry(name, EntryType::Regular, 0o600, b"x")]),
            expected,
        );
    }
}

#[test]
fn special_files_are_refused() {
    for entry_type in [
        EntryType::Char,
        EntryType::Block,
        EntryType::Fifo,
        EntryType::Link,
    ] {
        check_refused(
            &archive(&[entry(b"dev", entry_type, 0o600, b"")]),
            "\"dev\" is not a regular file",
        );
    }
}

#[test]
fn bombs_are_refused() {
    let zeroes = vec![0; 2 * 1024 * 1024];
    let limit = "limit of 1048576 bytes";
    check_refused(
        &archive(&[entry(b"bomb", EntryType::Regular, 0o600, &zeroes)]),
        limit,
    );
    // A long name that never ends is read into memory by the tar reader.
    check_refused(
        &archive(&[entry(b"long", EntryType::GNULongName, 0o600, &zeroes)]),
        limit,
    );
    let many: Vec<_> = (0..9)
        .map(|n| entry(&[b'a' + n], EntryType::Regular, 0o600, b""))
        .collect();
    check_refused(&archive(&many), "limit of 8 entries");
}

#[test]
fn damage_is_told() {
    let whole = archive(&[entry(b"a", EntryType::Regular, 0o600, &[7; 4096])]);
    check_refused(b"not gzip at all", "read archive");
    check_refused(b"", "read archive");
    check_refused(&whole[..whole.len() / 2], "read archive");
    check_refused(&gzip(b"not a tar archive"), "read archive");
    check_refused(
        &archive(&[
            entry(b"a", EntryType::Regular, 0o600, b""),
            entry(b"a/b", EntryType::Regular, 0o600, b""),
        ]),
        "unpack archive",
    );
}
