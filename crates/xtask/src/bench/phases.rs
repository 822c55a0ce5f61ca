//! The five phases.

use std::pin::pin;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use kube::runtime::wait::await_condition;
use kube::{Api, Client};
use rheostat_api::{GitRepository, Kustomization, metadata};
use rheostat_testing::git_server::{Commit, GitServer, Repository};
use rheostat_testing::{ControlPlane, manifest};
use serde::Serialize;
use serde_json::{Value, json};

use super::audit::{AuditLog, Requests};
use super::bare::{Order, Phase};
use super::contestant::{Contestant, Running};
use super::follow::{Follower, Seen};
use super::latency::{Latency, Lookout};
use super::usage::Usage;
use super::workload;

/// A phase that takes longer is a failure; Flux takes 40 seconds for 200 Kustomizations on two cores.
const LIMIT: Duration = Duration::from_mins(15);

/// Events trail behind, and the audit log behind them.
const SETTLE: Duration = Duration::from_secs(2);

/// How many objects are created, annotated or deleted at the same time.
const SUBMITTERS: usize = 8;

/// What one phase of one contestant took.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Measured {
    pub(super) contestant: String,
    pub(super) phase: Phase,
    pub(super) n: usize,
    /// From the first act until the last Kustomization shows its result.
    pub(super) seconds: f64,
    /// Of the program that applies.
    pub(super) applier: Usage,
    pub(super) source: Usage,
    /// Of the API server, our own watch and submissions included.
    pub(super) server_cpu_seconds: f64,
    pub(super) requests: Requests,
}

/// What is measured of each contestant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    /// The number of Kustomizations.
    pub(super) n: usize,
    /// The `--concurrent` of controllers, instead of their default.
    pub(super) concurrent: Option<u16>,
    /// Commits whose way into the cluster is timed.
    pub(super) commits: usize,
}

/// Measures one contestant on a control plane of its own.
///
/// # Errors
/// Anything that goes wrong; nothing is measured by halves.
pub(super) async fn measure(
    contestant: &Contestant,
    plan: Plan,
) -> Result<(Vec<Measured>, Option<Latency>)> {
    let mut plane = ControlPlane::options().audit().start().await?;
    let client = plane.client().await?;
    prepare(&client, &contestant.definitions()).await?;
    let server = GitServer::start().await?;
    let repository = server.create("repo")?;
    let running = contestant.start(&plane, plan.concurrent).await?;
    let api_server = plane
        .processes()
        .iter()
        .find(|process| process.name() == "kube-apiserver");
    let mut course = Course {
        contestant: contestant.name().to_owned(),
        n: plan.n,
        api_server: api_server.context("the API server runs")?.pid(),
        audit: AuditLog::new(
            plane
                .audit_log()
                .context("the control plane keeps an audit log")?,
        ),
        follower: Follower::start(client.clone()),
        objects: Api::namespaced(client.clone(), workload::NAMESPACE),
        sources: Api::namespaced(client.clone(), workload::NAMESPACE),
        client,
        repository,
        running,
        has_source: matches!(contestant, Contestant::Controllers { .. }),
        revision: String::new(),
    };
    course.open(&server.url("repo")).await?;
    course.run(plan.commits).await
}

async fn prepare(client: &Client, definitions: &[Value]) -> Result<()> {
    manifest::define(client, definitions).await?;
    let namespaces = Api::<Namespace>::all(client.clone());
    let targets = (0..workload::TARGETS).map(workload::target);
    for name in targets.chain([workload::NAMESPACE.to_owned(), "flux-system".to_owned()]) {
        let mut namespace = Namespace::default();
        namespace.metadata.name = Some(name);
        namespaces
            .create(&PostParams::default(), &namespace)
            .await
            .context("creating a namespace")?;
    }
    warm_up(client).await
}

/// The first server-side apply of a kind makes the API server read its schema, which would count against whoever
/// comes first.
async fn warm_up(client: &Client) -> Result<()> {
    let objects: Vec<Value> = workload::applied(0, 0)
        .into_iter()
        .map(|(_, object)| object)
        .collect();
    manifest::apply(client, &objects).await?;
    for (path, _) in workload::applied(0, 0) {
        let request = http::Request::delete(&path)
            .body(Vec::new())
            .context("making a request")?;
        client
            .request_text(request)
            .await
            .with_context(|| format!("deleting {path}"))?;
    }
    Ok(())
}

struct Course {
    contestant: String,
    n: usize,
    api_server: u32,
    audit: AuditLog,
    follower: Follower,
    objects: Api<Kustomization>,
    sources: Api<GitRepository>,
    client: Client,
    repository: Repository,
    running: Running,
    has_source: bool,
    revision: String,
}

impl Course {
    /// Makes the first commit and waits for its artifact.
    async fn open(&mut self, url: &str) -> Result<()> {
        self.commit(&Commit::new("one").files(workload::files(self.n, 1)))?;
        if !self.has_source {
            return Ok(());
        }
        self.sources
            .create(&PostParams::default(), &workload::repository(url))
            .await
            .context("creating the source")?;
        let has_artifact = |object: Option<&GitRepository>| {
            object
                .and_then(|object| object.status.as_ref())
                .is_some_and(|status| status.artifact.is_some())
        };
        let stored = await_condition(self.sources.clone(), workload::REPOSITORY, has_artifact);
        tokio::time::timeout(Duration::from_mins(1), stored)
            .await
            .context("waiting for the first artifact")??;
        Ok(())
    }

    async fn run(mut self, commits: usize) -> Result<(Vec<Measured>, Option<Latency>)> {
        let mut all = Vec::new();
        let mut latency = None;
        for phase in Phase::ALL {
            if phase == Phase::Prune && self.has_source && commits > 0 {
                latency = Some(self.latency(commits).await.context("timing commits")?);
            }
            let measured = self.measure(phase).await;
            all.push(measured.with_context(|| format!("phase {phase}"))?);
        }
        Ok((all, latency))
    }

    async fn latency(&mut self, commits: usize) -> Result<Latency> {
        let mut lookout = Lookout::start(&self.client);
        tokio::time::sleep(SETTLE).await;
        let mut delays = Vec::new();
        for number in 0..commits {
            // Seven is prime to the numbers of bases and namespaces, so that all get their turn.
            let (team, index) = (format!("commit-{number}"), number * 7 % self.n);
            let (path, text) = workload::overlay(index, &team);
            self.push(&Commit::new(&team).file(&path, text)).await?;
            delays.push(lookout.between(&self.revision, &team).await?);
            let revision = self.revision.clone();
            let is_done = |seen: &&Seen| seen.is_ready && seen.applied == revision;
            self.follower
                .until(LIMIT, |all| {
                    all.len() - all.values().filter(is_done).count()
                })
                .await?;
        }
        Ok(Latency::of(&self.contestant, delays))
    }

    async fn measure(&mut self, phase: Phase) -> Result<Measured> {
        self.audit.requests()?;
        let before = (self.running.usage()?, Usage::of(self.api_server)?);
        let start = Instant::now();
        let token = self.act(phase).await?;
        let (n, revision) = (self.n, self.revision.clone());
        let is_done = |seen: &Seen| match phase {
            Phase::Install | Phase::Push | Phase::Elsewhere => {
                seen.is_ready && seen.applied == revision
            }
            Phase::Noop => seen.handled == token,
            Phase::Prune => false,
        };
        let wanted = if phase == Phase::Prune { 0 } else { n };
        let left = |all: &std::collections::HashMap<String, Seen>| {
            all.values().filter(|seen| !is_done(seen)).count() + wanted.saturating_sub(all.len())
        };
        self.follower.until(LIMIT, left).await?;
        let seconds = start.elapsed().as_secs_f64();
        tokio::time::sleep(SETTLE).await;
        let after = (self.running.usage()?, Usage::of(self.api_server)?);
        Ok(Measured {
            contestant: self.contestant.clone(),
            phase,
            n,
            seconds,
            applier: after.0.0.since(before.0.0),
            source: after.0.1.since(before.0.1),
            server_cpu_seconds: after.1.since(before.1).cpu_seconds,
            requests: self.audit.requests()?,
        })
    }

    /// Does what the phase begins with, and returns the token with which passes are requested.
    async fn act(&mut self, phase: Phase) -> Result<String> {
        let token = format!("{phase}");
        match phase {
            Phase::Install | Phase::Noop | Phase::Prune => {}
            Phase::Push => {
                self.push(&Commit::new("two").files(workload::files(self.n, 2)))
                    .await?;
            }
            Phase::Elsewhere => {
                self.push(&Commit::new("three").file("docs/0.md", "changed\n"))
                    .await?;
            }
        }
        let (objects, requested) = (self.objects.clone(), token.clone());
        let submitted = stream::iter(0..self.n).map(|index| {
            let (objects, token) = (objects.clone(), requested.clone());
            async move { submit(&objects, phase, index, &token).await.map(|()| index) }
        });
        let mut submitted = pin!(submitted.buffer_unordered(SUBMITTERS));
        while let Some(index) = submitted.try_next().await? {
            let order = Order {
                phase,
                index,
                revision: self.revision.clone(),
                token: token.clone(),
            };
            self.running.tell(&order).await?;
        }
        Ok(token)
    }

    fn commit(&mut self, commit: &Commit) -> Result<()> {
        self.revision = format!("main@sha1:{}", self.repository.commit("main", commit)?);
        Ok(())
    }

    async fn push(&mut self, commit: &Commit) -> Result<()> {
        self.commit(commit)?;
        if self.has_source {
            let request =
                json!({"metadata": {"annotations": {metadata::REQUESTED_AT: self.revision}}});
            let patch = Patch::Merge(request);
            self.sources
                .patch(workload::REPOSITORY, &PatchParams::default(), &patch)
                .await
                .context("asking for the commit")?;
        }
        Ok(())
    }
}

async fn submit(
    objects: &Api<Kustomization>,
    phase: Phase,
    index: usize,
    token: &str,
) -> Result<()> {
    let name = workload::name(index);
    match phase {
        Phase::Install => {
            objects
                .create(&PostParams::default(), &workload::kustomization(index))
                .await
                .context("creating")?;
        }
        Phase::Noop => {
            let request = json!({"metadata": {"annotations": {metadata::REQUESTED_AT: token}}});
            objects
                .patch(&name, &PatchParams::default(), &Patch::Merge(request))
                .await
                .context("requesting")?;
        }
        Phase::Prune => {
            objects
                .delete(&name, &DeleteParams::default())
                .await
                .context("deleting")?;
        }
        Phase::Push | Phase::Elsewhere => {}
    }
    Ok(())
}
