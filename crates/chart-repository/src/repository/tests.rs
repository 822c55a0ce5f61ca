use super::*;

use axum::Router;
use axum::extract::Request;
use axum::response::Redirect;
use axum::routing::get;
use http::{HeaderMap, StatusCode};
use rheostat_upstream::{Destination, client};
use tokio::net::TcpListener;

/// Bytes that a download may have in these tests.
const LIMIT: u64 = 1000;

/// Serves repositories on two addresses; what is below `/seen` answers with the credentials that came.
async fn serve() -> (Url, Url) {
    let seen = |headers: HeaderMap| async move {
        let header = headers.get(AUTHORIZATION);
        header.map_or("none".to_owned(), |header| {
            header.to_str().unwrap_or_default().to_owned()
        })
    };
    let elsewhere = address(Router::new().route("/seen", get(seen))).await;
    let target = elsewhere.join("seen").expect("a path");
    let own = Router::new()
        .route("/index.yaml", get(|| async { "index" }))
        .route("/large/index.yaml", get(|| async { "x".repeat(1001) }))
        .route(
            "/away/index.yaml",
            get(move || async move { Redirect::temporary(target.as_str()) }),
        )
        .route("/hangs/index.yaml", get(std::future::pending::<()>))
        .route("/chart.tgz", get(|| async { "chart" }))
        .route("/seen", get(seen))
        .fallback(|_: Request| async { StatusCode::NOT_FOUND });
    (address(own).await, elsewhere)
}

async fn address(router: Router) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move { axum::serve(listener, router).await });
    Url::parse(&format!("http://{address}/")).expect("a URL")
}

fn repository(url: &Url) -> Repository {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    Repository {
        url: url.clone(),
        client: client::client(Destination::Upstream, None).expect("TLS starts"),
        credentials: Credentials::Basic {
            username: "me".to_owned(),
            password: "secret".to_owned(),
        },
        passes_credentials: false,
        timeout: Duration::from_millis(500),
    }
}

fn version(url: &str, digest: &str) -> ChartVersion {
    ChartVersion {
        name: "demo".to_owned(),
        urls: vec![url.to_owned()],
        digest: digest.to_owned(),
        ..ChartVersion::default()
    }
}

async fn index_at(own: &Url, path: &str) -> Result<String, String> {
    let bytes = repository(&own.join(path).expect("a path"))
        .index(LIMIT)
        .await;
    let text = bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    text.map_err(|error| error.to_string().replace(own.as_str(), "http://h/"))
}

#[tokio::test]
async fn downloads_are_bounded() {
    let (own, _) = serve().await;
    for (path, expected) in [
        ("", Ok("index")),
        (
            "absent",
            Err("failed to fetch http://h/absent/index.yaml : 404 Not Found"),
        ),
        (
            "large",
            Err("size of 'http://h/large/index.yaml' exceeds the limit of 1000 bytes"),
        ),
        (
            "hangs",
            Err("failed to fetch http://h/hangs/index.yaml: deadline exceeded"),
        ),
    ] {
        let found = index_at(&own, path).await;
        assert_eq!(found.as_deref().map_err(String::as_str), expected, "{path}");
    }
}

#[tokio::test]
async fn credentials_stay_with_the_repository() {
    let (own, elsewhere) = serve().await;
    let other = elsewhere.join("seen").expect("a path");
    let mut repository = repository(&own);
    for (passes, address, expected) in [
        (false, "seen", "Basic bWU6c2VjcmV0"),
        (false, other.as_str(), "none"),
        (true, other.as_str(), "Basic bWU6c2VjcmV0"),
    ] {
        repository.passes_credentials = passes;
        let seen = repository.chart(&version(address, ""), LIMIT).await;
        assert_eq!(seen.expect("it is there"), expected.as_bytes(), "{address}");
    }
    // A redirect does not take them along, whoever passes them.
    assert_eq!(index_at(&own, "away").await.as_deref(), Ok("none"));
}

#[tokio::test]
async fn charts_have_the_digest_of_the_index() {
    let (own, _) = serve().await;
    let repository = repository(&own);
    let mut hex = String::new();
    for byte in Sha256::digest(b"chart") {
        let _ = write!(hex, "{byte:02x}");
    }
    for digest in ["", "unknown", &hex, &format!("sha256:{hex}")] {
        let bytes = repository.chart(&version("chart.tgz", digest), LIMIT).await;
        assert_eq!(bytes.expect("the digest is right"), b"chart", "{digest}");
    }
    let refused = repository
        .chart(&version("chart.tgz", &"0".repeat(64)), LIMIT)
        .await;
    assert!(
        matches!(refused, Err(DownloadError::Digest { .. })),
        "{refused:?}"
    );
    let none = repository.chart(&ChartVersion::default(), LIMIT).await;
    assert!(
        matches!(none, Err(DownloadError::NoAddress { .. })),
        "{none:?}"
    );
}
