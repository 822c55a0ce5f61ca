//! What is read of a document: what tells hooks from manifests and orders both.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use parking_lot::Mutex;
use rheostat_yaml::{Limits, Node, Profile};
use sha2::{Digest as _, Sha256};

/// What Helm reads of a document.
#[derive(Debug, Clone, Default)]
pub(super) struct Head {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) annotations: Vec<(String, String)>,
}

/// The SHA-256 of a document's text, which stands for the text: charts hold far more text than what is read of it.
type Digest = [u8; 32];

/// What a chart's last render has read of its documents, for the next one. Most documents stay as they are, and reading them
/// is the larger half of a render whose templates are parsed. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct KnownDocuments(Arc<Mutex<HashMap<Digest, Head>>>);

impl KnownDocuments {
    /// Begins a render; another one of the same chart that is under way finds nothing.
    pub(super) fn take(&self) -> Heads {
        Heads {
            known: std::mem::take(&mut *self.0.lock()),
            read: HashMap::new(),
        }
    }

    /// Keeps what a render has read, and nothing that it did not put out.
    pub(super) fn keep(&self, heads: Heads) {
        *self.0.lock() = heads.read;
    }
}

/// What one render reads of its documents, by their texts.
#[derive(Debug, Default)]
pub(super) struct Heads {
    known: HashMap<Digest, Head>,
    read: HashMap<Digest, Head>,
}

impl Heads {
    /// Reads a document, unless it is known.
    pub(super) fn read(&mut self, content: &str) -> Result<&Head, String> {
        let digest = digest(content);
        match self.read.entry(digest) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => {
                let head = match self.known.remove(&digest) {
                    Some(head) => head,
                    None => Head::read(content)?,
                };
                Ok(entry.insert(head))
            }
        }
    }
}

fn digest(content: &str) -> Digest {
    Sha256::digest(content).into()
}

impl Head {
    fn read(content: &str) -> Result<Self, String> {
        let node = rheostat_yaml::parse(content.as_bytes(), Profile::V2, &Limits::default())
            .map_err(|error| format!("error converting YAML to JSON: {error}"))?;
        let mut head = Self::default();
        let Some(node) = node.filter(|node| !node.is_null()) else {
            return Ok(head);
        };
        if node.as_mapping().is_none() {
            let kind = if node.as_sequence().is_some() {
                "array"
            } else {
                "string"
            };
            return Err(mismatch(kind, "Go value of type util.SimpleHead"));
        }
        head.api_version = text_field(&node, "apiVersion", "SimpleHead.apiVersion")?;
        head.kind = text_field(&node, "kind", "SimpleHead.kind")?;
        let Some(metadata) = field(&node, "metadata").filter(|metadata| !metadata.is_null()) else {
            return Ok(head);
        };
        if metadata.as_mapping().is_none() {
            let target = "Go struct field SimpleHead.metadata of type struct { Name string \"json:\\\"name\\\"\"; Annotations map[string]string \"json:\\\"annotations\\\"\" }";
            return Err(mismatch(kind_of(metadata), target));
        }
        head.name = text_field(metadata, "name", "SimpleHead.metadata.name")?;
        let Some(annotations) =
            field(metadata, "annotations").filter(|annotations| !annotations.is_null())
        else {
            return Ok(head);
        };
        let Some(mapping) = annotations.as_mapping() else {
            return Err(mismatch(
                kind_of(annotations),
                "Go struct field SimpleHead.metadata.annotations of type map[string]string",
            ));
        };
        for entry in &mapping.entries {
            let value = text(&entry.value, "SimpleHead.metadata.annotations")?;
            head.annotations.push((entry.key.text().to_owned(), value));
        }
        Ok(head)
    }
}

/// A field by its name in any case, as Go's decoder finds it.
fn field<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    let mapping = node.as_mapping()?;
    let folded = || {
        mapping
            .entries
            .iter()
            .find(|entry| entry.key.text().eq_ignore_ascii_case(name))
            .map(|entry| &entry.value)
    };
    mapping.get(name).or_else(folded)
}

fn text_field(node: &Node, name: &str, place: &str) -> Result<String, String> {
    field(node, name).map_or_else(|| Ok(String::new()), |node| text(node, place))
}

fn text(node: &Node, place: &str) -> Result<String, String> {
    match node.text() {
        Some(_) if node.is_null() => Ok(String::new()),
        Some(text) => Ok(text.to_owned()),
        None => Err(mismatch(
            kind_of(node),
            &format!("Go struct field {place} of type string"),
        )),
    }
}

fn kind_of(node: &Node) -> &'static str {
    match node {
        Node::Mapping(_) => "object",
        Node::Sequence(_) => "array",
        Node::Scalar(_) => "string",
    }
}

fn mismatch(kind: &str, target: &str) -> String {
    format!(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {kind} into {target}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_render_puts_out_is_known_to_the_next_alone() {
        let known = KnownDocuments::default();
        let mut first = known.take();
        assert!(first.read("kind: A").is_ok());
        known.keep(first);
        let mut second = known.take();
        assert!(second.known.contains_key(&digest("kind: A")));
        assert!(second.read("kind: B").is_ok());
        known.keep(second);
        let third = known.take();
        assert!(third.known.contains_key(&digest("kind: B")));
        assert!(!third.known.contains_key(&digest("kind: A")));
    }
}
