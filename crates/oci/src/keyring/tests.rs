use serde_json::{Value, json};

use super::*;

fn keyring(config: &Value) -> Result<Keyring, KeyringError> {
    let mut keyring = Keyring::default();
    let data = BTreeMap::from([(CONFIG_JSON_KEY.to_owned(), config.to_string().into_bytes())]);
    keyring.add_secret(CONFIG_JSON_TYPE, &data)?;
    Ok(keyring)
}

/// A configuration whose entries have their own addresses as names.
fn named(addresses: &[&str]) -> Keyring {
    let entries = addresses
        .iter()
        .map(|address| ((*address).to_owned(), json!({ "username": address })));
    let auths: serde_json::Map<String, Value> = entries.collect();
    keyring(&json!({ "auths": auths })).expect("entries of the table")
}

fn check(addresses: &[&str], repository: &str, expected: Option<&str>) {
    let repository = RepositoryName::parse(repository).expect("a name of the table");
    let found = match named(addresses).login(&repository) {
        Login::Password { username, .. } => Some(username),
        _ => None,
    };
    assert_eq!(found.as_deref(), expected, "{addresses:?} {repository}");
}

#[test]
fn entries_are_found_by_host() {
    check(&["ghcr.io"], "ghcr.io/a/b", Some("ghcr.io"));
    check(
        &["https://ghcr.io/"],
        "ghcr.io/a/b",
        Some("https://ghcr.io/"),
    );
    check(&["ghcr.io"], "quay.io/a/b", None);
    check(&["host.io:5000"], "host.io:5000/ab", Some("host.io:5000"));
    check(&["host.io"], "host.io:5000/ab", None);
    let hub = "https://index.docker.io/v1/";
    check(&[hub], "podinfo", Some(hub));
    check(
        &["https://host.io/v2"],
        "host.io/ab",
        Some("https://host.io/v2"),
    );
    check(&["[::1]:5000"], "[::1]:5000/ab", Some("[::1]:5000"));
}

#[test]
fn parts_of_a_host_may_be_patterns() {
    check(&["*.azurecr.io"], "a.azurecr.io/b/c", Some("*.azurecr.io"));
    check(&["*.io"], "a.azurecr.io/b/c", None);
    check(&["*.example.*"], "a.example.com/bc", Some("*.example.*"));
}

#[test]
fn the_most_specific_entry_wins() {
    let both = ["ghcr.io", "ghcr.io/org"];
    check(&both, "ghcr.io/org/app", Some("ghcr.io/org"));
    check(&both, "ghcr.io/other/app", Some("ghcr.io"));
    check(&["ghcr.io/org"], "ghcr.io/other/app", None);
}

#[test]
fn logins_have_several_shapes() {
    let password = |username: &str, password: &str| Login::Password {
        username: username.to_owned(),
        password: password.to_owned(),
    };
    for (entry, expected) in [
        (
            json!({ "username": "me", "password": "pw" }),
            password("me", "pw"),
        ),
        (
            json!({ "auth": STANDARD.encode("me:p:w\0") }),
            password("me", "p:w"),
        ),
        (
            json!({ "username": "<token>", "password": "t" }),
            Login::IdentityToken("t".to_owned()),
        ),
        (
            json!({ "auth": STANDARD.encode("me:x"), "identitytoken": "t" }),
            Login::IdentityToken("t".to_owned()),
        ),
        (
            json!({ "registrytoken": "t" }),
            Login::RegistryToken("t".to_owned()),
        ),
        (json!({}), Login::Anonymous),
    ] {
        let keyring = keyring(&json!({ "auths": { "host.io": entry } })).expect("an entry");
        let repository = RepositoryName::parse("host.io/app").expect("a name");
        assert_eq!(keyring.login(&repository), expected, "{entry}");
    }
}

#[test]
fn secrets_add_up() {
    let mut keyring = named(&["ghcr.io"]);
    let legacy = json!({ "quay.io": { "username": "me" } }).to_string();
    let data = BTreeMap::from([(LEGACY_KEY.to_owned(), legacy.into_bytes())]);
    keyring.add_secret(LEGACY_TYPE, &data).expect("an entry");
    assert_eq!(format!("{keyring:?}"), r#"["ghcr.io", "quay.io"]"#);
    keyring
        .add_secret("Opaque", &data)
        .expect("nothing to read");
    let mut none = Keyring::default();
    none.add_secret(CONFIG_JSON_TYPE, &data)
        .expect("nothing to read");
    assert!(none.is_empty());
}

#[test]
fn what_cannot_be_read_is_told_without_its_text() {
    let mut keyring = Keyring::default();
    let data = BTreeMap::from([(CONFIG_JSON_KEY.to_owned(), b"{\"auths\": secret".to_vec())]);
    let error = keyring
        .add_secret(CONFIG_JSON_TYPE, &data)
        .expect_err("no JSON");
    assert!(!error.to_string().contains("secret"), "{error}");
    let broken = json!({ "auths": { "host.io": { "auth": "c2VjcmV0" } } });
    assert_eq!(
        super::tests::keyring(&broken),
        Err(KeyringError::Auth("host.io".to_owned()))
    );
}
