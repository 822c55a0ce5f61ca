//! Against a real registry: what is pushed is found, and what it refuses is told in its words.

use std::time::Duration;

use rheostat_oci::{Access, Login, PullError, Reference, Repository, RepositoryName, RequestError};
use rheostat_testing::registry::{OciArtifact, PASSWORD, Registry, USERNAME};
use rheostat_upstream::{Destination, client};

const LAYER: &str = "application/vnd.example.text";

fn repository(registry: &Registry, name: &str, login: Login) -> Repository {
    // Another test of this process may have been first.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let name = format!("{}/{name}", registry.address());
    let access = Access {
        client: client::client(Destination::Registry, None).expect("a client"),
        login,
        is_insecure: false,
        patience: Duration::from_secs(30),
    };
    Repository::new(RepositoryName::parse(&name).expect("a name"), access)
}

fn tag(text: &str) -> Reference {
    Reference::tag(text).expect("a tag")
}

#[tokio::test]
async fn what_is_pushed_is_found() {
    let registry = Registry::start().await.expect("a registry");
    let artifact = OciArtifact::default()
        .layer(LAYER, b"some text")
        .annotated("org.opencontainers.image.revision", "main@sha1:1");
    let mut digest = String::new();
    for version in ["1.0.0", "1.1.0"] {
        digest = registry
            .push("team/app", version, &artifact)
            .await
            .expect("the push");
    }
    let repository = repository(&registry, "team/app", Login::Anonymous);
    assert_eq!(repository.tags().await.expect("tags"), ["1.0.0", "1.1.0"]);
    let found = repository.digest(&tag("1.1.0")).await.expect("a digest");
    assert_eq!(found.to_string(), digest);
    let pulled = repository
        .artifact(&Reference::Digest(found))
        .await
        .expect("an artifact");
    let annotations = &pulled.manifest.annotations;
    assert_eq!(
        annotations["org.opencontainers.image.revision"],
        "main@sha1:1"
    );
    let layer = pulled.manifest.layer(LAYER).expect("the layer");
    let bytes = repository.blob_bytes(layer, 100).await.expect("its bytes");
    assert_eq!(bytes, b"some text");
}

#[tokio::test]
async fn what_is_not_there_is_told_in_the_registry_s_words() {
    let registry = Registry::start().await.expect("a registry");
    let artifact = OciArtifact::default().layer(LAYER, b"some text");
    registry
        .push("app", "v1", &artifact)
        .await
        .expect("the push");
    let address = registry.address();
    let missing = repository(&registry, "app", Login::Anonymous);
    let error = missing.digest(&tag("v2")).await.expect_err("no such tag");
    assert_eq!(
        error.to_string(),
        format!(
            "GET http://{address}/v2/app/manifests/v2: \
             MANIFEST_UNKNOWN: manifest unknown; unknown tag=v2"
        )
    );
    let nowhere = repository(&registry, "absent", Login::Anonymous);
    let error = nowhere.tags().await.expect_err("no such repository");
    assert!(error.to_string().contains("NAME_UNKNOWN"), "{error}");
}

#[tokio::test]
async fn a_private_registry_wants_the_right_password() {
    let registry = Registry::start_private().await.expect("a registry");
    let artifact = OciArtifact::default().layer(LAYER, b"some text");
    let digest = registry
        .push("app", "v1", &artifact)
        .await
        .expect("the push");
    let login = |password: &str| Login::Password {
        username: USERNAME.to_owned(),
        password: password.to_owned(),
    };
    let right = repository(&registry, "app", login(PASSWORD));
    let found = right.digest(&tag("v1")).await.expect("a digest");
    assert_eq!(found.to_string(), digest);
    for wrong in [login("wrong"), Login::Anonymous] {
        let wrong = repository(&registry, "app", wrong);
        let Err(PullError::Request(RequestError::Refused(refusal))) =
            wrong.digest(&tag("v1")).await
        else {
            panic!("it is not refused");
        };
        assert!(refusal.is_about_credentials());
        assert!(!refusal.to_string().contains("wrong"), "{refusal}");
    }
}
