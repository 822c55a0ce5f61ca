use serde_json::json;

use super::*;

fn patched(document: &Value, patch: Value) -> Result<Value, String> {
    let mut document = document.clone();
    let patch = Patch::from_value(patch).map_err(|error| error.to_string())?;
    patch
        .apply(&mut document)
        .map_err(|error| error.to_string())?;
    Ok(document)
}

#[expect(clippy::needless_pass_by_value, reason = "the tables read better")]
fn check(document: Value, patch: Value, expected: Value) {
    assert_eq!(patched(&document, json!([patch])), Ok(expected), "{patch}");
}

#[expect(clippy::needless_pass_by_value, reason = "the tables read better")]
fn check_error(document: Value, patch: Value, expected: &str) {
    assert_eq!(
        patched(&document, json!([patch])),
        Err(expected.to_owned()),
        "{patch}"
    );
}

#[test]
fn operations() {
    check(
        json!({"a": [1]}),
        json!({"op": "add", "path": "/a/-", "value": 2}),
        json!({"a": [1, 2]}),
    );
    check(
        json!({"a": [1]}),
        json!({"op": "add", "path": "/a/0", "value": 0}),
        json!({"a": [0, 1]}),
    );
    check(
        json!({"a": [1, 2]}),
        json!({"op": "add", "path": "/a/-1", "value": 3}),
        json!({"a": [1, 2, 3]}),
    );
    check(
        json!({"a": [1, 2]}),
        json!({"op": "remove", "path": "/a/-1"}),
        json!({"a": [1]}),
    );
    check(
        json!({}),
        json!({"op": "replace", "path": "/a", "value": 1}),
        json!({"a": 1}),
    );
    check(
        json!({"a/b": 1}),
        json!({"op": "replace", "path": "/a~1b", "value": 2}),
        json!({"a/b": 2}),
    );
    check(
        json!({"a": 1}),
        json!({"op": "move", "from": "/a", "path": "/b"}),
        json!({"b": 1}),
    );
    check(
        json!({"a": 1}),
        json!({"op": "copy", "from": "/a", "path": "/b"}),
        json!({"a": 1, "b": 1}),
    );
    check(
        json!({"a": 1}),
        json!({"op": "test", "path": "/a", "value": 1}),
        json!({"a": 1}),
    );
    check(
        json!({"a": 1}),
        json!({"op": "add", "path": "ignored/b"}),
        json!({"a": 1, "b": null}),
    );
}

#[test]
fn failures() {
    check_error(
        json!({}),
        json!({"op": "remove", "path": "/a"}),
        "error in remove for path: '/a': Unable to remove nonexistent key: a: missing value",
    );
    check_error(
        json!({}),
        json!({"op": "add", "path": "/a/b", "value": 1}),
        "add operation does not apply: doc is missing path: \"/a/b\": missing value",
    );
    check_error(
        json!({"a": 1}),
        json!({"op": "test", "path": "/a", "value": 2}),
        "testing value /a failed: test failed",
    );
    check_error(
        json!({"a": []}),
        json!({"op": "add", "path": "/a/2", "value": 1}),
        "error in add for path: '/a/2': Unable to access invalid index: 2: invalid index referenced",
    );
    check_error(
        json!({"a": []}),
        json!({"op": "replace", "path": "/a/0", "value": 1}),
        "replace operation does not apply: doc is missing key: /a/0: missing value",
    );
    check_error(
        json!({}),
        json!({"op": "sing", "path": "/a"}),
        "Unexpected kind: sing",
    );
}

#[test]
fn integers_pass_through_floats() {
    let node = rheostat_yaml::parse(
        b"a: 9007199254740993\nb: 1.0\n",
        Profile::V3,
        &Limits::default(),
    );
    let patch = Patch::parse("- op: add\n  path: /c\n  value: 5").unwrap();
    let patched = patch.apply_to_node(&node.unwrap().unwrap()).unwrap();
    let text = rheostat_yaml::emit::to_kustomize(&patched).unwrap();
    assert_eq!(text, "a: 9007199254740992\nb: 1\nc: 5\n");
}
