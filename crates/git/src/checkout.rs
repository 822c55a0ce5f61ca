//! A fetched commit: its message, what its tree holds, and bodies on demand.

mod pack;
mod walk;

use gix_hash::ObjectId;
use tempfile::TempDir;

use crate::select::{Candidate, Found};

pub(crate) use pack::Pack;
pub use walk::{Entry, EntryKind, Limits};

/// A commit whose pack lies in a folder of its own.
#[derive(Debug)]
pub struct Checkout {
    found: Found,
    message: String,
    tree: ObjectId,
    pack: Pack,
    /// Holds the pack, and goes with this value.
    _folder: TempDir,
}

/// Why a commit or its tree cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CheckoutError {
    /// The commit is not where it was looked for.
    #[error("unable to resolve commit object for '{0}': object not found")]
    NoSuchCommit(String),
    /// An object is missing, damaged, or of another type.
    #[error("read {kind} {id}: {problem}")]
    Object {
        /// What it should be.
        kind: &'static str,
        /// Its hash.
        id: String,
        /// What is wrong.
        problem: String,
    },
    /// A name in a tree is none that a file can have.
    #[error("invalid path in tree: {0}")]
    Path(String),
    /// The tree is too large.
    #[error("the tree holds more than the limit of {limit} {what}")]
    TooLarge {
        /// The limit.
        limit: u64,
        /// Of what.
        what: &'static str,
    },
}

impl Checkout {
    /// Takes the youngest of the candidates.
    pub(crate) fn new(
        pack: Pack,
        folder: TempDir,
        candidates: &[Candidate],
    ) -> Result<Self, CheckoutError> {
        let mut youngest = None;
        for candidate in candidates {
            let commit = pack.commit(candidate.commit)?;
            if youngest
                .as_ref()
                .is_none_or(|(_, other): &(_, pack::Commit)| commit.seconds >= other.seconds)
            {
                youngest = Some((candidate, commit));
            }
        }
        let Some((candidate, commit)) = youngest else {
            return Err(CheckoutError::NoSuchCommit(String::new()));
        };
        Ok(Self {
            found: candidate.found(),
            message: commit.message,
            tree: commit.tree,
            pack,
            _folder: folder,
        })
    }

    /// Which commit it is, and under which name it was found.
    pub fn found(&self) -> &Found {
        &self.found
    }

    /// The message of the commit.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What the tree holds, folders before what is in them. Links are left
    /// out; an empty folder stands for a submodule.
    ///
    /// # Errors
    /// When the tree is damaged, hostile or too large.
    pub fn entries(&self, limits: &Limits) -> Result<Vec<Entry>, CheckoutError> {
        walk::entries(&self.pack, self.tree, limits)
    }

    /// The content of a file.
    ///
    /// # Errors
    /// When the object is missing or damaged.
    pub fn read(&self, entry: &Entry) -> Result<Vec<u8>, CheckoutError> {
        self.pack.blob(entry.id)
    }
}
