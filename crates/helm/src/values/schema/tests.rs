use serde_json::json;

use super::{Checker, Json};

/// Checks the lines that Helm prints for an instance.
fn check(schema: &Json, instance: &Json, expected: &[&str]) {
    let failures = Checker::new(schema).check_root(instance).unwrap();
    let text: String = failures.iter().map(|failure| failure.display(1)).collect();
    assert_eq!(
        text.lines().collect::<Vec<_>>(),
        expected,
        "{schema} for {instance}"
    );
}

#[test]
fn types_bounds_and_constants() {
    let schema = json!({"properties": {
        "count": {"type": "integer", "minimum": 1},
        "level": {"enum": ["a", "b"]},
        "name": {"type": ["string", "null"], "minLength": 2, "pattern": "^x"},
    }, "required": ["name"]});
    check(
        &schema,
        &json!({"count": 3.0, "level": "a", "name": null}),
        &[],
    );
    check(
        &schema,
        &json!({"count": 0, "level": "c"}),
        &[
            "- at '': missing property 'name'",
            "- at '/count': minimum: got 0, want 1",
            "- at '/level': value must be one of 'a', 'b'",
        ],
    );
    check(
        &schema,
        &json!({"count": 1.5, "name": "y"}),
        &[
            "- at '/count': got number, want integer",
            "- at '/name': validation failed",
            "  - at '/name': minLength: got 1, want 2",
            "  - at '/name': 'y' does not match pattern '^x'",
        ],
    );
}

#[test]
fn references_and_combinations() {
    let schema = json!({
        "$defs": {"port": {"type": "integer", "maximum": 65535}},
        "properties": {"port": {"$ref": "#/$defs/port"}},
        "additionalProperties": false,
        "anyOf": [{"required": ["port"]}, {"required": ["name"]}],
    });
    check(&schema, &json!({"port": 80}), &[]);
    check(
        &schema,
        &json!({"port": "x", "extra": 1}),
        &[
            "- at '/port': got string, want integer",
            "- at '': additional properties 'extra' not allowed",
        ],
    );
    check(
        &schema,
        &json!({}),
        &[
            "- at '': 'anyOf' failed",
            "  - at '': missing property 'port'",
            "  - at '': missing property 'name'",
        ],
    );
}

#[test]
fn what_cannot_be_checked_is_told() {
    for schema in [
        json!({"$ref": "https://example.com/schema.json"}),
        json!({"unevaluatedProperties": false}),
        json!({"$ref": "#"}),
        json!({"pattern": "("}),
    ] {
        assert!(
            Checker::new(&schema).check_root(&json!("x")).is_err(),
            "{schema}"
        );
    }
}
