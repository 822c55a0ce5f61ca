use super::*;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use rheostat_upstream::Destination;

use crate::digest::Algorithm;

const BODY: &[u8] = b"the artifact";

fn fetcher(options: FetchOptions) -> Fetcher {
    // Another test of this process may have been first.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let client =
        rheostat_upstream::client::client(Destination::ArtifactServer, None).expect("a client");
    Fetcher::new(client, options)
}

fn quick() -> FetchOptions {
    FetchOptions {
        retries: 2,
        first_delay: Duration::from_millis(1),
        longest_delay: Duration::from_millis(2),
        max_bytes: 1000,
        host: None,
    }
}

/// Answers with the statuses in turn, then with the artifact.
async fn serve(statuses: &'static [u16]) -> (SocketAddr, Arc<AtomicU32>) {
    let requests = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&requests);
    let answer = move || {
        let number = counted.fetch_add(1, Ordering::Relaxed) as usize;
        async move {
            match statuses.get(number) {
                Some(status) => StatusCode::from_u16(*status)
                    .expect("a status of the table")
                    .into_response(),
                None => BODY.into_response(),
            }
        }
    };
    let router = Router::new().route("/a.tar.gz", get(answer)).route(
        "/endless",
        get(|| async { Body::from(vec![0; 2000]).into_response() }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let address = listener.local_addr().expect("a bound socket");
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, requests)
}

/// `Err` holds a part of the error's text.
async fn check(statuses: &'static [u16], expected: Result<(), &str>, requests: u32) {
    let (address, counted) = serve(statuses).await;
    let digest = Digest::of(Algorithm::Sha256, BODY).to_string();
    let url = format!("http://{address}/a.tar.gz");
    let found = fetcher(quick()).fetch(&url, &digest).await;
    match expected {
        Ok(()) => assert_eq!(found.expect("it is there"), BODY, "{statuses:?}"),
        Err(part) => {
            let error = found.expect_err(part).to_string();
            assert!(error.contains(part), "{statuses:?}: {error}");
        }
    }
    assert_eq!(counted.load(Ordering::Relaxed), requests, "{statuses:?}");
}

#[tokio::test]
async fn what_may_pass_is_tried_again() {
    check(&[], Ok(()), 1).await;
    check(&[503, 429], Ok(()), 3).await;
    check(&[503, 503, 503, 503], Err("status: 503"), 3).await;
    check(&[501], Err("status: 501"), 1).await;
    check(&[403], Err("status: 403"), 1).await;
    check(&[404], Err("artifact not found"), 1).await;
}

#[tokio::test]
async fn other_bytes_are_refused() {
    let (address, _) = serve(&[]).await;
    let wrong = Digest::of(Algorithm::Sha512, b"something else").to_string();
    for (path, digest, part) in [
        ("a.tar.gz", wrong.as_str(), "does not match"),
        ("endless", wrong.as_str(), "larger than the limit of 1000"),
        ("a.tar.gz", "md5:00", "check artifact digest"),
    ] {
        let url = format!("http://{address}/{path}");
        let error = fetcher(quick())
            .fetch(&url, digest)
            .await
            .expect_err(part)
            .to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[tokio::test]
async fn only_artifact_urls_are_followed() {
    let digest = Digest::of(Algorithm::Sha256, BODY).to_string();
    for (url, part) in [
        ("file:///etc/passwd", "neither http nor https"),
        ("a.tar.gz", "invalid artifact URL"),
        ("http://169.254.169.254/latest", "fetch artifact from"),
        ("http://127.0.0.1:1/a.tar.gz", "refused"),
    ] {
        let error = fetcher(quick())
            .fetch(url, &digest)
            .await
            .expect_err(part)
            .to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[tokio::test]
async fn the_host_may_be_overridden() {
    let (address, _) = serve(&[]).await;
    let digest = Digest::of(Algorithm::Sha256, BODY).to_string();
    let options = FetchOptions {
        host: Some(address.to_string()),
        ..quick()
    };
    let url = "http://source-controller.flux-system.svc.cluster.local./a.tar.gz";
    let found = fetcher(options).fetch(url, &digest).await;
    assert_eq!(found.expect("it is there"), BODY);
}
