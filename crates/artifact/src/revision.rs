//! Names of what was archived: `main@sha1:<hex>`, `sha1:<hex>`.
//!
//! Hashes are SHA-1 here, as everywhere in the contract.
//!
//! A Git revision is the reference under which a commit was found, without
//! its first two segments, and the commit. Older controllers wrote
//! `main/<hex>`; such names are read, never written.

/// The revision of a Git commit that was found under `reference`: a full
/// name (`refs/heads/main`), of which the part after the second slash is
/// kept, or nothing when the commit was asked for by its hash alone.
pub fn of_commit(reference: Option<&str>, hash: &str) -> String {
    match reference {
        Some(full) => format!("{}@sha1:{hash}", short_reference(full)),
        None => format!("sha1:{hash}"),
    }
}

/// The revision of a Git commit whose reference was asked for by its full
/// name, which is kept.
pub fn of_named_commit(full_reference: &str, hash: &str) -> String {
    format!("{full_reference}@sha1:{hash}")
}

/// Brings a revision that may be of the older form to today's. Only for
/// comparison: a status keeps what it has until a new artifact is made.
pub fn normalised(revision: &str) -> String {
    if revision.contains('@') || revision.contains(':') {
        return revision.to_owned();
    }
    let is_hash = |text: &str| text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit());
    match revision.rsplit_once('/') {
        Some(("HEAD", hash)) if is_hash(hash) => format!("sha1:{hash}"),
        Some((pointer, hash)) if is_hash(hash) => format!("{pointer}@sha1:{hash}"),
        None if is_hash(revision) => format!("sha1:{revision}"),
        _ => revision.to_owned(),
    }
}

/// Everything after the second slash: `refs/heads/a/b` gives `a/b`.
fn short_reference(full: &str) -> &str {
    full.splitn(3, '/').nth(2).unwrap_or(full)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "f8aa25e4d1c0e8ae0ba1bbb5ea94cf3a9e9b3d5c";

    fn check(found: &str, expected: &str) {
        assert_eq!(found, expected.replace("HASH", HASH));
    }

    #[test]
    fn commits_are_named_by_their_reference() {
        check(
            &of_commit(Some("refs/heads/feature/x"), HASH),
            "feature/x@sha1:HASH",
        );
        check(&of_commit(Some("refs/tags/v1"), HASH), "v1@sha1:HASH");
        check(&of_commit(None, HASH), "sha1:HASH");
        check(
            &of_named_commit("refs/pull/7/head", HASH),
            "refs/pull/7/head@sha1:HASH",
        );
    }

    #[test]
    fn older_names_are_read() {
        for (old, new) in [
            ("main/HASH", "main@sha1:HASH"),
            ("feature/x/HASH", "feature/x@sha1:HASH"),
            ("HEAD/HASH", "sha1:HASH"),
            ("HASH", "sha1:HASH"),
            ("main@sha1:HASH", "main@sha1:HASH"),
            ("6.1.0", "6.1.0"),
        ] {
            check(&normalised(&old.replace("HASH", HASH)), new);
        }
    }
}
