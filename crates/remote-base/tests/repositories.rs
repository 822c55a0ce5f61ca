//! Builds whose bases lie in repositories of a real Git server.

use std::time::Duration;

use rheostat_kustomize::build::{Options, Request, Start, Step, step};
use rheostat_kustomize::remote::Answers;
use rheostat_remote_base::{Fetcher, Limits};
use rheostat_testing::{Commit, GitServer};
use rheostat_tree::{Tree, TreePath};
use rheostat_upstream::{Destination, client};

struct Served {
    server: GitServer,
    work: tempfile::TempDir,
}

fn config_map(name: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n")
}

impl Served {
    /// A repository whose branch `main` builds `new`, and whose tag and
    /// branch `old` build `old`; it has a submodule.
    async fn start() -> Self {
        // Another test of this process may have been first.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let server = GitServer::start().await.expect("a server");
        let repository = server.create("app").expect("a repository");
        let commit = |name: &str| {
            Commit::new(name)
                .file("base/kustomization.yaml", "resources: [a.yaml]\n")
                .file("base/a.yaml", config_map(name))
        };
        let old = repository.commit("main", &commit("old")).expect("a commit");
        repository.tag("v1", &old).expect("a tag");
        repository
            .set_reference("refs/heads/legacy", &old)
            .expect("a branch");
        repository.commit("main", &commit("new")).expect("a commit");
        let modules = Commit::new("modules").file(".gitmodules", "[submodule \"x\"]\n");
        repository
            .commit(
                "modules",
                &modules.file("base/kustomization.yaml", "namePrefix: a-\n"),
            )
            .expect("a commit");
        Self {
            server,
            work: tempfile::tempdir().expect("a folder"),
        }
    }

    async fn build(&self, base: &str) -> Result<String, String> {
        let kustomization = format!("resources:\n- {base}\n");
        let path = TreePath::new("kustomization.yaml").expect("a path");
        let tree = Tree::from_files([(path, kustomization.as_bytes())]).expect("a tree");
        let root = TreePath::root();
        let options = Options::default();
        let request = Request {
            files: &tree,
            start: Start::Directory(&root),
            options: &options,
        };
        let client = client::client(Destination::Upstream, None).expect("a client");
        let limits = Limits {
            repository_time: Duration::from_secs(20),
            count: 2,
            ..Limits::default()
        };
        let mut fetcher = Fetcher::new(client, self.work.path().to_owned(), limits);
        let mut answers = Answers::default();
        loop {
            match step(&request, &answers).map_err(|error| error.report())? {
                Step::Done(built) => return built.to_yaml().map_err(|error| error.report()),
                Step::Needs(needs) => fetcher.answer(&needs, &mut answers).await,
            }
        }
    }

    async fn check(&self, query: &str, expected: &str) {
        let base = format!("{}/base?{query}", self.server.url("app"));
        let built = self.build(&base).await;
        assert_eq!(built, Ok(config_map(expected)), "{base}");
        let left = std::fs::read_dir(self.work.path()).expect("it is there");
        assert_eq!(left.count(), 0, "nothing is left behind");
    }

    async fn check_refused(&self, base: &str, expected: &str) {
        let error = self.build(base).await.expect_err(expected);
        assert!(error.contains(expected), "{base}: {error}");
    }
}

#[tokio::test]
async fn a_base_is_built_at_the_ref_that_its_url_names() {
    let served = Served::start().await;
    let commit = served.server.create("app").expect("a repository");
    let commit = commit.resolve("v1").expect("a commit");
    served.check("", "new").await;
    served.check("ref=main", "new").await;
    served.check("ref=v1", "old").await;
    served.check("ref=legacy", "old").await;
    served.check("ref=refs/heads/legacy", "old").await;
    served.check(&format!("ref={commit}"), "old").await;
}

#[tokio::test]
async fn what_is_not_there_or_not_supported_is_named() {
    let served = Served::start().await;
    let url = served.server.url("app");
    let base = |rest: &str| format!("{url}/{rest}");
    served
        .check_refused(&base("base?ref=gone"), "couldn't find remote ref")
        .await;
    served
        .check_refused(&base("gone"), "must build at directory")
        .await;
    served
        .check_refused(&base("base?ref=modules"), "submodules are not supported")
        .await;
    let without = served
        .build(&base("base?ref=modules&submodules=false"))
        .await;
    assert_eq!(without, Ok(String::new()));
    served
        .check_refused(
            "ssh://git@example.com/org/app",
            "ssh://example.com/org/app is not supported",
        )
        .await;
    served
        .check_refused("file:///etc", "is not supported: only http and https are")
        .await;
}

#[tokio::test]
async fn a_build_fetches_no_more_than_it_may() {
    let served = Served::start().await;
    let url = served.server.url("app");
    let bases = format!("{url}/base?ref=main\n- {url}/base?ref=v1\n- {url}/base?ref=legacy");
    served
        .check_refused(&bases, "at most 2 files and repositories")
        .await;
}
