//! Which commit a reference names, given what the server lists. Pure.

use gix_hash::ObjectId;
use gix_protocol::handshake::Ref;
use rheostat_gocompat::semver::{Constraint, Version};

use crate::reference::{On, Reference, dereferenced};

/// A commit with the name under which it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The full name (`refs/heads/main`); none for a commit that was asked
    /// for by its hash alone.
    pub reference: Option<String>,
    /// The hash of the commit in hexadecimal.
    pub commit: String,
}

/// Why no commit was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// The server lists no such name.
    #[error("couldn't find remote ref {0:?}")]
    NoSuchReference(String),
    /// No tag has a version in the range.
    #[error("no match found for semver: {0}")]
    NoSuchVersion(String),
    /// The hash is none.
    #[error("unable to resolve commit object for '{0}': not a full hash")]
    NotAHash(String),
}

/// A reference that the server lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) name: String,
    /// What it points to: a commit, or a tag object.
    pub(crate) target: ObjectId,
    /// The commit behind it.
    pub(crate) commit: ObjectId,
}

/// What is to be fetched.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Selection {
    /// The commits of which the youngest is meant: more than one only where
    /// tags have versions of equal precedence.
    pub(crate) candidates: Vec<Candidate>,
    /// What the server is asked for.
    pub(crate) wants: Vec<ObjectId>,
    /// Whether history is needed to know that the commit is there.
    pub(crate) needs_history: bool,
}

/// A commit that may be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) reference: Option<String>,
    pub(crate) commit: ObjectId,
}

impl Listed {
    /// What can be fetched of a reference; none when it is unborn.
    pub(crate) fn new(reference: &Ref) -> Option<Self> {
        let (name, target, peeled) = reference.unpack();
        let target = target?.to_owned();
        Some(Self {
            // A name that is not UTF-8 cannot be asked for in a spec.
            name: String::from_utf8(name.to_vec()).ok()?,
            target,
            commit: peeled.map_or(target, ToOwned::to_owned),
        })
    }
}

impl Candidate {
    pub(crate) fn found(&self) -> Found {
        Found {
            reference: self.reference.clone(),
            commit: self.commit.to_string(),
        }
    }
}

/// Decides which commit is meant.
pub(crate) fn select(reference: &Reference, listed: &[Listed]) -> Result<Selection, SelectError> {
    match reference {
        Reference::Branch(branch) => tip(listed, &format!("refs/heads/{branch}")),
        Reference::Tag(tag) => tip(listed, &format!("refs/tags/{tag}")),
        Reference::SemVer { range, constraint } => highest(listed, range, constraint),
        Reference::Name(name) => {
            let full = dereferenced(name);
            if full.starts_with("refs/heads/") || full.starts_with("refs/tags/") {
                let mut selection = tip(listed, full)?;
                for candidate in &mut selection.candidates {
                    candidate.reference = Some(name.clone());
                }
                return Ok(selection);
            }
            let commit = find(listed, full)?.commit;
            Ok(on_branches(listed, Some(name.clone()), commit))
        }
        Reference::Commit { hash, on } => {
            let commit = ObjectId::from_hex(hash.as_bytes())
                .map_err(|_| SelectError::NotAHash(hash.clone()))?;
            match on {
                On::AnyBranch => Ok(on_branches(listed, None, commit)),
                On::Branch(branch) => on_one(listed, &format!("refs/heads/{branch}"), commit),
                On::Name(name) => on_one(listed, name, commit),
            }
        }
    }
}

fn find<'a>(listed: &'a [Listed], name: &str) -> Result<&'a Listed, SelectError> {
    listed
        .iter()
        .find(|reference| reference.name == name)
        .ok_or_else(|| SelectError::NoSuchReference(name.to_owned()))
}

/// The newest commit under a name.
fn tip(listed: &[Listed], name: &str) -> Result<Selection, SelectError> {
    let reference = find(listed, name)?;
    Ok(Selection {
        candidates: vec![candidate(reference)],
        wants: vec![reference.target],
        needs_history: false,
    })
}

fn candidate(reference: &Listed) -> Candidate {
    Candidate {
        reference: Some(reference.name.clone()),
        commit: reference.commit,
    }
}

/// A commit that must be reachable from what stands under a name.
fn on_one(listed: &[Listed], name: &str, commit: ObjectId) -> Result<Selection, SelectError> {
    let place = find(listed, dereferenced(name))?;
    Ok(Selection {
        candidates: vec![Candidate {
            reference: Some(name.to_owned()),
            commit,
        }],
        wants: vec![place.target],
        needs_history: place.commit != commit,
    })
}

/// A commit that must be reachable from some branch.
fn on_branches(listed: &[Listed], reference: Option<String>, commit: ObjectId) -> Selection {
    let heads = || {
        listed
            .iter()
            .filter(|head| head.name.starts_with("refs/heads/"))
            .map(|head| head.target)
    };
    let is_tip = heads().any(|head| head == commit);
    let mut wants = if is_tip {
        vec![commit]
    } else {
        heads().collect()
    };
    wants.sort_unstable();
    wants.dedup();
    Selection {
        candidates: vec![Candidate { reference, commit }],
        wants,
        needs_history: !is_tip,
    }
}

/// The tag with the highest version in a range.
fn highest(
    listed: &[Listed],
    range: &str,
    constraint: &Constraint,
) -> Result<Selection, SelectError> {
    let mut best: Vec<(Version, &Listed)> = Vec::new();
    for reference in listed {
        let Some(version) = reference.name.strip_prefix("refs/tags/").and_then(version) else {
            continue;
        };
        if !constraint.matches(&version) {
            continue;
        }
        match best.first() {
            Some((highest, _)) if version < *highest => {}
            Some((highest, _)) if version == *highest => best.push((version, reference)),
            _ => best = vec![(version, reference)],
        }
    }
    if best.is_empty() {
        return Err(SelectError::NoSuchVersion(range.to_owned()));
    }
    Ok(Selection {
        candidates: best.iter().map(|(_, tag)| candidate(tag)).collect(),
        wants: best.iter().map(|(_, tag)| tag.target).collect(),
        needs_history: false,
    })
}

/// A tag is a version when it has three parts; a `v` may lead.
fn version(tag: &str) -> Option<Version> {
    let core = tag.split(['-', '+']).next()?;
    if core.split('.').count() != 3 {
        return None;
    }
    Version::parse(tag).ok()
}

#[cfg(test)]
mod tests;
