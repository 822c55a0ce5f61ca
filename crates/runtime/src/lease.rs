//! Leader election on Flux's own lease, so that this controller and its counterpart never act at once.
//!
//! A lease is stale when its specification has not changed for as long as it says by **our** monotonic clock; the
//! times that others wrote into it are never compared with ours, so that skewed clocks cannot make two leaders.
//! [`decide`] is the pure part.

mod decide;
mod rival;

use std::{future::Future, time::Duration};

use jiff::Timestamp;
use k8s_openapi::{
    api::coordination::v1::{Lease, LeaseSpec},
    apimachinery::pkg::apis::meta::v1::MicroTime,
};
use kube::{
    Api, Client,
    api::{ObjectMeta, PostParams},
};
use rand::RngExt;
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

use self::decide::{Observation, Step};
pub use self::rival::{Rival, RivalError};
use crate::client::Authority;

/// What leads to a lease, and how it is kept.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The namespace of the lease (`RUNTIME_NAMESPACE`).
    pub namespace: String,
    /// The name of the lease; see [`lease_name`].
    pub name: String,
    /// Who we are; no two instances are called the same.
    pub identity: String,
    /// `--leader-election-lease-duration`.
    pub duration: Duration,
    /// `--leader-election-renew-deadline`; shorter than the duration.
    pub renew_deadline: Duration,
    /// `--leader-election-retry-period`; shorter than the deadline.
    pub retry_period: Duration,
}

/// The periods do not fit each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "--leader-election-lease-duration must be longer than --leader-election-renew-deadline, and that longer than --leader-election-retry-period"
)]
pub struct BadTerms;

/// The name of a controller's lease: a controller that looks after a part of the objects has one of its own.
pub fn lease_name(controller: &str, label_selector: &str) -> String {
    let name = format!("{controller}-leader-election");
    if label_selector.is_empty() {
        return name;
    }
    // As many hexadecimal digits of the digest as the reference uses.
    let [a, b, c, d, ..]: [u8; 32] = Sha256::digest(label_selector.as_bytes()).into();
    format!("{name}-{:08x}", u32::from_be_bytes([a, b, c, d]))
}

/// A candidate for a lease, and its holder once it has it.
#[derive(Debug)]
pub struct Election {
    terms: Terms,
    leases: Api<Lease>,
    observation: Observation,
    authority: Authority,
}

impl Election {
    /// A candidate. `client` must not itself depend on `authority`, which is what this election grants.
    ///
    /// # Errors
    /// [`BadTerms`].
    pub fn new(client: Client, terms: Terms, authority: Authority) -> Result<Self, BadTerms> {
        if terms.duration <= terms.renew_deadline || terms.renew_deadline <= terms.retry_period {
            return Err(BadTerms);
        }
        let leases = Api::namespaced(client, &terms.namespace);
        Ok(Self {
            terms,
            leases,
            observation: Observation::default(),
            authority,
        })
    }

    /// Waits until this instance leads.
    ///
    /// Cancel-safe: whoever stops waiting after the lease was taken leaves it to expire.
    pub async fn lead(&mut self) {
        loop {
            let started = Instant::now();
            match self
                .attempt_until(started + self.terms.renew_deadline)
                .await
            {
                Some(Attempt::Held) => {
                    return self.authority.extend(started + self.terms.renew_deadline);
                }
                Some(Attempt::Beaten | Attempt::HeldByOther) | None => {}
            }
            // Candidates that were started together do not ask together for ever.
            let jitter = rand::rng().random_range(1.0..1.2);
            tokio::time::sleep(self.terms.retry_period.mul_f64(jitter)).await;
        }
    }

    /// Keeps the lease; returns when it is lost, with the right to write gone.
    ///
    /// Cancel-safe: the right ends with the deadline.
    pub async fn keep(&mut self) {
        let mut deadline = Instant::now() + self.terms.renew_deadline;
        while Instant::now() < deadline {
            tokio::time::sleep(self.terms.retry_period).await;
            let started = Instant::now();
            match self.attempt_until(deadline).await {
                Some(Attempt::Held) => {
                    deadline = started + self.terms.renew_deadline;
                    self.authority.extend(deadline);
                }
                Some(Attempt::HeldByOther) => break,
                Some(Attempt::Beaten) | None => {}
            }
        }
        self.authority.revoke();
        tracing::error!(lease = self.terms.name, "leader election lost");
    }

    /// Hands the lease over. All work must have stopped.
    pub async fn release(self) {
        self.authority.revoke();
        let terms = self.terms.clone();
        let released = async {
            let Some(lease) = self.leases.get_opt(&terms.name).await? else {
                return Ok(());
            };
            let is_ours = lease
                .spec
                .as_ref()
                .and_then(|spec| spec.holder_identity.as_deref())
                == Some(&terms.identity);
            if is_ours {
                let spec = LeaseSpec {
                    holder_identity: Some(String::new()),
                    lease_duration_seconds: Some(1),
                    ..lease.spec.unwrap_or_default()
                };
                self.write(Some(lease.metadata), spec).await?;
            }
            Ok::<(), kube::Error>(())
        };
        if let Err(error) = bounded(terms.retry_period, released).await {
            tracing::error!(error, lease = terms.name, "failed to release the lease");
        }
    }

    /// An attempt that is given up at `deadline`; nothing if it failed.
    async fn attempt_until(&mut self, deadline: Instant) -> Option<Attempt> {
        match tokio::time::timeout_at(deadline, self.attempt()).await {
            Ok(Ok(attempt)) => Some(attempt),
            Ok(Err(error)) => {
                tracing::error!(error = %error, lease = self.terms.name, "failed to take or renew the lease");
                None
            }
            Err(_) => {
                tracing::error!(lease = self.terms.name, "no answer about the lease");
                None
            }
        }
    }

    async fn attempt(&mut self) -> Result<Attempt, kube::Error> {
        let found = self.leases.get_opt(&self.terms.name).await?;
        let (metadata, spec) = found.map(|lease| (lease.metadata, lease.spec)).unzip();
        let spec = spec.flatten();
        let step = self
            .observation
            .decide(spec.as_ref(), &self.terms.identity, Instant::now());
        let now = MicroTime(Timestamp::now());
        let (acquired, transitions) = match (step, &spec) {
            (Step::StandBy, _) => return Ok(Attempt::HeldByOther),
            (Step::Renew, Some(spec)) => (spec.acquire_time.clone(), spec.lease_transitions),
            (Step::Take, Some(spec)) => (
                None,
                Some(spec.lease_transitions.unwrap_or_default().saturating_add(1)),
            ),
            (Step::Renew | Step::Take, None) => (None, Some(0)),
        };
        let spec = LeaseSpec {
            holder_identity: Some(self.terms.identity.clone()),
            lease_duration_seconds: Some(
                i32::try_from(self.terms.duration.as_secs()).unwrap_or(i32::MAX),
            ),
            acquire_time: acquired.or_else(|| Some(now.clone())),
            lease_transitions: transitions,
            renew_time: Some(now),
            ..LeaseSpec::default()
        };
        self.write(metadata, spec).await
    }

    /// Writes over the version that was read, or creates: whoever was quicker wins.
    async fn write(
        &self,
        metadata: Option<ObjectMeta>,
        spec: LeaseSpec,
    ) -> Result<Attempt, kube::Error> {
        let params = PostParams::default();
        let name = &self.terms.name;
        let written = if let Some(metadata) = metadata {
            self.leases
                .replace(
                    name,
                    &params,
                    &Lease {
                        metadata,
                        spec: Some(spec),
                    },
                )
                .await
        } else {
            let metadata = ObjectMeta {
                name: Some(name.clone()),
                ..ObjectMeta::default()
            };
            self.leases
                .create(
                    &params,
                    &Lease {
                        metadata,
                        spec: Some(spec),
                    },
                )
                .await
        };
        match written {
            Ok(_) => Ok(Attempt::Held),
            Err(kube::Error::Api(status)) if status.code == 409 => Ok(Attempt::Beaten),
            Err(error) => Err(error),
        }
    }
}

/// How an attempt to take or renew a lease ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attempt {
    /// The lease is ours.
    Held,
    /// Somebody wrote at the same time; what they wrote is yet to be seen.
    Beaten,
    /// Somebody else leads.
    HeldByOther,
}

async fn bounded<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, kube::Error>>,
) -> Result<T, String> {
    match tokio::time::timeout(limit, work).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err(format!("no answer within {limit:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_has_a_lease_of_its_own() {
        assert_eq!(
            lease_name("source-controller", ""),
            "source-controller-leader-election"
        );
        // printf %s 'sharding.fluxcd.io/key=shard1' | sha256sum
        assert_eq!(
            lease_name("source-controller", "sharding.fluxcd.io/key=shard1"),
            "source-controller-leader-election-73fdc1be",
        );
    }
}
