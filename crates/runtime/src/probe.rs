//! `/healthz` and `/readyz` at `--health-addr`, `/metrics` at `--metrics-addr`.
//!
//! Both answer from the start on, also while another instance leads: a standby is healthy.

use axum::{Router, http::header, response::IntoResponse, routing::get};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{listen::ListenAddress, metrics::Metrics};

/// The content type of what [`Metrics::encode`] writes.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A server could not be started.
#[derive(Debug, thiserror::Error)]
#[error("failed to listen on {address} ({flag}): {source}")]
pub struct ListenError {
    /// The address.
    pub address: ListenAddress,
    /// The flag that set it.
    pub flag: &'static str,
    /// Why.
    #[source]
    pub source: std::io::Error,
}

/// Serves probes until `stop`.
///
/// # Errors
/// [`ListenError`] if the address is taken or not ours.
pub async fn serve_health(
    address: &ListenAddress,
    stop: CancellationToken,
) -> Result<JoinHandle<()>, ListenError> {
    let router = Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(async || "ok"));
    serve(address, "--health-addr", router, stop).await
}

/// Serves metrics until `stop`.
///
/// # Errors
/// [`ListenError`] if the address is taken or not ours.
pub async fn serve_metrics(
    address: &ListenAddress,
    metrics: Metrics,
    stop: CancellationToken,
) -> Result<JoinHandle<()>, ListenError> {
    let answer =
        async move || ([(header::CONTENT_TYPE, OPEN_METRICS)], metrics.encode()).into_response();
    serve(
        address,
        "--metrics-addr",
        Router::new().route("/metrics", get(answer)),
        stop,
    )
    .await
}

async fn serve(
    address: &ListenAddress,
    flag: &'static str,
    router: Router,
    stop: CancellationToken,
) -> Result<JoinHandle<()>, ListenError> {
    let listener = address.bind().await;
    let listener = listener.map_err(|source| ListenError {
        address: address.clone(),
        flag,
        source,
    })?;
    Ok(tokio::spawn(async move {
        let served = axum::serve(listener, router)
            .with_graceful_shutdown(stop.cancelled_owned())
            .await;
        if let Err(error) = served {
            tracing::error!(error = %error, flag, "server ended");
        }
    }))
}
