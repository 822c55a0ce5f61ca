//! Another controller of the same role that leads in another namespace.
//!
//! Leases have a namespace, the objects that all namespaces are watched for do not: two installations would
//! both act on them. Whoever comes second refuses to start.

use std::{collections::HashMap, time::Duration};

use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use kube::{Api, Client, api::ListParams};
use tokio::time::Instant;

use super::{Terms, decide::duration};
use crate::object::ObjectKey;

/// The longest that a lease is watched before it is taken for abandoned. Flux's own leases last for 35 seconds and are
/// renewed every five.
const PATIENCE: Duration = Duration::from_secs(35);

/// A lease of our name that is alive in another namespace.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "another controller leads as {lease} (held by {holder}); both would act on the same objects"
)]
pub struct Rival {
    /// The lease.
    pub lease: ObjectKey,
    /// Who holds it.
    pub holder: String,
}

/// Why a controller does not start.
#[derive(Debug, thiserror::Error)]
pub enum RivalError {
    /// There is one.
    #[error(transparent)]
    Found(#[from] Rival),
    /// The leases could not be listed.
    #[error("failed to list the leases named {name}: {source}")]
    List {
        /// The name.
        name: String,
        /// Why.
        #[source]
        source: Box<kube::Error>,
    },
}

impl Rival {
    /// Looks for a rival; costs one request where there is none.
    ///
    /// A lease that somebody holds is watched until it is renewed, or until it would have expired: times written by
    /// others are not compared with our clock. Without the right to list leases in all namespaces nothing is
    /// looked for.
    ///
    /// # Errors
    /// [`RivalError::Found`], or a list that failed.
    pub async fn look_for(client: &Client, terms: &Terms) -> Result<(), RivalError> {
        let leases = Api::<Lease>::all(client.clone());
        let started = Instant::now();
        let mut first: Option<HashMap<ObjectKey, LeaseSpec>> = None;
        loop {
            let Some(held) = held_elsewhere(&leases, terms).await? else {
                return Ok(());
            };
            let known = first.get_or_insert_with(|| held.clone());
            if let Some((lease, spec)) = held
                .iter()
                .find(|(lease, spec)| known.get(lease).is_some_and(|old| old != *spec))
            {
                let holder = spec.holder_identity.clone().unwrap_or_default();
                return Err(Self {
                    lease: lease.clone(),
                    holder,
                }
                .into());
            }
            known.retain(|lease, spec| {
                held.contains_key(lease) && started.elapsed() < duration(spec).min(PATIENCE)
            });
            if known.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(terms.retry_period).await;
        }
    }
}

/// The leases of our name that somebody holds in other namespaces; nothing where we may not know.
async fn held_elsewhere(
    leases: &Api<Lease>,
    terms: &Terms,
) -> Result<Option<HashMap<ObjectKey, LeaseSpec>>, RivalError> {
    let named = ListParams::default().fields(&format!("metadata.name={}", terms.name));
    let listed = match leases.list(&named).await {
        Ok(listed) => listed,
        Err(kube::Error::Api(status)) if status.code == 403 => {
            tracing::info!(
                "leases of other namespaces may not be listed; not looking for another leader"
            );
            return Ok(None);
        }
        Err(source) => {
            return Err(RivalError::List {
                name: terms.name.clone(),
                source: Box::new(source),
            });
        }
    };
    let held = listed.into_iter().filter_map(|lease| {
        let key = ObjectKey::of(&lease.metadata);
        let spec = lease.spec?;
        let is_held = spec
            .holder_identity
            .as_deref()
            .is_some_and(|holder| !holder.is_empty());
        (is_held && key.namespace != terms.namespace).then_some((key, spec))
    });
    Ok(Some(held.collect()))
}
