//! The states of the reference, each from the least that makes it.

use jiff::Timestamp;
use rheostat_api::HelmReleaseStatus;
use rheostat_api::helm::HelmReleaseSpec;
use rheostat_artifact::digest::Algorithm;
use rheostat_release::Release;
use serde_json::{Value, json};

use super::*;
use crate::history::snapshot;

const DIGESTS: Digests = Digests {
    algorithm: Algorithm::Sha256,
};

/// A release and what is known of it, in accordance.
struct Case {
    release: Value,
    status: Value,
    spec: Value,
    drift: Option<Drift>,
    is_ours: bool,
}

fn case() -> Case {
    Case {
        release: json!({
            "name": "app", "namespace": "apps", "version": 1, "manifest": "---\n",
            "info": {"status": "deployed", "last_deployed": "2026-01-01T00:00:00Z"},
            "chart": {"metadata": {"name": "demo", "version": "1.0.0"}},
            "config": {"color": "red"},
        }),
        status: json!({"observedGeneration": 3}),
        spec: json!({"interval": "1h"}),
        drift: None,
        is_ours: false,
    }
}

/// Takes a snapshot of the release, changes it as `spoil` says, and compares.
fn check_known(case: &Case, spoil: impl FnOnce(&mut Value), expected: &str) {
    let release: Release = serde_json::from_value(case.release.clone()).unwrap();
    let mut known = serde_json::to_value(snapshot(&release, None, DIGESTS)).unwrap();
    spoil(&mut known);
    let mut status = case.status.clone();
    status["history"] = json!([known]);
    let status = serde_json::from_value(status).unwrap();
    check(case, Some(&release), &status, expected);
}

fn check(case: &Case, last: Option<&Release>, status: &HelmReleaseStatus, expected: &str) {
    let spec: HelmReleaseSpec = serde_json::from_value(case.spec.clone()).unwrap();
    let red = json!({"color": "red"});
    let config_digest = DIGESTS.config(red.as_object().unwrap());
    let comparison = Comparison {
        last,
        is_ours: case.is_ours,
        status,
        spec: &spec,
        generation: 3,
        policies: Policies {
            spec: &spec,
            retries_by_default: false,
        },
        chart: ChartIdentity {
            name: "demo",
            version: "1.0.0",
        },
        config_digest: &config_digest,
        digests: DIGESTS,
        drift: case.drift.as_ref(),
        timeout: Duration::from_mins(5),
        now: "2026-01-01T00:02:00Z".parse::<Timestamp>().unwrap(),
    };
    assert_eq!(format!("{:?}", comparison.determine()), expected);
}

fn unchanged(_: &mut Value) {}

#[test]
fn without_a_revision_there_is_nothing() {
    check(
        &case(),
        None,
        &HelmReleaseStatus::default(),
        "State(Absent)",
    );
}

#[test]
fn an_unfinished_action_locks() {
    let mut case = case();
    case.release["info"]["status"] = json!("pending-upgrade");
    let others = "State(Locked { status: PendingUpgrade, wait: Some(180s) })";
    check_known(&case, unchanged, others);
    case.is_ours = true;
    let ours = "State(Locked { status: PendingUpgrade, wait: None })";
    check_known(&case, unchanged, ours);
    case.is_ours = false;
    case.release["info"]["last_deployed"] = json!("2025-12-31T23:00:00Z");
    check_known(&case, unchanged, ours);
}

#[test]
fn what_nobody_here_knows_is_not_managed() {
    let mut case = case();
    let unknown = HelmReleaseStatus::default();
    let read = |case: &Case| serde_json::from_value::<Release>(case.release.clone()).unwrap();
    check(&case, Some(&read(&case)), &unknown, "State(Unmanaged)");
    check_known(
        &case,
        |known| known["digest"] = json!("sha256:0"),
        "State(Unmanaged)",
    );
    check_known(
        &case,
        |known| {
            known["apiVersion"] = Value::Null;
            known["digest"] = json!("sha256:0");
        },
        "State(InSync)",
    );
    case.release["info"]["status"] = json!("uninstalled");
    check(&case, Some(&read(&case)), &unknown, "State(Absent)");
}

#[test]
fn the_status_in_storage_decides() {
    for (status, expected) in [
        ("failed", "State(Failed)"),
        ("uninstalled", "State(Absent)"),
        ("superseded", "Undeterminable(Superseded)"),
        ("uninstalling", "Undeterminable(Uninstalling)"),
        ("strange", "Undeterminable(Unknown)"),
        ("deployed", "State(InSync)"),
    ] {
        let mut case = case();
        case.release["info"]["status"] = json!(status);
        check_known(&case, unchanged, expected);
    }
}

#[test]
fn another_chart_other_values_or_metadata_are_out_of_sync() {
    let mut version = case();
    version.release["chart"]["metadata"]["version"] = json!("0.9.0");
    check_known(&version, unchanged, "State(OutOfSync)");
    let mut values = case();
    values.release["config"] = json!({"color": "blue"});
    check_known(&values, unchanged, "State(OutOfSync)");
    let mut metadata = case();
    metadata.spec["commonMetadata"] = json!({"labels": {"a": "b"}});
    check_known(&metadata, unchanged, "State(InSync)");
    metadata.status["observedGeneration"] = json!(2);
    check_known(&metadata, unchanged, "State(OutOfSync)");
    let mut renderers = case();
    renderers.spec["postRenderers"] = json!([{"kustomize": {}}]);
    renderers.status["observedGeneration"] = json!(2);
    check_known(&renderers, unchanged, "State(OutOfSync)");
}

#[test]
fn tests_are_to_be_run_and_to_succeed() {
    let mut case = case();
    case.spec["test"] = json!({"enable": true});
    case.status["lastAttemptedReleaseAction"] = json!("install");
    check_known(&case, unchanged, "State(Untested)");
    let with = |phase: &'static str| {
        move |known: &mut Value| known["testHooks"] = json!({"t": {"phase": phase}})
    };
    check_known(&case, with("Running"), "State(Untested)");
    check_known(&case, with("Succeeded"), "State(InSync)");
    check_known(&case, with("Failed"), "State(Failed)");
    case.spec["test"] = json!({"enable": true, "ignoreFailures": true});
    check_known(&case, with("Failed"), "State(InSync)");
}

#[test]
fn drift_is_asked_for_only_where_somebody_wants_to_know() {
    let mut case = case();
    case.drift = Some(Drift::default());
    check_known(&case, unchanged, "State(InSync)");
    case.spec["driftDetection"] = json!({"mode": "warn"});
    check_known(&case, unchanged, "State(InSync)");
    case.drift = None;
    check_known(&case, unchanged, "AskDrift");
    case.spec["driftDetection"] = json!({"mode": "disabled"});
    check_known(&case, unchanged, "State(InSync)");
}
