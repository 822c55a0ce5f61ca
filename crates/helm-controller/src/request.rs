//! Requests by annotation: a release come what may, and failures forgotten. (pure)

use rheostat_api::metadata::{FORCE_AT, RESET_AT};
use rheostat_api::{HelmRelease, HelmReleaseStatus};

/// Whether a release was asked for by hand. Asking consumes the request.
pub fn is_forced(object: &HelmRelease, status: &mut HelmReleaseStatus) -> bool {
    let token = object.annotation(FORCE_AT);
    let is_new = is_due(object, token, status.last_handled_force_at.as_deref());
    remember(token, &mut status.last_handled_force_at);
    is_new
}

/// Whether it was asked that failures be forgotten. Asking consumes the request.
pub fn is_reset(object: &HelmRelease, status: &mut HelmReleaseStatus) -> bool {
    let token = object.annotation(RESET_AT);
    let is_new = is_due(object, token, status.last_handled_reset_at.as_deref());
    remember(token, &mut status.last_handled_reset_at);
    is_new
}

/// A request counts together with one for a reconcile, which must be new as well.
fn is_due(object: &HelmRelease, token: Option<&str>, handled: Option<&str>) -> bool {
    let last = object.status.as_ref();
    let last = last.and_then(|status| status.last_handled_reconcile_at.as_deref());
    token.is_some() && token == object.requested_at() && token != last && token != handled
}

fn remember(token: Option<&str>, handled: &mut Option<String>) {
    if let Some(token) = token {
        *handled = Some(token.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(requested: &str, forced: &str, status: &serde_json::Value, expected: bool) {
        let object: HelmRelease = serde_json::from_value(json!({
            "metadata": {"annotations": {
                "reconcile.fluxcd.io/requestedAt": requested, "reconcile.fluxcd.io/forceAt": forced,
            }},
            "status": status,
        }))
        .unwrap();
        let mut status = object.status.clone().unwrap();
        assert_eq!(is_forced(&object, &mut status), expected);
        assert!(!is_forced(&object, &mut status), "it is consumed");
        assert_eq!(status.last_handled_force_at.as_deref(), Some(forced));
    }

    #[test]
    fn a_request_is_heeded_once_and_beside_one_for_a_reconcile() {
        check("1", "1", &json!({}), true);
        check("2", "1", &json!({}), false);
        check("1", "1", &json!({"lastHandledReconcileAt": "1"}), false);
        check("1", "1", &json!({"lastHandledForceAt": "1"}), false);
    }
}
