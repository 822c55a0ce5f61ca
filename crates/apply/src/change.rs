//! What became of each object.

use std::fmt;

use crate::id::ObjectId;
use crate::inventory::{Entry, Inventory};

/// What became of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// It was not there before.
    Created,
    /// It was brought to what is wanted.
    Configured,
    /// It was as wanted.
    Unchanged,
    /// It is to be left alone.
    Skipped,
    /// It is gone or going.
    Deleted,
}

/// What became of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The object and its version.
    pub entry: Entry,
    /// What became of it.
    pub action: Action,
}

/// What became of objects, in the order in which they were handled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeLog {
    /// One entry for each object.
    pub changes: Vec<Change>,
}

impl Action {
    /// Whether something was written.
    pub fn is_change(self) -> bool {
        match self {
            Self::Created | Self::Configured | Self::Deleted => true,
            Self::Unchanged | Self::Skipped => false,
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Created => "created",
            Self::Configured => "configured",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
            Self::Deleted => "deleted",
        })
    }
}

impl Change {
    /// A change of an object.
    pub fn new(id: ObjectId, version: &str, action: Action) -> Self {
        let version = version.to_owned();
        Self {
            entry: Entry { id, version },
            action,
        }
    }
}

/// `Kind/namespace/name action`.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.entry.id.subject(), self.action)
    }
}

impl ChangeLog {
    /// The objects, skipped ones included.
    pub fn inventory(&self) -> Inventory {
        self.changes.iter().map(|c| c.entry.clone()).collect()
    }

    /// The lines of all that was written; empty if nothing was.
    pub fn written(&self) -> String {
        let written = self.changes.iter().filter(|c| c.action.is_change());
        lines(written)
    }

    /// The lines of all entries.
    pub fn lines(&self) -> String {
        lines(self.changes.iter())
    }
}

fn lines<'a>(changes: impl Iterator<Item = &'a Change>) -> String {
    changes
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}
