use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::http::StatusCode;
use rheostat_oci::{Access, Reference, Repository};
use rheostat_testing::registry::{PASSWORD, Registry, USERNAME};

use super::super::tests::assembled;
use super::*;

/// The name of a repository in a registry that runs here.
fn named(address: SocketAddr) -> String {
    format!("{address}/team/source-controller")
}

/// Docker's configuration with the user of a private registry.
fn credentials(address: SocketAddr) -> Keyring {
    let entry = serde_json::json!({ "username": USERNAME, "password": PASSWORD });
    let config =
        serde_json::json!({ "auths": { address.to_string(): entry }, "credsStore": "none" });
    let data = BTreeMap::from([(CONFIG_KEY.to_owned(), config.to_string().into_bytes())]);
    let mut keyring = Keyring::default();
    keyring.add_secret(CONFIG_JSON_TYPE, &data).unwrap();
    keyring
}

#[tokio::test]
async fn what_is_pushed_is_pulled_by_its_digest_and_sent_once() {
    let registry = Registry::start_private().await.unwrap();
    let keyring = credentials(registry.address());
    let (_scratch, layout) = assembled(b"program");
    let remote = Remote::new(&named(registry.address()), false, &keyring).unwrap();
    let first = remote.push(&layout, "1.2.3").await.unwrap();
    assert_eq!((first.sent, first.present), (3, 0));
    let second = remote.push(&layout, "1.2.3").await.unwrap();
    assert_eq!((second.sent, second.present), (0, 3));

    let access = Access {
        client: remote.client.clone(),
        login: remote.login.clone(),
        is_insecure: false,
        patience: Duration::from_secs(30),
    };
    let repository = Repository::new(remote.name().clone(), access);
    let tagged = repository.digest(&Reference::tag("1.2.3").unwrap()).await;
    assert_eq!(tagged.unwrap().to_string(), layout.manifest().digest);
    let digest = Reference::digest(&layout.manifest().digest).unwrap();
    let manifest = repository.artifact(&digest).await.unwrap().manifest;
    assert_eq!(manifest.layers.len(), 2);
    for layer in &manifest.layers {
        repository.blob_bytes(layer, layer.size).await.unwrap();
    }
}

#[tokio::test]
async fn a_registry_that_refuses_is_told() {
    let registry = Registry::start_private().await.unwrap();
    let token_service = || async {
        let challenge = r#"Bearer realm="https://auth.example.com/token""#;
        (
            StatusCode::UNAUTHORIZED,
            [(header::WWW_AUTHENTICATE, challenge)],
        )
    };
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let listener = listener.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(token_service)).await });

    let (_scratch, layout) = assembled(b"program");
    for (address, expected) in [
        (registry.address(), "the registry answers 401 Unauthorized"),
        (
            address,
            "the registry asks for a token of a token service, which is not supported",
        ),
    ] {
        let remote = Remote::new(&named(address), false, &Keyring::default()).unwrap();
        let error = remote.push(&layout, "1.2.3").await.unwrap_err();
        assert_eq!(error.root_cause().to_string(), expected);
    }
}

#[test]
fn tls_is_left_out_on_this_machine_alone() {
    for (name, is_insecure, expected) in [
        ("localhost:5000/a/b", false, "http"),
        ("127.0.0.1:5000/a/b", false, "http"),
        ("registry.example.com/a/b", false, "https"),
        ("localhost.example.com/a/b", false, "https"),
        ("registry.example.com/a/b", true, "http"),
    ] {
        let remote = Remote::new(name, is_insecure, &Keyring::default()).unwrap();
        assert_eq!(remote.base.scheme(), expected, "{name}");
    }
}
