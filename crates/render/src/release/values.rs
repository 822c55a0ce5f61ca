//! The values of a release, composed of entries of ConfigMaps and Secrets and of inline values.
//!
//! Entries are merged in their order, inline values last. Maps are shared while they are merged, as Go shares them: a
//! value that is set at a path may so land in the inline values themselves, and then outlives their merge.

use std::collections::BTreeMap;
use std::sync::Arc;

use rheostat_gotemplate::{Map, Value};
use rheostat_helm::values::{Setting, merge, set};
use rheostat_yaml::{Limits, Profile, json, parse};

/// How deep values may nest; what YAML can say is not deeper, and the paths of settings are bounded.
const MAX_DEPTH: usize = 1000;

/// The entry that is meant when none is named.
pub const DEFAULT_KEY: &str = "values.yaml";

/// The kinds of object that hold values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReferenceKind {
    /// A ConfigMap.
    ConfigMap,
    /// A Secret.
    Secret,
}

/// An entry of an object that holds values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The kind of the object.
    pub kind: ReferenceKind,
    /// Its name.
    pub name: String,
    /// The key of the entry.
    pub key: String,
    /// Where the entry's text is set; empty for an entry that is a document of values.
    pub target_path: String,
    /// Whether the text is set as it stands.
    pub is_literal: bool,
    /// Whether the object, or the entry, may be missing.
    pub is_optional: bool,
}

/// The entries of an object.
pub type Entries = BTreeMap<String, Vec<u8>>;

/// The objects that there are, by kind and name.
pub type Objects = BTreeMap<(ReferenceKind, String), Entries>;

/// Why values cannot be composed. The words are Flux's; no value is told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("could not resolve{}{} chart values reference '{namespace}/{name}' with key '{key}': {problem}", if *.is_optional { " optional " } else { " " }, .kind.name())]
pub struct ValuesError {
    /// The kind of the object.
    pub kind: ReferenceKind,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The key of the entry.
    pub key: String,
    /// Whether it might have been missing.
    pub is_optional: bool,
    /// What is wrong.
    pub problem: String,
}

impl ReferenceKind {
    /// The kind as manifests have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ConfigMap => "ConfigMap",
            Self::Secret => "Secret",
        }
    }

    fn plural(self) -> &'static str {
        match self {
            Self::ConfigMap => "configmaps",
            Self::Secret => "secrets",
        }
    }
}

/// Composes values: those of `references` in order, then `inline`. What is not in `objects` does not exist.
///
/// # Errors
/// [`ValuesError`] naming the first reference that does not resolve.
pub fn compose(
    namespace: &str,
    references: &[Reference],
    objects: &Objects,
    inline: Option<&serde_json::Value>,
) -> Result<Arc<Map>, ValuesError> {
    let inline = inline_map(inline);
    let mut values = Arc::new(Map::new());
    for reference in references {
        let failed = |problem: String| ValuesError {
            kind: reference.kind,
            namespace: namespace.to_owned(),
            name: reference.name.clone(),
            key: reference.key.clone(),
            is_optional: reference.is_optional,
            problem,
        };
        let text = match entry(reference, objects) {
            Ok(text) => text,
            Err(_) if reference.is_optional => continue,
            Err(problem) => return Err(failed(problem)),
        };
        if reference.target_path.is_empty() {
            values = merge(&values, &*document(text).map_err(failed)?);
        } else {
            values = merge(&values, &inline);
            set_at_path(&values, reference, text).map_err(failed)?;
        }
    }
    let values = merge(&values, &inline);
    // What is composed is nobody else's: the inline values may still be shared.
    Ok(values.deep_copy(MAX_DEPTH).map_or(values, Arc::new))
}

/// Inline values that are no map count as none.
fn inline_map(inline: Option<&serde_json::Value>) -> Arc<Map> {
    match inline.filter(|inline| inline.is_object()).cloned() {
        Some(inline) => match Value::from(inline) {
            Value::Map(map) => map,
            _ => Arc::new(Map::new()),
        },
        None => Arc::new(Map::new()),
    }
}

fn entry<'a>(reference: &Reference, objects: &'a Objects) -> Result<&'a [u8], String> {
    let Some(entries) = objects.get(&(reference.kind, reference.name.clone())) else {
        let plural = reference.kind.plural();
        return Err(format!("{plural} \"{}\" not found", reference.name));
    };
    let entry = entries.get(&reference.key);
    entry
        .map(Vec::as_slice)
        .ok_or_else(|| "key not found".to_owned())
}

/// A document of values. A text without one has none.
fn document(text: &[u8]) -> Result<Arc<Map>, String> {
    let convert =
        |error: &dyn ToString| format!("error converting YAML to JSON: {}", error.to_string());
    let node = parse(text, Profile::V2, &Limits::default()).map_err(|error| convert(&error))?;
    let Some(node) = node else {
        return Ok(Arc::new(Map::new()));
    };
    let json = json::from_node(&node, Profile::V2).map_err(|error| convert(&error))?;
    let kind = match &json {
        serde_json::Value::Null => return Ok(Arc::new(Map::new())),
        serde_json::Value::Object(_) => "object",
        serde_json::Value::Bool(_) => "bool",
        serde_json::Value::Number(_) => "number",
        serde_json::Value::String(_) => "string",
        serde_json::Value::Array(_) => "array",
    };
    match Value::from(json) {
        Value::Map(map) => Ok(map),
        _ => Err(format!(
            "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}"
        )),
    }
}

/// Sets the text of an entry at its path, in the grammar of `helm --set`.
fn set_at_path(values: &Arc<Map>, reference: &Reference, text: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(text);
    let path = &reference.target_path;
    let is_quoted = |quote: char| text.starts_with(quote) && text.ends_with(quote);
    let (text, setting) = if reference.is_literal {
        (escaped(&text), Setting::String)
    } else if is_quoted('\'') || is_quoted('"') {
        (text.trim_matches(['\'', '"']).to_owned(), Setting::String)
    } else {
        (text.into_owned(), Setting::Typed)
    };
    set(values, &format!("{path}={text}"), setting).map_err(|error| error.to_string())
}

/// A text that the grammar of `helm --set` takes as it stands.
fn escaped(text: &str) -> String {
    let mut output = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | ',' | '[' | ']' | '{' | '}') {
            output.push('\\');
        }
        output.push(character);
    }
    output
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(path: &str, key: &str) -> Reference {
        Reference {
            kind: ReferenceKind::ConfigMap,
            name: "base".to_owned(),
            key: key.to_owned(),
            target_path: path.to_owned(),
            is_literal: false,
            is_optional: false,
        }
    }

    /// Composes with one ConfigMap `base`; compares the values or the error.
    fn check(
        entries: &[(&str, &str)],
        references: &[Reference],
        inline: &serde_json::Value,
        expected: Result<serde_json::Value, &str>,
    ) {
        let entries = entries
            .iter()
            .map(|(key, text)| ((*key).to_owned(), text.as_bytes().to_vec()));
        let name = (ReferenceKind::ConfigMap, "base".to_owned());
        let objects = Objects::from([(name, entries.collect())]);
        let composed = compose("apps", references, &objects, Some(inline))
            .map(|values| Value::Map(values).to_json().unwrap())
            .map_err(|error| error.to_string());
        assert_eq!(composed, expected.map_err(str::to_owned));
    }

    #[test]
    fn documents_are_merged_in_order_and_inline_values_last() {
        check(
            &[
                ("one", "a: {x: 1, z: [1]}\nb: 1\n"),
                ("two", "a: {z: [2]}\nb: {c: 1}\n"),
            ],
            &[at("", "one"), at("", "two")],
            &json!({"a": {"x": "inline"}}),
            Ok(json!({"a": {"x": "inline", "z": [2]}, "b": {"c": 1}})),
        );
    }

    /// The case that the reference's own recording has.
    #[test]
    fn paths_follow_the_grammar_of_set_and_share_lists_with_inline_values() {
        check(
            &[
                ("quoted", "'42'"),
                ("braces", "{a,b}"),
                ("plain", "true"),
                ("float", "1.50"),
            ],
            &[
                at("t.quoted", "quoted"),
                at("t.braces", "braces"),
                at("top", "plain"),
                at(r"t.dotted\.key", "plain"),
                at("t.float", "float"),
                at("list[0].x", "plain"),
            ],
            &json!({"top": "inline", "list": [{"x": "inline", "y": "inline"}]}),
            Ok(json!({
                "list": [{"x": true, "y": "inline"}],
                "t": {"braces": ["a", "b"], "dotted.key": true, "float": "1.50", "quoted": "42"},
                "top": "inline",
            })),
        );
    }

    #[test]
    fn literal_text_is_set_as_it_stands() {
        let literal = Reference {
            is_literal: true,
            ..at(r"a.b\.c", "text")
        };
        check(
            &[("text", r"{x,y}=[1]\n")],
            &[literal],
            &json!({}),
            Ok(json!({"a": {"b.c": r"{x,y}=[1]\n"}})),
        );
    }

    #[test]
    fn what_is_optional_may_be_missing_but_not_broken() {
        let optional = |reference: Reference| Reference {
            is_optional: true,
            ..reference
        };
        let elsewhere = Reference {
            name: "later".to_owned(),
            kind: ReferenceKind::Secret,
            ..at("", DEFAULT_KEY)
        };
        let entries = [("list", "[1]")];
        let missing = [optional(elsewhere.clone()), optional(at("", "nothing"))];
        check(&entries, &missing, &json!({}), Ok(json!({})));
        check(
            &entries,
            &[elsewhere],
            &json!({}),
            Err(
                "could not resolve Secret chart values reference 'apps/later' with key 'values.yaml': secrets \"later\" not found",
            ),
        );
        check(
            &entries,
            &[at("", "nothing")],
            &json!({}),
            Err(
                "could not resolve ConfigMap chart values reference 'apps/base' with key 'nothing': key not found",
            ),
        );
        check(
            &entries,
            &[optional(at("", "list"))],
            &json!({}),
            Err(
                "could not resolve optional ConfigMap chart values reference 'apps/base' with key 'list': error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}",
            ),
        );
    }
}
