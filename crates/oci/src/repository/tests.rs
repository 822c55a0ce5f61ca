use super::*;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response as Answer};
use http::header::{AUTHORIZATION, LOCATION, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use rheostat_upstream::{Destination, client};
use serde_json::json;

/// A registry that says what it is told to, true or not.
#[derive(Clone, Default)]
struct Double {
    answers: Arc<BTreeMap<String, Said>>,
    /// Paths with the credentials that came with them.
    asked: Arc<Mutex<Vec<String>>>,
    /// What it wants to hear before it answers.
    password: Option<&'static str>,
    challenge: Arc<str>,
}

#[derive(Clone, Default)]
struct Said {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    /// Whether the rest of the body never comes.
    is_stalled: bool,
}

impl Said {
    fn bytes(body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            body: body.into(),
            ..Self::default()
        }
    }

    fn json(body: &serde_json::Value) -> Self {
        Self::bytes(body.to_string())
    }

    fn with(mut self, header: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((header, value.into()));
        self
    }
}

impl Double {
    fn saying(answers: impl IntoIterator<Item = (String, Said)>) -> Self {
        Self {
            answers: Arc::new(answers.into_iter().collect()),
            ..Self::default()
        }
    }

    async fn serve(self) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("a bound socket");
        let router = Router::new().fallback(answer).with_state(self);
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("nobody panics with it").clone()
    }
}

async fn answer(State(double): State<Double>, request: Request) -> Answer {
    let path = request.uri().path_and_query().expect("a path").to_string();
    let credentials = request.headers().get(AUTHORIZATION).cloned();
    let told = credentials
        .as_ref()
        .map_or("-", |value| value.to_str().expect("text"));
    let line = format!("{} {path} {told}", request.method());
    double
        .asked
        .lock()
        .expect("nobody panics with it")
        .push(line);
    if double.password.is_some_and(|password| password != told) && path.starts_with("/v2/") {
        let headers = [(WWW_AUTHENTICATE, double.challenge.to_string())];
        return (StatusCode::UNAUTHORIZED, headers, "").into_response();
    }
    let Some(said) = double.answers.get(&path).cloned() else {
        return (StatusCode::NOT_FOUND, "").into_response();
    };
    let status = StatusCode::from_u16(said.status).expect("a status of the test");
    let mut headers = HeaderMap::new();
    for (name, value) in said.headers {
        headers.append(name, value.parse().expect("a header of the test"));
    }
    let first = Ok::<_, std::io::Error>(said.body);
    let body = if said.is_stalled {
        let rest = futures::stream::pending();
        Body::from_stream(futures::StreamExt::chain(
            futures::stream::iter([first]),
            rest,
        ))
    } else {
        Body::from_stream(futures::stream::iter([first]))
    };
    (status, headers, body).into_response()
}

fn access(login: Login) -> Access {
    // Another test of this process may have been first.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    Access {
        client: client::client(Destination::Registry, None).expect("a client"),
        login,
        is_insecure: false,
        patience: Duration::from_secs(5),
    }
}

fn repository(address: SocketAddr, login: Login) -> Repository {
    let name = RepositoryName::parse(&format!("{address}/app")).expect("a name");
    Repository::new(name, access(login))
}

fn digest(bytes: &[u8]) -> Digest {
    Digest::of(Algorithm::Sha256, bytes)
}

fn descriptor(bytes: &[u8]) -> Descriptor {
    Descriptor {
        digest: digest(bytes).to_string(),
        size: bytes.len() as u64,
        ..Descriptor::default()
    }
}

fn manifest_path(reference: &str) -> String {
    format!("/v2/app/manifests/{reference}")
}

fn blob_path(bytes: &[u8]) -> String {
    format!("/v2/app/blobs/{}", digest(bytes))
}

fn tag(text: &str) -> Reference {
    Reference::tag(text).expect("a tag")
}

fn password(username: &str) -> Login {
    Login::Password {
        username: username.to_owned(),
        password: "pw".to_owned(),
    }
}

#[tokio::test]
async fn an_artifact_is_found_behind_a_tag_and_an_index() {
    let manifest = json!({ "schemaVersion": 2, "layers": [], "annotations": { "a": "b" } });
    let manifest = manifest.to_string().into_bytes();
    let index = json!({ "schemaVersion": 2, "manifests": [
        { "digest": digest(b"other").to_string(), "size": 1,
          "platform": { "os": "linux", "architecture": "arm64" } },
        { "digest": digest(&manifest).to_string(), "size": manifest.len(),
          "platform": { "os": "linux", "architecture": "amd64" } },
    ] });
    let index = index.to_string().into_bytes();
    let double = Double::saying([
        (manifest_path("v1"), Said::bytes(&*index)),
        (
            manifest_path(&digest(&manifest).to_string()),
            Said::bytes(&*manifest),
        ),
    ]);
    let repository = repository(double.serve().await, Login::Anonymous);
    let artifact = repository.artifact(&tag("v1")).await.expect("an artifact");
    assert_eq!(artifact.digest, digest(&index));
    assert_eq!(artifact.manifest.annotations["a"], "b");
    let found = repository.digest(&tag("v1")).await.expect("a digest");
    assert_eq!(found, digest(&index));
}

#[tokio::test]
async fn a_registry_that_names_the_digest_is_asked_for_no_more() {
    let said = Said::bytes("").with(CONTENT_DIGEST, digest(b"x").to_string());
    let double = Double::saying([(manifest_path("v1"), said)]);
    let repository = repository(double.clone().serve().await, Login::Anonymous);
    let found = repository.digest(&tag("v1")).await.expect("a digest");
    assert_eq!(found, digest(b"x"));
    assert_eq!(double.asked(), ["HEAD /v2/app/manifests/v1 -"]);
}

#[tokio::test]
async fn lies_about_a_manifest_are_found_out() {
    let asked = digest(b"the truth");
    let double = Double::saying([(
        manifest_path(&asked.to_string()),
        Said::json(&json!({ "layers": [] })),
    )]);
    let repository = repository(double.serve().await, Login::Anonymous);
    let refused = repository.artifact(&Reference::Digest(asked.clone())).await;
    assert!(
        matches!(&refused, Err(PullError::DigestMismatch { expected, .. }) if *expected == asked),
        "{refused:?}"
    );
}

#[tokio::test]
async fn lies_about_a_blob_are_found_out() {
    let truth = b"the truth";
    for (sent, problem) in [
        (&b"the lie!!"[..], "sends sha256:"),
        (b"the truth and more", "sends 18 bytes"),
        (b"the", "sends 3 bytes"),
    ] {
        let double = Double::saying([(blob_path(truth), Said::bytes(sent))]);
        let repository = repository(double.serve().await, Login::Anonymous);
        let refused = repository.blob_bytes(&descriptor(truth), 1000).await;
        let error = refused.expect_err(problem).to_string();
        assert!(error.contains(problem), "{error}");
    }
}

#[tokio::test]
async fn a_large_blob_is_not_begun() {
    let double = Double::default();
    let repository = repository(double.clone().serve().await, Login::Anonymous);
    let refused = repository.blob_bytes(&descriptor(b"1234"), 3).await;
    assert!(
        matches!(refused, Err(PullError::TooLarge { size: 4, .. })),
        "{refused:?}"
    );
    assert!(double.asked().is_empty());
}

#[tokio::test]
async fn a_registry_that_stalls_is_given_up() {
    let body = b"the truth";
    let said = Said {
        is_stalled: true,
        ..Said::bytes(&body[..3])
    };
    let double = Double::saying([(blob_path(body), said)]);
    let name = RepositoryName::parse(&format!("{}/app", double.serve().await)).expect("a name");
    let patience = Duration::from_millis(200);
    let repository = Repository::new(
        name,
        Access {
            patience,
            ..access(Login::Anonymous)
        },
    );
    let refused = repository.blob_bytes(&descriptor(body), 1000).await;
    assert!(
        matches!(
            refused,
            Err(PullError::Request(RequestError::Stalled { .. }))
        ),
        "{refused:?}"
    );
}

#[tokio::test]
async fn passwords_answer_a_question_and_stay_with_the_registry() {
    let body = b"the truth";
    let elsewhere = Double::saying([("/file".to_owned(), Said::bytes(&body[..]))]);
    let location = format!("http://{}/file", elsewhere.clone().serve().await);
    let said = Said {
        status: 307,
        ..Said::default()
    };
    let double = Double {
        // me:pw
        password: Some("Basic bWU6cHc="),
        challenge: "Basic realm=\"r\"".into(),
        ..Double::saying([(blob_path(body), said.with(LOCATION.as_str(), location))])
    };
    let repository = repository(double.clone().serve().await, password("me"));
    let found = repository.blob_bytes(&descriptor(body), 1000).await;
    assert_eq!(found.expect("a blob"), body);
    let path = blob_path(body);
    assert_eq!(
        double.asked(),
        [
            format!("GET {path} -"),
            format!("GET {path} Basic bWU6cHc=")
        ]
    );
    assert_eq!(elsewhere.asked(), ["GET /file -"]);
}

#[tokio::test]
async fn whoever_a_redirect_leads_to_is_told_nothing() {
    let elsewhere = Double {
        password: Some("never"),
        challenge: "Basic realm=\"r\"".into(),
        ..Double::default()
    };
    let location = format!("http://{}/v2/", elsewhere.clone().serve().await);
    let said = Said {
        status: 302,
        ..Said::default()
    };
    let double = Double::saying([(manifest_path("v1"), said.with("location", location))]);
    let repository = repository(double.serve().await, password("me"));
    assert!(repository.artifact(&tag("v1")).await.is_err());
    assert_eq!(elsewhere.asked(), ["GET /v2/ -"]);
}

#[tokio::test]
async fn tokens_are_asked_for_once() {
    let tokens = Double::saying([(
        "/token?scope=repository%3Aapp%3Apull&service=reg".to_owned(),
        Said::json(&json!({ "token": "t" })),
    )]);
    let realm = format!("http://{}/token", tokens.clone().serve().await);
    let double = Double {
        password: Some("Bearer t"),
        challenge: format!("Bearer realm=\"{realm}\",service=\"reg\"").into(),
        ..Double::saying([
            (manifest_path("v1"), Said::json(&json!({ "layers": [] }))),
            (
                "/v2/app/tags/list?n=1000".to_owned(),
                Said::json(&json!({ "tags": ["v1"] })),
            ),
        ])
    };
    let repository = repository(double.clone().serve().await, password("me"));
    assert_eq!(repository.tags().await.expect("tags"), ["v1"]);
    repository.artifact(&tag("v1")).await.expect("an artifact");
    let path = "/token?scope=repository%3Aapp%3Apull&service=reg";
    assert_eq!(tokens.asked(), [format!("GET {path} Basic bWU6cHc=")]);
    assert_eq!(double.asked().len(), 3);
}

#[tokio::test]
async fn identity_tokens_are_exchanged() {
    let tokens = Double::saying([(
        "/token".to_owned(),
        Said::json(&json!({ "access_token": "t" })),
    )]);
    let realm = format!("http://{}/token", tokens.clone().serve().await);
    let double = Double {
        password: Some("Bearer t"),
        challenge: format!("Bearer realm=\"{realm}\"").into(),
        ..Double::saying([(manifest_path("v1"), Said::json(&json!({ "layers": [] })))])
    };
    let login = Login::IdentityToken("secret".to_owned());
    let repository = repository(double.serve().await, login);
    repository.artifact(&tag("v1")).await.expect("an artifact");
    assert_eq!(tokens.asked(), ["POST /token -"]);
}

#[tokio::test]
async fn a_token_service_without_a_token_is_told_of() {
    let tokens = Double::saying([("/token?scope=a".to_owned(), Said::json(&json!({})))]);
    let realm = format!("http://{}/token", tokens.serve().await);
    for (challenge, problem) in [
        (
            format!("Bearer realm=\"{realm}\",scope=a"),
            "without a token",
        ),
        (
            "Bearer realm=\"file:///etc\"".to_owned(),
            "not one that is asked",
        ),
    ] {
        let double = Double {
            password: Some("never"),
            challenge: challenge.into(),
            ..Double::default()
        };
        let repository = repository(double.serve().await, Login::Anonymous);
        let error = repository.artifact(&tag("v1")).await.expect_err(problem);
        assert!(error.to_string().contains(problem), "{error}");
    }
}

#[tokio::test]
async fn tags_come_in_pages() {
    let next = |target: &str| format!("<{target}>; rel=\"next\"");
    let first = Said::json(&json!({ "tags": ["1.0.0", "a/b"] }));
    let second = Said::json(&json!({ "tags": null }));
    let third = Said::json(&json!({ "tags": ["2.0.0"] }));
    let double = Double::saying([
        (
            "/v2/app/tags/list?n=1000".to_owned(),
            first.with("link", next("/v2/app/tags/list?last=1.0.0")),
        ),
        (
            "/v2/app/tags/list?last=1.0.0".to_owned(),
            second.with("link", next("list?last=3")),
        ),
        ("/v2/app/tags/list?last=3".to_owned(), third),
    ]);
    let repository = repository(double.serve().await, Login::Anonymous);
    assert_eq!(repository.tags().await.expect("tags"), ["1.0.0", "2.0.0"]);
}

#[tokio::test]
async fn pages_of_tags_elsewhere_or_without_end_are_refused() {
    for (target, problem) in [
        ("http://example.com/v2/app/tags/list", "another host"),
        ("/v2/app/tags/list?n=1000", "more than 1000 pages"),
    ] {
        let link = format!("<{target}>; rel=\"next\"");
        let page = Said::json(&json!({ "tags": [] })).with("link", link);
        let double = Double::saying([("/v2/app/tags/list?n=1000".to_owned(), page)]);
        let repository = repository(double.serve().await, Login::Anonymous);
        let error = repository.tags().await.expect_err(problem);
        assert!(error.to_string().contains(problem), "{error}");
    }
}

#[tokio::test]
async fn redirects_without_end_are_refused() {
    let said = Said {
        status: 302,
        ..Said::default()
    };
    let path = manifest_path("v1");
    let double = Double::saying([(path.clone(), said.with("location", path))]);
    let repository = repository(double.serve().await, Login::Anonymous);
    let error = repository.artifact(&tag("v1")).await.expect_err("no end");
    assert!(
        error.to_string().contains("more than 10 redirects"),
        "{error}"
    );
}
