//! The client of the API server: every request is bounded and counted, and write access ends with the lease.
//!
//! All that goes to the server goes through [`Guard`], impersonated requests included, since they wrap this client.
//! Only the lease itself is written by a client without a guard.

mod authority;
mod rate;

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use http::{HeaderValue, Method, Request, Response, header};
use kube::{
    Client, Config,
    client::{Body, ClientBuilder},
};
use tokio::time::Sleep;
use tower::{BoxError, Layer, Service};

pub use self::authority::{Authority, WriteRefused};
use self::rate::RateLimit;
use crate::{metrics::Metrics, role::Role};

/// A request without an answer is given up after this long, which is the API server's own limit for one.
const ANSWER_WITHIN: Duration = Duration::from_mins(1);

/// The header by which a server tells that it has flow control, and that ours is not needed.
const FLOW_CONTROL: &str = "x-kubernetes-pf-flowschema-uid";

/// The API server cannot be addressed.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Neither a kubeconfig nor a service account was found, or it cannot be read.
    #[error("failed to read the configuration of the API server: {0}")]
    Configuration(#[source] Box<kube::config::InferConfigError>),
    /// TLS or credentials cannot be set up.
    #[error("failed to set up the client of the API server: {0}")]
    Setup(#[source] Box<kube::Error>),
}

/// Requests in a second, and at once, to a server without flow control.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// `--kube-api-qps`; zero or less for no limit.
    pub qps: f32,
    /// `--kube-api-burst`.
    pub burst: u32,
}

/// Where the API server is and who we are there.
#[derive(Debug, Clone)]
pub struct Server {
    config: Config,
    metrics: Metrics,
    rate: Rate,
}

impl Server {
    /// Finds the server by `KUBECONFIG` or the service account of the pod.
    ///
    /// # Errors
    /// [`ConnectError::Configuration`].
    pub async fn find(role: Role, rate: Rate, metrics: Metrics) -> Result<Self, ConnectError> {
        let config = Config::infer().await;
        let config = config.map_err(|source| ConnectError::Configuration(Box::new(source)))?;
        Ok(Self::at(config, role, rate, metrics))
    }

    /// The server of a configuration that is there already.
    pub fn at(mut config: Config, role: Role, rate: Rate, metrics: Metrics) -> Self {
        if let Ok(agent) = HeaderValue::from_str(&format!("{}/{}", role.name, role.version)) {
            config.headers.push((header::USER_AGENT, agent));
        }
        Self {
            config,
            metrics,
            rate,
        }
    }

    /// A client that may write as long as `authority` holds.
    ///
    /// # Errors
    /// [`ConnectError::Setup`].
    pub fn client(&self, authority: Authority) -> Result<Client, ConnectError> {
        let guard = GuardLayer {
            shared: Arc::new(Shared {
                authority,
                metrics: self.metrics.clone(),
                host: self
                    .config
                    .cluster_url
                    .authority()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
                rate: RateLimit::new(self.rate),
            }),
        };
        let builder = ClientBuilder::try_from(self.config.clone());
        let builder = builder.map_err(|source| ConnectError::Setup(Box::new(source)))?;
        Ok(builder.with_layer(&guard).build())
    }
}

#[derive(Debug)]
struct Shared {
    authority: Authority,
    metrics: Metrics,
    host: String,
    rate: RateLimit,
}

struct GuardLayer {
    shared: Arc<Shared>,
}

impl<S> Layer<S> for GuardLayer {
    type Service = Guard<S>;

    fn layer(&self, inner: S) -> Guard<S> {
        Guard {
            inner,
            shared: Arc::clone(&self.shared),
            pause: None,
        }
    }
}

/// The service around the one that sends.
#[derive(Debug)]
pub(crate) struct Guard<S> {
    inner: S,
    shared: Arc<Shared>,
    /// What the next request has to wait for, once that is known.
    pause: Option<Pin<Box<Sleep>>>,
}

impl<S, B> Service<Request<Body>> for Guard<S>
where
    S: Service<Request<Body>, Response = Response<B>, Error = BoxError>,
    S::Future: Send + 'static,
    B: Send + 'static,
{
    type Response = Response<B>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<B>, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        let pause = self
            .pause
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(self.shared.rate.next_pause())));
        ready!(pause.as_mut().poll(context));
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        self.pause = None;
        let shared = Arc::clone(&self.shared);
        let method = request.method().clone();
        if is_write(&method) && !shared.authority.is_held() {
            return Box::pin(std::future::ready(Err(WriteRefused.into())));
        }
        let answer = self.inner.call(request);
        Box::pin(async move {
            let bounded = async {
                let answer = tokio::time::timeout(ANSWER_WITHIN, answer).await;
                answer.unwrap_or_else(|_| {
                    Err(format!("no answer within {} s", ANSWER_WITHIN.as_secs()).into())
                })
            };
            let result = if is_write(&method) {
                shared.authority.while_held(bounded).await
            } else {
                bounded.await
            };
            shared.note(&method, &result);
            result
        })
    }
}

impl Shared {
    fn note<B>(&self, method: &Method, result: &Result<Response<B>, BoxError>) {
        let code = result
            .as_ref()
            .map_or(0, |response| response.status().as_u16());
        self.metrics.request(code, &self.host, method.as_str());
        if let Ok(response) = result {
            self.rate
                .server_has_flow_control(response.headers().contains_key(FLOW_CONTROL));
        }
    }
}

fn is_write(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}
