//! What each result leaves in the status, in the words of the reference's recorded answers.

use jiff::Timestamp;
use rheostat_api::HelmRelease;
use rheostat_artifact::digest::Algorithm;
use serde_json::{Value, json};

use super::*;
use crate::policy::Action;

fn object(spec: &Value) -> HelmRelease {
    let mut whole = json!({"interval": "1h"});
    for (field, value) in spec.as_object().unwrap() {
        whole[field] = value.clone();
    }
    serde_json::from_value(json!({
        "metadata": {"name": "app", "namespace": "apps", "generation": 1},
        "spec": whole,
    }))
    .unwrap()
}

fn revision(version: i64, status: &str) -> Release {
    serde_json::from_value(json!({
        "name": "app", "namespace": "apps", "version": version, "manifest": "---\n",
        "info": {"status": status, "first_deployed": "2026-01-01T00:00:00Z", "last_deployed": "2026-01-01T00:00:00Z"},
        "chart": {"metadata": {"name": "demo", "version": "1.0.0"}},
    }))
    .unwrap()
}

fn performed(observed: &[Release], error: Option<&str>) -> Performed {
    Performed {
        observed: observed.to_vec(),
        failure: error.map(|error| Failure {
            error: error.to_owned(),
            log: vec!["create ConfigMap/apps/app".to_owned()],
        }),
        took: Duration::from_secs(1),
        inventory: None,
    }
}

/// Lets `play` write results into the draft of an object; compares conditions, history and counters, and what was told.
fn check(
    spec: &Value,
    play: impl Fn(&Recorder<'_>, &mut Draft) -> Vec<Recorded>,
    expected: (&[&str], &str, &[&str]),
) {
    let object = object(spec);
    let desired = Desired::parse(&object);
    let recorder = Recorder {
        spec: &object.spec,
        desired: &desired,
        policies: Policies {
            spec: &object.spec,
            retries_by_default: false,
        },
        digests: Digests {
            algorithm: Algorithm::Sha256,
        },
        chart: ChartIdentity {
            name: "demo",
            version: "1.0.0",
        },
        app_version: "",
        config_digest: "sha256:a",
        oci_digest: None,
    };
    let mut draft = Draft::new(&object, Timestamp::from_second(1_700_000_000).unwrap());
    let results = play(&recorder, &mut draft);
    let conditions: Vec<String> = draft
        .status
        .conditions
        .iter()
        .map(|c| format!("{}={}/{}", c.r#type, c.status, c.reason))
        .collect();
    let history = draft.status.history.iter().map(|known| {
        let action = known.action.as_deref().unwrap_or("-");
        format!("{} {} {action}", known.version, known.status)
    });
    let history: Vec<String> = history.collect();
    let counters = &draft.status;
    let counted = format!(
        "[{}] {} {} {}",
        history.join(", "),
        counters.failures,
        counters.install_failures,
        counters.upgrade_failures
    );
    let told: Vec<String> = results
        .iter()
        .flat_map(|recorded| &recorded.events)
        .map(|event| format!("{} {}", event.reason, event.message))
        .collect();
    let (wanted, status, events) = expected;
    assert_eq!(conditions, wanted);
    assert_eq!(counted, status);
    assert_eq!(told, events);
}

fn release(
    recorder: &Recorder<'_>,
    draft: &mut Draft,
    action: Action,
    performed: &Performed,
) -> Recorded {
    recorder.attempts(draft, action);
    recorder.released(draft, action, performed)
}

const INSTALLED: &str =
    "InstallSucceeded Helm install succeeded for release apps/app.v1 with chart demo@1.0.0";

#[test]
fn an_install_and_an_upgrade_are_told() {
    check(
        &json!({}),
        |recorder, draft| {
            let first = performed(&[revision(1, "deployed")], None);
            let installed = release(recorder, draft, Action::Install, &first);
            let both = [revision(1, "superseded"), revision(2, "deployed")];
            let second = performed(&both, None);
            vec![
                installed,
                release(recorder, draft, Action::Upgrade, &second),
            ]
        },
        (
            &[
                "Ready=True/UpgradeSucceeded",
                "Released=True/UpgradeSucceeded",
            ],
            "[2 deployed upgrade, 1 superseded -] 0 0 0",
            &[
                INSTALLED,
                "UpgradeSucceeded Helm upgrade succeeded for release apps/app.v2 with chart demo@1.0.0",
            ],
        ),
    );
}

#[test]
fn a_failure_counts_where_it_left_a_record() {
    let told = "InstallFailed Helm install failed for release apps/app with chart demo@1.0.0: why\n\n\
                Last Helm logs:\n\ncreate ConfigMap/apps/app";
    let conditions: &[&str] = &["Ready=False/InstallFailed", "Released=False/InstallFailed"];
    check(
        &json!({}),
        |recorder, draft| {
            let failed = performed(&[revision(1, "failed")], Some("why"));
            let recorded = release(recorder, draft, Action::Install, &failed);
            assert_eq!(recorded.error, None);
            vec![recorded]
        },
        (conditions, "[1 failed install] 1 1 0", &[told]),
    );
    check(
        &json!({}),
        |recorder, draft| {
            let failed = performed(&[], Some("why"));
            let recorded = release(recorder, draft, Action::Install, &failed);
            assert_eq!(recorded.error.as_deref(), Some("why"));
            vec![recorded]
        },
        (conditions, "[] 1 0 0", &[told]),
    );
}

#[test]
fn a_rollback_is_never_ready() {
    check(
        &json!({"upgrade": {"remediation": {"remediateLastFailure": true}}}),
        |recorder, draft| {
            let first = performed(&[revision(1, "deployed")], None);
            let installed = release(recorder, draft, Action::Install, &first);
            let second = performed(
                &[revision(1, "deployed"), revision(2, "failed")],
                Some("why"),
            );
            release(recorder, draft, Action::Upgrade, &second);
            let target = draft.status.history[1].clone();
            let all = [revision(1, "superseded"), revision(3, "deployed")];
            let third = performed(&all, None);
            vec![installed, recorder.rolled_back(draft, &target, &third)]
        },
        (
            &[
                "Ready=False/RollbackSucceeded",
                "Released=False/UpgradeFailed",
                "Remediated=True/RollbackSucceeded",
            ],
            "[3 deployed rollback, 2 failed upgrade, 1 superseded rollback] 1 0 1",
            &[
                INSTALLED,
                "RollbackSucceeded Helm rollback to previous release apps/app.v1 with chart demo@1.0.0 succeeded",
            ],
        ),
    );
}

#[test]
fn the_end_of_a_failed_release_leaves_ready_as_it_is() {
    check(
        &json!({}),
        |recorder, draft| {
            let failed = performed(&[revision(1, "failed")], Some("why"));
            release(recorder, draft, Action::Install, &failed);
            let gone = performed(&[revision(1, "uninstalling")], None);
            vec![recorder.remediated_by_uninstall(draft, &gone)]
        },
        (
            &[
                "Ready=False/InstallFailed",
                "Released=False/InstallFailed",
                "Remediated=True/UninstallSucceeded",
            ],
            "[1 uninstalling uninstall-remediation] 1 1 0",
            &[
                "UninstallSucceeded Helm uninstall remediation for release apps/app.v1 with chart demo@1.0.0 succeeded",
            ],
        ),
    );
}

#[test]
fn failed_tests_count_for_the_action_that_was_tested() {
    let tested = |phase: &str| {
        let mut revision = serde_json::to_value(revision(1, "deployed")).unwrap();
        revision["hooks"] =
            json!([{"name": "t", "events": ["test"], "last_run": {"phase": phase}}]);
        serde_json::from_value::<Release>(revision).unwrap()
    };
    let play = |phase: &'static str, error: Option<&'static str>| {
        move |recorder: &Recorder<'_>, draft: &mut Draft| {
            let first = performed(&[revision(1, "deployed")], None);
            release(recorder, draft, Action::Install, &first);
            vec![recorder.tested(draft, &performed(&[tested(phase)], error))]
        }
    };
    let failed = "TestFailed Helm test failed for release apps/app.v1 with chart demo@1.0.0: why";
    check(
        &json!({"test": {"enable": true}}),
        play("Failed", Some("why")),
        (
            &[
                "Ready=False/TestFailed",
                "Released=True/InstallSucceeded",
                "TestSuccess=False/TestFailed",
            ],
            "[1 deployed install] 1 1 0",
            &[failed],
        ),
    );
    check(
        &json!({"test": {"enable": true, "ignoreFailures": true}}),
        play("Failed", Some("why")),
        (
            &[
                "Ready=True/InstallSucceeded",
                "Released=True/InstallSucceeded",
                "TestSuccess=False/TestFailed",
            ],
            "[1 deployed install] 1 0 0",
            &[failed],
        ),
    );
    check(
        &json!({"test": {"enable": true}}),
        play("Succeeded", None),
        (
            &[
                "Ready=True/TestSucceeded",
                "Released=True/InstallSucceeded",
                "TestSuccess=True/TestSucceeded",
            ],
            "[1 deployed install] 0 0 0",
            &[
                "TestSucceeded Helm test succeeded for release apps/app.v1 with chart demo@1.0.0: 1 test hook completed successfully",
            ],
        ),
    );
}
