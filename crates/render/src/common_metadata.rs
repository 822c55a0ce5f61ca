//! Labels and annotations for everything that is applied.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Labels and annotations; those of objects give way to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommonMetadata {
    /// Labels by key.
    pub labels: BTreeMap<String, String>,
    /// Annotations by key.
    pub annotations: BTreeMap<String, String>,
}

impl CommonMetadata {
    /// Sets the labels and the annotations on an object. What is not an object stays as it is.
    pub fn set_on(&self, object: &mut Value) {
        let Value::Object(object) = object else {
            return;
        };
        for (field, pairs) in [("labels", &self.labels), ("annotations", &self.annotations)] {
            if !pairs.is_empty() {
                let pairs = pairs
                    .iter()
                    .map(|(key, value)| (key.clone(), Value::from(value.as_str())));
                mapping(mapping(object, "metadata"), field).extend(pairs);
            }
        }
    }
}

/// The mapping in a field, made when there is none.
fn mapping<'a>(object: &'a mut Map<String, Value>, field: &str) -> &'a mut Map<String, Value> {
    let value = object
        .entry(field)
        .or_insert_with(|| Value::Object(Map::new()));
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    value
        .as_object_mut()
        .expect("it was made an object just now")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(mut object: Value, expected: &Value) {
        let metadata = CommonMetadata {
            labels: [("team".to_owned(), "b".to_owned())].into(),
            annotations: BTreeMap::new(),
        };
        metadata.set_on(&mut object);
        assert_eq!(&object, expected);
    }

    #[test]
    fn common_labels_win_and_others_stay() {
        check(
            json!({ "metadata": { "labels": { "team": "a", "app": "web" } } }),
            &json!({ "metadata": { "labels": { "team": "b", "app": "web" } } }),
        );
    }

    #[test]
    fn missing_and_null_metadata_is_made() {
        let expected = json!({ "metadata": { "labels": { "team": "b" } } });
        check(json!({}), &expected);
        check(json!({ "metadata": { "labels": null } }), &expected);
    }
}
