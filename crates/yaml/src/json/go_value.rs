//! Values as Go's `%#v` prints them, which is how the reference words its complaints about keys.

use super::{JsonError, Place};
use crate::node::ScalarValue;
use crate::{Entry, Node, Profile, Scalar, Tag};

/// Levels of a key that are printed; deeper ones become `…`. A bound on recursion, nobody reads further.
const PRINTED_DEPTH: usize = 8;

/// `%#v` of what go-yaml decodes a node to.
pub(crate) fn go_syntax(node: &Node, profile: Profile) -> String {
    let place = Place {
        is_root: false,
        in_flow: false,
    };
    go_syntax_at(node, profile, place, PRINTED_DEPTH)
}

/// The complaint of `sigs.k8s.io/yaml` about a key that is null or beyond `int64`.
pub(super) fn unsupported_key(entry: &Entry) -> String {
    let (kind, key) = match entry.key.value() {
        Ok(ScalarValue::Uint(value)) => ("uint64", format!("{value:#x}")),
        _ => ("%!s(<nil>)", "<nil>".to_owned()),
    };
    let value = if entry.value.is_null() {
        "<nil>".to_owned()
    } else {
        go_syntax(&entry.value, Profile::V2)
    };
    format!("unsupported map key of type: {kind}, key: {key}, value: {value}")
}

/// A float that JSON does not have, as `strconv` prints it.
pub(super) fn float(value: f64) -> String {
    match value {
        value if value.is_nan() => "NaN".to_owned(),
        value if value > 0.0 => "+Inf".to_owned(),
        _ => "-Inf".to_owned(),
    }
}

fn go_syntax_at(node: &Node, profile: Profile, place: Place, depth: usize) -> String {
    if depth == 0 {
        return "…".to_owned();
    }
    match node {
        Node::Scalar(scalar) => scalar_syntax(scalar, profile, place),
        Node::Sequence(sequence) => {
            let place = place.inside(sequence.is_flow);
            let items = sequence.items.iter();
            let items = items.map(|item| go_syntax_at(item, profile, place, depth - 1));
            let items: Vec<_> = items.collect();
            format!("[]interface {{}}{{{}}}", items.join(", "))
        }
        Node::Mapping(mapping) => {
            let place = place.inside(mapping.is_flow);
            let mut entries: Vec<_> = mapping.entries.iter().collect();
            // Go sorts the keys that it prints, by type first.
            entries.sort_by_key(|entry| (*entry.key.tag() != Tag::Str, entry.key.shared_text()));
            // go-yaml v3 makes a map of strings where all keys are.
            let has_strings =
                profile == Profile::V3 && entries.iter().all(|entry| entry.key.is_string());
            let kind = if has_strings {
                "string"
            } else {
                "interface {}"
            };
            let fields = entries.into_iter().map(|entry| {
                let key = scalar_syntax(&entry.key, profile, place);
                let value = go_syntax_at(&entry.value, profile, place, depth - 1);
                format!("{key}:{value}")
            });
            let fields: Vec<_> = fields.collect();
            format!("map[{kind}]interface {{}}{{{}}}", fields.join(", "))
        }
    }
}

fn scalar_syntax(scalar: &Scalar, profile: Profile, place: Place) -> String {
    match super::scalar_value(scalar, profile, place) {
        Ok(ScalarValue::Null) => "interface {}(nil)".to_owned(),
        Ok(ScalarValue::Bool(value)) => value.to_string(),
        Ok(ScalarValue::Int(value)) => value.to_string(),
        Ok(ScalarValue::Uint(value)) => format!("{value:#x}"),
        Ok(ScalarValue::Float(value)) => super::format_float(value),
        Ok(ScalarValue::Str(text)) => format!("{text:?}"),
        Err(JsonError::Number { value, .. }) => value,
        Err(_) => format!("{:?}", scalar.text()),
    }
}
