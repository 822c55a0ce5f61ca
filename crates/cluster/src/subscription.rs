//! Being told when objects change, instead of asking: a watch that survives its own end.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::stream::BoxStream;
use futures::{Stream, StreamExt};
use kube::Api;
use kube::core::{ApiResource, DynamicObject, TypeMeta};
use kube::runtime::watcher::{self, Event};
use kube::runtime::{WatchStreamExt, watcher as watch};
use serde_json::Value;

use crate::access::Cluster;
use crate::resource::Resource;

/// Which objects of a kind are followed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Selection {
    /// The one with this name.
    Name(String),
    /// Those that match a label selector.
    Labels(String),
    /// All of the namespace.
    All,
}

/// What a subscription tells.
#[derive(Clone, Debug)]
pub enum Change {
    /// The list starts anew: what was known holds only for what is told again before
    /// [`Synced`](Self::Synced).
    Restarted,
    /// The object as it now is, without `managedFields`.
    Present(Box<Value>),
    /// The object of that name is gone.
    Gone(String),
    /// Everything that was there has been told.
    Synced,
    /// The watch failed for this reason, and is tried again.
    Failed(String),
}

/// A stream of changes that never ends by itself and goes on after failures, ever more slowly.
pub struct Subscription {
    stream: BoxStream<'static, Change>,
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subscription").finish_non_exhaustive()
    }
}

impl Cluster {
    /// Follows objects of one kind in one namespace, or of all namespaces.
    pub fn subscribe(
        &self,
        resource: &Arc<Resource>,
        namespace: Option<&str>,
        selection: &Selection,
    ) -> Subscription {
        let described = ApiResource {
            group: resource.group.clone(),
            version: resource.version.clone(),
            api_version: resource.api_version(),
            kind: resource.kind.clone(),
            plural: resource.plural.clone(),
        };
        let api: Api<DynamicObject> = match namespace {
            Some(namespace) if resource.namespaced => {
                Api::namespaced_with(self.client(), namespace, &described)
            }
            _ => Api::all_with(self.client(), &described),
        };
        let config = match selection {
            Selection::Name(name) => {
                watcher::Config::default().fields(&format!("metadata.name={name}"))
            }
            Selection::Labels(selector) => watcher::Config::default().labels(selector),
            Selection::All => watcher::Config::default(),
        };
        let types = TypeMeta {
            api_version: described.api_version,
            kind: described.kind,
        };
        let stream = watch(api, config)
            .default_backoff()
            .map(move |event| Change::from_event(event, &types))
            .boxed();
        Subscription { stream }
    }
}

impl Change {
    fn from_event(event: Result<Event<DynamicObject>, watcher::Error>, types: &TypeMeta) -> Self {
        match event {
            Ok(Event::Init) => Self::Restarted,
            Ok(Event::InitDone) => Self::Synced,
            Ok(Event::InitApply(object) | Event::Apply(object)) => Self::present(object, types),
            Ok(Event::Delete(object)) => Self::Gone(object.metadata.name.unwrap_or_default()),
            Err(error) => Self::Failed(error.to_string()),
        }
    }

    fn present(mut object: DynamicObject, types: &TypeMeta) -> Self {
        // Items of a list do not say what they are.
        object.types = Some(types.clone());
        object.metadata.managed_fields = None;
        match serde_json::to_value(object) {
            Ok(value) => Self::Present(Box::new(value)),
            Err(error) => Self::Failed(error.to_string()),
        }
    }
}

impl Stream for Subscription {
    type Item = Change;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Change>> {
        self.stream.poll_next_unpin(context)
    }
}
