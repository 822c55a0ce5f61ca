//! Services, volume claims and the definitions of other kinds.

use serde_json::Value;

use crate::fields::{conditions, text};
use crate::verdict::{Health, HealthError};

/// A Service is healthy once it has an address in the cluster. That of a load balancer is not waited for.
pub(super) fn service(object: &Value) -> Health {
    if text(object, "/spec/type") == "LoadBalancer" && text(object, "/spec/clusterIP").is_empty() {
        Health::in_progress("the Service has no address")
    } else {
        Health::current("the Service has what it needs")
    }
}

pub(super) fn persistent_volume_claim(object: &Value) -> Health {
    match text(object, "/status/phase") {
        "Bound" => Health::current("the claim is bound"),
        "" => Health::in_progress("the claim has no phase yet"),
        phase => Health::in_progress(format!("the claim is {phase}")),
    }
}

pub(super) fn custom_resource_definition(object: &Value) -> Result<Health, HealthError> {
    for condition in conditions(object)? {
        match (condition.kind, condition.status) {
            ("NamesAccepted", "False") => return Ok(Health::failed(condition.message)),
            ("Established", "False") if condition.reason != "Installing" => {
                return Ok(Health::failed(condition.message));
            }
            ("Established", "True") => return Ok(Health::current("the kind is served")),
            _ => {}
        }
    }
    Ok(Health::in_progress("the kind is being installed"))
}
