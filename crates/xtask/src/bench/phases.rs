//! One contestant on a control plane of its own, phase by phase.

use std::pin::pin;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{DeleteParams, PostParams};
use kube::{Api, Client};
use rheostat_api::Object;
use rheostat_testing::{ControlPlane, manifest};
use serde::Serialize;
use serde_json::Value;

use super::audit::{AuditLog, Requests};
use super::bare::Order;
use super::contestant::{Contestant, Running};
use super::follow::{All, Follower, Seen};
use super::phase::Phase;
use super::usage::Usage;
use super::workload::{self, Workload};

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
    /// From the first act until the last object shows its result.
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
    /// The number of objects.
    pub(super) n: usize,
    /// The `--concurrent` of controllers, instead of their default.
    pub(super) concurrent: Option<u16>,
}

/// A contestant at work, and what is seen of it.
pub(super) struct Course<W: Workload> {
    /// What it is given to do.
    pub(super) workload: W,
    /// The objects as they are.
    pub(super) follower: Follower,
    /// For the API server.
    pub(super) client: Client,
    contestant: String,
    n: usize,
    audit: AuditLog,
    objects: Api<Object<W::Kind>>,
    running: Running,
    // Ends when it is dropped, after those who use it.
    plane: ControlPlane,
}

/// Measures all phases of one contestant.
///
/// # Errors
/// Anything that goes wrong; nothing is measured by halves.
pub(super) async fn measure<W: Workload>(
    contestant: &Contestant,
    plan: Plan,
) -> Result<Vec<Measured>> {
    let mut course = Course::<W>::open(contestant, plan).await?;
    let mut all = Vec::new();
    for &phase in W::PHASES {
        let measured = course.measure(phase).await;
        all.push(measured.with_context(|| format!("phase {phase}"))?);
    }
    Ok(all)
}

impl<W: Workload> Course<W> {
    /// Starts a control plane, the contestant and what it works on.
    ///
    /// # Errors
    /// Something does not start.
    pub(super) async fn open(contestant: &Contestant, plan: Plan) -> Result<Self> {
        let plane = ControlPlane::options().audit().start().await?;
        let client = plane.client().await?;
        prepare::<W>(&client, &contestant.definitions()).await?;
        let running = contestant.start(&plane, plan.concurrent).await?;
        let has_source = matches!(contestant, Contestant::Controllers { .. });
        let audit_log = plane
            .audit_log()
            .context("the control plane keeps an audit log")?;
        Ok(Self {
            workload: W::open(&client, plan.n, has_source).await?,
            follower: Follower::start::<W>(client.clone()),
            objects: Api::namespaced(client.clone(), workload::NAMESPACE),
            client,
            contestant: contestant.name().to_owned(),
            n: plan.n,
            audit: AuditLog::new(audit_log),
            running,
            plane,
        })
    }

    /// Measures one phase.
    ///
    /// # Errors
    /// It does not end, or a program ends.
    pub(super) async fn measure(&mut self, phase: Phase) -> Result<Measured> {
        self.audit.requests()?;
        let before = (self.running.usage()?, self.server_usage()?);
        let start = Instant::now();
        let token = self.act(phase).await?;
        let (n, revision) = (self.n, self.workload.revision().to_owned());
        let is_done = |seen: &Seen| match phase {
            Phase::Install | Phase::Push | Phase::Elsewhere | Phase::Upgrade => {
                seen.is_ready && seen.shown == revision
            }
            Phase::Noop => seen.handled == token,
            Phase::Prune | Phase::Uninstall => false,
        };
        let wanted = if phase.is_removal() { 0 } else { n };
        let left = |all: &All| {
            all.values().filter(|seen| !is_done(seen)).count() + wanted.saturating_sub(all.len())
        };
        self.follower.until(LIMIT, left).await?;
        let seconds = start.elapsed().as_secs_f64();
        tokio::time::sleep(SETTLE).await;
        let after = (self.running.usage()?, self.server_usage()?);
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

    fn server_usage(&mut self) -> Result<Usage> {
        let mut processes = self.plane.processes().iter();
        let server = processes.find(|process| process.name() == "kube-apiserver");
        Usage::of(server.context("the API server runs")?.pid())
    }

    /// Does what the phase begins with, and returns the token with which passes are requested.
    async fn act(&mut self, phase: Phase) -> Result<String> {
        let token = format!("{phase}");
        self.workload.publish(phase).await?;
        let (objects, requested) = (self.objects.clone(), token.clone());
        let submitted = stream::iter(0..self.n).map(|index| {
            let (objects, token) = (objects.clone(), requested.clone());
            async move {
                submit::<W>(&objects, phase, index, &token)
                    .await
                    .map(|()| index)
            }
        });
        let mut submitted = pin!(submitted.buffer_unordered(SUBMITTERS));
        while let Some(index) = submitted.try_next().await? {
            let order = Order {
                subject: W::SUBJECT,
                phase,
                index,
                revision: self.workload.revision().to_owned(),
                token: token.clone(),
            };
            self.running.tell(&order).await?;
        }
        Ok(token)
    }
}

async fn prepare<W: Workload>(client: &Client, definitions: &[Value]) -> Result<()> {
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
    warm_up::<W>(client).await
}

/// The first server-side apply of a kind makes the API server read its schema, which would count against whoever
/// comes first.
async fn warm_up<W: Workload>(client: &Client) -> Result<()> {
    let objects: Vec<Value> = W::applied(0, 0)
        .into_iter()
        .map(|(_, object)| object)
        .collect();
    manifest::apply(client, &objects).await?;
    for (path, _) in W::applied(0, 0) {
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

async fn submit<W: Workload>(
    objects: &Api<Object<W::Kind>>,
    phase: Phase,
    index: usize,
    token: &str,
) -> Result<()> {
    let name = workload::name(index);
    match phase {
        Phase::Install => {
            objects
                .create(&PostParams::default(), &W::object(index))
                .await
                .context("creating")?;
        }
        Phase::Noop => workload::request(objects, &name, token).await?,
        Phase::Prune | Phase::Uninstall => {
            objects
                .delete(&name, &DeleteParams::default())
                .await
                .context("deleting")?;
        }
        Phase::Push | Phase::Elsewhere | Phase::Upgrade => {}
    }
    Ok(())
}
