//! The subjects of a wait and what is known of each.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::{BoxStream, SelectAll};
use rheostat_cluster::{Change, Cluster, Resource, Selection, Target, TargetError};
use rheostat_health::Status;
use serde_json::Value;
use tokio::time::Instant;

use crate::wait::subject::{Address, Subject};
use crate::wait::verdict::pod_selector;
use crate::wait::{Unsettled, Verdict, WaitError, WaitRules};

/// How often a kind that is not served is looked for again. Nothing tells when it appears, so this
/// is as often as the reference looks at everything.
const KIND_RETRY: Duration = Duration::from_secs(5);

/// All changes that a wait is told of.
pub(super) type Changes = SelectAll<BoxStream<'static, (Topic, Change)>>;

/// What a subscription is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Topic {
    /// Subjects of one kind in one namespace.
    Subjects {
        resource: Arc<Resource>,
        namespace: String,
    },
    /// The pods of the subject at this place.
    Pods(usize),
}

#[derive(Debug)]
pub(super) struct Followed {
    states: Vec<State>,
}

#[derive(Debug)]
struct State {
    subject: Subject,
    verdict: Option<Verdict>,
    object: Option<Value>,
    /// Whether the subject was told of since its list began anew.
    is_listed: bool,
    /// Its pods by name, once they are followed.
    pods: Option<HashMap<String, Value>>,
}

impl Followed {
    pub(super) fn new(subjects: Vec<Subject>) -> Self {
        let state = |mut subject: Subject| {
            let object = subject.seen.take();
            State {
                verdict: object
                    .as_ref()
                    .map(|seen| Verdict::of(seen, &[], subject.expectation)),
                object,
                is_listed: false,
                pods: None,
                subject,
            }
        };
        Self {
            states: subjects.into_iter().map(state).collect(),
        }
    }

    /// Whether and how the wait is over.
    pub(super) fn end(&self, rules: WaitRules) -> Option<Result<(), WaitError>> {
        let all = |is_over: fn(&Verdict) -> bool| {
            self.states
                .iter()
                .all(|state| state.verdict.as_ref().is_some_and(is_over))
        };
        if all(|verdict| verdict.is(Status::Current)) {
            return Some(Ok(()));
        }
        let failed: Vec<Unsettled> = self
            .states
            .iter()
            .filter(|state| state.is(Status::Failed))
            .map(State::unsettled)
            .collect();
        let is_over = all(|verdict| verdict.is(Status::Current) || verdict.is(Status::Failed));
        if !failed.is_empty() && (rules.is_failing_fast || is_over) {
            return Some(Err(WaitError::Failed(failed)));
        }
        None
    }

    /// Those that are not healthy.
    pub(super) fn unsettled(&self) -> Vec<Unsettled> {
        let is_unsettled = |state: &&State| !state.is(Status::Current);
        let unsettled = self.states.iter().filter(is_unsettled);
        unsettled.map(State::unsettled).collect()
    }

    /// Follows all that are not healthy.
    pub(super) async fn subscribe(&mut self, cluster: &Cluster, until: Instant) -> Changes {
        self.resolve(cluster, until).await;
        let mut groups: BTreeMap<(String, String, String), Vec<Target>> = BTreeMap::new();
        for state in &self.states {
            if state.is(Status::Current) {
                continue;
            }
            if let Address::Known(target) = &state.subject.address {
                let resource = target.resource();
                let namespace = target.namespace().unwrap_or_default().to_owned();
                let key = (resource.api_version(), resource.kind.clone(), namespace);
                groups.entry(key).or_default().push(target.clone());
            }
        }
        let mut changes = SelectAll::new();
        for targets in groups.into_values() {
            if let Some(stream) = follow(cluster, &targets) {
                changes.push(stream);
            }
        }
        for index in 0..self.states.len() {
            self.follow_pods(index, cluster, &mut changes);
        }
        changes
    }

    /// Takes in what a subscription told.
    pub(super) fn take(
        &mut self,
        (topic, change): (Topic, Change),
        cluster: &Cluster,
        changes: &mut Changes,
    ) {
        if let Topic::Pods(index) = topic {
            if let Some(state) = self.states.get_mut(index) {
                state.take_pod(change);
            }
            return;
        }
        for index in 0..self.states.len() {
            let state = &mut self.states[index];
            if state.is_about(&topic) {
                state.take(&change);
                self.follow_pods(index, cluster, changes);
            }
        }
    }

    /// Judges again what was seen before.
    pub(super) fn judge(&mut self) {
        for state in &mut self.states {
            state.judge();
        }
    }

    /// Follows the pods of a set that is not yet complete: one that fails fails the set.
    fn follow_pods(&mut self, index: usize, cluster: &Cluster, changes: &mut Changes) {
        let state = &mut self.states[index];
        let Some((namespace, selector)) = state.pods_wanted() else {
            return;
        };
        state.pods = Some(HashMap::new());
        let pods = Arc::new(Resource {
            group: String::new(),
            version: "v1".to_owned(),
            kind: "Pod".to_owned(),
            plural: "pods".to_owned(),
            namespaced: true,
        });
        let stream = cluster.subscribe(&pods, Some(&namespace), &Selection::Labels(selector));
        let stream = stream.map(move |change| (Topic::Pods(index), change));
        changes.push(stream.boxed());
    }

    /// Finds the places of subjects that are known by name, as long as that may take.
    async fn resolve(&mut self, cluster: &Cluster, until: Instant) {
        loop {
            let mut is_waiting = false;
            for state in &mut self.states {
                is_waiting |= state.resolve(cluster).await;
            }
            if !is_waiting {
                return;
            }
            let next = Instant::now() + KIND_RETRY;
            if next >= until {
                return;
            }
            tokio::time::sleep_until(next).await;
        }
    }
}

impl State {
    fn unsettled(&self) -> Unsettled {
        Unsettled {
            subject: self.subject.to_string(),
            verdict: self.verdict.clone(),
        }
    }

    /// Finds the subject's place. Answers whether it is worth another try.
    async fn resolve(&mut self, cluster: &Cluster) -> bool {
        let Address::Named {
            group,
            kind,
            namespace,
            name,
        } = &self.subject.address
        else {
            return false;
        };
        match cluster.mapper().preferred(group, kind).await {
            Ok(resource) => match Target::new(resource, Some(namespace), name) {
                Ok(target) => self.subject.address = Address::Known(target),
                Err(TargetError::NamespaceMissing) => {
                    let reason =
                        format!("{kind}/{name} is namespace scoped and names no namespace");
                    self.verdict = Some(Verdict::unknown(reason));
                }
                Err(error) => self.verdict = Some(Verdict::unknown(error.to_string())),
            },
            Err(error) => {
                self.verdict = Some(Verdict::unknown(error.to_string()));
                return true;
            }
        }
        false
    }

    fn is_about(&self, topic: &Topic) -> bool {
        let (
            Topic::Subjects {
                resource,
                namespace,
            },
            Address::Known(target),
        ) = (topic, &self.subject.address)
        else {
            return false;
        };
        target.resource() == resource && target.namespace().unwrap_or_default() == namespace
    }

    fn take(&mut self, change: &Change) {
        let (_, _, name) = self.subject.names();
        match change {
            Change::Restarted => self.is_listed = false,
            Change::Present(object) if object["metadata"]["name"] == name => {
                self.is_listed = true;
                self.object = Some(object.as_ref().clone());
                self.judge();
            }
            Change::Gone(gone) if gone == name => self.miss(),
            Change::Synced if !self.is_listed => self.miss(),
            Change::Failed(error) if !self.is(Status::Current) => {
                self.verdict = Some(Verdict::unknown(error));
            }
            _ => {}
        }
    }

    fn take_pod(&mut self, change: Change) {
        let pods = self.pods.get_or_insert_default();
        match change {
            Change::Restarted => pods.clear(),
            Change::Present(pod) => {
                let name = pod["metadata"]["name"].as_str().unwrap_or_default();
                pods.insert(name.to_owned(), *pod);
            }
            Change::Gone(name) => {
                pods.remove(&name);
            }
            Change::Synced => {}
            Change::Failed(error) => {
                self.verdict = Some(Verdict::unknown(error));
                return;
            }
        }
        self.judge();
    }

    fn judge(&mut self) {
        if let Some(object) = &self.object {
            let pods: Vec<Value> = self
                .pods
                .iter()
                .flat_map(HashMap::values)
                .cloned()
                .collect();
            self.verdict = Some(Verdict::of(object, &pods, self.subject.expectation));
        }
    }

    fn miss(&mut self) {
        self.object = None;
        let status = if self.subject.is_expiring {
            Status::Current
        } else {
            Status::NotFound
        };
        self.verdict = Some(status.into());
    }

    /// Namespace and selector of the pods that have to be looked at, if they are not yet.
    fn pods_wanted(&self) -> Option<(String, String)> {
        if self.pods.is_some() {
            return None;
        }
        let (_, namespace, _) = self.subject.names();
        let selector = pod_selector(self.object.as_ref()?)?;
        Some((namespace.to_owned(), selector))
    }

    fn is(&self, status: Status) -> bool {
        self.verdict
            .as_ref()
            .is_some_and(|verdict| verdict.is(status))
    }
}

/// One watch for all targets of a kind in a namespace.
fn follow(cluster: &Cluster, targets: &[Target]) -> Option<BoxStream<'static, (Topic, Change)>> {
    let first = targets.first()?;
    let selection = match targets {
        [only] => Selection::Name(only.name().to_owned()),
        _ => Selection::All,
    };
    let stream = cluster.subscribe(first.resource(), first.namespace(), &selection);
    let topic = Topic::Subjects {
        resource: Arc::clone(first.resource()),
        namespace: first.namespace().unwrap_or_default().to_owned(),
    };
    Some(stream.map(move |change| (topic.clone(), change)).boxed())
}
