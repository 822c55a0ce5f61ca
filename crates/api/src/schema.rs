//! Schemas in the shape that controller-gen gives them, so that our CRDs validate exactly what Flux's validate.
//!
//! Types describe themselves through `schemars`; what it adds beyond that shape is taken away, and what it cannot say is
//! said by the functions here, which fields name in `schema_with`.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

/// The schema of one type, with every reference replaced by what it refers to.
pub fn structural<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft07().with(|settings| {
        settings.meta_schema = None;
        settings.inline_subschemas = true;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    RecursiveTransform(simplify).transform(&mut schema);
    schema.to_value()
}

/// A duration in any unit from milliseconds up.
pub(crate) fn interval(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "pattern": r"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$" })
}

/// The timeout of a source: a duration without hours, one minute unless given.
pub(crate) fn source_timeout(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "default": "60s", "pattern": r"^([0-9]+(\.[0-9]+)?(ms|s|m))+$" })
}

/// A timeout in the same form, without a default.
pub(crate) fn timeout_without_default(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "pattern": r"^([0-9]+(\.[0-9]+)?(ms|s|m))+$" })
}

/// The version of a chart: any, unless given.
pub(crate) fn chart_version(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "default": "*" })
}

/// A text without rules, for types that would otherwise have some.
pub(crate) fn text(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string" })
}

/// A number of 64 bits.
pub(crate) fn integer(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "integer", "format": "int64" })
}

/// A number of no stated size.
pub(crate) fn number(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "integer" })
}

/// Any value, kept as it is.
pub(crate) fn anything(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "x-kubernetes-preserve-unknown-fields": true })
}

/// A generation in a condition, which is never −1.
pub(crate) fn generation(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "integer", "format": "int64", "minimum": 0 })
}

/// The reason of a condition, with the limits that Kubernetes gives it.
pub(crate) fn condition_reason(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string",
        "maxLength": 1024,
        "minLength": 1,
        "pattern": "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$",
    })
}

/// The type of a condition, with the limits that Kubernetes gives it.
pub(crate) fn condition_type(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string",
        "maxLength": 316,
        "pattern": r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$",
    })
}

/// Takes away what `schemars` says and controller-gen does not: titles, and null as a value of what is optional.
fn simplify(schema: &mut Schema) {
    schema.remove("title");
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_mut_slice() {
            let only = only.take();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(words)) = schema.get_mut("enum") {
        words.retain(|word| !word.is_null());
    }
    if let Some(Value::Array(mut choices)) = schema.remove("anyOf") {
        choices.retain(|choice| choice != &serde_json::json!({ "type": "null" }));
        match choices.pop() {
            Some(Value::Object(only)) if choices.is_empty() => {
                for (key, value) in only {
                    schema.ensure_object().entry(key).or_insert(value);
                }
            }
            last => {
                choices.extend(last);
                schema.insert("anyOf".to_owned(), Value::Array(choices));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(value: Value, expected: &Value) {
        let mut schema = Schema::try_from(value).unwrap();
        RecursiveTransform(simplify).transform(&mut schema);
        assert_eq!(&schema.to_value(), expected);
    }

    #[test]
    fn what_is_optional_is_not_nullable() {
        check(
            json!({ "title": "A", "properties": { "a": { "type": ["string", "null"] } } }),
            &json!({ "properties": { "a": { "type": "string" } } }),
        );
        check(
            json!({ "enum": ["a", null], "type": "string" }),
            &json!({ "enum": ["a"], "type": "string" }),
        );
        check(
            json!({ "description": "field", "anyOf": [{ "description": "type", "type": "object" }, { "type": "null" }] }),
            &json!({ "description": "field", "type": "object" }),
        );
    }

    #[test]
    fn real_alternatives_stay() {
        let choice = json!({ "anyOf": [{ "type": "integer" }, { "type": "string" }] });
        check(choice.clone(), &choice);
    }
}
