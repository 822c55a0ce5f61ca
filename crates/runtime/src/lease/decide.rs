//! Whether a lease may be taken. Pure: it is told the time.

use std::time::Duration;

use k8s_openapi::api::coordination::v1::LeaseSpec;
use tokio::time::Instant;

/// What a candidate does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Somebody else leads.
    StandBy,
    /// The lease is ours already.
    Renew,
    /// The lease is free or stale.
    Take,
}

/// The lease as this instance last saw it change.
#[derive(Debug, Default)]
pub(super) struct Observation {
    seen: Option<(LeaseSpec, Instant)>,
}

impl Observation {
    /// Decides about the lease as it was just read; nothing where there is none.
    pub(super) fn decide(
        &mut self,
        lease: Option<&LeaseSpec>,
        identity: &str,
        now: Instant,
    ) -> Step {
        let Some(lease) = lease else {
            return Step::Take;
        };
        let since = self.unchanged_since(lease, now);
        match lease.holder_identity.as_deref().unwrap_or_default() {
            "" => Step::Take,
            holder if holder == identity => Step::Renew,
            _ if now.saturating_duration_since(since) > duration(lease) => Step::Take,
            _ => Step::StandBy,
        }
    }

    fn unchanged_since(&mut self, lease: &LeaseSpec, now: Instant) -> Instant {
        match &self.seen {
            Some((seen, since)) if seen == lease => *since,
            _ => {
                self.seen = Some((lease.clone(), now));
                now
            }
        }
    }
}

pub(super) fn duration(lease: &LeaseSpec) -> Duration {
    Duration::from_secs(
        lease
            .lease_duration_seconds
            .and_then(|seconds| seconds.try_into().ok())
            .unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held_by(holder: &str, transitions: i32) -> LeaseSpec {
        LeaseSpec {
            holder_identity: Some(holder.to_owned()),
            lease_duration_seconds: Some(15),
            lease_transitions: Some(transitions),
            ..LeaseSpec::default()
        }
    }

    /// Looks at a lease at the given seconds, and tells the steps.
    fn check(looks: &[(u64, Option<LeaseSpec>)], expected: &[Step]) {
        let start = Instant::now();
        let mut observation = Observation::default();
        let steps: Vec<Step> = looks
            .iter()
            .map(|(second, lease)| {
                observation.decide(lease.as_ref(), "me", start + Duration::from_secs(*second))
            })
            .collect();
        assert_eq!(steps, expected);
    }

    #[test]
    fn what_nobody_holds_is_taken() {
        check(&[(0, None)], &[Step::Take]);
        check(&[(0, Some(held_by("", 1)))], &[Step::Take]);
        check(&[(0, Some(held_by("me", 1)))], &[Step::Renew]);
    }

    #[test]
    fn a_lease_is_stale_once_it_stood_still_by_our_clock() {
        let other = || Some(held_by("other", 1));
        check(
            &[(0, other()), (15, other()), (16, other())],
            &[Step::StandBy, Step::StandBy, Step::Take],
        );
    }

    #[test]
    fn any_change_begins_the_wait_anew() {
        check(
            &[
                (0, Some(held_by("other", 1))),
                (14, Some(held_by("third", 2))),
                (20, Some(held_by("third", 2))),
                (30, Some(held_by("third", 2))),
            ],
            &[Step::StandBy, Step::StandBy, Step::StandBy, Step::Take],
        );
    }
}
