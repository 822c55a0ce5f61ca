use super::*;

use rheostat_api::reference::LocalObjectReference;
use rheostat_api::source::oci_repository::{OciRepositoryStatus, OciRepositoryVerification};
use rheostat_api::{Artifact, Object};
use rheostat_oci::Keyring;

fn spec(change: impl FnOnce(&mut OciRepositorySpec)) -> OciRepositorySpec {
    let mut spec = OciRepositorySpec {
        url: "oci://ghcr.io/org/app".to_owned(),
        ..OciRepositorySpec::default()
    };
    change(&mut spec);
    spec
}

fn check_refused(change: impl FnOnce(&mut OciRepositorySpec), reason: &Reason, message: &str) {
    let halt = Desired::parse(&spec(change)).expect_err(message);
    let page = include_str!("../../../../../docs/compatibility.md");
    if *reason == Reason::NotSupported {
        let field = message.split(' ').next().expect("a message has words");
        assert!(
            page.contains(&format!("`{field}`")),
            "{field} on the page of compatibility"
        );
    }
    assert_eq!((&halt.told.reason, &*halt.told.message), (reason, message));
}

fn reference(change: impl FnOnce(&mut OciRepositoryRef)) -> OciRepositorySpec {
    let mut reference = OciRepositoryRef::default();
    change(&mut reference);
    spec(|spec| spec.reference = Some(reference))
}

#[test]
fn fields_that_are_not_supported_are_refused_by_name() {
    let reason = &Reason::NotSupported;
    check_refused(
        |spec| spec.verify = Some(OciRepositoryVerification::default()),
        reason,
        "spec.verify is not supported",
    );
    check_refused(
        |spec| spec.provider = RegistryProvider::Aws,
        reason,
        "spec.provider is not supported",
    );
    check_refused(
        |spec| spec.proxy_secret_ref = Some(LocalObjectReference::default()),
        reason,
        "spec.proxySecretRef is not supported",
    );
}

#[test]
fn addresses_that_name_no_repository_stall() {
    check_refused(
        |spec| spec.url = "oci://ghcr.io/org/app:v1".to_owned(),
        &Reason::UrlInvalid,
        "URL validation failed for 'oci://ghcr.io/org/app:v1': \
         repository can only contain the characters \
         `abcdefghijklmnopqrstuvwxyz0123456789_-./`: org/app:v1",
    );
    check_refused(
        |spec| spec.url = "oci://".to_owned(),
        &Reason::UrlInvalid,
        "URL validation failed for 'oci://': a repository name must be specified",
    );
}

#[test]
fn a_digest_is_taken_before_a_range_and_a_range_before_a_tag() {
    let digest = format!("sha256:{}", "0".repeat(64));
    let all = |reference: &mut OciRepositoryRef| {
        reference.tag = Some("v1".to_owned());
        reference.semver = Some("1.x".to_owned());
        reference.digest = Some(digest.clone());
    };
    let wanted = |spec: &OciRepositorySpec| Desired::parse(spec).expect("a spec").wanted;
    let Wanted::One(Reference::Digest(found)) = wanted(&reference(all)) else {
        panic!("no digest");
    };
    assert_eq!(found.to_string(), digest);
    let two = |reference: &mut OciRepositoryRef| {
        all(reference);
        reference.digest = None;
    };
    let Wanted::Version(range) = wanted(&reference(two)) else {
        panic!("no range");
    };
    assert_eq!(range.text, "1.x");
    for (tag, expected) in [(Some("v1"), "v1"), (Some(""), "latest"), (None, "latest")] {
        let one = |reference: &mut OciRepositoryRef| reference.tag = tag.map(ToOwned::to_owned);
        let Wanted::One(Reference::Tag(found)) = wanted(&reference(one)) else {
            panic!("no tag");
        };
        assert_eq!(found, expected);
    }
}

#[test]
fn references_that_name_nothing_are_retried() {
    for (change, reason, message) in [
        (
            Box::new(|r: &mut OciRepositoryRef| r.digest = Some("sha256:ab".to_owned()))
                as Box<dyn FnOnce(&mut OciRepositoryRef)>,
            Reason::OciArtifactPullFailed,
            "failed to determine artifact digest: wrong number of hex digits for sha256: ab",
        ),
        (
            Box::new(|r| r.tag = Some("a/b".to_owned())),
            Reason::OciArtifactPullFailed,
            "failed to determine artifact digest: invalid tag 'a/b'",
        ),
        (
            Box::new(|r| r.semver = Some("one".to_owned())),
            Reason::ReadOperationFailed,
            "failed to determine the artifact tag for 'oci://ghcr.io/org/app': \
             semver 'one' parse error: improper constraint: \"one\"",
        ),
    ] {
        let halt = Desired::parse(&reference(change)).expect_err(message);
        assert_eq!((halt.told.reason, &*halt.told.message), (reason, message));
        assert_eq!(halt.retry, crate::source::Retry::Backoff);
    }
    let broken = reference(|reference| {
        reference.semver = Some("1.x".to_owned());
        reference.semver_filter = Some("(".to_owned());
    });
    let halt = Desired::parse(&broken).expect_err("no pattern");
    assert_eq!(halt.told.reason, Reason::ReadOperationFailed);
}

fn planned(change: impl FnOnce(&mut OciRepository)) -> Plan {
    let mut object: OciRepository = Object::new("app", spec(|_| {}));
    object.status = Some(OciRepositoryStatus::default());
    change(&mut object);
    let artifact: Artifact = serde_json::from_value(serde_json::json!({
        "digest": "sha256:aa", "lastUpdateTime": "2026-01-01T00:00:00Z", "path": "p",
        "revision": "v1@sha256:bb", "url": "http://localhost/p", "metadata": { "a": "b" },
    }))
    .expect("an artifact");
    let stored = Stored {
        artifact: Some(artifact),
        ..Stored::default()
    };
    let observed = Observed {
        desired: Desired::parse(&object.spec).expect("a spec"),
        keyring: Keyring::default(),
        tls: None,
    };
    plan(&object, observed, &stored).expect("a plan")
}

#[test]
fn what_is_stored_is_current_while_the_spec_is_the_same() {
    let same = planned(|_| {});
    assert!(same.is_current);
    let stored = same.stored.expect("an artifact");
    assert_eq!(
        (&*stored.revision, &*stored.metadata["a"]),
        ("v1@sha256:bb", "b")
    );
    assert!(!planned(|object| object.spec.ignore = Some(String::new())).is_current);
    assert!(!planned(|object| object.status = None).is_current);
    // A selector without fields is not the same as none.
    let selected = |object: &mut OciRepository| {
        object.spec.layer_selector = Some(OciLayerSelector::default());
    };
    assert!(!planned(selected).is_current);
}
