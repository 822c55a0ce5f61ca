//! Starting and stopping: what a controller's `main` hands over to.
//!
//! The order is: log, signals, metrics and probes, then the lease, and only under it the controller itself. It stops
//! the other way round: passes end, events go out, the lease is handed over.

mod stop;

use std::{error::Error, fmt, future::Future, sync::Arc, time::Duration};

use kube::{Api, Client};
use rand::RngExt;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    args::{ElectionArgs, NoNamespace, RuntimeArgs, variable},
    client::{Authority, ConnectError, Rate, Server},
    event::{Delivery, Recorder},
    lease::{BadTerms, Election, Rival, RivalError, Terms, lease_name},
    log,
    metrics::Metrics,
    object::Managed,
    probe::{self, ListenError},
    queue::Backoff,
    role::Role,
    store::Delivered,
};

/// How long events that wait may take to go out when the controller stops.
const EVENTS_GRACE: Duration = Duration::from_secs(5);

/// What the flags decide for every controller alike.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Passes that run at the same time, for each kind (`--concurrent`).
    pub concurrent: usize,
    /// Pause before a dependency is looked at again where no watch tells (`--requeue-dependency`).
    pub requeue_dependency: Duration,
    /// The share by which intervals vary (`--interval-jitter-percentage`), 0 to 99.
    pub jitter_percentage: u8,
    /// How retries are spaced.
    pub backoff: Backoff,
    /// The only namespace that is watched; nothing for all (`--watch-all-namespaces`).
    pub namespace: Option<String>,
    /// The objects that this instance reconciles (`--watch-label-selector`); empty for all.
    pub label_selector: String,
    /// The namespace that the controller runs in (`RUNTIME_NAMESPACE`), empty if unknown.
    pub runtime_namespace: String,
}

/// What every part of a controller works with. Clones share it.
#[derive(Clone)]
pub struct Context {
    /// The controller's names.
    pub role: Role,
    /// A client whose write access ends with the lease.
    pub client: Client,
    /// Sends events.
    pub recorder: Recorder,
    /// Counts.
    pub metrics: Metrics,
    /// What the flags decide.
    pub settings: Arc<Settings>,
    /// Cancelled when the controller stops.
    pub stop: CancellationToken,
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("role", &self.role)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Context {
    /// The objects of a kind in one namespace.
    pub fn namespaced<K: Managed>(&self, namespace: &str) -> Api<K> {
        Api::namespaced(self.client.clone(), namespace)
    }

    pub(crate) fn watched<K: Managed>(&self) -> Api<Delivered<K>> {
        match &self.settings.namespace {
            Some(namespace) => Api::namespaced(self.client.clone(), namespace),
            None => Api::all(self.client.clone()),
        }
    }
}

/// Why a controller did not start, or ended without being asked to.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A namespace is needed and not known.
    #[error(transparent)]
    NoNamespace(#[from] NoNamespace),
    /// An address cannot be listened on.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The API server cannot be addressed.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// `--events-addr` is no URL.
    #[error("--events-addr is not a URL: {0}")]
    EventsAddress(#[source] url::ParseError),
    /// The periods of the election do not fit each other.
    #[error(transparent)]
    Terms(#[from] BadTerms),
    /// Leader election without a namespace for the lease.
    #[error("--enable-leader-election needs the environment variable RUNTIME_NAMESPACE")]
    NoLeaseNamespace,
    /// Another controller acts on the same objects.
    #[error(transparent)]
    Rival(#[from] RivalError),
    /// The lease went to somebody else, or could not be renewed in time.
    #[error("leader election lost")]
    LeaseLost,
    /// The controller itself failed.
    #[error(transparent)]
    Controller(Box<dyn Error + Send + Sync>),
}

/// Runs a controller until it is told to stop (`SIGTERM`, `SIGINT`) or loses its lease.
///
/// `controller` is called once this instance may act; it must return soon after the context's `stop`.
///
/// # Errors
/// [`RunError`]; `main` logs it and exits with status 1.
pub async fn run<C, F, E>(role: Role, args: &RuntimeArgs, controller: C) -> Result<(), RunError>
where
    C: FnOnce(Context) -> F,
    F: Future<Output = Result<(), E>>,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    let settings = Arc::new(args.settings()?);
    let receiver = receiver(&args.events_addr)?;
    // Only a second caller in the same process finds a provider there, and it is the same one.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let stop = stop::on_signal();
    let metrics = Metrics::new();
    if !args.metrics_addr.is_off() {
        probe::serve_metrics(&args.metrics_addr, metrics.clone(), stop.clone()).await?;
    }
    probe::serve_health(&args.health_addr, stop.clone()).await?;
    let rate = Rate {
        qps: args.kube_api_qps,
        burst: args.kube_api_burst,
    };
    let server = Server::find(role, rate, metrics.clone()).await?;
    tracing::info!(version = role.version, "starting manager");
    let authority = if args.election.enable_leader_election {
        Authority::none()
    } else {
        Authority::unlimited()
    };
    let client = server.client(authority.clone())?;
    let start = |stop| {
        let (recorder, delivery) = Recorder::start(&client, role, receiver.as_ref(), &host_name());
        let context = Context {
            role,
            client: client.clone(),
            recorder,
            metrics,
            settings: Arc::clone(&settings),
            stop,
        };
        (controller(context), delivery)
    };
    if !args.election.enable_leader_election {
        let (controller, delivery) = start(stop);
        return finish(controller, delivery).await;
    }
    let unguarded = server.client(Authority::unlimited())?;
    let terms = terms(role, &settings, &args.election)?;
    let candidate = Candidate {
        client: unguarded,
        terms,
        authority,
        stop,
    };
    candidate
        .run(
            &settings,
            args.election.leader_election_release_on_cancel,
            start,
        )
        .await
}

/// An instance that waits for the lease, leads, and hands it over.
struct Candidate {
    client: Client,
    terms: Terms,
    authority: Authority,
    stop: CancellationToken,
}

impl Candidate {
    async fn run<F, E>(
        self,
        settings: &Settings,
        is_released: bool,
        start: impl FnOnce(CancellationToken) -> (F, Delivery),
    ) -> Result<(), RunError>
    where
        F: Future<Output = Result<(), E>>,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        let mut election = Election::new(self.client.clone(), self.terms.clone(), self.authority)?;
        tokio::select! {
            () = self.stop.cancelled() => return Ok(()),
            found = look_for_rival(&self.client, &self.terms, settings) => found?,
        }
        tracing::info!(
            lease = self.terms.name,
            namespace = self.terms.namespace,
            "attempting to acquire leader lease"
        );
        tokio::select! {
            () = self.stop.cancelled() => return Ok(()),
            () = election.lead() => {}
        }
        tracing::info!(
            lease = self.terms.name,
            identity = self.terms.identity,
            "successfully acquired lease"
        );
        let (controller, delivery) = start(self.stop.clone());
        let mut work = std::pin::pin!(finish(controller, delivery));
        // The lease is kept while the work ends.
        let worked = tokio::select! {
            worked = &mut work => worked,
            () = election.keep() => {
                self.stop.cancel();
                // Nothing is written any more; what still runs only has to notice.
                let _ = work.await;
                return Err(RunError::LeaseLost);
            }
        };
        if is_released {
            election.release().await;
        }
        worked
    }
}

async fn finish<E>(
    controller: impl Future<Output = Result<(), E>>,
    delivery: Delivery,
) -> Result<(), RunError>
where
    E: Into<Box<dyn Error + Send + Sync>>,
{
    let result = controller
        .await
        .map_err(|error| RunError::Controller(error.into()));
    delivery.finish(EVENTS_GRACE).await;
    result
}

/// Two installations meet only where both watch all namespaces.
async fn look_for_rival(
    client: &Client,
    terms: &Terms,
    settings: &Settings,
) -> Result<(), RivalError> {
    if settings.namespace.is_none() {
        Rival::look_for(client, terms).await
    } else {
        Ok(())
    }
}

fn terms(role: Role, settings: &Settings, args: &ElectionArgs) -> Result<Terms, RunError> {
    if settings.runtime_namespace.is_empty() {
        return Err(RunError::NoLeaseNamespace);
    }
    let unique: u64 = rand::rng().random();
    Ok(Terms {
        namespace: settings.runtime_namespace.clone(),
        name: lease_name(role.name, &settings.label_selector),
        identity: format!("{}_{unique:016x}", host_name()),
        duration: args.leader_election_lease_duration,
        renew_deadline: args.leader_election_renew_deadline,
        retry_period: args.leader_election_retry_period,
    })
}

fn receiver(address: &str) -> Result<Option<Url>, RunError> {
    if address.is_empty() {
        Ok(None)
    } else {
        Url::parse(address)
            .map(Some)
            .map_err(RunError::EventsAddress)
    }
}

/// The name of this host: in a pod, the pod's.
fn host_name() -> String {
    let kernel = || std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    variable("HOSTNAME")
        .or_else(kernel)
        .map(|name| name.trim().to_owned())
        .unwrap_or_default()
}

/// Starts the log; to be called first, so that everything after it is told there.
pub fn start_log(args: &RuntimeArgs) {
    log::start(&args.log);
}
