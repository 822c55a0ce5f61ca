use std::time::Duration;

use rheostat_release::{HookPhase, Release, Status, Test, Wait};
use rheostat_testing::ControlPlane;
use serde_json::json;

use super::fixture::{NAME, World, chart_of, upgrade};

fn hook(name: &str, annotations: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  annotations: {{{annotations}}}\n"
    )
}

fn job(name: &str, event: &str) -> String {
    format!(
        "---\napiVersion: batch/v1\nkind: Job\nmetadata:\n  name: {name}\n  annotations: {{helm.sh/hook: {event}}}\nspec:\n  backoffLimit: 0\n  template:\n    spec:\n      restartPolicy: Never\n      containers:\n        - {{name: a, image: example.com/a:1}}\n"
    )
}

fn phases(release: &Release) -> Vec<(&str, HookPhase)> {
    let phase = |hook: &'_ rheostat_release::ReleasedHook| hook.last_run.phase;
    let hooks = release.hooks.iter();
    hooks
        .map(|hook| (hook.name.as_str(), phase(hook)))
        .collect()
}

#[tokio::test]
async fn hooks_run_in_order_and_go_as_their_policies_say() {
    let world = World::new("hooks").await;
    let objects = [
        hook("second", "helm.sh/hook: pre-install, helm.sh/hook-weight: \"2\""),
        hook("first", "helm.sh/hook: pre-install, helm.sh/hook-weight: \"-1\", helm.sh/hook-delete-policy: hook-succeeded"),
        hook("after", "helm.sh/hook: post-install"),
        hook("other", "helm.sh/hook: pre-upgrade"),
    ]
    .concat();
    let install = world.install_chart(&chart_of(&objects), json!({}));
    let release = install.run(&world.configuration).await.expect("installed");
    let mut ran: Vec<_> = release
        .hooks
        .iter()
        .filter_map(|hook| Some((hook.last_run.started_at.unix_nanoseconds()?, &hook.name)))
        .collect();
    ran.sort();
    let names: Vec<&str> = ran.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(names, ["first", "second", "after"]);
    assert!(world.config("first").await.is_none());
    let second = world.config("second").await.expect("it stays");
    assert_eq!(
        second["metadata"]["labels"],
        json!(null),
        "hooks are nobody's"
    );
    let recorded = world.configuration.storage().get(NAME, 1).await;
    let recorded = recorded.expect("there");
    assert_eq!(recorded, release);
}

#[tokio::test]
async fn a_hook_that_never_ends_fails_the_release() {
    let world = World::new("endless").await;
    let objects = [
        hook("before", "helm.sh/hook: pre-install, helm.sh/hook-weight: \"-1\", helm.sh/hook-delete-policy: hook-succeeded"),
        job("endless", "pre-install"),
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n".to_owned(),
    ]
    .concat();
    let mut install = world.install_chart(&chart_of(&objects), json!({}));
    install.timeout = Duration::from_secs(2);
    let error = install
        .run(&world.configuration)
        .await
        .expect_err("endless");
    let namespace = &world.namespace;
    assert_eq!(
        error.to_string(),
        format!(
            "failed pre-install: timeout waiting for: [Job/{namespace}/endless status: 'InProgress']"
        )
    );
    let release = error.release.expect("recorded");
    assert_eq!(release.info.status, Status::Failed);
    assert_eq!(
        phases(&release),
        [
            ("before", HookPhase::Succeeded),
            ("endless", HookPhase::Failed)
        ]
    );
    assert!(world.config("before").await.is_none(), "its policy says so");
    assert!(
        world.live("batch/v1", "Job", "endless").await.is_some(),
        "it has none"
    );
    assert!(world.config(NAME).await.is_none(), "nothing was installed");
}

#[tokio::test]
async fn hooks_are_waited_for_and_tests_are_run() {
    let plane = ControlPlane::options()
        .nodes(1)
        .start()
        .await
        .expect("nodes");
    let world = World::on(&plane, "jobs").await;
    let objects = [
        job("before", "pre-install"),
        job("trial", "test"),
        job("other-trial", "test"),
        job("worker", "none").replace("  annotations: {helm.sh/hook: none}\n", ""),
    ]
    .concat();
    let mut install = world.install_chart(&chart_of(&objects), json!({}));
    install.wait = Wait::ObjectsAndJobs;
    install.timeout = Duration::from_mins(1);
    let release = install.run(&world.configuration).await.expect("installed");
    assert_eq!(release.info.status, Status::Deployed);
    let worker = world
        .live("batch/v1", "Job", "worker")
        .await
        .expect("there");
    assert_eq!(worker["status"]["succeeded"], 1);
    let mut test = Test::new(NAME);
    test.excluded = vec!["other-trial".to_owned()];
    let tested = test.run(&world.configuration).await.expect("tested");
    assert_eq!(
        phases(&tested),
        [
            ("other-trial", HookPhase::Never),
            ("before", HookPhase::Succeeded),
            ("trial", HookPhase::Succeeded),
        ]
    );
    let status = world.helm(&["status", NAME]).expect("helm reads it");
    assert!(status.contains("TEST SUITE:     trial"), "{status}");
    upgrade(&chart_of(&objects), json!({"color": "red"}))
        .run(&world.configuration)
        .await
        .expect("upgraded");
}
