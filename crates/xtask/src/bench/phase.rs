//! The phases of a run, as the table names them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A phase of the benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Phase {
    /// Everything is created.
    Install,
    /// A pass is requested, and nothing has changed.
    Noop,
    /// A commit changes one object of each.
    Push,
    /// A commit changes something outside every path.
    Elsewhere,
    /// A new version of the chart changes one object of each.
    Upgrade,
    /// All Kustomizations are deleted.
    Prune,
    /// All HelmReleases are deleted.
    Uninstall,
}

impl Phase {
    /// All of them, in the order of the table.
    pub(super) const ALL: [Self; 7] = [
        Self::Install,
        Self::Noop,
        Self::Push,
        Self::Elsewhere,
        Self::Upgrade,
        Self::Prune,
        Self::Uninstall,
    ];

    /// Whether it leaves no object.
    pub(super) fn is_removal(self) -> bool {
        matches!(self, Self::Prune | Self::Uninstall)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Install => "install",
            Self::Noop => "noop",
            Self::Push => "push",
            Self::Elsewhere => "elsewhere",
            Self::Upgrade => "upgrade",
            Self::Prune => "prune",
            Self::Uninstall => "uninstall",
        })
    }
}
