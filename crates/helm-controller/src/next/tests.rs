//! The decisions of the reference, state by state.

use rheostat_api::helm::HelmReleaseSpec;
use serde_json::{Value, json};

use super::*;

const INSTALLED: &str = "install";
const UPGRADED: &str = "upgrade";

fn failures(action: &str, count: i64) -> Value {
    let field = format!("{action}Failures");
    json!({"lastAttemptedReleaseAction": action, field: count})
}

fn snapshot(version: i64, status: &str) -> Value {
    json!({
        "name": "app", "namespace": "apps", "version": version, "status": status, "digest": "", "configDigest": "",
        "chartName": "demo", "chartVersion": "1.0.0",
        "firstDeployed": "2026-01-01T00:00:00Z", "lastDeployed": "2026-01-01T00:00:00Z",
    })
}

struct Case {
    state: State,
    spec: Value,
    status: Value,
    is_forced: bool,
    target: Target,
}

fn case(state: State, spec: Value, status: Value) -> Case {
    Case {
        state,
        spec,
        status,
        is_forced: false,
        target: Target::Unasked,
    }
}

fn check(case: &Case, expected: &str) {
    let mut spec = json!({"interval": "1h"});
    for (field, value) in case.spec.as_object().unwrap() {
        spec[field] = value.clone();
    }
    let spec: HelmReleaseSpec = serde_json::from_value(spec).unwrap();
    let status: HelmReleaseStatus = serde_json::from_value(case.status.clone()).unwrap();
    let situation = Situation {
        spec: &spec,
        status: &status,
        policies: Policies {
            spec: &spec,
            retries_by_default: false,
        },
        is_forced: case.is_forced,
        target: case.target,
    };
    let decision = next(&case.state, &situation);
    let notes: Vec<String> = decision
        .notes
        .iter()
        .map(|note| format!("{note:?}"))
        .collect();
    let found = format!("[{}] {:?}", notes.join(", "), decision.next);
    assert_eq!(
        found, expected,
        "{:?} {} {}",
        case.state, case.spec, case.status
    );
}

fn forced(case: Case) -> Case {
    Case {
        is_forced: true,
        ..case
    }
}

#[test]
fn what_is_in_sync_is_left_alone_unless_asked_for() {
    let truncated = "TruncateHistory { ignores_test_failures: false }";
    check(
        &case(State::InSync, json!({}), json!({})),
        &format!("[{truncated}, RemediationIsRelease, ReleaseIsGood] Done"),
    );
    check(
        &case(
            State::InSync,
            json!({"driftDetection": {"mode": "warn"}}),
            json!({}),
        ),
        &format!("[{truncated}, RemediationIsRelease, ReleaseIsGood, NoDrift] Done"),
    );
    check(
        &forced(case(State::InSync, json!({}), json!({}))),
        &format!("[{truncated}] Run(Upgrade)"),
    );
}

#[test]
fn a_lock_is_waited_for_or_taken_off() {
    let locked = |wait| State::Locked {
        status: Status::PendingUpgrade,
        wait,
    };
    check(&case(locked(None), json!({}), json!({})), "[] Run(Unlock)");
    check(
        &case(locked(Some(Duration::from_secs(9))), json!({}), json!({})),
        "[] Wait { status: PendingUpgrade, left: 9s }",
    );
}

#[test]
fn releases_are_made_within_their_budget() {
    for (state, action, step) in [
        (State::Absent, INSTALLED, "Install"),
        (State::OutOfSync, UPGRADED, "Upgrade"),
    ] {
        let none = case(state.clone(), json!({}), json!({}));
        check(&none, &format!("[] Run({step})"));
        let exhausted = case(state.clone(), json!({}), failures(action, 1));
        check(&exhausted, "[] Exhausted");
        check(&forced(exhausted), &format!("[] Run({step})"));
        let spec = json!({action: {"remediation": {"retries": 1}}});
        let retried = case(state, spec, failures(action, 1));
        check(&retried, &format!("[] Run({step})"));
    }
    let unmanaged = case(State::Unmanaged, json!({}), failures(UPGRADED, 9));
    check(&unmanaged, "[ClearHistory] Run(Upgrade)");
}

#[test]
fn drift_is_told_of_and_corrected_where_that_is_wanted() {
    let drifted = || State::Drifted(Drift::default());
    check(
        &case(
            drifted(),
            json!({"driftDetection": {"mode": "warn"}}),
            json!({}),
        ),
        "[Drift(Drift { objects: [] })] Done",
    );
    check(
        &case(
            drifted(),
            json!({"driftDetection": {"mode": "enabled"}}),
            json!({}),
        ),
        "[Drift(Drift { objects: [] })] Run(CorrectDrift(Drift { objects: [] }))",
    );
}

#[test]
fn what_is_untested_is_tested() {
    check(
        &case(State::Untested, json!({}), json!({})),
        "[RemediationIsRelease] Run(Test)",
    );
}

#[test]
fn a_failure_that_does_not_count_is_upgraded_over() {
    check(
        &case(State::Failed, json!({}), json!({})),
        "[] Run(Upgrade)",
    );
    check(
        &case(State::Failed, json!({}), failures(UPGRADED, 0)),
        "[] Run(Upgrade)",
    );
    check(
        &forced(case(State::Failed, json!({}), failures(UPGRADED, 1))),
        "[] Run(Upgrade)",
    );
}

#[test]
fn a_failure_is_retried_where_that_is_the_strategy() {
    check(
        &case(
            State::Failed,
            json!({"install": {"strategy": {"name": "RetryOnFailure"}}}),
            failures(INSTALLED, 3),
        ),
        "[TruncateToLimit] Run(Upgrade)",
    );
}

#[test]
fn a_failed_install_is_uninstalled_within_its_budget() {
    check(
        &case(State::Failed, json!({}), failures(INSTALLED, 1)),
        "[] Exhausted",
    );
    let truncated = "[TruncateHistory { ignores_test_failures: false }]";
    for remediation in [json!({"retries": 1}), json!({"remediateLastFailure": true})] {
        let spec = json!({"install": {"remediation": remediation}});
        check(
            &case(State::Failed, spec, failures(INSTALLED, 1)),
            &format!("{truncated} Run(Uninstall)"),
        );
    }
}

#[test]
fn a_failed_upgrade_is_rolled_back_to_a_target_that_is_verified() {
    let spec = json!({"upgrade": {"remediation": {"retries": 1}}});
    let mut status = failures(UPGRADED, 1);
    let truncated = "[TruncateHistory { ignores_test_failures: false }]";
    status["history"] = json!([snapshot(2, "failed")]);
    check(
        &case(State::Failed, spec.clone(), status.clone()),
        &format!("{truncated} NoTarget"),
    );
    status["history"] = json!([snapshot(2, "failed"), snapshot(1, "deployed")]);
    for (target, expected) in [
        (Target::Unasked, "AskTarget { version: 1 }"),
        (Target::Verified, "Run(Rollback { version: 1 })"),
        (Target::Changed, "Run(Upgrade)"),
    ] {
        let case = Case {
            target,
            ..case(State::Failed, spec.clone(), status.clone())
        };
        check(&case, &format!("{truncated} {expected}"));
    }
}
