//! What each outcome means, in the words of the reference's recorded answers.

use std::time::Duration;

use jiff::Timestamp;
use rheostat_api::{Kustomization, Reason};
use rheostat_apply::Inventory;
use rheostat_runtime::{EventType, Moment, Requeue};
use serde_json::{Value, json};

use super::{progress, report};
use crate::outcome::{End, Facts, Halt, HaltVerdict, Health, Notice, Outcome, Revision, Step};

const RETRY: Duration = Duration::from_secs(2);

fn object(status: &Value) -> Kustomization {
    serde_json::from_value(json!({
        "metadata": {"name": "app", "namespace": "apps", "generation": 3},
        "spec": {
            "interval": "1h", "retryInterval": "2s", "prune": true,
            "sourceRef": {"kind": "GitRepository", "name": "repo"},
        },
        "status": status,
    }))
    .unwrap()
}

fn facts(step: Step) -> Facts {
    Facts {
        revision: Some(Revision {
            name: "main@sha1:two".to_owned(),
            origin: None,
        }),
        step: Some(step),
        is_attempted: step != Step::Fetching,
        ..Facts::default()
    }
}

fn moment() -> Moment {
    Moment {
        now: Timestamp::from_second(1_700_000_000).unwrap(),
        took: Duration::from_millis(1500),
    }
}

/// Conditions as `Type=Status/Reason message`, the observed generation, events and the next pass.
fn check(status: &Value, outcome: &Outcome, expected: (&[&str], Option<i64>, &[&str], Requeue)) {
    let report = report(&object(status), outcome, moment());
    let conditions: Vec<String> = report
        .status
        .conditions
        .iter()
        .map(|c| format!("{}={}/{} {}", c.r#type, c.status, c.reason, c.message))
        .collect();
    let events: Vec<String> = report
        .events
        .iter()
        .map(|event| {
            let kind = match event.r#type {
                EventType::Normal => "Normal",
                EventType::Warning => "Warning",
                EventType::Trace => "Trace",
            };
            format!("{kind} {} {}", event.reason, event.message)
        })
        .collect();
    let (wanted, observed, told, next) = expected;
    assert_eq!(conditions, wanted);
    assert_eq!(report.status.observed_generation, observed);
    assert_eq!(events, told);
    assert_eq!(report.requeue, next);
}

fn halted(facts: Facts, halt: Halt) -> Outcome {
    Outcome {
        facts,
        end: End::Halted(halt),
    }
}

#[test]
fn a_success_is_ready_and_comes_back_at_the_interval() {
    let outcome = Outcome {
        facts: facts(Step::Applying),
        end: End::Applied,
    };
    check(
        &json!({"observedGeneration": -1}),
        &outcome,
        (
            &["Ready=True/ReconciliationSucceeded Applied revision: main@sha1:two"],
            Some(3),
            &["Normal ReconciliationSucceeded Reconciliation finished in 1.5s, next run in 1h0m0s"],
            Requeue::Interval(Duration::from_hours(1)),
        ),
    );
}

#[test]
fn a_failure_keeps_the_step_that_it_happened_in() {
    let halt = Halt::failed(Reason::BuildFailed, "kustomize build failed", RETRY);
    check(
        &json!({"observedGeneration": 2}),
        &halted(facts(Step::Building), halt),
        (
            &[
                "Reconciling=True/ProgressingWithRetry Building manifests for revision main@sha1:two with a timeout of 59m30s",
                "Ready=False/BuildFailed kustomize build failed",
            ],
            Some(2),
            &["Warning BuildFailed kustomize build failed"],
            Requeue::After(RETRY),
        ),
    );
}

#[test]
fn what_is_waited_for_is_told_without_reconciling() {
    let halt = Halt::waiting(Reason::ArtifactFailed, "Source artifact not found", RETRY);
    check(
        &json!({}),
        &halted(Facts::default(), halt),
        (
            &["Ready=False/ArtifactFailed Source artifact not found"],
            None,
            &[],
            Requeue::After(RETRY),
        ),
    );
    let halt = Halt {
        notice: Notice::Note("Dependencies do not meet ready condition".to_owned()),
        ..Halt::waiting(
            Reason::DependencyNotReady,
            "dependency 'a/b' is not ready",
            RETRY,
        )
    };
    check(
        &json!({}),
        &halted(Facts::default(), halt),
        (
            &["Ready=False/DependencyNotReady dependency 'a/b' is not ready"],
            None,
            &["Normal DependencyNotReady Dependencies do not meet ready condition"],
            Requeue::After(RETRY),
        ),
    );
}

#[test]
fn a_stall_ends_the_generation_only_where_the_spec_is_at_fault() {
    for (reason, is_observed, observed) in [
        (Reason::NotSupported, true, Some(3)),
        (Reason::AccessDenied, false, None),
    ] {
        let told = format!("Warning {reason} why");
        let stalled = format!("Stalled=True/{reason} why");
        let ready = format!("Ready=False/{reason} why");
        check(
            &json!({}),
            &halted(Facts::default(), Halt::stalled(reason, "why", is_observed)),
            (&[&stalled, &ready], observed, &[&told], Requeue::Never),
        );
    }
}

#[test]
fn failed_health_is_told_twice_and_passed_health_once() {
    let mut facts = facts(Step::CheckingHealth);
    facts.health = Health::Failed("timeout waiting for: []".to_owned());
    let message = "health check failed after 30s: timeout waiting for: []";
    check(
        &json!({}),
        &halted(
            facts.clone(),
            Halt::failed(Reason::HealthCheckFailed, message, RETRY),
        ),
        (
            &[
                "Reconciling=True/ProgressingWithRetry Running health checks for revision main@sha1:two with a timeout of 59m30s",
                "Ready=False/HealthCheckFailed health check failed after 30s: timeout waiting for: []",
                "Healthy=False/HealthCheckFailed timeout waiting for: []",
            ],
            None,
            &["Warning HealthCheckFailed health check failed after 30s: timeout waiting for: []"],
            Requeue::After(RETRY),
        ),
    );
    facts.health = Health::Passed(Duration::from_secs(1));
    let outcome = Outcome {
        facts,
        end: End::Applied,
    };
    check(
        &json!({}),
        &outcome,
        (
            &[
                "Ready=True/ReconciliationSucceeded Applied revision: main@sha1:two",
                "Healthy=True/Succeeded Health check passed in 1s",
            ],
            Some(3),
            &["Normal ReconciliationSucceeded Reconciliation finished in 1.5s, next run in 1h0m0s"],
            Requeue::Interval(Duration::from_hours(1)),
        ),
    );
}

#[test]
fn an_object_that_is_ready_and_left_alone_has_seen_its_generation() {
    let ready = json!({"conditions": [{
        "type": "Ready", "status": "True", "reason": "ReconciliationSucceeded", "message": "m",
        "lastTransitionTime": "2026-01-01T00:00:00Z", "observedGeneration": 2,
    }], "observedGeneration": 2});
    let hour = Duration::from_hours(1);
    for (end, next) in [
        (End::Suspended, Requeue::Never),
        (End::Known, Requeue::Interval(hour)),
    ] {
        let outcome = Outcome {
            facts: Facts::default(),
            end,
        };
        let conditions: &[&str] = &["Ready=True/ReconciliationSucceeded m"];
        check(&ready, &outcome, (conditions, Some(3), &[], next));
    }
}

#[test]
fn a_superseded_wait_leaves_no_history() {
    let halt = Halt {
        verdict: HaltVerdict::Superseded,
        ..Halt::failed(Reason::HealthCheckCanceled, "New reconciliation", RETRY)
    };
    let mut facts = facts(Step::CheckingHealth);
    facts.digest = Some("sha256:a".to_owned());
    let report = report(&object(&json!({})), &halted(facts, halt), moment());
    assert!(report.status.history.is_empty());
    assert_eq!(report.requeue, Requeue::Never);
}

#[test]
fn history_counts_what_is_the_same_and_keeps_five() {
    let mut status = json!({});
    let applied = |digest: &str| {
        let mut facts = facts(Step::Applying);
        facts.digest = Some(digest.to_owned());
        Outcome {
            facts,
            end: End::Applied,
        }
    };
    for digest in ["a", "b", "a", "c", "d", "e", "f"] {
        let next = report(&object(&status), &applied(digest), moment()).status;
        status = serde_json::to_value(next).unwrap();
    }
    let history: Vec<String> = status["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| {
            format!(
                "{}{}",
                s["digest"].as_str().unwrap(),
                s["totalReconciliations"]
            )
        })
        .collect();
    assert_eq!(history, ["f1", "e1", "d1", "c1", "a2"]);
}

#[test]
fn progress_holds_the_inventory_that_is_about_to_be() {
    let mut facts = facts(Step::Applying);
    let entry = rheostat_apply::Entry {
        id: "apps_a__ConfigMap".parse().unwrap(),
        version: "v1".to_owned(),
    };
    facts.inventory = Some(Inventory {
        entries: vec![entry],
    });
    let status = progress(&object(&json!({})), &facts, moment().now);
    let stored = status.inventory.unwrap().entries;
    assert_eq!(stored[0].id, "apps_a__ConfigMap");
    let ready = &status.conditions[1];
    assert_eq!(ready.message, "Reconciliation in progress");
    assert_eq!(status.last_applied_revision, None);
}
