//! Values as Go's `%#v` prints them, which is how the reference words its complaints about keys.

use crate::node::ScalarValue;
use crate::{Entry, Node, Scalar, Tag};

/// Levels of a key that are printed; deeper ones become `…`. A bound on recursion, nobody reads further.
const PRINTED_DEPTH: usize = 8;

/// `%#v` of what go-yaml v2 decodes a node to.
pub(crate) fn go_syntax(node: &Node) -> String {
    go_syntax_to(node, PRINTED_DEPTH)
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
        go_syntax(&entry.value)
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

fn go_syntax_to(node: &Node, depth: usize) -> String {
    if depth == 0 {
        return "…".to_owned();
    }
    match node {
        Node::Scalar(scalar) => scalar_syntax(scalar),
        Node::Sequence(sequence) => {
            let items: Vec<_> = sequence
                .items
                .iter()
                .map(|item| go_syntax_to(item, depth - 1))
                .collect();
            format!("[]interface {{}}{{{}}}", items.join(", "))
        }
        Node::Mapping(mapping) => {
            let mut entries: Vec<_> = mapping.entries.iter().collect();
            // Go sorts the keys that it prints, by type first.
            entries.sort_by_key(|entry| (*entry.key.tag() != Tag::Str, entry.key.shared_text()));
            let fields = entries.into_iter().map(|entry| {
                let value = go_syntax_to(&entry.value, depth - 1);
                format!("{}:{value}", scalar_syntax(&entry.key))
            });
            let fields: Vec<_> = fields.collect();
            format!("map[interface {{}}]interface {{}}{{{}}}", fields.join(", "))
        }
    }
}

fn scalar_syntax(scalar: &Scalar) -> String {
    match scalar.value() {
        Ok(ScalarValue::Null) => "interface {}(nil)".to_owned(),
        Ok(ScalarValue::Bool(value)) => value.to_string(),
        Ok(ScalarValue::Int(value)) => value.to_string(),
        Ok(ScalarValue::Uint(value)) => format!("{value:#x}"),
        Ok(ScalarValue::Float(value)) if !value.is_finite() => float(value),
        Ok(ScalarValue::Float(value)) => super::format_float(value),
        Ok(ScalarValue::Str(text)) => format!("{text:?}"),
        Err(_) => format!("{:?}", Tag::short(scalar.tag())),
    }
}
