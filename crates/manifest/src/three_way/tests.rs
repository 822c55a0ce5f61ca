use serde_json::{Value, json};

use super::{Versions, json as json_patch, strategic};
use crate::{Schema, json_merge};

fn versions(versions: &[Value; 3]) -> Versions<'_> {
    let [original, modified, current] = versions;
    Versions {
        original,
        modified,
        current,
    }
}

fn check_json(objects: &[Value; 3], expected: &Value, merged: &Value) {
    let patch = json_patch(versions(objects));
    assert_eq!(patch.clone().unwrap_or(Value::Null), *expected);
    let mut result = objects[2].clone();
    if let Some(patch) = patch {
        json_merge::merge(&mut result, &patch);
    }
    assert_eq!(result, *merged);
}

fn check_strategic(objects: &[Value; 3], expected: &Value) {
    let kind = Schema::kubernetes().resource("apps/v1", "Deployment");
    let patch = strategic(versions(objects), kind.expect("a Deployment"));
    assert_eq!(patch.unwrap_or(Value::Null), *expected);
}

fn containers(containers: &Value) -> Value {
    json!({"spec": {"template": {"spec": {"containers": containers}}}})
}

#[test]
fn what_left_goes_and_what_others_added_stays() {
    check_json(
        &[
            json!({"a": 1, "gone": 1, "deep": {"x": 1, "gone": true}}),
            json!({"a": 2, "deep": {"x": 1}, "new": [1]}),
            json!({"a": 3, "gone": 1, "deep": {"x": 1, "gone": true, "theirs": 1}, "theirs": 1}),
        ],
        &json!({"a": 2, "gone": null, "deep": {"gone": null}, "new": [1]}),
        &json!({"a": 2, "deep": {"x": 1, "theirs": 1}, "new": [1], "theirs": 1}),
    );
}

#[test]
fn what_is_as_wanted_needs_no_patch() {
    let object = json!({"a": {"b": [1, 2]}, "c": null});
    check_json(
        &[
            object.clone(),
            object.clone(),
            json!({"a": {"b": [1, 2]}, "d": 1}),
        ],
        &Value::Null,
        &json!({"a": {"b": [1, 2]}, "d": 1}),
    );
}

#[test]
fn elements_are_merged_by_their_key() {
    check_strategic(
        &[
            containers(&json!([{"name": "a", "image": "a:1"}, {"name": "gone"}])),
            containers(&json!([{"name": "a", "image": "a:2"}, {"name": "new", "image": "n:1"}])),
            containers(&json!([
                {"name": "injected"}, {"name": "a", "image": "a:1", "tty": true}, {"name": "gone"},
            ])),
        ],
        &containers(&json!([
            {"name": "a", "image": "a:2"},
            {"name": "new", "image": "n:1"},
            {"name": "gone", "$patch": "delete"},
        ]))
        .with_order(&json!([{"name": "a"}, {"name": "new"}])),
    );
}

#[test]
fn the_order_is_told_only_where_it_changes() {
    let a_b = json!([{"name": "a"}, {"name": "b"}]);
    let present =
        json!([{"name": "injected"}, {"name": "a", "tty": true}, {"name": "b", "tty": true}]);
    check_strategic(
        &[containers(&a_b), containers(&a_b), containers(&present)],
        &Value::Null,
    );
    let b_a = json!([{"name": "b"}, {"name": "a"}]);
    let order = json!({"spec": {"template": {"spec": {"$setElementOrder/containers": b_a}}}});
    check_strategic(
        &[containers(&a_b), containers(&b_a), containers(&present)],
        &order,
    );
}

#[test]
fn elements_that_cannot_be_told_apart_are_replaced() {
    let twice = json!([{"name": "a", "image": "1"}, {"name": "a", "image": "2"}]);
    check_strategic(
        &[
            containers(&json!([])),
            containers(&twice),
            containers(&json!([{"name": "a"}])),
        ],
        &containers(&json!([
            {"$patch": "replace"}, {"name": "a", "image": "1"}, {"name": "a", "image": "2"},
        ])),
    );
}

#[test]
fn sets_lists_and_unions_have_their_own_ways() {
    check_strategic(
        &[
            json!({"metadata": {"finalizers": ["a", "b"]}}),
            json!({"metadata": {"finalizers": ["b", "c"]}}),
            json!({"metadata": {"finalizers": ["a", "b", "theirs"]}}),
        ],
        &json!({"metadata": {"finalizers": ["c"], "$deleteFromPrimitiveList/finalizers": ["a"]}}),
    );
    check_strategic(
        &[
            containers(&json!([{"name": "a", "args": ["1"]}])),
            containers(&json!([{"name": "a", "args": ["2"]}])),
            containers(&json!([{"name": "a", "args": ["1"]}])),
        ],
        &containers(&json!([{"name": "a", "args": ["2"]}])).with_order(&json!([{"name": "a"}])),
    );
    check_strategic(
        &[
            json!({"spec": {}}),
            json!({"spec": {"strategy": {"type": "Recreate"}}}),
            json!({"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}}),
        ],
        &json!({"spec": {"strategy": {"type": "Recreate", "$retainKeys": ["type"]}}}),
    );
}

trait WithOrder {
    /// The same patch with an order of the containers.
    fn with_order(self, order: &Value) -> Value;
}

impl WithOrder for Value {
    fn with_order(mut self, order: &Value) -> Value {
        self["spec"]["template"]["spec"]["$setElementOrder/containers"] = order.clone();
        self
    }
}
