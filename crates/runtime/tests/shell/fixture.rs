//! A controller for tests: its objects say in their URL what is to happen to them.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use jiff::Timestamp;
use k8s_openapi::{
    api::core::v1::Event as ClusterEvent,
    apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition,
};
use kube::{
    Api, Client, Config,
    api::{Patch, PatchParams, PostParams},
    config::{KubeConfigOptions, Kubeconfig},
    runtime::{conditions::is_crd_established, wait::await_condition},
};
use parking_lot::Mutex;
use rheostat_api::{
    ConditionType, GitRepository, GitRepositorySpec, GitRepositoryStatus, Reason, crd,
};
use rheostat_runtime::{
    Conditions, Context, Controller, Event, Finalizer, LogLine, Moment, Pass, Reconciler, Report,
    Requeue, Role, Settings, Store, Wait,
    client::{Authority, Rate, Server},
    event::{Delivery, Recorder},
    metrics::Metrics,
    queue::Backoff,
    store::Selection,
};
use rheostat_testing::ControlPlane;
use tokio::{task::JoinHandle, time::Instant};
use tokio_util::sync::CancellationToken;

pub(crate) const ROLE: Role = Role {
    name: "test-controller",
    field_manager: "gotk-test-controller",
    version: "0.0.0",
    concurrent: "2",
    reads_address_variables: false,
};

/// How long a test waits for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Reconciles by the last part of the URL: `panic` panics, `wait` waits until it is woken again, `slow` takes two seconds, anything else is
/// stored at once.
#[derive(Debug, Default)]
pub(crate) struct Tester {
    /// The names of the objects that were reconciled, in order.
    pub(crate) seen: Arc<Mutex<Vec<String>>>,
}

impl Reconciler for Tester {
    type Object = GitRepository;
    type Status = GitRepositoryStatus;
    type Outcome = bool;

    const OWNED_CONDITIONS: &'static [ConditionType] =
        &[ConditionType::Ready, ConditionType::Reconciling];

    async fn reconcile(&self, object: Arc<GitRepository>, pass: &Pass<GitRepository>) -> bool {
        self.seen.lock().push(object.name().to_owned());
        match object.spec.url.rsplit('/').next() {
            Some("panic") => unreachable!("as the URL demands"),
            Some("wait") => {
                let wait = Wait {
                    until: Instant::now() + Duration::from_hours(1),
                    is_cancelled_by_newer: true,
                };
                pass.wait(wait, std::future::pending::<()>()).await.is_ok()
            }
            Some("slow") => {
                let work = tokio::time::sleep(Duration::from_secs(2));
                pass.step(|| under_way(&object, pass.now()), work).await;
                true
            }
            _ => true,
        }
    }

    fn report(
        &self,
        object: &GitRepository,
        _: &bool,
        moment: Moment,
    ) -> Report<GitRepositoryStatus> {
        let mut status = object.status.clone().unwrap_or_default();
        let message = format!("stored {}", object.spec.url);
        let mut conditions =
            Conditions::new(&mut status.conditions, object.generation(), moment.now);
        conditions.remove(&ConditionType::Reconciling);
        conditions.mark_true(ConditionType::Ready, Reason::Succeeded, message.clone());
        status.observed_generation = Some(object.generation());
        Report {
            status,
            finalizer: if object.is_being_deleted() {
                Finalizer::Release
            } else {
                Finalizer::Keep
            },
            events: vec![Event::normal("NewArtifact", message).with("test/revision", "r1")],
            requeue: Requeue::Interval(Duration::from_hours(1)),
            log: LogLine::default(),
        }
    }
}

fn under_way(object: &GitRepository, now: Timestamp) -> GitRepositoryStatus {
    let mut status = object.status.clone().unwrap_or_default();
    let mut conditions = Conditions::new(&mut status.conditions, object.generation(), now);
    conditions.mark_reconciling(Reason::Progressing, "under way");
    status
}

/// A running controller in a namespace of its own.
pub(crate) struct Running {
    pub(crate) client: Client,
    pub(crate) namespace: String,
    pub(crate) objects: Api<GitRepository>,
    pub(crate) seen: Arc<Mutex<Vec<String>>>,
    pub(crate) metrics: Metrics,
    delivery: Delivery,
    stop: CancellationToken,
    controller: JoinHandle<()>,
}

impl Running {
    pub(crate) async fn start(plane: &ControlPlane) -> Self {
        let client = plane
            .client()
            .await
            .expect("the control plane gives a client");
        install_crd(&client).await;
        let namespace = plane
            .namespace("shell")
            .await
            .expect("a namespace can be made");
        Self::start_in(client.clone(), &client, namespace)
    }

    /// Starts a controller that works with `theirs`, while the test looks at its objects with `client`.
    pub(crate) fn start_in(client: Client, theirs: &Client, namespace: String) -> Self {
        let stop = CancellationToken::new();
        let (context, delivery) = context(theirs, &namespace, stop.clone());
        let store = Store::<GitRepository>::watch(&context, Selection::default());
        let tester = Tester::default();
        let seen = Arc::clone(&tester.seen);
        let metrics = context.metrics.clone();
        let controller = tokio::spawn(Controller::new(&context, store, tester).run());
        let objects = Api::namespaced(client.clone(), &namespace);
        Self {
            client,
            namespace,
            objects,
            seen,
            metrics,
            delivery,
            stop,
            controller,
        }
    }

    /// Creates an object whose URL ends in `path`.
    pub(crate) async fn create(&self, name: &str, path: &str) {
        let spec = GitRepositorySpec {
            url: format!("https://example.com/{path}"),
            interval: "1h".parse().expect("an hour is a duration"),
            ..GitRepositorySpec::default()
        };
        let object = GitRepository::new(name, spec).within(&self.namespace);
        self.objects
            .create(&PostParams::default(), &object)
            .await
            .expect("the object is valid");
    }

    pub(crate) async fn merge(&self, name: &str, change: serde_json::Value) -> GitRepository {
        let patched = self
            .objects
            .patch(name, &PatchParams::default(), &Patch::Merge(change))
            .await;
        patched.expect("the change is valid")
    }

    /// Waits until `condition` holds for the object, or for its absence.
    pub(crate) async fn until(
        &self,
        name: &str,
        condition: impl Fn(Option<&GitRepository>) -> bool,
    ) -> Option<GitRepository> {
        let holds = |object: Option<&GitRepository>| condition(object);
        let waited =
            tokio::time::timeout(PATIENCE, await_condition(self.objects.clone(), name, holds))
                .await;
        waited
            .expect("what is waited for comes in time")
            .expect("the watch works")
    }

    /// Waits until no pass is under way: a pass that was cut off from the server would be made again.
    pub(crate) async fn until_idle(&self) {
        let idle = "controller_runtime_active_workers{controller=\"gitrepository\"} 0";
        let quiet = async {
            while !self.metrics.encode().contains(idle) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, quiet).await;
        waited.expect("passes end");
    }

    pub(crate) async fn until_ready(&self, name: &str) -> GitRepository {
        self.until(name, |object| object.is_some_and(is_ready))
            .await
            .expect("an object that is ready is there")
    }

    /// The events about an object: reason, message, count and annotations.
    pub(crate) async fn events(&self, name: &str) -> Vec<ClusterEvent> {
        let events = Api::<ClusterEvent>::namespaced(self.client.clone(), &self.namespace);
        let about = kube::api::ListParams::default().fields(&format!("involvedObject.name={name}"));
        events
            .list(&about)
            .await
            .expect("events can be listed")
            .items
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        let stopped = tokio::time::timeout(PATIENCE, self.controller).await;
        stopped
            .expect("it stops in time")
            .expect("it does not panic");
        self.delivery.finish(PATIENCE).await;
    }
}

pub(crate) fn is_ready(object: &GitRepository) -> bool {
    object
        .condition(&ConditionType::Ready)
        .is_some_and(rheostat_api::Condition::is_true)
}

fn context(client: &Client, namespace: &str, stop: CancellationToken) -> (Context, Delivery) {
    let settings = Settings {
        // With one worker, whoever holds it for nothing stops everybody.
        concurrent: 1,
        requeue_dependency: Duration::from_secs(5),
        jitter_percentage: 0,
        backoff: Backoff {
            min: Duration::from_millis(200),
            max: Duration::from_secs(1),
        },
        namespace: Some(namespace.to_owned()),
        label_selector: String::new(),
        runtime_namespace: namespace.to_owned(),
    };
    let (recorder, delivery) = Recorder::start(client, ROLE, None, "test");
    let context = Context {
        role: ROLE,
        client: client.clone(),
        recorder,
        metrics: Metrics::new(),
        settings: Arc::new(settings),
        stop,
    };
    (context, delivery)
}

/// A client that reaches the API server through `address` and writes by `authority`.
pub(crate) async fn guarded(
    plane: &ControlPlane,
    address: SocketAddr,
    authority: Authority,
) -> Client {
    let kubeconfig = Kubeconfig::read_from(plane.kubeconfig()).expect("the kubeconfig is valid");
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await;
    let mut config = config.expect("the kubeconfig names a server");
    config.cluster_url = format!("https://{address}")
        .parse()
        .expect("an address makes a URL");
    let rate = Rate {
        qps: 50.0,
        burst: 300,
    };
    let server = Server::at(config, ROLE, rate, Metrics::default());
    server.client(authority).expect("the client can be set up")
}

/// Where the API server listens.
pub(crate) fn address(plane: &ControlPlane) -> SocketAddr {
    let address = plane
        .server()
        .strip_prefix("https://")
        .expect("the server speaks TLS");
    address.parse().expect("the server's address is a number")
}

async fn install_crd(client: &Client) {
    let definitions = Api::<CustomResourceDefinition>::all(client.clone());
    for definition in crd::source_controller() {
        let name = definition.manifest["metadata"]["name"]
            .as_str()
            .expect("a definition has a name")
            .to_owned();
        let apply = PatchParams::apply("test").force();
        let applied = definitions
            .patch(&name, &apply, &Patch::Apply(&definition.manifest))
            .await;
        applied.expect("the definition is valid");
        let established = await_condition(definitions.clone(), &name, is_crd_established());
        established.await.expect("the definition is established");
    }
}
