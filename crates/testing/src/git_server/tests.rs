use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant};

use tokio::process::Command;

use super::repository::GIT_ENVIRONMENT;
use super::{Access, Commit, Fault, GitServer};
use crate::process::Scratch;

async fn git(folder: &Path, arguments: &[&str]) -> Output {
    Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .envs(GIT_ENVIRONMENT)
        // It would win over the configuration that a test passes.
        .env_remove("GIT_SSL_CAINFO")
        .output()
        .await
        .unwrap()
}

fn stdout(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn one_commit(server: &GitServer) -> (String, String) {
    let repository = server.create("team/app").unwrap();
    let commit = Commit::new("first")
        .file("a.yaml", "a: 1\n")
        .executable("run", "#!/bin/sh\n")
        .symlink("link", "a.yaml");
    (
        repository.commit("main", &commit).unwrap(),
        server.url("team/app"),
    )
}

#[tokio::test]
async fn serves_clones_and_tells_of_pushes() {
    let server = GitServer::start().await.unwrap();
    let (revision, url) = one_commit(&server);
    let mut pushes = server.pushes();
    let folder = Scratch::new("clone").unwrap();
    stdout(&git(folder.path(), &["clone", "--quiet", &url, "app"]).await);
    let clone = folder.path().join("app");
    assert_eq!(stdout(&git(&clone, &["rev-parse", "HEAD"]).await), revision);
    assert_eq!(
        stdout(&git(&clone, &["ls-files", "--stage"]).await)
            .lines()
            .count(),
        3
    );

    std::fs::write(clone.join("b.yaml"), "b: 2\n").unwrap();
    stdout(&git(&clone, &["add", "b.yaml"]).await);
    stdout(&git(&clone, &["commit", "--quiet", "--message", "second"]).await);
    stdout(&git(&clone, &["push", "--quiet"]).await);
    assert_eq!(pushes.recv().await.unwrap(), "team/app");
    let head = stdout(&git(&clone, &["rev-parse", "HEAD"]).await);
    assert_eq!(
        stdout(&git(&clone, &["ls-remote", &url, "refs/heads/main"]).await),
        format!("{head}\trefs/heads/main")
    );
}

#[tokio::test]
async fn the_same_commits_have_the_same_ids() {
    let server = GitServer::start().await.unwrap();
    let ids = ["one", "two"].map(|name| {
        let repository = server.create(name).unwrap();
        repository
            .commit("main", &Commit::new("first").file("a b/\"c\"", "x"))
            .unwrap();
        repository
            .annotated_tag("v1.0.0", "main", "release")
            .unwrap();
        let second = Commit::new("second").delete("a b").file("d", "y");
        (
            repository.commit("main", &second).unwrap(),
            repository.resolve("v1.0.0^{commit}").unwrap(),
        )
    });
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0].0, ids[0].1);
}

#[tokio::test]
async fn asks_for_credentials() {
    let server = GitServer::start().await.unwrap();
    let (_, url) = one_commit(&server);
    let temp = std::env::temp_dir();
    server.require(Access::Basic {
        username: "user".into(),
        password: "secret".into(),
    });
    let refused = git(&temp, &["ls-remote", &url]).await;
    assert!(!refused.status.success());
    let with_credentials = url.replace("http://", "http://user:secret@");
    stdout(&git(&temp, &["ls-remote", &with_credentials]).await);
    server.require(Access::Bearer("token".into()));
    stdout(
        &git(
            &temp,
            &[
                "-c",
                "http.extraHeader=Authorization: Bearer token",
                "ls-remote",
                &url,
            ],
        )
        .await,
    );
}

#[tokio::test]
async fn serves_tls_to_those_who_trust_its_authority() {
    let server = GitServer::start_tls().await.unwrap();
    let (_, url) = one_commit(&server);
    let folder = Scratch::new("authority").unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, server.authority_pem().unwrap()).unwrap();
    assert!(
        !git(folder.path(), &["ls-remote", &url])
            .await
            .status
            .success()
    );
    let trusting = format!("http.sslCAInfo={}", path.display());
    stdout(&git(folder.path(), &["-c", &trusting, "ls-remote", &url]).await);
}

#[tokio::test]
async fn fails_as_it_is_told() {
    let server = GitServer::start().await.unwrap();
    let (_, url) = one_commit(&server);
    let temp = std::env::temp_dir();
    let says = async |fault: Fault, expected: &str| {
        server.fail(Some(fault));
        let output = git(&temp, &["ls-remote", &url]).await;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && text.contains(expected),
            "{text}"
        );
    };
    says(Fault::Status(503), "503").await;
    says(Fault::CutAfter(10), "fatal").await;

    server.fail(Some(Fault::Hang));
    let hung =
        tokio::time::timeout(Duration::from_millis(300), git(&temp, &["ls-remote", &url])).await;
    assert!(hung.is_err());

    server.fail(Some(Fault::Delay(Duration::from_millis(300))));
    let start = Instant::now();
    stdout(&git(&temp, &["ls-remote", &url]).await);
    assert!(start.elapsed() >= Duration::from_millis(300));
    server.fail(None);
    stdout(&git(&temp, &["ls-remote", &url]).await);
}
