//! Whether a HelmRelease means another release than it did before. (pure)

use rheostat_api::HelmReleaseStatus;
use rheostat_api::helm::HelmReleaseSpec;
use rheostat_api::helm::action::ChartNameChangeStrategy;

use crate::desired::Desired;

/// What changed about the release that is meant, if anything did: then the old one goes first.
pub fn change(
    spec: &HelmReleaseSpec,
    desired: &Desired,
    status: &HelmReleaseStatus,
    chart_name: &str,
) -> Option<&'static str> {
    let storage = status.storage_namespace.as_deref()?;
    let known = status.history.first()?;
    let upgrade = spec.upgrade.as_ref();
    let strategy = upgrade.and_then(|upgrade| upgrade.chart_name_change_strategy.as_ref());
    let is_in_place = strategy == Some(&ChartNameChangeStrategy::InPlaceUpdate);
    if storage != desired.storage_namespace {
        Some("storage namespace changed")
    } else if known.namespace != desired.release_namespace {
        Some("target namespace changed")
    } else if known.name != desired.release_name {
        Some("release name changed")
    } else if known.chart_name != chart_name && !is_in_place {
        Some("chart name changed")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use rheostat_api::HelmRelease;
    use serde_json::{Value, json};

    use super::*;

    fn check(spec: &Value, chart_name: &str, expected: Option<&str>) {
        let mut whole = json!({"interval": "1h"});
        for (field, value) in spec.as_object().unwrap() {
            whole[field] = value.clone();
        }
        let object: HelmRelease = serde_json::from_value(json!({
            "metadata": {"name": "app", "namespace": "apps"},
            "spec": whole,
            "status": {"storageNamespace": "apps", "history": [{
                "name": "app", "namespace": "apps", "version": 1, "status": "deployed", "digest": "", "configDigest": "",
                "chartName": "demo", "chartVersion": "1.0.0",
                "firstDeployed": "2026-01-01T00:00:00Z", "lastDeployed": "2026-01-01T00:00:00Z",
            }]},
        }))
        .unwrap();
        let status = object.status.clone().unwrap();
        let desired = Desired::parse(&object);
        let found = change(&object.spec, &desired, &status, chart_name);
        assert_eq!(found, expected, "{spec}");
        let unknown = HelmReleaseStatus::default();
        assert_eq!(change(&object.spec, &desired, &unknown, chart_name), None);
    }

    #[test]
    fn namespaces_and_names_tell_releases_apart() {
        check(&json!({}), "demo", None);
        check(
            &json!({"storageNamespace": "other"}),
            "demo",
            Some("storage namespace changed"),
        );
        check(
            &json!({"targetNamespace": "other"}),
            "demo",
            Some("target namespace changed"),
        );
        check(
            &json!({"releaseName": "other"}),
            "demo",
            Some("release name changed"),
        );
        check(&json!({}), "other", Some("chart name changed"));
        let in_place = json!({"upgrade": {"chartNameChangeStrategy": "InPlaceUpdate"}});
        check(&in_place, "other", None);
    }
}
