//! Actions that are killed at each of their steps, and what the next ones make of what is left.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures::FutureExt;
use futures::future::{BoxFuture, pending, ready};
use rheostat_release::{
    ActionError, Configuration, Observer, Rollback, Status, Step, StepKind, Uninstall,
};
use serde_json::json;
use tokio::sync::Notify;

use super::fixture::{Files, NAME, World, chart_of, upgrade};

/// Holds the action before one of its steps, for ever.
#[derive(Default)]
struct Holder {
    at: usize,
    seen: AtomicUsize,
    steps: Mutex<Vec<Step>>,
    reached: Notify,
}

impl Observer for Holder {
    fn before<'a>(&'a self, step: &'a Step) -> BoxFuture<'a, Result<(), String>> {
        self.steps.lock().expect("no panic").push(step.clone());
        if self.seen.fetch_add(1, Ordering::SeqCst) == self.at {
            self.reached.notify_one();
            return pending().boxed();
        }
        ready(Ok(())).boxed()
    }
}

/// An action of any kind.
type Run<'a> = BoxFuture<'a, Result<(), ActionError>>;

/// Runs an action until it is about to take a step, and drops it there. Answers the steps that it announced, and whether it
/// came to its end instead.
async fn killed_at(
    configuration: &Configuration,
    at: usize,
    action: impl for<'a> FnOnce(&'a Configuration) -> Run<'a>,
) -> (Vec<Step>, bool) {
    let holder = Arc::new(Holder {
        at,
        ..Holder::default()
    });
    let mut held = configuration.clone();
    held.observer = Arc::<Holder>::clone(&holder);
    let ended = tokio::select! {
        ended = action(&held) => {
            ended.expect("the action succeeds");
            true
        }
        () = holder.reached.notified() => false,
    };
    let steps = holder.steps.lock().expect("no panic").clone();
    (steps, ended)
}

fn files() -> Files {
    chart_of(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  color: {{ .Values.color }}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web-{{ .Values.color }}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: hook\n  annotations: {helm.sh/hook: 'pre-install,pre-upgrade,pre-rollback,pre-delete'}\n",
    )
}

/// What a controller does with a record that its own process left pending: it is unlocked, as failed.
async fn unlock(world: &World) {
    let storage = world.configuration.storage();
    let Ok(mut last) = storage.last(NAME).await else {
        return;
    };
    if last.info.status.is_pending() {
        last.set_status(Status::Failed, "unlocked");
        storage.update(&last).await.expect("unlocked");
    }
}

/// Installs or upgrades to a color, whatever is there.
async fn converge(world: &World, color: &str) {
    unlock(world).await;
    if world.history().await.is_empty() {
        let install = world.install_chart(&files(), json!({"color": color}));
        install.run(&world.configuration).await.expect("installed");
    } else {
        upgrade(&files(), json!({"color": color}))
            .run(&world.configuration)
            .await
            .expect("upgraded");
    }
    assert_eq!(world.color().await.as_deref(), Some(color));
    let history = world.history().await;
    let deployed = history.iter().filter(|line| line.ends_with("deployed"));
    assert_eq!(deployed.count(), 1, "{history:?}");
}

async fn clear(world: &World) {
    let removed = Uninstall::new(NAME).run(&world.configuration).await;
    removed.expect("uninstalled");
    for color in ["blue", "red"] {
        let left = world.config(&format!("web-{color}")).await;
        assert!(left.is_none(), "web-{color} is left behind");
    }
}

fn hooks(steps: &[Step]) -> usize {
    let created = steps
        .iter()
        .filter(|step| step.kind == StepKind::CreateHook);
    created.count()
}

#[tokio::test]
async fn an_installation_that_is_killed_anywhere_is_made_up_for() {
    let world = World::new("killed-install").await;
    for at in 0.. {
        let install = world.install_chart(&files(), json!({"color": "blue"}));
        let (steps, ended) = killed_at(&world.configuration, at, |configuration| {
            async move { install.run(configuration).await.map(drop) }.boxed()
        })
        .await;
        assert!(hooks(&steps) <= 1, "{steps:?}");
        if ended {
            assert!(at > 6, "every write is a step: {steps:?}");
            break;
        }
        converge(&world, "blue").await;
        clear(&world).await;
    }
}

#[tokio::test]
async fn a_record_that_was_found_keeps_its_times_as_helm_s_does() {
    let world = World::new("killed-labels").await;
    let install = world.install_chart(&files(), json!({"color": "blue"}));
    // Before the first hook is recorded, and so updated.
    let (steps, ended) = killed_at(&world.configuration, 1, |configuration| {
        async move { install.run(configuration).await.map(drop) }.boxed()
    })
    .await;
    assert!(!ended, "{steps:?}");
    converge(&world, "red").await;
    for version in [1, 2] {
        let record = format!("sh.helm.release.v1.{NAME}.v{version}");
        let secret = world.live("v1", "Secret", &record).await.expect("there");
        let labels = &secret["metadata"]["labels"];
        assert!(labels["createdAt"].is_string(), "{labels}");
        assert!(labels["modifiedAt"].is_string(), "{labels}");
    }
}

#[tokio::test]
async fn an_upgrade_that_is_killed_anywhere_is_made_up_for() {
    let world = World::new("killed-upgrade").await;
    for at in 0.. {
        converge(&world, "blue").await;
        let action = upgrade(&files(), json!({"color": "red"}));
        let (steps, ended) = killed_at(&world.configuration, at, |configuration| {
            async move { action.run(configuration).await.map(drop) }.boxed()
        })
        .await;
        assert!(hooks(&steps) <= 1, "{steps:?}");
        if ended {
            assert!(at > 8, "every write is a step: {steps:?}");
            break;
        }
        converge(&world, "red").await;
        clear(&world).await;
    }
}

#[tokio::test]
async fn a_rollback_that_is_killed_anywhere_is_made_up_for() {
    let world = World::new("killed-rollback").await;
    for at in 0.. {
        converge(&world, "blue").await;
        converge(&world, "red").await;
        let (steps, ended) = killed_at(&world.configuration, at, |configuration| {
            async move { Rollback::new(NAME, 0).run(configuration).await.map(drop) }.boxed()
        })
        .await;
        assert!(hooks(&steps) <= 1, "{steps:?}");
        if ended {
            assert_eq!(world.color().await.as_deref(), Some("blue"));
            break;
        }
        converge(&world, "blue").await;
        clear(&world).await;
    }
}

#[tokio::test]
async fn an_uninstallation_that_is_killed_anywhere_is_made_up_for() {
    let world = World::new("killed-uninstall").await;
    for at in 0.. {
        converge(&world, "blue").await;
        let (steps, ended) = killed_at(&world.configuration, at, |configuration| {
            async move { Uninstall::new(NAME).run(configuration).await.map(drop) }.boxed()
        })
        .await;
        assert!(hooks(&steps) <= 1, "{steps:?}");
        if ended {
            assert!(world.config(NAME).await.is_none());
            break;
        }
        clear(&world).await;
    }
}
