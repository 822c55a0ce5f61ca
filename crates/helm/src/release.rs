//! Releases as Helm stores them: what was installed where, with which values, and what became of it.
//!
//! A [`Release`] is one revision. [`codec`] turns it into the text of a record and back, [`name`] says how records and releases
//! are called. Helm 4 and Helm 3 read what is written here, and theirs is read; fields that Helm does not know are dropped, as
//! Helm drops them.
//!
//! Absent: the cluster that holds the records.

mod chart;
pub mod codec;
mod hook;
pub mod name;
mod time;

use std::{collections::BTreeMap, sync::Arc};

use rheostat_gocompat::json::null_is_default;
use serde::{Deserialize, Serialize};
use serde_json::{Map as JsonMap, Value as Json};

pub use chart::{
    ReleasedChart, ReleasedDependency, ReleasedFile, ReleasedLock, ReleasedMaintainer,
    ReleasedMetadata,
};
pub use hook::{HookExecution, HookPhase, ReleasedHook};
pub use time::Time;

/// One revision of a release. Cloning is cheap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Release {
    /// The release's name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// When and how it went.
    #[serde(default, deserialize_with = "null_is_default")]
    pub info: Info,
    /// The chart without its subcharts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chart: Option<Arc<ReleasedChart>>,
    /// The values that the user gave.
    #[serde(
        default,
        deserialize_with = "null_is_default",
        skip_serializing_if = "is_empty_map"
    )]
    pub config: Arc<JsonMap<String, Json>>,
    /// The objects, one document after another, each with the path of its template.
    #[serde(default = "no_text", skip_serializing_if = "is_empty_text")]
    pub manifest: Arc<str>,
    /// The hooks, tests among them.
    #[serde(
        default,
        deserialize_with = "null_is_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub hooks: Vec<ReleasedHook>,
    /// The number of the revision, from 1.
    #[serde(default)]
    pub version: i64,
    /// The namespace that it is installed to.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// The user's labels of the record. They are no part of its text.
    #[serde(skip)]
    pub labels: BTreeMap<String, String>,
    /// How its objects were written; those before Helm 4 were merged by the client.
    #[serde(default, skip_serializing_if = "ApplyMethod::is_unsaid")]
    pub apply_method: ApplyMethod,
}

/// When and how it went.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Info {
    /// When the first revision was installed.
    #[serde(default, skip_serializing_if = "Time::is_zero")]
    pub first_deployed: Time,
    /// When this revision was.
    #[serde(default, skip_serializing_if = "Time::is_zero")]
    pub last_deployed: Time,
    /// When it was uninstalled.
    #[serde(default, skip_serializing_if = "Time::is_zero")]
    pub deleted: Time,
    /// What happened last, in one sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What it is now.
    #[serde(default, skip_serializing_if = "Status::is_unsaid")]
    pub status: Status,
    /// The revision that this one goes back to; 0 for none. Helm before 4.3 does not know it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rollback_revision: i64,
    /// The text of NOTES.txt.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes: String,
}

/// What a revision is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names are those of Helm's statuses")]
pub enum Status {
    /// Nothing was said.
    #[default]
    #[serde(rename = "")]
    Unsaid,
    Deployed,
    Uninstalled,
    Superseded,
    Failed,
    Uninstalling,
    PendingInstall,
    PendingUpgrade,
    PendingRollback,
    /// Helm's own `unknown`, and whatever else a record says.
    #[serde(other)]
    Unknown,
}

/// How the objects of a release are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum ApplyMethod {
    /// By the client, as Helm did before it recorded how.
    #[default]
    #[serde(rename = "")]
    Unsaid,
    /// Created, or patched by what the client computes.
    #[serde(rename = "csa")]
    Client,
    /// By server-side apply.
    #[serde(rename = "ssa")]
    Server,
}

impl Status {
    /// Helm's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unsaid => "",
            Self::Deployed => "deployed",
            Self::Uninstalled => "uninstalled",
            Self::Superseded => "superseded",
            Self::Failed => "failed",
            Self::Uninstalling => "uninstalling",
            Self::PendingInstall => "pending-install",
            Self::PendingUpgrade => "pending-upgrade",
            Self::PendingRollback => "pending-rollback",
            Self::Unknown => "unknown",
        }
    }

    /// Whether an action is, or was, under way.
    pub fn is_pending(self) -> bool {
        matches!(
            self,
            Self::PendingInstall | Self::PendingUpgrade | Self::PendingRollback
        )
    }

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde passes a reference"
    )]
    fn is_unsaid(&self) -> bool {
        *self == Self::Unsaid
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl ApplyMethod {
    /// Whether server-side apply was used.
    pub fn is_server(self) -> bool {
        self == Self::Server
    }

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde passes a reference"
    )]
    fn is_unsaid(&self) -> bool {
        *self == Self::Unsaid
    }
}

impl Release {
    /// Says what the revision is now, and why.
    pub fn set_status(&mut self, status: Status, description: impl Into<String>) {
        self.info.status = status;
        self.info.description = description.into();
    }

    /// The name of the record.
    pub fn record_name(&self) -> String {
        name::record(&self.name, self.version)
    }
}

fn no_text() -> Arc<str> {
    Arc::from("")
}

fn is_empty_text(text: &Arc<str>) -> bool {
    text.is_empty()
}

fn is_empty_map(map: &Arc<JsonMap<String, Json>>) -> bool {
    map.is_empty()
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests;
