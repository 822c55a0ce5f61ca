//! What a source asks for.

use rheostat_gocompat::semver::{Constraint, ConstraintError};

/// A reference as a spec states it.
#[derive(Debug, Clone)]
pub enum Reference {
    /// The newest commit of a branch.
    Branch(String),
    /// The commit that a tag points to, whatever stands between.
    Tag(String),
    /// The tag with the highest version in a range.
    SemVer {
        /// The range as it was written.
        range: String,
        /// The range as it was read.
        constraint: Constraint,
    },
    /// The commit under a full name, such as `refs/pull/7/head`. Outside of
    /// branches and tags the commit must belong to a branch.
    Name(String),
    /// A commit, which must belong to what it is looked for on.
    Commit {
        /// Its hash in hexadecimal.
        hash: String,
        /// Where it is looked for.
        on: On,
    },
}

/// Where a commit is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum On {
    /// On any branch.
    AnyBranch,
    /// On one branch.
    Branch(String),
    /// Under a full name.
    Name(String),
}

/// Why a text is no reference.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReferenceError {
    /// A full name begins or ends with a slash.
    #[error("ref {0} is invalid; Git refs cannot begin or end with a slash '/'")]
    Slash(String),
    /// A range cannot be read.
    #[error("semver parse error: {0}")]
    Range(#[from] ConstraintError),
}

impl Reference {
    /// Reads a range of versions.
    ///
    /// # Errors
    /// When the range has no meaning.
    pub fn semver(range: &str) -> Result<Self, ReferenceError> {
        Ok(Self::SemVer {
            range: range.to_owned(),
            constraint: Constraint::parse(range)?,
        })
    }

    /// Reads a full name.
    ///
    /// # Errors
    /// When it begins or ends with a slash.
    pub fn name(name: &str) -> Result<Self, ReferenceError> {
        if name.starts_with('/') || name.ends_with('/') {
            return Err(ReferenceError::Slash(name.to_owned()));
        }
        Ok(Self::Name(name.to_owned()))
    }

    /// Whether the newest commit of a branch is asked for.
    pub fn is_branch(&self) -> bool {
        match self {
            Self::Branch(_) => true,
            Self::Name(name) => name.starts_with("refs/heads/"),
            Self::Tag(_) | Self::SemVer { .. } | Self::Commit { .. } => false,
        }
    }

    /// What the server is asked to list: names that begin so.
    pub(crate) fn prefixes(&self) -> Vec<String> {
        let heads = || "refs/heads/".to_owned();
        match self {
            Self::Branch(branch)
            | Self::Commit {
                on: On::Branch(branch),
                ..
            } => vec![format!("refs/heads/{branch}")],
            Self::Tag(tag) => vec![format!("refs/tags/{tag}")],
            Self::SemVer { .. } => vec!["refs/tags/".to_owned()],
            Self::Name(name)
            | Self::Commit {
                on: On::Name(name), ..
            } => vec![dereferenced(name).to_owned(), heads()],
            Self::Commit {
                on: On::AnyBranch, ..
            } => vec![heads()],
        }
    }
}

/// A name without the suffix that asks for the commit behind a tag, which is
/// what every name is asked for here.
pub(crate) fn dereferenced(name: &str) -> &str {
    name.strip_suffix("^{}").unwrap_or(name)
}
