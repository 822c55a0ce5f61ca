//! What the server last said about each object, so that a dry-run can be read without the object
//! beside it.
//!
//! A dry-run's answer shows the object as it would be, not as it is. It changes nothing if the
//! object is still at the version that we left it at and the manifest is the same, or if our entry
//! in its managed fields is to the byte what it was: the server gives that entry a new time as soon
//! as an apply changes anything. Its clock counts whole seconds, so the second rule holds only for
//! an entry that has a time and is older than the dry-run by more than that.
//!
//! What is lost with the memory costs one more request for each object, nothing else.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use rheostat_cluster::{ManagedFields, Metadata};
use serde_json::Value;
use tokio::time::Instant;

use crate::id::ObjectId;
use crate::inventory::Inventory;

/// Twice the resolution of times in managed fields.
const CLOCK_STEP: Duration = Duration::from_secs(2);

/// What is remembered of the objects of one owner.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    known: HashMap<ObjectId, Known>,
}

/// A manifest, in few bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint(u64);

#[derive(Clone, Debug)]
struct Known {
    uid: String,
    resource_version: String,
    manifest: Fingerprint,
    /// Our entry in the managed fields; absent if it has no time.
    entry: Option<Fingerprint>,
    applied: Instant,
}

impl Fingerprint {
    /// The fingerprint of a manifest.
    pub(crate) fn of(manifest: &Value) -> Self {
        Self::of_text(&manifest.to_string())
    }

    fn of_text(text: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        Self(hasher.finish())
    }

    fn of_entry(metadata: &Metadata, manager: &str) -> Option<Self> {
        let is_ours = |entry: &&ManagedFields| {
            entry.is_main() && entry.manager == manager && entry.operation == "Apply"
        };
        let ours = metadata.managed_fields.iter().find(is_ours)?;
        ours.time.as_ref()?;
        serde_json::to_string(ours)
            .ok()
            .map(|text| Self::of_text(&text))
    }
}

impl Ledger {
    /// Whether an answer to a dry-run tells that the object is as the manifest wants it.
    pub(crate) fn vouches_for(
        &self,
        id: &ObjectId,
        manifest: Fingerprint,
        answer: &Metadata,
        manager: &str,
    ) -> bool {
        let Some(known) = self.known.get(id) else {
            return false;
        };
        if known.manifest != manifest || answer.uid.as_ref() != Some(&known.uid) {
            return false;
        }
        let is_untouched = answer.resource_version.as_ref() == Some(&known.resource_version);
        let entry = Fingerprint::of_entry(answer, manager);
        let is_old = known.applied.elapsed() > CLOCK_STEP;
        is_untouched || (is_old && entry.is_some() && entry == known.entry)
    }

    /// Remembers the answer to an apply.
    pub(crate) fn record(
        &mut self,
        id: &ObjectId,
        manifest: Fingerprint,
        answer: &Metadata,
        manager: &str,
    ) {
        let (Some(uid), Some(version)) = (&answer.uid, &answer.resource_version) else {
            self.known.remove(id);
            return;
        };
        let known = Known {
            uid: uid.clone(),
            resource_version: version.clone(),
            manifest,
            entry: Fingerprint::of_entry(answer, manager),
            applied: Instant::now(),
        };
        self.known.insert(id.clone(), known);
    }

    /// Forgets all but these objects.
    pub fn retain_of(&mut self, wanted: &Inventory) {
        let wanted: HashSet<&ObjectId> = wanted.entries.iter().map(|entry| &entry.id).collect();
        self.known.retain(|id, _| wanted.contains(id));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(version: &str, time: Option<&str>) -> Metadata {
        let mut entry =
            json!({"manager": "ours", "operation": "Apply", "fieldsV1": {"f:data": {}}});
        if let Some(time) = time {
            entry["time"] = json!(time);
        }
        serde_json::from_value(json!({
            "uid": "u", "resourceVersion": version, "managedFields": [entry],
        }))
        .unwrap()
    }

    async fn check(later: Duration, answered: &Metadata, expected: bool) {
        let id: ObjectId = "ns_a__ConfigMap".parse().unwrap();
        let manifest = Fingerprint::of(&json!({"a": 1}));
        let mut ledger = Ledger::default();
        assert!(!ledger.vouches_for(&id, manifest, answered, "ours"));
        ledger.record(&id, manifest, &answer("1", Some("t1")), "ours");
        tokio::time::advance(later).await;
        assert_eq!(
            ledger.vouches_for(&id, manifest, answered, "ours"),
            expected
        );
        let other = Fingerprint::of(&json!({"a": 2}));
        assert!(!ledger.vouches_for(&id, other, answered, "ours"));
    }

    #[tokio::test(start_paused = true)]
    async fn an_untouched_object_needs_no_question() {
        check(Duration::ZERO, &answer("1", Some("t1")), true).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_that_left_our_entry_alone_changes_nothing() {
        check(Duration::from_secs(5), &answer("2", Some("t1")), true).await;
        check(Duration::from_secs(5), &answer("2", Some("t2")), false).await;
    }

    #[tokio::test(start_paused = true)]
    async fn within_a_second_the_entry_tells_nothing() {
        check(Duration::from_millis(500), &answer("2", Some("t1")), false).await;
        check(Duration::from_secs(5), &answer("2", None), false).await;
    }
}
