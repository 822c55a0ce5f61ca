//! The history in status: snapshots of revisions, the newest first. (pure)

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use rheostat_api::helm::snapshot::{Snapshot, TestHookStatus};
use rheostat_release::{HookPhase, Release, Status};

use crate::digests::Digests;

/// The version of the rules by which snapshots are digested.
pub const SNAPSHOT_VERSION: &str = "v2";

/// How many snapshots are kept where nothing else says; the reference's number.
const LIMIT: usize = 5;

/// A revision as it is recorded.
pub fn snapshot(release: &Release, oci_digest: Option<&str>, digests: Digests) -> Snapshot {
    let metadata = release.chart.as_ref().map(|chart| &chart.metadata);
    let text = |text: Option<&String>| text.cloned().unwrap_or_default();
    let app_version = text(metadata.map(|metadata| &metadata.app_version));
    let deleted = &release.info.deleted;
    Snapshot {
        action: None,
        api_version: Some(SNAPSHOT_VERSION.to_owned()),
        app_version: Some(app_version).filter(|version| !version.is_empty()),
        chart_name: text(metadata.map(|metadata| &metadata.name)),
        chart_version: text(metadata.map(|metadata| &metadata.version)),
        config_digest: digests.config(&release.config),
        deleted: (!deleted.is_zero()).then(|| time(deleted)),
        digest: digests.release(release, oci_digest),
        first_deployed: time(&release.info.first_deployed),
        last_deployed: time(&release.info.last_deployed),
        name: release.name.clone(),
        namespace: release.namespace.clone(),
        oci_digest: oci_digest.map(str::to_owned),
        status: release.info.status.name().to_owned(),
        test_hooks: None,
        version: release.version,
    }
}

/// How the tests of a revision fared.
pub fn test_hooks(release: &Release) -> BTreeMap<String, Option<TestHookStatus>> {
    let tests = release.hooks.iter().filter(|hook| hook.is_test());
    tests
        .map(|hook| {
            let run = &hook.last_run;
            let phase = Some(run.phase.name().to_owned()).filter(|phase| !phase.is_empty());
            let status = TestHookStatus {
                last_completed: (!run.completed_at.is_zero()).then(|| time(&run.completed_at)),
                last_started: (!run.started_at.is_zero()).then(|| time(&run.started_at)),
                phase,
            };
            (hook.name.clone(), Some(status))
        })
        .collect()
}

/// Whether a snapshot is of a revision.
pub fn is_of(snapshot: &Snapshot, release: &Release) -> bool {
    (&*snapshot.name, &*snapshot.namespace, snapshot.version)
        == (&*release.name, &*release.namespace, release.version)
}

/// Whether the tests of a revision came to an end.
pub fn is_tested(snapshot: &Snapshot) -> bool {
    let Some(hooks) = &snapshot.test_hooks else {
        return false;
    };
    has_failed_test(snapshot)
        || hooks
            .values()
            .all(|hook| phase(hook.as_ref()) == Some(HookPhase::Succeeded.name()))
}

/// Whether a test of a revision failed.
pub fn has_failed_test(snapshot: &Snapshot) -> bool {
    let hooks = snapshot.test_hooks.iter().flat_map(BTreeMap::values);
    hooks
        .into_iter()
        .any(|hook| phase(hook.as_ref()) == Some(HookPhase::Failed.name()))
}

/// The newest revision but one that was good.
pub fn previous(history: &[Snapshot], ignores_test_failures: bool) -> Option<&Snapshot> {
    let good = [Status::Deployed.name(), Status::Superseded.name()];
    history
        .iter()
        .skip(1)
        .filter(|snapshot| good.contains(&snapshot.status.as_str()))
        .find(|snapshot| ignores_test_failures || !has_failed_test(snapshot))
}

/// Forgets what came before the newest revision but one that was good.
pub fn truncate(history: &mut Vec<Snapshot>, ignores_test_failures: bool) {
    if history.len() < 2 {
        return;
    }
    sort(history);
    let kept = previous(history, ignores_test_failures).map(|previous| previous.version);
    let end = history
        .iter()
        .skip(1)
        .position(|snapshot| Some(snapshot.version) == kept);
    history.truncate(end.map_or(LIMIT, |end| end + 2));
}

/// Forgets all but the newest five.
pub fn truncate_to_limit(history: &mut Vec<Snapshot>) {
    sort(history);
    history.truncate(LIMIT);
}

fn sort(history: &mut [Snapshot]) {
    history.sort_by_key(|snapshot| std::cmp::Reverse(snapshot.version));
}

fn phase(hook: Option<&TestHookStatus>) -> Option<&str> {
    hook?.phase.as_deref()
}

/// A time of Helm's as Kubernetes has it; the zero time for what is none.
fn time(time: &rheostat_helm::release::Time) -> Time {
    let moment = time.unix_nanoseconds();
    let moment = moment.and_then(|moment| jiff::Timestamp::from_nanosecond(moment).ok());
    Time(moment.unwrap_or(ZERO_TIME))
}

/// The first second of the first year, which is Go's zero time.
const ZERO_TIME: jiff::Timestamp = jiff::Timestamp::constant(-62_135_596_800, 0);

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(version: i64, status: &str, phase: Option<&str>) -> Snapshot {
        let hook = |phase: &str| TestHookStatus {
            phase: Some(phase.to_owned()),
            ..TestHookStatus::default()
        };
        Snapshot {
            action: None,
            api_version: None,
            app_version: None,
            chart_name: "demo".to_owned(),
            chart_version: "1.0.0".to_owned(),
            config_digest: String::new(),
            deleted: None,
            digest: String::new(),
            first_deployed: Time(ZERO_TIME),
            last_deployed: Time(ZERO_TIME),
            name: "app".to_owned(),
            namespace: "apps".to_owned(),
            oci_digest: None,
            status: status.to_owned(),
            test_hooks: phase.map(|phase| BTreeMap::from([("test".to_owned(), Some(hook(phase)))])),
            version,
        }
    }

    fn check(history: &[Snapshot], ignores_test_failures: bool, expected: (&[i64], Option<i64>)) {
        let mut history = history.to_vec();
        truncate(&mut history, ignores_test_failures);
        let versions: Vec<i64> = history.iter().map(|snapshot| snapshot.version).collect();
        let target = previous(&history, ignores_test_failures).map(|target| target.version);
        assert_eq!((versions.as_slice(), target), expected);
    }

    #[test]
    fn what_came_before_the_last_good_revision_is_forgotten() {
        let failed = |version| snapshot(version, "failed", None);
        let good = |version| snapshot(version, "superseded", None);
        check(&[failed(1)], false, (&[1], None));
        check(
            &[failed(5), failed(4), good(3), good(2)],
            false,
            (&[5, 4, 3], Some(3)),
        );
        check(
            &[
                failed(7),
                failed(6),
                failed(5),
                failed(4),
                failed(3),
                failed(2),
            ],
            false,
            (&[7, 6, 5, 4, 3], None),
        );
    }

    #[test]
    fn a_revision_with_a_failed_test_is_none_to_go_back_to() {
        let history = [
            snapshot(3, "failed", None),
            snapshot(2, "superseded", Some("Failed")),
            snapshot(1, "superseded", Some("Succeeded")),
        ];
        check(&history, false, (&[3, 2, 1], Some(1)));
        check(&history, true, (&[3, 2], Some(2)));
    }

    #[test]
    fn tests_came_to_an_end_when_one_failed_or_all_succeeded() {
        for (phase, expected) in [
            (None, false),
            (Some("Running"), false),
            (Some("Failed"), true),
            (Some("Succeeded"), true),
        ] {
            assert_eq!(
                is_tested(&snapshot(1, "deployed", phase)),
                expected,
                "{phase:?}"
            );
        }
        let none = Snapshot {
            test_hooks: Some(BTreeMap::new()),
            ..snapshot(1, "deployed", None)
        };
        assert!(is_tested(&none));
    }
}
