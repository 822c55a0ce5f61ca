//! The signals that end a controller.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A token that is cancelled by the first `SIGTERM` or `SIGINT`.
pub(super) fn on_signal() -> CancellationToken {
    let stop = CancellationToken::new();
    for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
        match signal(kind) {
            Ok(mut received) => {
                let stop = stop.clone();
                tokio::spawn(async move {
                    received.recv().await;
                    tracing::info!("stopping");
                    stop.cancel();
                });
            }
            Err(error) => tracing::error!(error = %error, "signals cannot be received"),
        }
    }
    stop
}
