//! Labels and annotations by which an object asks to be treated otherwise.
//!
//! Keys share a prefix; values are compared without regard to case.

use rheostat_cluster::Metadata;

use crate::object::Object;

/// The switches under one key prefix, such as `kustomize.toolkit.fluxcd.io`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switches {
    /// The prefix.
    pub group: String,
}

/// Something with labels and annotations.
pub(crate) trait Marked {
    fn marks<'a>(&'a self, key: &str) -> [Option<&'a str>; 2];
}

impl Marked for Object {
    fn marks<'a>(&'a self, key: &str) -> [Option<&'a str>; 2] {
        [self.label(key), self.annotation(key)]
    }
}

impl Marked for Metadata {
    fn marks<'a>(&'a self, key: &str) -> [Option<&'a str>; 2] {
        let text = |found: Option<&'a String>| found.map(String::as_str);
        [text(self.labels.get(key)), text(self.annotations.get(key))]
    }
}

impl Switches {
    /// Whether the object is neither applied nor deleted.
    pub(crate) fn is_excluded(&self, object: &impl Marked) -> bool {
        self.is_set(object, "reconcile", "disabled") || self.is_set(object, "ssa", "Ignore")
    }

    /// Whether the object is applied only where it is absent; asked of the wanted object.
    pub(crate) fn is_only_created(&self, object: &impl Marked) -> bool {
        self.is_set(object, "ssa", "IfNotPresent")
    }

    /// Whether fields of other managers stay theirs.
    pub(crate) fn is_merged(&self, object: &impl Marked) -> bool {
        self.is_set(object, "ssa", "Merge")
    }

    /// Whether the object may be recreated where it cannot be changed.
    pub(crate) fn is_forced(&self, object: &impl Marked) -> bool {
        self.is_set(object, "force", "enabled")
    }

    /// Whether the object stays although nobody wants it any more.
    pub(crate) fn is_kept(&self, object: &impl Marked) -> bool {
        self.is_excluded(object) || self.is_set(object, "prune", "disabled")
    }

    fn is_set(&self, object: &impl Marked, switch: &str, value: &str) -> bool {
        let key = format!("{}/{switch}", self.group);
        let mut marks = object.marks(&key).into_iter().flatten();
        marks.any(|found| found.eq_ignore_ascii_case(value))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(metadata: &serde_json::Value, expected: [bool; 3]) {
        let switches = Switches {
            group: "g".to_owned(),
        };
        let mut whole = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata});
        whole["metadata"]["name"] = json!("a");
        let object = Object::new(whole).unwrap();
        let found = [
            switches.is_excluded(&object),
            switches.is_only_created(&object),
            switches.is_kept(&object),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn labels_and_annotations_count_in_any_case() {
        check(&json!({}), [false; 3]);
        check(
            &json!({"labels": {"g/reconcile": "Disabled"}}),
            [true, false, true],
        );
        check(
            &json!({"annotations": {"g/ssa": "ignore"}}),
            [true, false, true],
        );
        check(
            &json!({"annotations": {"g/ssa": "ifNotPresent"}}),
            [false, true, false],
        );
        check(
            &json!({"annotations": {"g/prune": "disabled"}}),
            [false, false, true],
        );
        check(
            &json!({"annotations": {"other/prune": "disabled"}}),
            [false; 3],
        );
    }
}
