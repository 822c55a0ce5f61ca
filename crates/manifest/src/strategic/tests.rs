use rheostat_yaml::{Limits, Profile, emit, parse};

use super::*;

fn node(text: &str) -> Node {
    parse(text.as_bytes(), Profile::V3, &Limits::default())
        .unwrap()
        .unwrap()
}

fn merged(object: &str, patch: &str) -> Result<String, MergeError> {
    let merged = merge(node(object), node(patch), Options::default())?;
    Ok(merged.map_or_else(
        || "deleted".to_owned(),
        |node| emit::to_kustomize(&node).unwrap(),
    ))
}

/// The pod template of a Deployment with these containers.
fn deployment(containers: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nspec: {{template: {{spec: {{containers: {containers}}}}}}}\n"
    )
}

fn check(object: &str, patch: &str, expected: &str) {
    assert_eq!(
        merged(object, patch).unwrap(),
        expected,
        "{object} with {patch}"
    );
}

fn check_containers(object: &str, patch: &str, expected: &str) {
    let expected = emit::to_kustomize(&node(&deployment(expected))).unwrap();
    check(&deployment(object), &deployment(patch), &expected);
}

#[test]
fn mappings_and_scalars() {
    check(
        "a: 1\nb: {c: 2, d: 3}\n",
        "b: {c: 4, e: 5}\n",
        "a: 1\nb:\n  c: 4\n  d: 3\n  e: 5\n",
    );
    check("a: 1\nb: 2\n", "b: null\n", "a: 1\n");
    check("a: {b: 1}\n", "a: {$patch: delete}\n", "{}\n");
    check(
        "a: {b: 1}\n",
        "a: {$patch: replace, c: 1}\n",
        "a:\n  c: 1\n",
    );
    check("a: {b: 1}\n", "$patch: delete\n", "deleted");
    check(
        "a: 1\n",
        "b: {c: null, d: 1, e: {f: null}}\n",
        "a: 1\nb:\n  d: 1\n  e: {}\n",
    );
    check("a: null\nb: ~\nc:\n", "d: 1\n", "a: null\nb: null\nd: 1\n");
    check("a: 1\n", "$retainKeys: [a]\n", "$retainKeys:\n- a\na: 1\n");
}

#[test]
fn lists_without_keys_are_replaced() {
    check("a: [1, 2]\n", "a: [3]\n", "a:\n- 3\n");
    check(
        "a: [{name: x, b: 1}]\n",
        "a: [{name: x, c: 1}]\n",
        "a:\n- c: 1\n  name: x\n",
    );
    check("a: [1]\n", "a: []\n", "a: []\n");
}

#[test]
fn keyed_lists() {
    check_containers(
        "[{name: a, image: x}, {name: b}]",
        "[{name: c}, {name: b, image: y}]",
        "[{name: c}, {image: y, name: b}, {name: a, image: x}]",
    );
    check_containers(
        "[{name: a}, {name: b}]",
        "[{name: a, $patch: delete}]",
        "[{name: b}]",
    );
    check_containers(
        "[{name: a}, {name: b}]",
        "[{$patch: replace}, {name: c}]",
        "[{name: c}]",
    );
    check_containers(
        "[{name: a, image: x}]",
        "[{name: a, $patch: replace, tty: true}]",
        "[{name: a, image: x}]",
    );
    check_containers("[{name: a}]", "[]", "[{name: a}]");
    check_containers("[{name: a}]", "[{image: x}]", "[]");
}

#[test]
fn lists_with_two_keys() {
    let ports = |ports: &str| format!("[{{name: a, ports: {ports}}}]");
    let check = |object: &str, patch: &str, expected: &str| {
        check_containers(&ports(object), &ports(patch), &ports(expected));
    };
    check(
        "[{containerPort: 80, protocol: TCP}]",
        "[{containerPort: 80, name: x}]",
        "[{containerPort: 80, protocol: TCP}]",
    );
    check(
        "[{containerPort: 80}]",
        "[{containerPort: 80, name: x}]",
        "[{containerPort: 80, name: x}]",
    );
    check(
        "[{containerPort: 80, protocol: TCP}]",
        "[{containerPort: 80, protocol: UDP}]",
        "[{containerPort: 80, protocol: UDP}, {containerPort: 80, protocol: TCP}]",
    );
}

#[test]
fn failures() {
    let error = merged("a: {b: 1}\n", "a: [1]\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "wrong node kind: expected MappingNode but got SequenceNode: node contents:\n[1]\n"
    );
    let error = merged("a: {b: 1}\n", "a: {$patch: sing}\n").unwrap_err();
    assert_eq!(error.to_string(), "unknown patch strategy 'sing'");
}

#[test]
fn the_deepest_objects_fit_the_stack() {
    let nested = |value: &str| "{a: ".repeat(248) + value + &"}".repeat(248);
    let expected = emit::to_kustomize(&node(&nested("c"))).unwrap();
    check(&nested("b"), &nested("c"), &expected);
}

#[test]
fn long_lists() {
    let list = |from: u32, to: u32| {
        let elements: Vec<_> = (from..to)
            .map(|number| format!("{{name: n{number}}}"))
            .collect();
        format!("[{}]", elements.join(", "))
    };
    let merged_list = format!(
        "{}, {}",
        list(2_000, 6_000).trim_end_matches(']'),
        list(0, 2_000).trim_start_matches('[')
    );
    check_containers(&list(0, 4_000), &list(2_000, 6_000), &merged_list);
    let irregular = deployment(
        &list(0, 2_000)
            .replace("n1,", "n2,")
            .replace("name: n7}", "image: x}"),
    );
    let error = merged(&irregular, &deployment("[{name: n1}]")).unwrap_err();
    assert!(matches!(error, MergeError::TooLong { .. }), "{error}");
}
