//! Group, version and kind: what type an object is of.

use std::cmp::Ordering;
use std::fmt;

use smol_str::SmolStr;

/// The type of an object, or a choice of types where empty fields mean any.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Gvk {
    /// API group; empty for the core group.
    pub group: SmolStr,
    /// API version, without the group.
    pub version: SmolStr,
    /// Kind.
    pub kind: SmolStr,
}

/// Kinds that come first, in order, when types are sorted. The list is
/// kustomize's and part of its contract.
pub const LEGACY_ORDER_FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];
/// Kinds that come last, in order.
pub const LEGACY_ORDER_LAST: [&str; 2] = [
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

impl Gvk {
    /// A type from its three parts.
    pub fn new(
        group: impl Into<SmolStr>,
        version: impl Into<SmolStr>,
        kind: impl Into<SmolStr>,
    ) -> Self {
        Self {
            group: group.into(),
            version: version.into(),
            kind: kind.into(),
        }
    }

    /// A type from the two fields of an object. All before the first `/` of
    /// the API version is the group.
    pub fn from_api_version(api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self::new(group, version, kind)
    }

    /// `group/version`, or the version alone in the core group.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_string()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// Whether this type is among those that `choice` means, where an empty
    /// field means any.
    pub fn is_selected(&self, choice: &Self) -> bool {
        let fits = |have: &SmolStr, want: &SmolStr| want.is_empty() || have == want;
        fits(&self.group, &choice.group)
            && fits(&self.version, &choice.version)
            && fits(&self.kind, &choice.kind)
    }

    /// The order in which kustomize sorts types: dependencies first,
    /// webhooks last, the rest by text.
    pub fn legacy_cmp(&self, other: &Self) -> Ordering {
        let ranks = legacy_rank(&self.kind).cmp(&legacy_rank(&other.kind));
        ranks.then_with(|| self.legacy_sort_text().cmp(&other.legacy_sort_text()))
    }

    /// The text by which types of equal rank are sorted.
    pub fn legacy_sort_text(&self) -> String {
        let or = |text: &SmolStr, blank: &'static str| {
            let is_blank = text.is_empty();
            if is_blank {
                SmolStr::new_static(blank)
            } else {
                text.clone()
            }
        };
        format!(
            "{}_{}_{}",
            or(&self.group, "~G"),
            or(&self.version, "~V"),
            or(&self.kind, "~K")
        )
    }
}

/// Rank of a kind: negative for those that come first, positive for those
/// that come last, 0 for all others.
fn legacy_rank(kind: &str) -> i32 {
    let position = |list: &[&str]| list.iter().position(|name| *name == kind);
    let number = |index: usize| i32::try_from(index).unwrap_or(i32::MAX);
    if let Some(index) = position(&LEGACY_ORDER_FIRST) {
        number(index) - number(LEGACY_ORDER_FIRST.len())
    } else {
        position(&LEGACY_ORDER_LAST).map_or(0, |index| number(index) + 1)
    }
}

/// `Kind.version.group`, blanks marked, as kustomize's messages have it.
impl fmt::Display for Gvk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or = |text: &SmolStr, blank: &'static str| {
            let is_blank = text.is_empty();
            if is_blank {
                SmolStr::new_static(blank)
            } else {
                text.clone()
            }
        };
        write!(
            f,
            "{}.{}.{}",
            or(&self.kind, "[noKind]"),
            or(&self.version, "[noVer]"),
            or(&self.group, "[noGrp]")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_blanks() {
        let check = |gvk: Gvk, expected: &str| assert_eq!(gvk.to_string(), expected);
        check(
            Gvk::from_api_version("apps/v1", "Deployment"),
            "Deployment.v1.apps",
        );
        check(Gvk::from_api_version("v1", "Secret"), "Secret.v1.[noGrp]");
        check(Gvk::default(), "[noKind].[noVer].[noGrp]");
    }

    #[test]
    fn splits_the_api_version_at_its_first_slash() {
        let gvk = Gvk::from_api_version("a/b/c", "K");
        assert_eq!((gvk.group.as_str(), gvk.version.as_str()), ("a", "b/c"));
        assert_eq!(gvk.api_version(), "a/b/c");
    }

    #[test]
    fn sorts_dependencies_first() {
        let mut kinds: Vec<Gvk> = [
            "ValidatingWebhookConfiguration",
            "Foo",
            "Deployment",
            "Namespace",
        ]
        .map(|kind| Gvk::new("", "v1", kind))
        .into();
        kinds.sort_by(Gvk::legacy_cmp);
        let names: Vec<&str> = kinds.iter().map(|gvk| gvk.kind.as_str()).collect();
        assert_eq!(
            names,
            [
                "Namespace",
                "Deployment",
                "Foo",
                "ValidatingWebhookConfiguration"
            ]
        );
    }
}
