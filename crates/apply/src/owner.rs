//! Whose an object is: two labels that name the owner.

use std::collections::BTreeMap;

use crate::object::Object;

/// The owner of objects, and the labels that say so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The prefix of both label keys, such as `kustomize.toolkit.fluxcd.io`.
    pub group: String,
    /// Name of the owner.
    pub name: String,
    /// Namespace of the owner.
    pub namespace: String,
}

impl Owner {
    /// Marks an object as the owner's.
    pub fn label(&self, object: &mut Object) {
        for (key, value) in self.labels() {
            object.set_label(&key, value);
        }
    }

    /// Whether labels name this owner.
    pub fn owns(&self, labels: &BTreeMap<String, String>) -> bool {
        self.labels()
            .iter()
            .all(|(key, value)| labels.get(key).is_some_and(|found| found == value))
    }

    fn labels(&self) -> [(String, &str); 2] {
        [
            (format!("{}/name", self.group), &self.name),
            (format!("{}/namespace", self.group), &self.namespace),
        ]
    }
}
