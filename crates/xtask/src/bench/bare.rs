//! The bare loop: the requests that the contract demands, and nothing else.
//!
//! It reads orders from its standard input, a line each, and keeps as many objects at work as saturate an API server on
//! two cores. What it leaves behind looks like the work of a controller, so that the end of a phase is seen in the same
//! way.

mod kustomization;
mod release;
mod requests;

use std::sync::Arc;

use anyhow::{Context as _, Result};
use kube::{Client, Config};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use self::requests::Requests;
use super::phase::Phase;
use super::workload::Subject;

/// How the loop calls itself to the API server.
pub(super) const USER_AGENT: &str = "bare-loop";

/// From 8 to 16 at a time fill the two cores of an API server; more only wait there.
const CONCURRENT: usize = 16;

/// What there is to do for one object.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Order {
    /// The kind of the object.
    pub(super) subject: Subject,
    /// The phase.
    pub(super) phase: Phase,
    /// Which object.
    pub(super) index: usize,
    /// The revision to apply.
    pub(super) revision: String,
    /// The request to answer.
    pub(super) token: String,
}

/// Follows orders until its input ends.
///
/// # Errors
/// A request that failed.
pub async fn run() -> Result<()> {
    let mut config = Config::infer().await.context("finding the API server")?;
    config.headers.push((
        http::header::USER_AGENT,
        http::HeaderValue::from_static(USER_AGENT),
    ));
    let client = Client::try_from(config).context("making a client")?;
    let permits = Arc::new(Semaphore::new(CONCURRENT));
    let mut orders = BufReader::new(tokio::io::stdin()).lines();
    let mut tasks = JoinSet::new();
    while let Some(line) = orders.next_line().await.context("reading an order")? {
        let order: Order = serde_json::from_str(&line).context("reading an order")?;
        let permit = Arc::clone(&permits)
            .acquire_owned()
            .await
            .context("the loop goes on")?;
        let requests = Requests::new(client.clone(), order.subject, order.index);
        tasks.spawn(async move {
            let _permit = permit;
            match order.subject {
                Subject::Kustomizations => kustomization::follow(&requests, &order).await,
                Subject::HelmReleases => release::follow(&requests, &order).await,
            }
        });
        while let Some(done) = tasks.try_join_next() {
            done.context("a worker ended")??;
        }
    }
    while let Some(done) = tasks.join_next().await {
        done.context("a worker ended")??;
    }
    Ok(())
}
