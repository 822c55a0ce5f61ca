//! What happens in a scenario, as its file says it.
//!
//! ```yaml
//! title: What somebody changed by hand is changed back
//! files:                                   # the first commit
//!   app/settings.yaml: |
//!     …
//! steps:
//! - follow: {name: app, spec: {wait: true}}
//! - until: {object: Kustomization/app, ready: "True", revision: applied}
//! - patch: {object: ConfigMap/settings, manager: kubectl-edit, merge: {data: {color: red}}}
//! - commit: {app/settings.yaml: null}      # null deletes
//! - reconcile: Kustomization/app           # requested, and waited for
//! observe: [Kustomization/app, ConfigMap/settings]
//! ```
//!
//! Every object is in the namespace of the scenario, which Kustomizations have as their `targetNamespace`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use rheostat_testing::Commit;
use rheostat_yaml::{Limits, Profile};
use serde::Deserialize;
use serde_json::Value;

/// Files by path; nothing stands for a file that is deleted.
pub type Files = BTreeMap<String, Option<String>>;

/// A scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The behaviour, as a sentence.
    pub title: String,
    /// The files of the first commit.
    pub files: Files,
    /// What happens, one after the other.
    pub steps: Vec<Step>,
    /// The objects that are looked at afterwards.
    pub observe: Vec<ObjectName>,
}

/// One thing that happens.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Step {
    /// A Kustomization is made, or changed.
    Follow {
        /// Its name.
        name: String,
        /// The fields of its spec beyond the usual ones of [`World::follow`](crate::World::follow).
        #[serde(default)]
        spec: Value,
    },
    /// Files change, and the source is asked to look.
    Commit(Files),
    /// Somebody changes an object.
    Patch {
        /// Which.
        object: ObjectName,
        /// Under which field manager.
        manager: Option<String>,
        /// Such as `status`.
        subresource: Option<String>,
        /// The merge patch.
        merge: Value,
    },
    /// Somebody deletes an object.
    Delete(ObjectName),
    /// A reconcile is requested, and waited for.
    Reconcile(ObjectName),
    /// A state is waited for.
    Until(Expectation),
    /// The end of an object is waited for.
    Gone(ObjectName),
}

/// A state of an object of Flux.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Which object.
    pub object: ObjectName,
    /// The status of its Ready condition, or `status/reason`.
    pub ready: String,
    /// Where the newest commit must be seen, too.
    pub revision: Option<Seen>,
}

/// What was done with a revision.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Seen {
    /// It was applied.
    Applied,
    /// It was tried.
    Attempted,
}

/// `Kind/name`.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct ObjectName {
    kind: String,
    name: String,
}

impl Case {
    /// Reads a scenario.
    ///
    /// # Errors
    /// It is not there or not well-formed.
    pub fn read(path: &Path) -> Result<Self> {
        serde_json::from_value(read_yaml(path)?)
            .with_context(|| format!("reading {}", path.display()))
    }
}

impl Seen {
    pub(super) fn status_field(self) -> &'static str {
        match self {
            Self::Applied => "lastAppliedRevision",
            Self::Attempted => "lastAttemptedRevision",
        }
    }
}

impl ObjectName {
    pub(super) fn kind(&self) -> &str {
        &self.kind
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

impl TryFrom<String> for ObjectName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (kind, name) = text
            .split_once('/')
            .ok_or_else(|| format!("`{text}` is not `Kind/name`"))?;
        Ok(Self {
            kind: kind.to_owned(),
            name: name.to_owned(),
        })
    }
}

impl std::fmt::Display for ObjectName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

/// Files as the commit of that number.
pub(super) fn commit(files: &Files, number: usize) -> Commit {
    let commit = Commit::new(&format!("change {number}"));
    files
        .iter()
        .fold(commit, |commit, (path, text)| match text {
            Some(text) => commit.file(path, text),
            None => commit.delete(path),
        })
}

/// A YAML file as JSON.
///
/// # Errors
/// It is not there, or not one document.
pub fn read_yaml(path: &Path) -> Result<Value> {
    let read = || {
        let bytes = fs::read(path)?;
        let node = rheostat_yaml::parse(&bytes, Profile::V3, &Limits::default())?;
        let node = node.context("it is empty")?;
        Ok::<_, anyhow::Error>(rheostat_yaml::json::from_node(&node, Profile::V3)?)
    };
    read().with_context(|| format!("reading {}", path.display()))
}
