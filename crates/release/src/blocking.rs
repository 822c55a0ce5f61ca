//! Work that takes its time without waiting for anything: compressing, rendering.

/// Does the work on a thread for such work.
pub(crate) async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is going away, and this future with it.
            Err(_) => std::future::pending().await,
        },
    }
}
