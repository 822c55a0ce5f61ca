//! Asking the cluster whether the objects of a release are as they were released, and bringing them back.

use std::sync::Arc;

use rheostat_api::metadata::helm::{
    CONTROLLER, DRIFT_DETECTION, EVENT_APP_VERSION, EVENT_OCI_DIGEST, EVENT_REVISION, EVENT_TOKEN,
};
use rheostat_api::{ConditionType, Reason};
use rheostat_apply::Object;
use rheostat_apply::normalize::normalize;
use rheostat_cluster::{ApplyRequest, Target, WriteRequest};
use rheostat_helm::manifest::InstallOrder;
use rheostat_release::Release;
use rheostat_runtime::Event;
use serde_json::{Value, json};

use super::Attempt;
use crate::draft::Draft;
use crate::drift::compare::operations;
use crate::drift::ignore::Ignore;
use crate::drift::{Difference, Drift, DriftedObject};
use crate::inventory::documents;
use crate::record::{Recorded, message};

/// The value that keeps an object out.
const DISABLED: &str = "disabled";

impl Attempt<'_> {
    /// How the objects on the cluster differ from those of a revision.
    ///
    /// # Errors
    /// When nothing was found to differ and an object could not be compared.
    pub(super) async fn find_drift(&self, release: &Release) -> Result<Drift, String> {
        let detection = self.recorder.spec.drift_detection.as_ref();
        let rules = detection.map(|detection| detection.ignore.as_slice());
        let ignore = Ignore::new(rules.unwrap_or_default()).map_err(|error| error.to_string())?;
        let mut drift = Drift::default();
        let mut errors = Vec::new();
        for value in documents(&release.manifest) {
            match self.compare(release, value, &ignore).await {
                Ok(found) => drift.objects.extend(found),
                Err(error) => errors.push(error),
            }
        }
        if drift.is_empty() && !errors.is_empty() {
            return Err(errors.join(", "));
        }
        for error in errors {
            tracing::error!(
                error,
                "an object could not be compared with what was released"
            );
        }
        Ok(drift)
    }

    async fn compare(
        &self,
        release: &Release,
        value: Value,
        ignore: &Ignore,
    ) -> Result<Option<DriftedObject>, String> {
        let (target, desired) = self.desired_object(release, value).await?;
        let ignored = ignore.paths(&desired);
        if is_left_out(&desired) || ignored.iter().any(String::is_empty) {
            return Ok(None);
        }
        let cluster = &self.execution.cluster;
        let live = cluster.get(&target).await.map_err(|e| e.to_string())?;
        if live.as_ref().is_some_and(is_left_out) {
            return Ok(None);
        }
        let how = ApplyRequest {
            dry_run: true,
            ..ApplyRequest::forced(CONTROLLER)
        };
        let wanted = cluster.apply(&target, &desired, how).await;
        let wanted = wanted.map_err(|e| e.to_string())?;
        let name = target.to_string();
        let difference = match live {
            Some(live) => Difference::Changed(operations(&live, &wanted, &ignored)),
            None => Difference::Missing,
        };
        let is_same =
            matches!(&difference, Difference::Changed(operations) if operations.is_empty());
        Ok((!is_same).then_some(DriftedObject {
            name,
            desired,
            difference,
        }))
    }

    /// An object as it was released, with what Helm adds on the way.
    async fn desired_object(
        &self,
        release: &Release,
        value: Value,
    ) -> Result<(Target, Value), String> {
        let mut object = Object::new(value).map_err(|error| error.to_string())?;
        object.set_label("app.kubernetes.io/managed-by", "Helm");
        object.set_annotation("meta.helm.sh/release-name", &release.name);
        object.set_annotation("meta.helm.sh/release-namespace", &release.namespace);
        normalize(&mut object);
        let mut value = object.value().clone();
        let (api_version, kind) = (object.api_version(), object.kind());
        let mapper = self.execution.cluster.mapper();
        let resource = mapper
            .exact(api_version, kind)
            .await
            .map_err(|e| e.to_string())?;
        if resource.namespaced && value["metadata"]["namespace"].is_null() {
            value["metadata"]["namespace"] = json!(release.namespace);
        }
        let namespace = value["metadata"]["namespace"].as_str();
        let name = value["metadata"]["name"].as_str().unwrap_or_default();
        let target = Target::new(Arc::clone(&resource), namespace, name);
        Ok((target.map_err(|error| error.to_string())?, value))
    }

    /// Brings objects back: those that are missing first. What fails does not keep the others from being brought back.
    pub(super) async fn correct_drift(&self, draft: &mut Draft, found: &Drift) -> Recorded {
        let mut objects: Vec<&DriftedObject> = found.objects.iter().collect();
        let is_there = |object: &DriftedObject| object.difference != Difference::Missing;
        let kind = |object: &DriftedObject| object.desired["kind"].as_str().map(str::to_owned);
        objects.sort_by(|one, other| {
            let (left, right) = (
                kind(one).unwrap_or_default(),
                kind(other).unwrap_or_default(),
            );
            is_there(one)
                .cmp(&is_there(other))
                .then_with(|| InstallOrder::compare(&left, &right))
                .then_with(|| one.name.cmp(&other.name))
        });
        let (mut done, mut failed) = (Vec::new(), Vec::new());
        for object in objects {
            match self.correct(object).await {
                Ok(how) => done.push(format!("{} {how}", object.name)),
                Err(error) => failed.push(format!("{}: {error}", object.name)),
            }
        }
        self.corrected(draft, &done, &failed)
    }

    async fn correct(&self, object: &DriftedObject) -> Result<&'static str, String> {
        let cluster = &self.execution.cluster;
        let desired = &object.desired;
        let text = |pointer: &str| desired.pointer(pointer).and_then(Value::as_str);
        let (api_version, kind) = (text("/apiVersion"), text("/kind"));
        let resource = cluster
            .mapper()
            .exact(api_version.unwrap_or_default(), kind.unwrap_or_default())
            .await
            .map_err(|error| error.to_string())?;
        let name = text("/metadata/name").unwrap_or_default();
        let target = Target::new(resource, text("/metadata/namespace"), name);
        let target = target.map_err(|error| error.to_string())?;
        let (how, written) = match &object.difference {
            Difference::Missing => {
                let how = WriteRequest {
                    manager: CONTROLLER,
                    is_strict: false,
                };
                ("created", cluster.create(&target, desired, how).await)
            }
            Difference::Changed(operations) => {
                let patch = Value::Array(operations.clone());
                let patched = cluster.json_patch(&target, &patch, CONTROLLER).await;
                ("configured", patched)
            }
        };
        written.map(|_| how).map_err(|error| error.to_string())
    }

    fn corrected(&self, draft: &mut Draft, done: &[String], failed: &[String]) -> Recorded {
        let latest = draft.status.history.first();
        let release = latest.map(message::full_name).unwrap_or_default();
        let mut events = Vec::new();
        if !failed.is_empty() {
            draft.status.failures = draft.status.failures.saturating_add(1);
            let partially = if done.is_empty() { "" } else { "partially " };
            let why = failed.join("\n");
            let text =
                format!("Failed to {partially}correct cluster state of release {release}:\n{why}");
            let reason = Reason::DriftCorrectionFailed;
            events.push(self.about_release(Event::warning(reason.as_str(), text), draft));
        } else if !done.is_empty() {
            let lines = done.join("\n");
            let text = format!("Cluster state of release {release} has been corrected:\n{lines}");
            let reason = Reason::DriftCorrected;
            events.push(self.about_release(Event::normal(reason.as_str(), text), draft));
        }
        draft.conditions().mark_unknown(
            ConditionType::Ready,
            Reason::Progressing,
            "correcting cluster drift",
        );
        Recorded {
            events,
            error: None,
        }
    }

    fn about_release(&self, event: Event, draft: &Draft) -> Event {
        let Some(latest) = draft.status.history.first() else {
            return event;
        };
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        event
            .with(EVENT_REVISION, &*latest.chart_version)
            .with(EVENT_TOKEN, self.recorder.config_digest)
            .with(EVENT_APP_VERSION, text(&latest.app_version))
            .with(EVENT_OCI_DIGEST, text(&latest.oci_digest))
    }
}

/// Whether an object asks to be left out, by a label or an annotation.
fn is_left_out(object: &Value) -> bool {
    ["labels", "annotations"].iter().any(|field| {
        let marks = object.get("metadata").and_then(|m| m.get(field));
        let mark = marks.and_then(|marks| marks.get(DRIFT_DETECTION));
        mark.and_then(Value::as_str)
            .is_some_and(|mark| mark.eq_ignore_ascii_case(DISABLED))
    })
}
