//! Scenarios whose end the real Flux controllers have recorded: the same files and steps for them and for ours, and the
//! same things left behind.
//!
//! A case is a folder of `tests/conformance/controllers`: `scenario.yaml` says what happens and what is looked at
//! afterwards ([`case`]), `expected.yaml` is what Flux left ([`observe`]), written by
//! `cargo xtask conformance record controllers`. Only the wording of failures may differ ([`compare`]).

pub mod case;
pub mod compare;
pub mod observe;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use self::case::{Case, Expectation, Step};
use crate::{Setup, World, ready};

/// How long events and the like may lag behind the state that a scenario waits for, on a busy machine.
const LAG: Duration = Duration::from_secs(15);

/// What has not changed for so long has come to its end.
const QUIET: Duration = Duration::from_secs(4);

/// How often the objects are looked at.
const POLL: Duration = Duration::from_millis(100);

/// A retry every second keeps scenarios with failures short.
const ARGUMENTS: [&str; 1] = ["--requeue-dependency=1s"];

/// The folders of all cases, sorted.
///
/// # Errors
/// The data is not there.
pub fn folders() -> Result<Vec<PathBuf>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance/controllers");
    let entries = fs::read_dir(&root).with_context(|| format!("reading {}", root.display()))?;
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    folders.retain(|folder| folder.is_dir());
    folders.sort();
    Ok(folders)
}

/// The name of a case.
pub fn name(folder: &Path) -> String {
    folder
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// Runs a case and returns where its end differs from what is recorded.
///
/// # Errors
/// The case cannot be read, a step failed, or a state that it waits for did not come.
pub async fn check(folder: &Path, setup: Setup) -> Result<Vec<String>> {
    let expected = case::read_yaml(&folder.join("expected.yaml"))?;
    let run = Run::play(folder, setup).await?;
    let until = Instant::now() + LAG;
    loop {
        let found = run.answer().await?;
        let differences = compare::differences(&expected, &found);
        if differences.is_empty() || Instant::now() > until {
            run.clear().await?;
            return Ok(differences);
        }
        sleep(POLL).await;
    }
}

/// Runs a case and returns what is left when nothing moves any more.
///
/// # Errors
/// As [`check`].
pub async fn record(folder: &Path, setup: Setup) -> Result<Value> {
    let run = Run::play(folder, setup).await?;
    let mut answer = run.answer().await?;
    let mut since = Instant::now();
    while since.elapsed() < QUIET {
        sleep(POLL).await;
        let next = run.answer().await?;
        if next != answer {
            (answer, since) = (next, Instant::now());
        }
    }
    run.clear().await?;
    Ok(answer)
}

/// A case whose steps are done.
struct Run {
    world: World,
    case: Case,
    /// The commits, oldest first, as ids.
    commits: Vec<String>,
}

impl Run {
    async fn play(folder: &Path, setup: Setup) -> Result<Self> {
        let case = Case::read(&folder.join("scenario.yaml"))?;
        let mut setup = setup;
        setup.name = name(folder);
        setup.arguments.extend(ARGUMENTS.map(str::to_owned));
        let world = World::begin(setup, &case::commit(&case.files, 1)).await?;
        let mut run = Self {
            commits: vec![world.repository.resolve("main")?],
            world,
            case,
        };
        for step in run.case.steps.clone() {
            run.step(&step)
                .await
                .with_context(|| format!("the step {step:?}"))?;
        }
        Ok(run)
    }

    async fn step(&mut self, step: &Step) -> Result<()> {
        let world = &self.world;
        match step {
            Step::Follow { name, spec } => {
                let path = spec["path"].as_str().unwrap_or("./app");
                world.follow(name, path, spec.clone()).await
            }
            Step::Commit(files) => {
                let number = self.commits.len() + 1;
                world.push(&case::commit(files, number)).await?;
                self.commits.push(world.repository.resolve("main")?);
                Ok(())
            }
            Step::Patch {
                object,
                manager,
                subresource,
                merge,
            } => {
                let patch = crate::Patch {
                    manager: manager.as_deref(),
                    subresource: subresource.as_deref(),
                    merge,
                };
                world.patch_as(object.kind(), object.name(), patch).await
            }
            Step::Delete(object) => world.delete(object.kind(), object.name()).await,
            Step::Reconcile(object) => {
                let token = world.request(object.kind(), object.name()).await?;
                let handled = move |object: &Value| {
                    object["status"]["lastHandledReconcileAt"] == json!(token)
                };
                world
                    .until(object.kind(), object.name(), handled)
                    .await
                    .map(drop)
            }
            Step::Until(expectation) => self.until(expectation).await,
            Step::Gone(object) => world.until_absent(object.kind(), object.name()).await,
        }
    }

    async fn until(&self, expectation: &Expectation) -> Result<()> {
        let Expectation {
            object,
            ready: wanted,
            revision,
        } = expectation;
        let newest = self.commits.last().map(String::as_str).unwrap_or_default();
        let holds = |object: &Value| {
            let ready = ready(object);
            let text = |field: &str| ready[field].as_str().unwrap_or_default();
            let is_wanted = match wanted.split_once('/') {
                Some((status, reason)) => text("status") == status && text("reason") == reason,
                None => text("status") == wanted,
            };
            is_wanted
                && revision.is_none_or(|field| {
                    let seen = object["status"][field.status_field()].as_str();
                    seen.is_some_and(|seen| seen.ends_with(newest))
                })
        };
        self.world
            .until(object.kind(), object.name(), holds)
            .await
            .map(drop)
    }

    /// Deletes the Kustomizations, so that the next run on this control plane finds nothing of cluster scope.
    async fn clear(&self) -> Result<()> {
        for step in &self.case.steps {
            if let Step::Follow { name, .. } = step
                && self.world.object("Kustomization", name).await?.is_some()
            {
                self.world.delete("Kustomization", name).await?;
                self.world.until_absent("Kustomization", name).await?;
            }
        }
        Ok(())
    }

    async fn answer(&self) -> Result<Value> {
        observe::answer(&self.world, &self.case.observe, &self.commits).await
    }
}
