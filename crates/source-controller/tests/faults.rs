//! The built controller against a real API server and a real Git server that
//! fail: clear conditions, nothing lost, and recovery without help.

#[path = "faults/fixture.rs"]
mod fixture;

use std::fs;

use rheostat_api::{ConditionType, Reason};
use rheostat_testing::Commit;
use rheostat_testing::git_server::{Access, Fault};
use serde_json::json;

use fixture::{Expected, Stand};

fn commit(text: &str) -> Commit {
    Commit::new(text).file("app.yaml", text)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_fails_is_told_and_recovers() {
    let stand = Stand::new("recovers").await;
    let cases: [(&str, Reason, &str); 6] = [
        ("absent", Reason::GitOperationFailed, "repository not found"),
        (
            "refuses",
            Reason::GitOperationFailed,
            "authentication required",
        ),
        ("hangs", Reason::GitOperationFailed, "deadline exceeded"),
        ("closes", Reason::GitOperationFailed, "unable to clone"),
        (
            "empty",
            Reason::EmptyGitRepository,
            "git repository is empty",
        ),
        (
            "no-branch",
            Reason::GitOperationFailed,
            "couldn't find remote ref \"refs/heads/main\"",
        ),
    ];
    for (name, _, _) in &cases {
        let server = stand.server(name).await;
        if *name == "absent" {
            continue;
        }
        let repository = server.create("app").expect("a repository");
        match *name {
            "empty" => {}
            "no-branch" => drop(
                repository
                    .commit("other", &commit("one"))
                    .expect("a commit"),
            ),
            _ => drop(repository.commit("main", &commit("one")).expect("a commit")),
        }
        match *name {
            "refuses" => server.require(Access::Bearer("secret".to_owned())),
            "hangs" => server.fail(Some(Fault::Hang)),
            "closes" => server.fail(Some(Fault::CutAfter(40))),
            _ => {}
        }
    }
    for (name, _, _) in &cases {
        stand.create(name, json!({"timeout": "1s"})).await;
    }
    for (name, reason, message) in &cases {
        let object = stand.wait(name, Expected::NotReady).await;
        let ready = object
            .condition(&ConditionType::Ready)
            .expect("it was waited for");
        assert_eq!(ready.reason, *reason, "{name}");
        assert!(ready.message.contains(message), "{name}: {}", ready.message);
        assert!(
            object.condition(&ConditionType::FetchFailed).is_some(),
            "{name}"
        );
        assert_eq!(
            object.status.and_then(|status| status.artifact),
            None,
            "{name}"
        );
    }
    for (name, _, _) in &cases {
        let server = stand.server(name).await;
        // The commit comes first: a retry may follow at once, and the next pass not for an hour.
        let repository = server.create("app").expect("a repository");
        let head = repository.commit("main", &commit("two")).expect("a commit");
        server.require(Access::Anyone);
        server.fail(None);
        stand.wait(name, Expected::Revision(head)).await;
        stand.check_artifact(name).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_refuses_leaves_nothing_and_recovers() {
    let stand = Stand::new("disk").await;
    let server = stand.server("disk").await;
    let repository = server.create("app").expect("a repository");
    let head = repository.commit("main", &commit("one")).expect("a commit");
    // A file where a folder is needed refuses whoever runs the controller.
    let obstacle = stand.storage().join("gitrepository");
    fs::write(&obstacle, "").expect("the disk has room");
    stand.create("disk", json!({})).await;
    let object = stand.wait("disk", Expected::NotReady).await;
    let failed = object.condition(&ConditionType::StorageOperationFailed);
    assert_eq!(
        failed.map(|condition| &condition.reason),
        Some(&Reason::ArchiveOperationFailed)
    );
    fs::remove_file(&obstacle).expect("it is there");
    stand.wait("disk", Expected::Revision(head)).await;
    stand.check_artifact("disk").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_controller_that_is_killed_converges() {
    let mut stand = Stand::new("killed").await;
    let server = stand.server("killed").await;
    let repository = server.create("app").expect("a repository");
    // Large enough that the kill falls into every step of a pass.
    let bulk = "x".repeat(4096);
    let mut state = commit("zero");
    for file in 0..500 {
        state = state.file(&format!("bulk/{file}"), format!("{file}{bulk}"));
    }
    repository.commit("main", &state).expect("a commit");
    stand.create("killed", json!({})).await;
    for round in 0..6_u64 {
        let head = repository
            .commit("main", &commit(&format!("round {round}")))
            .expect("a commit");
        stand.request("killed").await;
        tokio::time::sleep(std::time::Duration::from_millis(round * 15)).await;
        stand.kill_and_restart().await;
        stand.wait("killed", Expected::Revision(head)).await;
        stand.check_artifact("killed").await;
    }
    stand.request("killed").await;
    stand.check_no_leftovers("killed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_controller_that_is_told_to_stop_does() {
    let mut stand = Stand::new("stopped").await;
    let server = stand.server("stopped").await;
    let repository = server.create("app").expect("a repository");
    let head = repository.commit("main", &commit("one")).expect("a commit");
    stand.create("stopped", json!({})).await;
    stand.wait("stopped", Expected::Revision(head)).await;
    // The connection stays open, and a fetch that hangs is under way.
    stand.check_artifact("stopped").await;
    server.fail(Some(Fault::Hang));
    stand.request("stopped").await;
    stand.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_artifact_is_made_again() {
    let stand = Stand::new("damaged").await;
    let server = stand.server("damaged").await;
    let repository = server.create("app").expect("a repository");
    let head = repository.commit("main", &commit("one")).expect("a commit");
    stand.create("damaged", json!({})).await;
    let object = stand
        .wait("damaged", Expected::Revision(head.clone()))
        .await;
    let artifact = object.status.and_then(|status| status.artifact);
    let path = stand
        .storage()
        .join(artifact.expect("it was waited for").path);
    for damage in ["other bytes", ""] {
        if damage.is_empty() {
            fs::remove_file(&path).expect("it is there");
        } else {
            fs::write(&path, damage).expect("the disk has room");
        }
        stand.request("damaged").await;
        stand.wait("damaged", Expected::Handled).await;
        stand.check_artifact("damaged").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_supported_stalls_and_can_be_suspended_and_deleted() {
    let stand = Stand::new("unsupported").await;
    stand
        .create("unsupported", json!({"recurseSubmodules": true}))
        .await;
    let object = stand.wait("unsupported", Expected::NotReady).await;
    let stalled = object.condition(&ConditionType::Stalled);
    assert_eq!(
        stalled.map(|condition| (&condition.reason, &*condition.message)),
        Some((
            &Reason::NotSupported,
            "spec.recurseSubmodules is not supported"
        ))
    );
    stand
        .patch("unsupported", json!({"spec": {"suspend": true}}))
        .await;
    stand.wait("unsupported", Expected::Observed).await;
    stand.delete("unsupported").await;
}
