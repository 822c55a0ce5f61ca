use super::*;

use std::time::Duration;

use rheostat_api::{GitRepository, GitRepositoryStatus};

use crate::git_repository::GitRepositories;
use crate::source::{News, Told};

const DIGEST: &str = "sha256:aaaa";

fn moment() -> Moment {
    Moment {
        now: Timestamp::from_second(1000).expect("a time"),
        took: Duration::ZERO,
    }
}

fn artifact(revision: &str, digest: &str) -> Artifact {
    let json = serde_json::json!({
        "digest": digest, "lastUpdateTime": "2026-01-01T00:00:00Z", "path": "p",
        "revision": revision, "size": 1, "url": "http://localhost/p",
    });
    serde_json::from_value(json).expect("an artifact")
}

/// A repository of generation 2 that has `revision` in its status, if any.
fn repository(revision: Option<&str>) -> GitRepository {
    let mut object = GitRepository::default();
    object.metadata.generation = Some(2);
    object.spec.interval = "10m".parse().expect("a duration");
    let Some(revision) = revision else {
        object.status = Some(GitRepositoryStatus {
            observed_generation: Some(-1),
            ..GitRepositoryStatus::default()
        });
        return object;
    };
    let produced = Ok(new(revision, DIGEST));
    object.status = Some(reported(&object, None, produced).status);
    object
}

fn reported(
    object: &GitRepository,
    stored: Option<&str>,
    result: Result<Produced, Halt>,
) -> Report<GitRepositoryStatus> {
    let stored = Stored {
        artifact: stored.map(|revision| artifact(revision, DIGEST)),
        ..Stored::default()
    };
    let outcome = Outcome::Ran(Box::new(Run {
        stored,
        notes: Vec::new(),
        result,
    }));
    report::<GitRepositories>(object, &outcome, moment())
}

/// Conditions as `Type=Status/Reason`, events as `Reason: message`.
fn check(report: &Report<GitRepositoryStatus>, conditions: &[&str], events: &[&str]) {
    let found: Vec<String> = report
        .status
        .conditions
        .iter()
        .map(|c| format!("{}={}/{}", c.r#type, c.status, c.reason))
        .collect();
    assert_eq!(found, conditions);
    let found: Vec<String> = report
        .events
        .iter()
        .map(|event| format!("{}: {}", event.reason, event.message))
        .collect();
    assert_eq!(found, events);
}

fn new(revision: &str, digest: &str) -> Produced {
    Produced::New {
        found: found(revision),
        artifact: Box::new(artifact(revision, digest)),
        link: None,
        remarks: Vec::new(),
    }
}

fn found(revision: &str) -> Found {
    Found {
        revision: revision.to_owned(),
        success: Told::new(
            Reason::Succeeded,
            format!("stored artifact for revision '{revision}'"),
        ),
        news: Told::new(
            Reason::NewRevision,
            format!("new upstream revision '{revision}'"),
        ),
        announcement: format!("stored {revision}"),
    }
}

fn unchanged(revision: &str) -> Produced {
    Produced::Unchanged(found(revision))
}

const READY: &[&str] = &["Ready=True/Succeeded", "ArtifactInStorage=True/Succeeded"];

#[test]
fn a_new_artifact_is_announced() {
    let report = reported(&repository(None), None, Ok(new("main@sha1:1", DIGEST)));
    check(&report, READY, &["NewArtifact: stored main@sha1:1"]);
    assert_eq!(report.status.observed_generation, Some(2));
    assert_eq!(report.requeue, Requeue::Interval(Duration::from_mins(10)));
    let ready = &report.status.conditions[0];
    assert_eq!(ready.message, "stored artifact for revision 'main@sha1:1'");
    assert_eq!(
        report.events[0].metadata[metadata::source::EVENT_DIGEST],
        DIGEST
    );
}

#[test]
fn the_same_bytes_are_not_announced_twice() {
    let object = repository(Some("main@sha1:1"));
    let report = reported(&object, None, Ok(new("main@sha1:1", DIGEST)));
    check(&report, READY, &[]);
    let report = reported(&object, Some("main@sha1:1"), Ok(unchanged("main@sha1:1")));
    let quiet = "GitOperationSucceeded: no changes since last reconciliation: \
                 observed revision 'main@sha1:1'";
    check(&report, READY, &[quiet]);
    assert_eq!(Some(&report.status), object.status.as_ref());
}

#[test]
fn failures_keep_the_artifact_and_recoveries_are_announced() {
    let mut object = repository(Some("main@sha1:1"));
    let halt = Halt::fetch_failed(Reason::GitOperationFailed, "refused");
    let report = reported(&object, Some("main@sha1:1"), Err(halt));
    check(
        &report,
        &[
            "Reconciling=True/ProgressingWithRetry",
            "Ready=False/GitOperationFailed",
            "ArtifactInStorage=True/Succeeded",
            "FetchFailed=True/GitOperationFailed",
        ],
        &["GitOperationFailed: refused"],
    );
    assert!(report.status.artifact.is_some());
    assert_eq!(report.requeue, Requeue::Backoff);
    object.status = Some(report.status);
    let report = reported(&object, Some("main@sha1:1"), Ok(unchanged("main@sha1:1")));
    assert_eq!(report.events[0].reason, "Succeeded");
    assert_eq!(report.events[0].message, "stored main@sha1:1");
    let types = report.status.conditions.iter().map(|c| c.r#type.as_str());
    assert_eq!(types.collect::<Vec<_>>(), ["Ready", "ArtifactInStorage"]);
}

#[test]
fn a_first_failure_does_not_observe_the_generation() {
    let halt = Halt::fetch_failed(Reason::EmptyGitRepository, "git repository is empty");
    let report = reported(&repository(None), None, Err(halt));
    check(
        &report,
        &[
            "Reconciling=True/ProgressingWithRetry",
            "Ready=False/EmptyGitRepository",
            "FetchFailed=True/EmptyGitRepository",
        ],
        &["EmptyGitRepository: git repository is empty"],
    );
    assert_eq!(report.status.observed_generation, Some(-1));
    assert_eq!(report.status.conditions[0].message, "building artifact");
}

#[test]
fn a_stall_waits_for_a_change() {
    let report = reported(
        &repository(Some("main@sha1:1")),
        Some("main@sha1:1"),
        Err(Halt::not_supported("spec.include")),
    );
    check(
        &report,
        &[
            "Stalled=True/NotSupported",
            "Ready=False/NotSupported",
            "ArtifactInStorage=True/Succeeded",
        ],
        &["NotSupported: spec.include is not supported"],
    );
    assert_eq!(report.status.observed_generation, Some(2));
    assert_eq!(report.requeue, Requeue::Never);
}

#[test]
fn a_full_disk_leaves_the_artifact_outdated() {
    let halt = Halt {
        news: Some(Box::new(News {
            revision: "main@sha1:2".to_owned(),
            told: found("main@sha1:2").news,
        })),
        ..Halt::storage_failed(Reason::ArchiveOperationFailed, "no space left")
    };
    let object = repository(Some("main@sha1:1"));
    let report = reported(&object, Some("main@sha1:1"), Err(halt));
    check(
        &report,
        &[
            "Reconciling=True/ProgressingWithRetry",
            "Ready=False/ArchiveOperationFailed",
            "ArtifactInStorage=True/Succeeded",
            "ArtifactOutdated=True/NewRevision",
            "StorageOperationFailed=True/ArchiveOperationFailed",
        ],
        &["ArchiveOperationFailed: no space left"],
    );
    assert_eq!(
        report.status.conditions[0].message,
        "building artifact: new upstream revision 'main@sha1:2'"
    );
}

#[test]
fn nothing_is_outdated_once_upstream_went_back() {
    let mut object = repository(Some("main@sha1:1"));
    let halt = Halt {
        news: Some(Box::new(News {
            revision: "main@sha1:2".to_owned(),
            told: found("main@sha1:2").news,
        })),
        ..Halt::storage_failed(Reason::ArchiveOperationFailed, "no space left")
    };
    object.status = Some(reported(&object, Some("main@sha1:1"), Err(halt)).status);
    let report = reported(&object, Some("main@sha1:1"), Ok(unchanged("main@sha1:1")));
    let types = report.status.conditions.iter().map(|c| c.r#type.as_str());
    assert_eq!(types.collect::<Vec<_>>(), ["Ready", "ArtifactInStorage"]);
}

#[test]
fn what_is_noticed_in_the_storage_is_told() {
    let object = repository(Some("main@sha1:1"));
    let stored = Stored {
        collected: 2,
        corruption: Some("other digest".to_owned()),
        is_missing: true,
        ..Stored::default()
    };
    let halt = Halt::fetch_failed(Reason::GitOperationFailed, "refused");
    let outcome = Outcome::Ran(Box::new(Run {
        stored: stored.clone(),
        notes: Vec::new(),
        result: Err(halt),
    }));
    let report = report::<GitRepositories>(&object, &outcome, moment());
    check(
        &report,
        &[
            "Reconciling=True/ProgressingWithRetry",
            "Ready=False/GitOperationFailed",
            "FetchFailed=True/GitOperationFailed",
        ],
        &[
            "GarbageCollectionSucceeded: garbage collected 2 artifacts",
            "ArtifactVerificationFailed: failed to verify integrity of artifact: other digest",
            "GitOperationFailed: refused",
        ],
    );
    assert_eq!(report.status.artifact, None);
    let meanwhile = progress::<GitRepositories>(&object, &stored, moment().now);
    let texts = meanwhile.conditions.iter().map(|c| c.message.as_str());
    let building = "building artifact: disappeared from storage";
    assert_eq!(texts.collect::<Vec<_>>(), [building, building]);
}

#[test]
fn suspension_observes_and_changes_nothing_else() {
    let mut object = repository(Some("main@sha1:1"));
    object.metadata.generation = Some(3);
    let report = report::<GitRepositories>(&object, &Outcome::Suspended, moment());
    check(&report, READY, &[]);
    assert_eq!(report.status.observed_generation, Some(3));
    assert_eq!(report.requeue, Requeue::Never);
    let fresh = repository(None);
    let report = super::report::<GitRepositories>(&fresh, &Outcome::Suspended, moment());
    check(&report, &[], &[]);
    assert_eq!(report.status.observed_generation, Some(-1));
}

#[test]
fn deletion_lets_go_when_the_files_are_gone() {
    let object = repository(None);
    let gone = Outcome::Removed { had_files: true };
    let released = report::<GitRepositories>(&object, &gone, moment());
    assert_eq!(released.finalizer, Finalizer::Release);
    assert_eq!(released.events[0].reason, "GarbageCollectionSucceeded");
    let left = Outcome::NotRemoved {
        error: "read-only".to_owned(),
    };
    let kept = report::<GitRepositories>(&object, &left, moment());
    assert_eq!(kept.finalizer, Finalizer::Keep);
    assert_eq!(kept.requeue, Requeue::Backoff);
}
