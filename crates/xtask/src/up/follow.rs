//! What the sources and those that follow them say of themselves, one line for each change.

use std::collections::BTreeMap;
use std::pin::Pin;

use anyhow::{Context, Result};
use futures::stream::select_all;
use futures::{Stream, TryStreamExt};
use jiff::Zoned;
use kube::api::{ApiResource, DynamicObject, Patch, PatchParams};
use kube::core::GroupVersionKind;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client};
use serde_json::{Value, json};

use super::{NAMESPACE, REPOSITORY};

/// A kind that is followed.
struct Followed {
    group: &'static str,
    version: &'static str,
    kind: &'static str,
    /// How many objects of it the example has.
    count: usize,
    /// Whether its objects are at the revision of the repository.
    is_from_git: bool,
}

const GIT_REPOSITORY: Followed = source("GitRepository", true);

const FOLLOWED: [Followed; 5] = [
    GIT_REPOSITORY,
    Followed {
        group: "kustomize.toolkit.fluxcd.io",
        version: "v1",
        kind: "Kustomization",
        count: 2,
        is_from_git: true,
    },
    source("HelmRepository", false),
    source("HelmChart", false),
    Followed {
        group: "helm.toolkit.fluxcd.io",
        version: "v2",
        kind: "HelmRelease",
        count: 1,
        is_from_git: false,
    },
];

const fn source(kind: &'static str, is_from_git: bool) -> Followed {
    Followed {
        group: "source.toolkit.fluxcd.io",
        version: "v1",
        kind,
        count: 1,
        is_from_git,
    }
}

type Changes = Pin<Box<dyn Stream<Item = Result<DynamicObject, watcher::Error>> + Send>>;

/// Watches the objects and remembers what was said last.
pub(super) struct Follower {
    changes: futures::stream::SelectAll<Changes>,
    said: BTreeMap<String, Said>,
}

#[derive(PartialEq, Eq)]
struct Said {
    is_from_git: bool,
    ready: String,
    revision: String,
    message: String,
}

impl Follower {
    pub(super) fn new(client: &Client) -> Self {
        let changes = FOLLOWED.map(|followed| -> Changes {
            let stream = watcher(api(client, &followed), watcher::Config::default());
            Box::pin(stream.default_backoff().applied_objects())
        });
        Self {
            changes: select_all(changes),
            said: BTreeMap::new(),
        }
    }

    /// Waits for a change; a change that says nothing new has no line.
    pub(super) async fn next(&mut self) -> Result<Option<String>> {
        let object = self
            .changes
            .try_next()
            .await
            .context("watching the objects")?
            .context("the watch ended")?;
        let kind = object
            .types
            .as_ref()
            .map(|types| types.kind.clone())
            .unwrap_or_default();
        let name = format!(
            "{kind}/{}",
            object.metadata.name.clone().unwrap_or_default()
        );
        let followed = FOLLOWED.iter().find(|followed| followed.kind == kind);
        let is_from_git = followed.is_some_and(|followed| followed.is_from_git);
        let said = Said::by(&object.data["status"], is_from_git);
        if said.ready.is_empty() || self.said.get(&name) == Some(&said) {
            return Ok(None);
        }
        let time = Zoned::now().strftime("%H:%M:%S");
        let line = format!(
            "{time}  {name:<32} Ready={:<8} {}",
            said.ready, said.message
        );
        self.said.insert(name, said);
        Ok(Some(line))
    }

    /// Whether everything is Ready, and what comes from the repository is at one revision.
    pub(super) fn is_settled(&self) -> bool {
        let count: usize = FOLLOWED.iter().map(|followed| followed.count).sum();
        let from_git = self.said.values().filter(|said| said.is_from_git);
        let mut revisions = from_git.map(|said| &said.revision);
        let first = revisions.next();
        self.said.len() == count
            && self.said.values().all(|said| said.ready == "True")
            && revisions.all(|revision| Some(revision) == first)
    }
}

impl Said {
    fn by(status: &Value, is_from_git: bool) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let conditions = status["conditions"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let ready = conditions
            .iter()
            .find(|condition| condition["type"] == "Ready")
            .unwrap_or(&Value::Null);
        let revision = [
            &status["artifact"]["revision"],
            &status["lastAppliedRevision"],
        ];
        Self {
            is_from_git,
            ready: text(&ready["status"]),
            revision: revision
                .into_iter()
                .map(text)
                .find(|text| !text.is_empty())
                .unwrap_or_default(),
            message: text(&ready["message"]),
        }
    }
}

/// Asks source-controller to look at the repository now, as `flux reconcile` does and as a post-receive hook would.
pub(super) async fn request_reconcile(client: &Client) -> Result<()> {
    let patch = json!({"metadata": {"annotations": {"reconcile.fluxcd.io/requestedAt": jiff::Timestamp::now().to_string()}}});
    api(client, &GIT_REPOSITORY)
        .patch(REPOSITORY, &PatchParams::default(), &Patch::Merge(&patch))
        .await
        .context("requesting a reconcile")?;
    Ok(())
}

fn api(client: &Client, followed: &Followed) -> Api<DynamicObject> {
    let Followed {
        group,
        version,
        kind,
        ..
    } = followed;
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
    Api::namespaced_with(client.clone(), NAMESPACE, &resource)
}
