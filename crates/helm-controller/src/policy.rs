//! What the spec says about failures: remediation, retries and their budgets. (pure)

use std::time::Duration;

use rheostat_api::HelmReleaseStatus;
use rheostat_api::helm::HelmReleaseSpec;
use rheostat_api::helm::helm_release::ReleaseAction;
use rheostat_api::helm::remediation::{ActionStrategyName, RemediationStrategy};
use rheostat_gocompat::duration::Duration as GoDuration;

/// The time until a failed action is tried again, where the strategy does not say.
const RETRY_INTERVAL: Duration = Duration::from_mins(5);

/// What happens after an install or an upgrade failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remediation {
    /// The action whose failures count.
    pub action: Action,
    /// How often it is tried again; a negative number for no limit.
    pub retries: i64,
    /// Whether failed tests are no failure.
    pub ignores_test_failures: bool,
    /// Whether the last failure is remediated, too.
    pub remediates_last_failure: bool,
    /// What the remediation is.
    pub means: Means,
}

/// An action that makes a revision of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The first revision.
    Install,
    /// A later one.
    Upgrade,
}

/// What a remediation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// The last good revision is released again.
    Rollback,
    /// The release is uninstalled.
    Uninstall,
}

/// The policies of one object.
#[derive(Clone, Copy, Debug)]
pub struct Policies<'a> {
    /// What it asks for.
    pub spec: &'a HelmReleaseSpec,
    /// Whether retrying is what happens where no strategy is named (gate `DefaultToRetryOnFailure`).
    pub retries_by_default: bool,
}

impl Remediation {
    /// How often its action failed.
    pub fn failures(self, status: &HelmReleaseStatus) -> i64 {
        match self.action {
            Action::Install => status.install_failures,
            Action::Upgrade => status.upgrade_failures,
        }
    }

    /// Counts one failure more.
    pub fn count(self, status: &mut HelmReleaseStatus) {
        let failures = match self.action {
            Action::Install => &mut status.install_failures,
            Action::Upgrade => &mut status.upgrade_failures,
        };
        *failures = failures.saturating_add(1);
    }

    /// Whether its action failed as often as it may.
    pub fn is_exhausted(self, status: &HelmReleaseStatus) -> bool {
        self.retries >= 0 && self.failures(status) > self.retries
    }
}

impl Action {
    /// The word of status and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Upgrade => "upgrade",
        }
    }

    /// The action that status names.
    fn attempted(status: &HelmReleaseStatus) -> Option<Self> {
        match status.last_attempted_release_action.as_ref()? {
            ReleaseAction::Install => Some(Self::Install),
            ReleaseAction::Upgrade => Some(Self::Upgrade),
            ReleaseAction::Other(_) => None,
        }
    }
}

impl Policies<'_> {
    /// What happens after an action failed.
    pub fn remediation(self, action: Action) -> Remediation {
        let by_default = self.ignores_test_failures();
        match action {
            Action::Install => {
                let install = self.spec.install.clone().unwrap_or_default();
                let given = install.remediation.unwrap_or_default();
                Remediation {
                    action,
                    retries: given.retries.unwrap_or_default(),
                    ignores_test_failures: given.ignore_test_failures.unwrap_or(by_default),
                    remediates_last_failure: given.remediate_last_failure.unwrap_or_default(),
                    means: Means::Uninstall,
                }
            }
            Action::Upgrade => {
                let upgrade = self.spec.upgrade.clone().unwrap_or_default();
                let given = upgrade.remediation.unwrap_or_default();
                let retries = given.retries.unwrap_or_default();
                Remediation {
                    action,
                    retries,
                    ignores_test_failures: given.ignore_test_failures.unwrap_or(by_default),
                    remediates_last_failure: given.remediate_last_failure.unwrap_or(retries > 0),
                    means: match given.strategy {
                        Some(RemediationStrategy::Uninstall) => Means::Uninstall,
                        Some(RemediationStrategy::Rollback | RemediationStrategy::Other(_))
                        | None => Means::Rollback,
                    },
                }
            }
        }
    }

    /// What happens after the last action, if there was one.
    pub fn active_remediation(self, status: &HelmReleaseStatus) -> Option<Remediation> {
        Some(self.remediation(Action::attempted(status)?))
    }

    /// The time until a failed action is tried again, where its strategy is to do nothing else.
    pub fn retry(self, action: Action) -> Option<Duration> {
        let strategy = match action {
            Action::Install => {
                let strategy = self.spec.install.as_ref().and_then(|i| i.strategy.as_ref());
                strategy.map(|strategy| (&strategy.name, strategy.retry_interval))
            }
            Action::Upgrade => {
                let strategy = self.spec.upgrade.as_ref().and_then(|u| u.strategy.as_ref());
                strategy.map(|strategy| (&strategy.name, strategy.retry_interval))
            }
        };
        match strategy {
            Some((ActionStrategyName::RetryOnFailure, interval)) => {
                Some(interval.map_or(RETRY_INTERVAL, GoDuration::to_std))
            }
            Some(_) => None,
            None => self.retries_by_default.then_some(RETRY_INTERVAL),
        }
    }

    /// The same for the last action.
    pub fn active_retry(self, status: &HelmReleaseStatus) -> Option<Duration> {
        self.retry(Action::attempted(status)?)
    }

    /// Whether tests are run.
    pub fn tests(self) -> bool {
        self.spec.test.as_ref().is_some_and(|test| test.enable)
    }

    /// Whether failed tests are no failure, unless a remediation says otherwise.
    pub fn ignores_test_failures(self) -> bool {
        let test = self.spec.test.as_ref();
        test.is_some_and(|test| test.ignore_failures)
    }

    /// The same as the remediation of the last action says.
    pub fn actively_ignores_test_failures(self, status: &HelmReleaseStatus) -> bool {
        match self.active_remediation(status) {
            Some(remediation) => remediation.ignores_test_failures,
            None => self.ignores_test_failures(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn check(spec: &Value, status: &Value, expected: &str) {
        let mut whole = json!({"interval": "1h"});
        for (field, value) in spec.as_object().unwrap() {
            whole[field] = value.clone();
        }
        let spec: HelmReleaseSpec = serde_json::from_value(whole).unwrap();
        let status: HelmReleaseStatus = serde_json::from_value(status.clone()).unwrap();
        let policies = Policies {
            spec: &spec,
            retries_by_default: false,
        };
        let told = policies
            .active_remediation(&status)
            .map_or("none".to_owned(), |remediation| {
                format!(
                    "{} {:?} failed {} exhausted {} last {} tests {}",
                    remediation.action.name(),
                    remediation.means,
                    remediation.failures(&status),
                    remediation.is_exhausted(&status),
                    remediation.remediates_last_failure,
                    remediation.ignores_test_failures,
                )
            });
        let retry = policies.active_retry(&status).map(|retry| retry.as_secs());
        assert_eq!(format!("{told}, retry {retry:?}"), expected);
    }

    #[test]
    fn the_last_action_says_which_policy_holds() {
        check(&json!({}), &json!({}), "none, retry None");
        check(
            &json!({}),
            &json!({"lastAttemptedReleaseAction": "install", "installFailures": 1}),
            "install Uninstall failed 1 exhausted true last false tests false, retry None",
        );
        check(
            &json!({"upgrade": {"remediation": {"retries": 1}}, "test": {"ignoreFailures": true}}),
            &json!({"lastAttemptedReleaseAction": "upgrade", "upgradeFailures": 1}),
            "upgrade Rollback failed 1 exhausted false last true tests true, retry None",
        );
        check(
            &json!({"upgrade": {"remediation": {"retries": -1, "strategy": "uninstall"}}}),
            &json!({"lastAttemptedReleaseAction": "upgrade", "upgradeFailures": 9}),
            "upgrade Uninstall failed 9 exhausted false last false tests false, retry None",
        );
        check(
            &json!({"install": {"strategy": {"name": "RetryOnFailure"}}}),
            &json!({"lastAttemptedReleaseAction": "install"}),
            "install Uninstall failed 0 exhausted false last false tests false, retry Some(300)",
        );
    }
}
