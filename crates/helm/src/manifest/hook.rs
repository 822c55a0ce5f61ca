//! Hooks.

use serde::{Deserialize, Serialize};

use super::Manifest;

/// What a hook is run at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names are those of Helm's hooks")]
pub enum HookEvent {
    PreInstall,
    PostInstall,
    PreDelete,
    PostDelete,
    PreUpgrade,
    PostUpgrade,
    PreRollback,
    PostRollback,
    #[serde(alias = "test-success")]
    Test,
}

/// A manifest that is applied on its own, at its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// The manifest.
    pub manifest: Manifest,
    /// When it is run.
    pub events: Vec<HookEvent>,
    /// Hooks of one event run in the order of their weights.
    pub weight: i64,
    /// When its object is deleted, in Helm's words.
    pub delete_policies: Vec<String>,
    /// When its logs are shown, in Helm's words.
    pub output_log_policies: Vec<String>,
}

impl HookEvent {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "pre-install" => Self::PreInstall,
            "post-install" => Self::PostInstall,
            "pre-delete" => Self::PreDelete,
            "post-delete" => Self::PostDelete,
            "pre-upgrade" => Self::PreUpgrade,
            "post-upgrade" => Self::PostUpgrade,
            "pre-rollback" => Self::PreRollback,
            "post-rollback" => Self::PostRollback,
            "test" | "test-success" => Self::Test,
            _ => return None,
        })
    }

    /// Helm's name of the event.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreInstall => "pre-install",
            Self::PostInstall => "post-install",
            Self::PreDelete => "pre-delete",
            Self::PostDelete => "post-delete",
            Self::PreUpgrade => "pre-upgrade",
            Self::PostUpgrade => "post-upgrade",
            Self::PreRollback => "pre-rollback",
            Self::PostRollback => "post-rollback",
            Self::Test => "test",
        }
    }
}

impl Hook {
    /// Whether it is a test.
    pub fn is_test(&self) -> bool {
        self.events.contains(&HookEvent::Test)
    }

    /// Reads the annotations of a manifest: none where it is no hook, and an inner none where it names an event that Helm does
    /// not know.
    #[expect(
        clippy::option_option,
        reason = "no hook and an unknown hook are treated apart"
    )]
    pub(super) fn read(
        manifest: &Manifest,
        annotations: &[(String, String)],
    ) -> Option<Option<Self>> {
        let annotation = |name: &str| {
            annotations
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.as_str())
        };
        let words = |text: &str| -> Vec<String> {
            text.split(',')
                .map(|word| word.trim().to_lowercase())
                .collect()
        };
        let names = words(annotation("helm.sh/hook")?);
        let Some(events) = names
            .iter()
            .map(|name| HookEvent::parse(name))
            .collect::<Option<Vec<_>>>()
        else {
            return Some(None);
        };
        let policies = |name: &str| annotation(name).map(words).unwrap_or_default();
        Some(Some(Self {
            manifest: manifest.clone(),
            events,
            weight: annotation("helm.sh/hook-weight")
                .and_then(|weight| weight.parse().ok())
                .unwrap_or(0),
            delete_policies: policies("helm.sh/hook-delete-policy"),
            output_log_policies: policies("helm.sh/hook-output-log-policy"),
        }))
    }
}
