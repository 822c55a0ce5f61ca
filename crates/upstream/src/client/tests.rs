use super::*;

use std::net::SocketAddr;

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;

fn install_provider() {
    // Another test of this process may have been first.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

async fn serve(router: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let address = listener.local_addr().expect("a bound socket");
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn check(destination: Destination, path: &str, expected: Result<&str, &str>) {
    install_provider();
    let other = serve(Router::new().route("/", get(|| async { "other" }))).await;
    let elsewhere = format!("http://{other}/");
    let router = Router::new()
        .route("/here", get(|| async { Redirect::temporary("/file") }))
        .route("/file", get(|| async { "file" }))
        .route("/loop", get(|| async { Redirect::temporary("/loop") }))
        .route(
            "/elsewhere",
            get(move || async move { Redirect::temporary(&elsewhere) }),
        );
    let address = serve(router).await;
    let client = client(destination, None).expect("a client");
    let found = match client.get(format!("http://{address}{path}")).send().await {
        Ok(response) => response.text().await.map_err(crate::failure::request),
        Err(error) => Err(crate::failure::request(error)),
    };
    match expected {
        Ok(body) => assert_eq!(found.as_deref(), Ok(body), "{path}"),
        Err(part) => {
            let error = found.expect_err(part);
            assert!(error.contains(part), "{path}: {error}");
        }
    }
}

#[tokio::test]
async fn upstreams_may_redirect_a_bounded_number_of_times() {
    check(Destination::Upstream, "/here", Ok("file")).await;
    check(Destination::Upstream, "/elsewhere", Ok("other")).await;
    check(Destination::Upstream, "/loop", Err("redirect")).await;
}

#[tokio::test]
async fn redirects_of_registries_are_left_to_who_asks() {
    check(Destination::Registry, "/file", Ok("file")).await;
    check(Destination::Registry, "/elsewhere", Ok("")).await;
}

#[tokio::test]
async fn artifact_servers_may_only_redirect_to_themselves() {
    let to = Destination::ArtifactServer;
    check(to, "/here", Ok("file")).await;
    check(to, "/elsewhere", Err("redirect to another host")).await;
    check(to, "/loop", Err("more than 10 redirects")).await;
}

#[tokio::test]
async fn a_host_that_refuses_is_told_in_a_word() {
    install_provider();
    let client = client(Destination::Upstream, None).expect("a client");
    let error = client.get("http://127.0.0.1:1/").send().await;
    let told = crate::failure::request(error.expect_err("nobody listens"));
    assert_eq!(told, "connect: connection refused (os error 111)");
}

#[test]
fn bundles_must_hold_certificates() {
    install_provider();
    for pem in ["", "not PEM"] {
        let refused = client(Destination::Upstream, Some(pem.as_bytes()));
        assert!(
            matches!(refused, Err(ClientError::NoCertificate)),
            "{refused:?}"
        );
    }
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert!(client(Destination::Upstream, Some(broken.as_bytes())).is_err());
}
