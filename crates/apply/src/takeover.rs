//! Taking over what others own: fields that were set by `kubectl`, or by whoever the operator names,
//! become ours, so that they go when they leave the manifest.

use rheostat_cluster::{ManagedFields, Metadata};
use serde_json::{Map, Value, json};

/// Whose fields are taken over, and which remains of other tools are removed.
#[derive(Clone, Debug, Default)]
pub struct Takeover {
    /// Managers by the start of their name and their operation (`Apply` or `Update`).
    pub managers: Vec<(String, &'static str)>,
    /// A manager by its whole name: what it wrote by updates becomes what it applied.
    pub updater: Option<String>,
    /// Annotations to remove.
    pub annotations: Vec<String>,
    /// Labels to remove.
    pub labels: Vec<String>,
}

/// Field sets nest as deep as objects do; no kind comes near this.
const MAX_DEPTH: usize = 200;

impl Takeover {
    /// Whether an object has anything to take over or remove.
    pub(crate) fn is_due(&self, live: &Metadata) -> bool {
        live.managed_fields.iter().any(|entry| self.covers(entry))
            || self
                .annotations
                .iter()
                .any(|key| live.annotations.contains_key(key))
            || self.labels.iter().any(|key| live.labels.contains_key(key))
    }

    /// The JSON patch that does it for an object as it is; nothing if nothing is to be done. It
    /// fails with a conflict if the object has changed since.
    pub fn patch(&self, live: &Metadata, manager: &str) -> Option<Value> {
        let mut operations = Vec::new();
        for (field, keys, present) in [
            ("annotations", &self.annotations, &live.annotations),
            ("labels", &self.labels, &live.labels),
        ] {
            for key in keys.iter().filter(|key| present.contains_key(*key)) {
                let key = key.replace('~', "~0").replace('/', "~1");
                let path = format!("/metadata/{field}/{key}");
                operations.push(json!({"op": "remove", "path": path}));
            }
        }
        if let Some(entries) = self.merged(&live.managed_fields, manager) {
            let path = "/metadata/managedFields";
            operations.push(json!({"op": "replace", "path": path, "value": entries}));
        }
        if operations.is_empty() {
            return None;
        }
        let version = live.resource_version.as_deref().unwrap_or_default();
        let path = "/metadata/resourceVersion";
        operations.push(json!({"op": "replace", "path": path, "value": version}));
        Some(Value::Array(operations))
    }

    fn covers(&self, entry: &ManagedFields) -> bool {
        let is_covered = |(prefix, operation): &(String, &str)| {
            entry.manager.starts_with(prefix) && entry.operation == *operation
        };
        let is_updater =
            entry.operation == "Update" && self.updater.as_deref() == Some(&entry.manager);
        entry.is_main() && (is_updater || self.managers.iter().any(is_covered))
    }

    /// The entries with those of the covered managers joined to ours; the first of them becomes ours
    /// if there is none yet.
    fn merged(&self, entries: &[ManagedFields], manager: &str) -> Option<Vec<ManagedFields>> {
        let (covered, mut kept): (Vec<_>, Vec<_>) = entries
            .iter()
            .cloned()
            .partition(|entry| self.covers(entry));
        let mut covered = covered.into_iter();
        let is_ours = |entry: &ManagedFields| {
            entry.is_main() && entry.manager == manager && entry.operation == "Apply"
        };
        let first = covered.next()?;
        let mut ours = if let Some(place) = kept.iter().position(is_ours) {
            let mut ours = kept.remove(place);
            join(&mut ours, &first);
            ours
        } else {
            ManagedFields {
                manager: manager.to_owned(),
                operation: "Apply".to_owned(),
                ..first
            }
        };
        for entry in covered {
            join(&mut ours, &entry);
        }
        kept.push(ours);
        Some(kept)
    }
}

fn join(ours: &mut ManagedFields, other: &ManagedFields) {
    let fields = |entry: &ManagedFields| -> Map<String, Value> {
        let raw = entry.fields_v1.as_ref();
        raw.and_then(|raw| serde_json::from_str(raw.get()).ok())
            .unwrap_or_default()
    };
    let mut joined = fields(ours);
    union(&mut joined, fields(other), 0);
    ours.fields_v1 = serde_json::value::to_raw_value(&joined).ok();
}

fn union(into: &mut Map<String, Value>, from: Map<String, Value>, depth: usize) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Value::Object(known)), Value::Object(value)) if depth < MAX_DEPTH => {
                union(known, value, depth + 1);
            }
            (Some(_), _) => {}
            (None, value) => {
                into.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(manager: &str, operation: &str, fields: &Value) -> Value {
        json!({"manager": manager, "operation": operation, "fieldsType": "FieldsV1", "fieldsV1": fields})
    }

    fn check(entries: &[Value], expected: Option<&[Value]>) {
        let takeover = Takeover {
            managers: vec![("kubectl".to_owned(), "Update")],
            annotations: vec!["a/last".to_owned()],
            ..Takeover::default()
        };
        let live: Metadata =
            serde_json::from_value(json!({"managedFields": entries, "resourceVersion": "7"}))
                .unwrap();
        let patch = takeover.patch(&live, "ours");
        assert_eq!(takeover.is_due(&live), patch.is_some());
        let found = patch.map(|patch| patch[0]["value"].clone());
        assert_eq!(found, expected.map(|entries| json!(entries)));
    }

    #[test]
    fn covered_managers_join_ours() {
        check(
            &[
                entry("ours", "Apply", &json!({"f:data": {"f:a": {}}})),
                entry("operator", "Update", &json!({"f:data": {"f:o": {}}})),
                entry(
                    "kubectl-edit",
                    "Update",
                    &json!({"f:data": {".": {}, "f:b": {}}}),
                ),
            ],
            Some(&[
                entry("operator", "Update", &json!({"f:data": {"f:o": {}}})),
                entry(
                    "ours",
                    "Apply",
                    &json!({"f:data": {".": {}, "f:a": {}, "f:b": {}}}),
                ),
            ]),
        );
    }

    #[test]
    fn the_first_of_them_becomes_ours() {
        check(
            &[entry(
                "kubectl-create",
                "Update",
                &json!({"f:data": {"f:b": {}}}),
            )],
            Some(&[entry("ours", "Apply", &json!({"f:data": {"f:b": {}}}))]),
        );
    }

    #[test]
    fn an_updater_is_known_by_its_whole_name() {
        let takeover = Takeover {
            updater: Some("helm".to_owned()),
            ..Takeover::default()
        };
        let covers = |manager: &str, operation: &str| {
            let entry = entry(manager, operation, &json!({}));
            takeover.covers(&serde_json::from_value(entry).expect("an entry"))
        };
        assert!(covers("helm", "Update"));
        assert!(!covers("helm", "Apply"));
        assert!(!covers("helm-controller", "Update"));
    }

    #[test]
    fn others_keep_what_they_have() {
        check(
            &[entry("operator", "Update", &json!({"f:data": {"f:o": {}}}))],
            None,
        );
        check(
            &[entry("kubectl", "Apply", &json!({"f:data": {"f:o": {}}}))],
            None,
        );
    }
}
