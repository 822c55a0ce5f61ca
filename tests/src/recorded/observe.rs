//! What a scenario leaves behind, without what differs from run to run.
//!
//! Of an object of Flux: finalizers, conditions in stored order, the other fields of its status, its events in order.
//! Of any other object: labels, annotations, what it holds, and who owns which fields. Times, durations, addresses,
//! digests of contents that hold the namespace, and the namespace itself are replaced by words in angle brackets; commits
//! by their number.

use anyhow::Result;
use regex::Regex;
use serde_json::{Map, Value, json};

use super::case::ObjectName;
use crate::World;

/// Fields that differ from run to run, or from one library for compression to another, and tell nothing.
const VOLATILE: [&str; 4] = [
    "lastHandledReconcileAt",
    "observedGeneration",
    "size",
    "totalReconciliations",
];

/// All that is to be looked at, by `Kind/name`.
///
/// # Errors
/// The API server does not answer.
pub(super) async fn answer(
    world: &World,
    observed: &[ObjectName],
    commits: &[String],
) -> Result<Value> {
    let mask = Mask::new(world, commits)?;
    let mut answer = Map::new();
    for name in observed {
        let object = world.object(name.kind(), name.name()).await?;
        let is_flux = object
            .as_ref()
            .and_then(|object| object["apiVersion"].as_str())
            .is_some_and(|version| version.contains(".toolkit.fluxcd.io/"));
        let mut seen = match object {
            None => json!("absent"),
            Some(object) if is_flux => status(&object),
            Some(object) => live(&object),
        };
        if matches!(name.kind(), "Kustomization" | "GitRepository") {
            seen = json!({"object": seen, "events": events(world, name, &mask).await?});
        }
        answer.insert(name.to_string(), mask.value(&seen));
    }
    Ok(Value::Object(answer))
}

fn status(object: &Value) -> Value {
    let generation = &object["metadata"]["generation"];
    let is_current = |seen: &Value| {
        if seen == generation {
            "current"
        } else {
            "stale"
        }
    };
    let conditions = object["status"]["conditions"].as_array();
    let conditions = conditions.into_iter().flatten().map(|condition| {
        json!({
            "type": condition["type"],
            "status": condition["status"],
            "reason": condition["reason"],
            "message": condition["message"],
            "observed": is_current(&condition["observedGeneration"]),
        })
    });
    let mut rest = object["status"].as_object().cloned().unwrap_or_default();
    rest.remove("conditions");
    json!({
        "finalizers": object["metadata"]["finalizers"],
        "observed": is_current(&object["status"]["observedGeneration"]),
        "conditions": conditions.collect::<Vec<_>>(),
        "status": rest,
    })
}

fn live(object: &Value) -> Value {
    let metadata = &object["metadata"];
    let entries = metadata["managedFields"].as_array();
    let owners = entries.into_iter().flatten().map(|entry| {
        json!({
            "manager": entry["manager"],
            "operation": entry["operation"],
            "subresource": entry["subresource"],
            "fields": entry["fieldsV1"],
        })
    });
    let mut seen = object.as_object().cloned().unwrap_or_default();
    seen.retain(|field, _| !matches!(field.as_str(), "apiVersion" | "kind" | "metadata"));
    for field in ["labels", "annotations"] {
        seen.insert(field.to_owned(), metadata[field].clone());
    }
    seen.insert("owners".to_owned(), owners.collect());
    Value::Object(seen)
}

/// The events of an object, oldest first. What is told of again and again is told of once.
async fn events(world: &World, name: &ObjectName, mask: &Mask) -> Result<Value> {
    let mut events = Vec::new();
    for event in world.events(name.kind(), name.name()).await? {
        let event = mask.value(&json!({
            "type": event["type"],
            "reason": event["reason"],
            "message": event["message"],
            "annotations": event["metadata"]["annotations"],
            "from": event["source"]["component"],
        }));
        if !events.contains(&event) {
            events.push(event);
        }
    }
    Ok(Value::Array(events))
}

/// Replaces what differs from run to run, and leaves out what tells nothing.
struct Mask {
    words: Vec<(String, String)>,
    patterns: Vec<(Regex, &'static str)>,
}

impl Mask {
    fn new(world: &World, commits: &[String]) -> Result<Self> {
        let numbered = commits.iter().enumerate();
        let mut words: Vec<(String, String)> = numbered
            .map(|(index, id)| (id.clone(), format!("<commit {}>", index + 1)))
            .collect();
        words.push((world.namespace.clone(), "<namespace>".to_owned()));
        let pattern = |text: &str, word| Ok::<_, regex::Error>((Regex::new(text)?, word));
        Ok(Self {
            words,
            patterns: vec![
                pattern(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "<time>")?,
                pattern(r"127\.0\.0\.1:\d+", "<address>")?,
                pattern("sha256:[0-9a-f]{64}", "<digest>")?,
                pattern(
                    r"(?P<before>(finished|passed) in |failed after )[0-9.hmsµn]+",
                    "${before}<duration>",
                )?,
                pattern(r"^[0-9.]+(ns|µs|ms|s)$", "<duration>")?,
            ],
        })
    }

    fn text(&self, text: &str) -> String {
        let words = self.words.iter();
        let text = words.fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
        let patterns = self.patterns.iter();
        patterns.fold(text, |text, (pattern, word)| {
            pattern.replace_all(&text, *word).into_owned()
        })
    }

    fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(fields) => {
                let is_telling =
                    |key: &str, value: &Value| !value.is_null() && !VOLATILE.contains(&key);
                let telling = fields.iter().filter(|(key, value)| is_telling(key, value));
                telling
                    .map(|(key, value)| (self.text(key), self.value(value)))
                    .collect()
            }
            other => other.clone(),
        }
    }
}
