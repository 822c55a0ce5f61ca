//! The hash of a generated object's content, as it appears in its name.
//!
//! The hashed text is JSON as Go writes it. Through a quirk of kustomize the
//! name in it is always empty, and absent data is an empty text.

use rheostat_yaml::json::{self, JsonError};
use rheostat_yaml::{Node, Profile};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// Why an object cannot be hashed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum HashError {
    /// Its data cannot be expressed as JSON.
    #[error("hashing {kind}")]
    Json {
        /// Kind of the object.
        kind: String,
        /// What is wrong.
        #[source]
        source: JsonError,
    },
    /// It is neither a ConfigMap nor a Secret. Kustomize would hash its
    /// parser's data structures.
    #[error("a name suffix made of the content's hash is not supported for kind {kind}")]
    Kind {
        /// Kind of the object.
        kind: String,
    },
}

/// The ten characters that are added to the name.
///
/// # Errors
/// [`HashError`] when the object is no ConfigMap or Secret, or its data is
/// no JSON.
pub(crate) fn hash(node: &Node) -> Result<String, HashError> {
    let kind = node.get("kind").and_then(Node::text).unwrap_or_default();
    let fields: &[&str] = match kind {
        "ConfigMap" => &["data"],
        "Secret" => &["data", "type"],
        _ => {
            return Err(HashError::Kind {
                kind: kind.to_owned(),
            });
        }
    };
    let optional = if kind == "Secret" {
        "stringData"
    } else {
        "binaryData"
    };
    let mut hashed = Map::new();
    hashed.insert("kind".to_owned(), Value::from(kind));
    hashed.insert("name".to_owned(), Value::from(""));
    for field in fields {
        hashed.insert((*field).to_owned(), value(node, kind, field)?);
    }
    let optional_value = value(node, kind, optional)?;
    if optional_value.is_object() || node.get(optional).is_some_and(is_collection) {
        hashed.insert(optional.to_owned(), optional_value);
    }
    Ok(encode(&go_json(&Value::Object(hashed).to_string())))
}

fn is_collection(node: &Node) -> bool {
    !matches!(node, Node::Scalar(_))
}

/// The field's mapping, or the text of its scalar. A sequence is null.
fn value(node: &Node, kind: &str, field: &str) -> Result<Value, HashError> {
    let json = |node: &Node| {
        json::from_node(node, Profile::V3).map_err(|source| HashError::Json {
            kind: kind.to_owned(),
            source,
        })
    };
    match node.get(field) {
        None => Ok(Value::from("")),
        Some(Node::Scalar(scalar)) => Ok(Value::from(scalar.text())),
        Some(mapping @ Node::Mapping(_)) => json(mapping),
        Some(Node::Sequence(_)) => Ok(Value::Null),
    }
}

/// JSON as Go's `encoding/json` writes it: the characters are escaped that
/// matter to HTML and JavaScript.
pub(crate) fn go_json(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' => text.push_str("\\u003c"),
            '>' => text.push_str("\\u003e"),
            '&' => text.push_str("\\u0026"),
            '\u{2028}' => text.push_str("\\u2028"),
            '\u{2029}' => text.push_str("\\u2029"),
            c => text.push(c),
        }
    }
    text
}

/// The first ten hexadecimal digits of the digest, those replaced that could
/// make a word.
fn encode(text: &str) -> String {
    const DIGITS: usize = 10;
    let digest = Sha256::digest(text.as_bytes());
    let hexadecimal = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    hexadecimal
        .take(DIGITS)
        .map(|digit| char::from(b"gh2k456789mbcdtf"[usize::from(digit)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rheostat_yaml::Limits;

    fn check(text: &str, expected: &str) {
        let node = rheostat_yaml::parse(text.as_bytes(), Profile::V3, &Limits::default());
        let node = node.expect("YAML of the table").expect("a document");
        assert_eq!(hash(&node).expect("a hash"), expected, "{text}");
    }

    #[test]
    fn an_empty_config_map_has_a_known_hash() {
        check("kind: ConfigMap", "6ct58987ht");
    }
}
