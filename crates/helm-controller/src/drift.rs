//! How the objects on the cluster differ from those that were released. (pure)

pub mod compare;
pub mod ignore;

use std::fmt::Write as _;

use serde_json::Value;

/// The objects that differ, in the order of the manifest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drift {
    /// The objects.
    pub objects: Vec<DriftedObject>,
}

/// An object that is not as it was released.
#[derive(Clone, Debug, PartialEq)]
pub struct DriftedObject {
    /// `Kind/namespace/name`.
    pub name: String,
    /// The object as it should be.
    pub desired: Value,
    /// How it differs.
    pub difference: Difference,
}

/// How an object differs.
#[derive(Clone, Debug, PartialEq)]
pub enum Difference {
    /// It is not there.
    Missing,
    /// These operations of a JSON patch would bring it back.
    Changed(Vec<Value>),
}

impl Drift {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// One line for each object.
    pub fn summary(&self) -> String {
        let mut lines = Vec::with_capacity(self.objects.len());
        for object in &self.objects {
            let mut line = object.name.clone();
            match &object.difference {
                Difference::Missing => line.push_str(" removed"),
                Difference::Changed(operations) => {
                    let count = |name: &str| {
                        let is_such = |operation: &&Value| operation["op"] == name;
                        operations.iter().filter(is_such).count()
                    };
                    let (added, changed, removed) =
                        (count("add"), count("replace"), count("remove"));
                    // Writing to a text cannot fail.
                    let _ = write!(
                        line,
                        " changed ({added} additions, {changed} changes, {removed} removals)"
                    );
                }
            }
            lines.push(line);
        }
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_is_a_line() {
        let object = |name: &str, difference| DriftedObject {
            name: name.to_owned(),
            desired: Value::Null,
            difference,
        };
        let operations = vec![
            json!({"op": "replace", "path": "/data/k", "value": "v"}),
            json!({"op": "add", "path": "/data/l", "value": "v"}),
            json!({"op": "replace", "path": "/data/m", "value": "v"}),
        ];
        let drift = Drift {
            objects: vec![
                object("ConfigMap/apps/app", Difference::Changed(operations)),
                object("ConfigMap/apps/other", Difference::Missing),
            ],
        };
        assert_eq!(
            drift.summary(),
            "ConfigMap/apps/app changed (1 additions, 2 changes, 0 removals)\nConfigMap/apps/other removed",
        );
    }
}
