//! Conversations with a real Git server.

use super::*;

use std::collections::BTreeMap;
use std::time::Duration;

use rheostat_testing::git_server::{Access, Fault};
use rheostat_testing::{Commit, GitServer};
use rheostat_upstream::Destination;

use crate::checkout::{EntryKind, Limits};
use crate::reference::On;

struct Served {
    server: GitServer,
    work: tempfile::TempDir,
}

impl Served {
    async fn start() -> Self {
        Self::of(GitServer::start().await.expect("a server"))
    }

    fn of(server: GitServer) -> Self {
        // Another test of this process may have been first.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        Self {
            server,
            work: tempfile::tempdir().expect("a folder"),
        }
    }

    fn remote(&self, name: &str) -> Remote {
        let pem = self.server.authority_pem().map(str::as_bytes);
        Remote {
            url: Url::parse(&self.server.url(name)).expect("a URL"),
            client: rheostat_upstream::client::client(Destination::Upstream, pem)
                .expect("a client"),
            credentials: Credentials::Anonymous,
            deadline: Instant::now() + Duration::from_secs(30),
            max_bytes: 1024 * 1024,
        }
    }

    async fn fetch(&self, reference: Reference) -> Result<Fetched, FetchError> {
        self.remote("app")
            .fetch(reference, self.work.path(), |_| false)
            .await
    }

    /// The commit, the name it was found under, and the files with their
    /// content.
    async fn check(&self, reference: Reference, commit: &str, name: Option<&str>, body: &str) {
        let told = format!("{reference:?}");
        let checkout = match self.fetch(reference).await {
            Ok(Fetched::Checkout(checkout)) => checkout,
            other => panic!("{told}: {other:?}"),
        };
        let found = checkout.found();
        assert_eq!(found.commit, commit, "{told}");
        assert_eq!(found.reference.as_deref(), name, "{told}");
        assert_eq!(files(&checkout)["app.yaml"], body, "{told}");
    }

    async fn check_failed(&self, reference: Reference, expected: &str) {
        let told = format!("{reference:?}");
        let error = self.fetch(reference).await.expect_err(expected).to_string();
        assert!(error.contains(expected), "{told}: {error}");
        let left = std::fs::read_dir(self.work.path()).expect("it is there");
        assert_eq!(left.count(), 0, "nothing is left behind");
    }
}

fn files(checkout: &Checkout) -> BTreeMap<String, String> {
    let entries = checkout.entries(&Limits::default()).expect("a small tree");
    entries
        .iter()
        .filter(|entry| entry.kind != EntryKind::Directory)
        .map(|entry| {
            let body = checkout.read(entry).expect("it is there");
            let body = String::from_utf8(body).expect("UTF-8");
            (entry.path.to_string(), body)
        })
        .collect()
}

fn branch(name: &str) -> Reference {
    Reference::Branch(name.to_owned())
}

fn commit(hash: &str, on: On) -> Reference {
    Reference::Commit {
        hash: hash.to_owned(),
        on,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_reference_is_resolved() {
    let served = Served::start().await;
    let repository = served.server.create("app").expect("a repository");
    let state = |text: &str| Commit::new(text).file("app.yaml", text);
    let one = repository.commit("main", &state("one")).expect("a commit");
    repository.tag("v1.0.0", &one).expect("a tag");
    let two = repository.commit("main", &state("two")).expect("a commit");
    repository
        .annotated_tag("v1.1.0", &two, "second")
        .expect("a tag");
    let three = repository
        .commit("next", &state("three"))
        .expect("a commit");
    repository
        .set_reference("refs/pull/7/head", &two)
        .expect("a reference");
    let main = Some("refs/heads/main");
    served.check(branch("main"), &two, main, "two").await;
    let next = Some("refs/heads/next");
    served.check(branch("next"), &three, next, "three").await;
    let tag = Reference::Tag("v1.1.0".to_owned());
    served
        .check(tag, &two, Some("refs/tags/v1.1.0"), "two")
        .await;
    let range = Reference::semver("1.0.x").expect("a range");
    served
        .check(range, &one, Some("refs/tags/v1.0.0"), "one")
        .await;
    let pull = Reference::name("refs/pull/7/head").expect("a name");
    served
        .check(pull, &two, Some("refs/pull/7/head"), "two")
        .await;
    let head = Reference::name("HEAD").expect("a name");
    served.check(head, &two, Some("HEAD"), "two").await;
    // The first commit is only to be had with history.
    let any = commit(&one, On::AnyBranch);
    served.check(any, &one, None, "one").await;
    let on_main = commit(&one, On::Branch("main".to_owned()));
    served.check(on_main, &one, main, "one").await;
    served
        .check_failed(
            branch("absent"),
            "couldn't find remote ref \"refs/heads/absent\"",
        )
        .await;
    let elsewhere = commit(&three, On::Branch("main".to_owned()));
    served.check_failed(elsewhere, "object not found").await;
    let nowhere = commit(&"0".repeat(40), On::AnyBranch);
    served.check_failed(nowhere, "object not found").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_commit_is_not_fetched() {
    let served = Served::start().await;
    let repository = served.server.create("app").expect("a repository");
    let one = repository
        .commit("main", &Commit::new("one").file("app.yaml", "1"))
        .expect("a commit");
    let expected = one.clone();
    let fetched = served
        .remote("app")
        .fetch(branch("main"), served.work.path(), move |found| {
            found.commit == expected
        })
        .await;
    match fetched {
        Ok(Fetched::Known(found)) => assert_eq!(found.commit, one),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_refuse_are_told_apart() {
    let served = Served::start().await;
    served
        .check_failed(branch("main"), "repository not found")
        .await;
    let repository = served.server.create("app").expect("a repository");
    served
        .check_failed(branch("main"), "git repository is empty")
        .await;
    repository
        .commit("main", &Commit::new("one").file("app.yaml", "1"))
        .expect("a commit");
    served.server.require(Access::Basic {
        username: "me".to_owned(),
        password: "secret".to_owned(),
    });
    served
        .check_failed(branch("main"), "authentication required")
        .await;
    let mut remote = served.remote("app");
    remote.credentials = Credentials::Basic {
        username: "me".to_owned(),
        password: "secret".to_owned(),
    };
    let fetched = remote.fetch(branch("main"), served.work.path(), |_| false);
    assert!(matches!(fetched.await, Ok(Fetched::Checkout(_))));
    let mut remote = served.remote("app");
    remote.url.set_username("me").expect("a URL with a host");
    remote
        .url
        .set_password(Some("secret"))
        .expect("a URL with a host");
    let fetched = remote.fetch(branch("main"), served.work.path(), |_| false);
    assert!(matches!(fetched.await, Ok(Fetched::Checkout(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_fail_are_told_apart() {
    let served = Served::start().await;
    let repository = served.server.create("app").expect("a repository");
    let body = "x".repeat(200_000);
    repository
        .commit("main", &Commit::new("one").file("app.yaml", &body))
        .expect("a commit");
    served.server.fail(Some(Fault::Status(503)));
    served
        .check_failed(branch("main"), "status code: 503")
        .await;
    served.server.fail(Some(Fault::CutAfter(500)));
    served.check_failed(branch("main"), "").await;
    served.server.fail(Some(Fault::Hang));
    let mut remote = served.remote("app");
    remote.deadline = Instant::now() + Duration::from_millis(300);
    let fetched = remote.fetch(branch("main"), served.work.path(), |_| false);
    let error = fetched.await.expect_err("it hangs").to_string();
    assert!(error.contains("deadline exceeded"), "{error}");
    served.server.fail(None);
    let mut remote = served.remote("app");
    remote.max_bytes = 100;
    let fetched = remote.fetch(branch("main"), served.work.path(), |_| false);
    let error = fetched.await.expect_err("it is too large").to_string();
    assert!(
        error.contains("more than the limit of 100 bytes"),
        "{error}"
    );
}

/// A server that sends everybody elsewhere.
async fn redirecting(to: &str) -> std::net::SocketAddr {
    let base = to.trim_end_matches("/app.git").to_owned();
    let elsewhere = move |uri: axum::http::Uri| async move {
        axum::response::Redirect::permanent(&format!("{base}{uri}"))
    };
    let router = axum::Router::new().fallback(elsewhere);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a free port");
    let address = listener.local_addr().expect("a bound socket");
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_are_followed_without_credentials() {
    let served = Served::start().await;
    let repository = served.server.create("app").expect("a repository");
    let state = Commit::new("one").file("app.yaml", "1");
    let one = repository.commit("main", &state).expect("a commit");
    let address = redirecting(&served.server.url("app")).await;
    let mut remote = served.remote("app");
    remote.url = Url::parse(&format!("http://{address}/app.git")).expect("a URL");
    let fetched = remote
        .clone()
        .fetch(branch("main"), served.work.path(), |_| false);
    match fetched.await {
        Ok(Fetched::Checkout(checkout)) => assert_eq!(checkout.found().commit, one),
        other => panic!("{other:?}"),
    }
    served.server.require(Access::Bearer("secret".to_owned()));
    remote.credentials = Credentials::Bearer {
        token: "secret".to_owned(),
    };
    let fetched = remote.fetch(branch("main"), served.work.path(), |_| false);
    let error = fetched.await.expect_err("they stay with the first origin");
    assert!(
        error.to_string().contains("authentication required"),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn links_are_dropped_and_executables_kept() {
    let served = Served::start().await;
    let repository = served.server.create("app").expect("a repository");
    let state = Commit::new("one")
        .file("deep/er/a.yaml", "1")
        .executable("deep/run.sh", "#!")
        .symlink("deep/link", "er/a.yaml");
    repository.commit("main", &state).expect("a commit");
    let checkout = match served.fetch(branch("main")).await {
        Ok(Fetched::Checkout(checkout)) => checkout,
        other => panic!("{other:?}"),
    };
    let entries = checkout.entries(&Limits::default()).expect("a small tree");
    let told: Vec<String> = entries
        .iter()
        .map(|entry| match entry.kind {
            EntryKind::Directory => format!("{}/", entry.path),
            EntryKind::File { is_executable } if is_executable => format!("{}!", entry.path),
            EntryKind::File { .. } => entry.path.to_string(),
        })
        .collect();
    assert_eq!(
        told,
        ["deep/", "deep/er/", "deep/er/a.yaml", "deep/run.sh!"]
    );
    let refused = checkout.entries(&Limits { entries: 3 }).err();
    assert!(matches!(refused, Some(CheckoutError::TooLarge { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_of_its_own_is_trusted() {
    let served = Served::of(GitServer::start_tls().await.expect("a server"));
    let repository = served.server.create("app").expect("a repository");
    let one = repository
        .commit("main", &Commit::new("one").file("app.yaml", "1"))
        .expect("a commit");
    let name = Some("refs/heads/main");
    served.check(branch("main"), &one, name, "1").await;
    let mut stranger = served.remote("app");
    stranger.client =
        rheostat_upstream::client::client(Destination::Upstream, None).expect("a client");
    let fetched = stranger.fetch(branch("main"), served.work.path(), |_| false);
    let error = fetched.await.expect_err("nobody vouches").to_string();
    assert!(error.contains("certificate"), "{error}");
}
