//! Objects of a pack.

use std::fmt;

use gix_hash::ObjectId;
use gix_object::{CommitRef, Kind};
use gix_pack::Bundle;
use gix_pack::cache::Never;
use gix_zlib::Inflate;
use rheostat_upstream::failure;

use super::CheckoutError;

/// A pack that lies on the disk.
pub(crate) struct Pack {
    bundle: Bundle,
}

/// What is read of a commit.
pub(super) struct Commit {
    pub(super) tree: ObjectId,
    pub(super) message: String,
    /// When it was committed, since the epoch.
    pub(super) seconds: i64,
}

impl fmt::Debug for Pack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pack").finish_non_exhaustive()
    }
}

impl Pack {
    pub(crate) fn new(bundle: Bundle) -> Self {
        Self { bundle }
    }

    pub(super) fn commit(&self, id: ObjectId) -> Result<Commit, CheckoutError> {
        let no_such_commit = || CheckoutError::NoSuchCommit(id.to_string());
        let data = self.find(id, Kind::Commit)?.ok_or_else(no_such_commit)?;
        let damaged = |error: gix_error::Error| damaged("commit", id, &error);
        let commit = CommitRef::from_bytes(&data, gix_hash::Kind::Sha1).map_err(damaged)?;
        let committer = commit.committer().map_err(damaged)?;
        Ok(Commit {
            tree: commit.tree(),
            message: String::from_utf8_lossy(commit.message).into_owned(),
            seconds: committer.seconds(),
        })
    }

    pub(super) fn tree(&self, id: ObjectId) -> Result<Vec<u8>, CheckoutError> {
        self.find(id, Kind::Tree)?.ok_or_else(|| absent("tree", id))
    }

    pub(super) fn blob(&self, id: ObjectId) -> Result<Vec<u8>, CheckoutError> {
        self.find(id, Kind::Blob)?.ok_or_else(|| absent("blob", id))
    }

    fn find(&self, id: ObjectId, kind: Kind) -> Result<Option<Vec<u8>>, CheckoutError> {
        let mut data = Vec::new();
        let found = self
            .bundle
            .find(&id, &mut data, &mut Inflate::default(), &mut Never)
            .map_err(|error| damaged(name(kind), id, &error))?;
        match found.map(|(object, _)| object.kind) {
            None => Ok(None),
            Some(found) if found == kind => Ok(Some(data)),
            Some(found) => Err(CheckoutError::Object {
                kind: name(kind),
                id: id.to_string(),
                problem: format!("it is a {}", name(found)),
            }),
        }
    }
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Tree => "tree",
        Kind::Blob => "blob",
        Kind::Commit => "commit",
        Kind::Tag => "tag",
    }
}

fn absent(kind: &'static str, id: ObjectId) -> CheckoutError {
    CheckoutError::Object {
        kind,
        id: id.to_string(),
        problem: "object not found".to_owned(),
    }
}

pub(super) fn damaged(kind: &'static str, id: ObjectId, error: &gix_error::Error) -> CheckoutError {
    CheckoutError::Object {
        kind,
        id: id.to_string(),
        problem: failure::chain(error),
    }
}
