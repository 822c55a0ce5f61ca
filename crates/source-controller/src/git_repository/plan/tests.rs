use super::*;

use rheostat_api::reference::LocalObjectReference;
use rheostat_api::source::git_repository::GitRepositoryInclude;

fn spec(change: impl FnOnce(&mut GitRepositorySpec)) -> GitRepositorySpec {
    let mut spec = GitRepositorySpec {
        url: "https://example.com/app.git".to_owned(),
        ..GitRepositorySpec::default()
    };
    change(&mut spec);
    spec
}

fn check_refused(change: impl FnOnce(&mut GitRepositorySpec), reason: &Reason, message: &str) {
    let halt = Desired::parse(&spec(change)).expect_err(message);
    let field = message.split(' ').next().expect("a message has words");
    let page = include_str!("../../../../../docs/compatibility.md");
    if *reason == Reason::NotSupported {
        assert!(
            page.contains(&format!("`{field}`")),
            "{field} on the page of compatibility"
        );
    }
    assert_eq!((&halt.told.reason, &*halt.told.message), (reason, message));
}

#[test]
fn fields_that_are_not_supported_are_refused_by_name() {
    let reason = &Reason::NotSupported;
    check_refused(
        |spec| spec.include = vec![GitRepositoryInclude::default()],
        reason,
        "spec.include is not supported",
    );
    check_refused(
        |spec| spec.recurse_submodules = true,
        reason,
        "spec.recurseSubmodules is not supported",
    );
    check_refused(
        |spec| spec.sparse_checkout = vec!["a".to_owned()],
        reason,
        "spec.sparseCheckout is not supported",
    );
    check_refused(
        |spec| spec.provider = Some(GitProvider::GitHub),
        reason,
        "spec.provider is not supported",
    );
    check_refused(
        |spec| spec.proxy_secret_ref = Some(LocalObjectReference::default()),
        reason,
        "spec.proxySecretRef is not supported",
    );
    check_refused(
        |spec| spec.url = "ssh://git@example.com/app".to_owned(),
        reason,
        "spec.url with the scheme ssh is not supported",
    );
    check_refused(
        |spec| spec.url = "http://[::1/app".to_owned(),
        &Reason::UrlInvalid,
        "failed to parse url 'http://[::1/app': invalid IPv6 address",
    );
}

/// The reference and whether revisions keep its full name.
fn check_reference(fields: [Option<&str>; 5], expected: &str, is_named: bool) {
    let [branch, tag, semver, name, commit] = fields.map(|field| field.map(str::to_owned));
    let reference = GitRepositoryRef {
        branch,
        commit,
        name,
        semver,
        tag,
    };
    let (found, found_named) = parse_reference(&reference).expect(expected);
    let told = format!("{found:?}");
    assert!(told.starts_with(expected), "{told}: {expected}");
    assert_eq!(found_named, is_named, "{told}");
}

#[test]
fn references_are_taken_in_the_order_of_the_contract() {
    let main = Some("main");
    check_reference([None; 5], "Branch(\"master\")", false);
    check_reference([main, None, None, None, None], "Branch(\"main\")", false);
    let range = Some(">=1.0.0");
    check_reference([main, None, range, None, None], "SemVer", false);
    let tag = Some("v1");
    check_reference([main, tag, range, None, None], "Tag(\"v1\")", false);
    let name = Some("refs/pull/1/head");
    check_reference([main, tag, range, name, None], "Name", true);
    let hash = Some("abc");
    check_reference(
        [main, tag, range, name, hash],
        "Commit { hash: \"abc\", on: Name",
        true,
    );
    check_reference(
        [main, None, None, None, hash],
        "Commit { hash: \"abc\", on: Branch",
        false,
    );
    check_reference(
        [None, None, None, None, hash],
        "Commit { hash: \"abc\", on: AnyBranch",
        false,
    );
}

#[test]
fn secrets_that_are_not_supported_are_refused() {
    let object = GitRepository::default();
    for (key, reason) in [
        ("tls.crt", Reason::NotSupported),
        ("githubAppID", Reason::InvalidProviderConfiguration),
        ("password", Reason::AuthenticationFailed),
    ] {
        let secret = SecretData::from([(key.to_owned(), b"x".to_vec())]);
        let halt = credentials(&object, &secret, true).expect_err(key);
        assert_eq!(halt.told.reason, reason, "{key}");
    }
    let unused = SecretData::from([("tls.crt".to_owned(), b"x".to_vec())]);
    let anonymous = credentials(&object, &unused, false);
    assert_eq!(anonymous, Ok(Credentials::Anonymous));
}
