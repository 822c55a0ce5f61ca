//! The unmodified `flux` command works with our controllers. Left out where it is not installed.

use std::process::Command;

use anyhow::Result;
use rheostat_scenarios::{World, config_map};
use rheostat_testing::process::Scratch;
use rheostat_testing::{Commit, ControlPlane};

/// What a `flux` command printed, and whether it succeeded.
struct Answer {
    text: String,
    is_success: bool,
}

/// Whether there is a `flux` to be run.
#[expect(
    clippy::print_stderr,
    reason = "whoever runs the tests is to see what was left out"
)]
fn is_installed() -> bool {
    let version = Command::new("flux").args(["version", "--client"]).output();
    let is_installed = version.is_ok_and(|output| output.status.success());
    if !is_installed {
        eprintln!("left out: flux is not installed");
    }
    is_installed
}

async fn flux(world: &World, arguments: &[&str]) -> Result<Answer> {
    let plane = ControlPlane::shared().await?;
    let mut command = Command::new("flux");
    command
        .args(arguments)
        .args(["--namespace", &world.namespace, "--timeout", "1m"])
        .env("KUBECONFIG", plane.kubeconfig());
    let output = tokio::task::spawn_blocking(move || command.output());
    let output = output.await??;
    let text = [output.stdout, output.stderr].concat();
    Ok(Answer {
        text: String::from_utf8_lossy(&text).into_owned(),
        is_success: output.status.success(),
    })
}

/// Runs a command that succeeds and prints these words.
async fn check(world: &World, arguments: &[&str], words: &[&str]) {
    let answer = flux(world, arguments).await;
    let Answer { text, is_success } = answer.expect("flux runs");
    assert!(is_success, "flux {arguments:?}: {text}");
    for word in words {
        assert!(
            text.contains(word),
            "no `{word}` in flux {arguments:?}: {text}"
        );
    }
}

#[tokio::test]
async fn what_is_there_is_shown() {
    if !is_installed() {
        return;
    }
    let world = World::following("flux-shows").await.unwrap();
    let revision = world.repository.resolve("main").unwrap();
    world
        .until_ready("Kustomization", "app", &format!("main@sha1:{revision}"))
        .await
        .unwrap();
    let applied = format!("Applied revision: main@sha1:{}", &revision[..8]);
    let object = format!("ConfigMap/{}/settings", world.namespace);
    check(
        &world,
        &["get", "all"],
        &["gitrepository/app", "kustomization/app", &applied],
    )
    .await;
    check(&world, &["tree", "kustomization", "app"], &[&object]).await;
    check(
        &world,
        &["events"],
        &[&object, "Reconciliation finished in"],
    )
    .await;
    check(
        &world,
        &["export", "kustomization", "app"],
        &["targetNamespace"],
    )
    .await;
    let traced = [
        "trace",
        "configmap",
        "settings",
        "--api-version=v1",
        "--kind=ConfigMap",
    ];
    check(&world, &traced, &["Managed by Flux", &applied]).await;
}

#[tokio::test]
async fn a_commit_is_compared_reconciled_and_held_back() {
    if !is_installed() {
        return;
    }
    let world = World::following("flux-acts").await.unwrap();
    let green = config_map("settings", "color", "green");
    let folder = Scratch::new("flux-diff").unwrap();
    std::fs::write(folder.path().join("settings.yaml"), &green).unwrap();
    let path = folder.path().to_string_lossy().into_owned();
    let Answer { text, .. } = flux(&world, &["diff", "kustomization", "app", "--path", &path])
        .await
        .unwrap();
    let drift = format!("ConfigMap/{}/settings drifted", world.namespace);
    for word in [drift.as_str(), "- blue", "+ green"] {
        assert!(text.contains(word), "no `{word}` in {text}");
    }

    let commit = Commit::new("second").file("app/settings.yaml", &green);
    let id = world.repository.commit("main", &commit).unwrap();
    let applied = format!("applied revision main@sha1:{id}");
    let reconcile = ["reconcile", "kustomization", "app", "--with-source"];
    check(&world, &reconcile, &[&applied]).await;
    world
        .until_value("settings", "color", "green")
        .await
        .unwrap();

    check(
        &world,
        &["suspend", "kustomization", "app"],
        &["kustomization suspended"],
    )
    .await;
    check(
        &world,
        &["suspend", "source", "git", "app"],
        &["source git suspended"],
    )
    .await;
    check(&world, &["get", "kustomizations"], &["True"]).await;
    check(
        &world,
        &["resume", "source", "git", "app"],
        &["fetched revision"],
    )
    .await;
    check(&world, &["resume", "kustomization", "app"], &[&applied]).await;
}
