//! What the source and its Kustomizations say of themselves, one line for each change.

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

/// The kinds that are followed: group, kind and how many objects of it the example has.
const FOLLOWED: [(&str, &str, usize); 2] = [
    ("source.toolkit.fluxcd.io", "GitRepository", 1),
    ("kustomize.toolkit.fluxcd.io", "Kustomization", 2),
];

type Changes = Pin<Box<dyn Stream<Item = Result<DynamicObject, watcher::Error>> + Send>>;

/// Watches the objects and remembers what was said last.
pub(super) struct Follower {
    changes: futures::stream::SelectAll<Changes>,
    said: BTreeMap<String, Said>,
}

#[derive(PartialEq, Eq)]
struct Said {
    ready: String,
    revision: String,
    message: String,
}

impl Follower {
    pub(super) fn new(client: &Client) -> Self {
        let changes = FOLLOWED.map(|(group, kind, _)| -> Changes {
            let stream = watcher(api(client, group, kind), watcher::Config::default());
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
        let said = Said::by(&object.data["status"]);
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

    /// Whether everything is Ready at one revision.
    pub(super) fn is_settled(&self) -> bool {
        let count: usize = FOLLOWED.iter().map(|(_, _, count)| count).sum();
        let mut revisions = self.said.values().map(|said| &said.revision);
        let first = revisions.next();
        self.said.len() == count
            && self.said.values().all(|said| said.ready == "True")
            && revisions.all(|revision| Some(revision) == first)
    }
}

impl Said {
    fn by(status: &Value) -> Self {
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
    let (group, kind, _) = FOLLOWED[0];
    let patch = json!({"metadata": {"annotations": {"reconcile.fluxcd.io/requestedAt": jiff::Timestamp::now().to_string()}}});
    api(client, group, kind)
        .patch(REPOSITORY, &PatchParams::default(), &Patch::Merge(&patch))
        .await
        .context("requesting a reconcile")?;
    Ok(())
}

fn api(client: &Client, group: &str, kind: &str) -> Api<DynamicObject> {
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, "v1", kind));
    Api::namespaced_with(client.clone(), NAMESPACE, &resource)
}
