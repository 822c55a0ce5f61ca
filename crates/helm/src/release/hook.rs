//! The hooks of a release and how their last runs went.

use rheostat_gocompat::json::null_is_default;
use serde::{Deserialize, Serialize};

use super::Time;
use crate::manifest::{Hook, HookEvent};

/// A hook of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleasedHook {
    /// The name of its object.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The kind of its object.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// The path of its template.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// Its object, as text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub manifest: String,
    /// When it is run.
    #[serde(
        default,
        deserialize_with = "null_is_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub events: Vec<HookEvent>,
    /// How the last run went.
    #[serde(default, deserialize_with = "null_is_default")]
    pub last_run: HookExecution,
    /// Hooks of one event run in the order of their weights.
    #[serde(default, skip_serializing_if = "super::is_zero")]
    pub weight: i64,
    /// When its object is deleted, in Helm's words.
    #[serde(
        default,
        deserialize_with = "null_is_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub delete_policies: Vec<String>,
    /// When its logs are shown, in Helm's words.
    #[serde(
        default,
        deserialize_with = "null_is_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub output_log_policies: Vec<String>,
}

/// How a run of a hook went.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HookExecution {
    /// When it began.
    #[serde(default, skip_serializing_if = "Time::is_zero")]
    pub started_at: Time,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Time::is_zero")]
    pub completed_at: Time,
    /// How far it is.
    #[serde(default)]
    pub phase: HookPhase,
}

/// How far the run of a hook is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are those of Helm's phases")]
pub enum HookPhase {
    /// It was never run.
    #[default]
    #[serde(rename = "")]
    Never,
    Running,
    Succeeded,
    Failed,
    #[serde(other)]
    Unknown,
}

impl HookPhase {
    /// Helm's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Never => "",
            Self::Running => "Running",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Unknown => "Unknown",
        }
    }
}

impl ReleasedHook {
    /// Whether it runs at an event.
    pub fn runs_at(&self, event: HookEvent) -> bool {
        self.events.contains(&event)
    }

    /// Whether it is a test.
    pub fn is_test(&self) -> bool {
        self.runs_at(HookEvent::Test)
    }
}

impl From<&Hook> for ReleasedHook {
    fn from(hook: &Hook) -> Self {
        Self {
            name: hook.manifest.name.clone(),
            kind: hook.manifest.kind.clone(),
            path: hook.manifest.path.clone(),
            manifest: hook.manifest.content.clone(),
            events: hook.events.clone(),
            last_run: HookExecution::default(),
            weight: hook.weight,
            delete_policies: hook.delete_policies.clone(),
            output_log_policies: hook.output_log_policies.clone(),
        }
    }
}
