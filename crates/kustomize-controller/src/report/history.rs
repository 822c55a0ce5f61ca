//! The history: the last five builds that were applied, counted by content and outcome.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use rheostat_api::Reason;
use rheostat_api::kustomize::history::Snapshot;
use rheostat_gocompat::duration::Duration as GoDuration;
use rheostat_runtime::Moment;

use crate::outcome::Revision;

/// How many builds are kept; part of the contract.
const LIMIT: usize = 5;

/// One more try to bring a build to the cluster.
#[derive(Debug)]
pub struct Attempt<'a> {
    /// The digest of the manifests.
    pub digest: &'a str,
    /// How it ended.
    pub reason: Reason,
    /// Where the manifests came from.
    pub revision: &'a Revision,
    /// When it ended, and after how long.
    pub moment: Moment,
}

/// Puts an attempt in front. An earlier one of the same manifests and outcome is counted up.
pub fn record(history: &mut Vec<Snapshot>, attempt: &Attempt<'_>) {
    let now = Time(attempt.moment.now);
    let is_same = |known: &Snapshot| {
        known.digest == attempt.digest && known.last_reconciled_status == attempt.reason
    };
    let known = history
        .iter()
        .position(is_same)
        .map(|at| history.remove(at));
    let (first, total) = known.map_or_else(
        || (now.clone(), 0),
        |known| (known.first_reconciled, known.total_reconciliations),
    );
    let mut metadata = BTreeMap::from([("revision".to_owned(), attempt.revision.name.clone())]);
    if let Some(origin) = &attempt.revision.origin {
        metadata.insert("originRevision".to_owned(), origin.clone());
    }
    let snapshot = Snapshot {
        digest: attempt.digest.to_owned(),
        first_reconciled: first,
        last_reconciled: now,
        last_reconciled_duration: GoDuration::from_std(attempt.moment.took),
        last_reconciled_status: attempt.reason.clone(),
        metadata,
        total_reconciliations: total.saturating_add(1),
    };
    history.insert(0, snapshot);
    history.truncate(LIMIT);
}
