//! Reading: the text of a file becomes resources.
//!
//! A text is split at lines that begin with `---`, and each part is read on
//! its own. Lists are taken apart. What has no kind or no name is refused.

use memchr::memmem;
use rheostat_yaml::{Limits, Node, Profile, ReadError, json};

use super::Resource;
use crate::openapi::OpenApi;

/// Why a text does not hold resources.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ResourceError {
    /// Part of it is no YAML.
    #[error("MalformedYAMLError")]
    Malformed(#[source] ReadError),
    /// Part of it is YAML that means nothing: a key that is there twice, a key that is a mapping, as in templates.
    #[error("cannot be decoded")]
    Undecodable(#[source] ReadError),
    /// A merge key has nothing to merge.
    #[error(transparent)]
    Unmergeable(ReadError),
    /// Something other than a comment follows a separator.
    #[error("invalid document separator: {0}")]
    Separator(String),
    /// An object has neither type nor metadata.
    #[error("missing Resource metadata (line {line})")]
    NoMetadata {
        /// Line of the object in its document.
        line: u32,
    },
    /// An object has no kind.
    #[error("missing kind in object {object} (line {line})")]
    NoKind {
        /// What is known of the object.
        object: String,
        /// Line of the object in its document.
        line: u32,
    },
    /// An object has no name.
    #[error("missing metadata.name in object {object} (line {line})")]
    NoName {
        /// What is known of the object.
        object: String,
        /// Line of the object in its document.
        line: u32,
    },
    /// The items of a list are none.
    #[error("expected array in {kind}/items, but found {found}")]
    NoItems {
        /// Kind of the list.
        kind: String,
        /// Go's name of what stands there.
        found: &'static str,
    },
    /// An item of a list cannot be expressed as JSON.
    #[error("trouble expanding list of {kind}")]
    Unexpandable {
        /// Kind of the list.
        kind: String,
        /// What is wrong.
        #[source]
        source: json::JsonError,
    },
    /// Lists within lists go deeper than is allowed.
    #[error("lists nest deeper than {limit} levels")]
    TooDeep {
        /// The most that is allowed.
        limit: usize,
    },
}

/// The reference complains of the three at different times: while it reads, while it prints, and while it expands.
impl From<ReadError> for ResourceError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Merge { .. } => Self::Unmergeable(error),
            _ if error.is_malformed() => Self::Malformed(error),
            _ => Self::Undecodable(error),
        }
    }
}

/// Most lists within lists. Real ones stay at one.
const MAX_LIST_DEPTH: usize = 16;

/// Reads all resources of a text.
///
/// # Errors
/// [`ResourceError`] when a part is no YAML or no object.
pub(crate) fn read_resources(
    bytes: &[u8],
    openapi: &OpenApi,
) -> Result<Vec<Resource>, ResourceError> {
    let nodes = read_nodes(bytes)?;
    let mut objects = Vec::with_capacity(nodes.len());
    expand_lists(nodes, &mut objects)?;
    Ok(objects
        .into_iter()
        .map(|node| Resource::new(node, openapi))
        .collect())
}

/// Whether a text holds resources, and nothing else.
///
/// # Errors
/// [`ResourceError`] as a build would meet it.
pub fn check_resources(bytes: &[u8]) -> Result<(), ResourceError> {
    expand_lists(read_nodes(bytes)?, &mut Vec::new())
}

/// The objects of a text, lists of other kinds than `List` left as they are.
fn read_nodes(bytes: &[u8]) -> Result<Vec<Node>, ResourceError> {
    let limits = Limits::default();
    check_limit(bytes.len(), limits.bytes, "bytes")?;
    let unix = without_carriage_returns(bytes);
    let documents = split_documents(&unix)?;
    check_limit(documents.len(), limits.documents, "documents")?;
    let is_single = documents.len() == 1;
    let mut nodes = Vec::with_capacity(documents.len());
    for document in documents {
        let node = rheostat_yaml::parse(document, Profile::V3, &limits)?;
        match node {
            Some(node) if node.is_null() => {}
            Some(node) if is_single && is_wrapper(&node) => unwrap_items(node, &mut nodes),
            Some(node) => nodes.push(node),
            None => {}
        }
    }
    nodes.retain(|node| !is_nothing(node));
    for node in &nodes {
        validate(node)?;
    }
    Ok(nodes)
}

/// The reader bounds each document; a file is bounded as a whole.
fn check_limit(found: usize, limit: usize, what: &'static str) -> Result<(), ReadError> {
    if found > limit {
        return Err(ReadError::Limit { what, limit });
    }
    Ok(())
}

fn without_carriage_returns(bytes: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    if memmem::find(bytes, b"\r\n").is_none() {
        return bytes.into();
    }
    let mut unix = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\r' || rest.peek() != Some(&b'\n') {
            unix.push(byte);
        }
    }
    unix.into()
}

/// The parts between separators: lines that begin with `---`, other than the
/// first of the text and the last.
fn split_documents(bytes: &[u8]) -> Result<Vec<&[u8]>, ResourceError> {
    let mut documents = Vec::new();
    let (mut start, mut from) = (0, 0);
    while let Some(found) = memmem::find(&bytes[from..], b"\n---") {
        let separator = from + found + 1;
        let Some(length) = bytes[separator..].iter().position(|byte| *byte == b'\n') else {
            break;
        };
        let end = separator + length;
        let trailing = bytes[separator + 3..end].trim_ascii();
        if !trailing.is_empty() && trailing[0] != b'#' {
            let line = String::from_utf8_lossy(&bytes[separator..end]);
            return Err(ResourceError::Separator(line.trim().to_owned()));
        }
        documents.push(&bytes[start..separator]);
        start = end + 1;
        // The line break that ends a separator begins no other one.
        from = start;
    }
    documents.push(&bytes[start..]);
    Ok(documents)
}

/// Whether an object only wraps others.
fn is_wrapper(node: &Node) -> bool {
    let kind = node.get("kind").and_then(Node::text);
    let holds = |field: &str| node.get(field).is_some();
    matches!(kind, Some("List" | "ResourceList")) && (holds("items") || holds("functionConfig"))
}

fn unwrap_items(mut node: Node, nodes: &mut Vec<Node>) {
    if let Some(items) = node.get_mut("items").and_then(Node::as_sequence_mut) {
        nodes.append(items);
    }
}

fn is_nothing(node: &Node) -> bool {
    match node {
        Node::Scalar(scalar) => scalar.is_null(),
        Node::Sequence(sequence) => sequence.items.is_empty(),
        Node::Mapping(mapping) => mapping.is_empty(),
    }
}

/// Asks for a kind and, unless it ends in `List`, a name.
///
/// # Errors
/// [`ResourceError`] naming what is missing.
pub(crate) fn validate(node: &Node) -> Result<(), ResourceError> {
    let line = node.position().line;
    let text = |keys: &[&str]| {
        let value = node.at(keys).filter(|value| !is_nothing(value));
        value.and_then(Node::text).unwrap_or_default()
    };
    let given = |keys: &[&str]| node.at(keys).is_some_and(|value| !is_nothing(value));
    let kind = text(&["kind"]);
    let has_metadata = ["name", "namespace", "labels", "annotations"]
        .iter()
        .any(|field| given(&["metadata", field]));
    if !given(&["apiVersion"]) && !given(&["kind"]) && !has_metadata {
        return Err(ResourceError::NoMetadata { line });
    }
    let object = || {
        format!(
            "{{{{{} {kind}}} {}}}",
            text(&["apiVersion"]),
            text(&["metadata", "name"])
        )
    };
    if kind.is_empty() {
        return Err(ResourceError::NoKind {
            object: object(),
            line,
        });
    }
    if !kind.ends_with("List") && text(&["metadata", "name"]).is_empty() {
        return Err(ResourceError::NoName {
            object: object(),
            line,
        });
    }
    Ok(())
}

/// Takes lists apart. Their items go behind everything else.
fn expand_lists(nodes: Vec<Node>, objects: &mut Vec<Node>) -> Result<(), ResourceError> {
    let mut level = nodes;
    for _ in 0..MAX_LIST_DEPTH {
        let mut next = Vec::new();
        for node in level {
            let kind = node.get("kind").and_then(Node::text).unwrap_or_default();
            match node.get("items") {
                Some(items) if kind.ends_with("List") => expand_items(kind, items, &mut next)?,
                _ => objects.push(node),
            }
        }
        if next.is_empty() {
            return Ok(());
        }
        level = next;
    }
    Err(ResourceError::TooDeep {
        limit: MAX_LIST_DEPTH,
    })
}

/// Adds the items, each read again from its JSON form.
fn expand_items(kind: &str, items: &Node, nodes: &mut Vec<Node>) -> Result<(), ResourceError> {
    let Some(items) = items.as_sequence() else {
        let found = match items {
            Node::Mapping(_) => "map[string]interface {}",
            node if node.is_null() => return Ok(()),
            _ => "string",
        };
        return Err(ResourceError::NoItems {
            kind: kind.to_owned(),
            found,
        });
    };
    for item in items {
        let value =
            json::from_node(item, Profile::V3).map_err(|source| ResourceError::Unexpandable {
                kind: kind.to_owned(),
                source,
            })?;
        let node = json::to_node(&value);
        let mut unwrapped = Vec::new();
        if is_wrapper(&node) {
            unwrap_items(node, &mut unwrapped);
        } else {
            unwrapped.push(node);
        }
        unwrapped.retain(|node| !is_nothing(node));
        for node in unwrapped {
            validate(&node)?;
            nodes.push(node);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&[&str], &str>) {
        let resources = read_resources(text.as_bytes(), &OpenApi::default());
        let names = resources.map(|resources| {
            let names = resources
                .iter()
                .map(|resource| resource.id().name.to_string());
            names.collect::<Vec<_>>()
        });
        match (names, expected) {
            (Ok(names), Ok(expected)) => assert_eq!(names, expected, "{text}"),
            (Err(error), Err(expected)) => {
                assert!(error.to_string().contains(expected), "{text}: {error}");
            }
            (names, _) => panic!("{text}: {names:?}"),
        }
    }

    #[test]
    fn splits_at_separators() {
        check(
            "kind: A\nmetadata: {name: a}\n---\nkind: A\nmetadata: {name: b}\n",
            Ok(&["a", "b"]),
        );
        check(
            "---\nkind: A\nmetadata: {name: a}\n--- # x\n# nothing\n---\n",
            Ok(&["a"]),
        );
        check(
            "kind: A\r\nmetadata: {name: a}\r\n---\r\nkind: A\r\nmetadata: {name: b}\r\n",
            Ok(&["a", "b"]),
        );
        check(
            "kind: A\nmetadata: {name: a}\n--- kind: B\n",
            Err("invalid document separator: --- kind: B"),
        );
    }

    #[test]
    fn takes_lists_apart() {
        let item = |name: &str| format!("- {{kind: A, metadata: {{name: {name}}}}}\n");
        let list = format!("kind: List\nitems:\n{}{}", item("a"), item("b"));
        check(&list, Ok(&["a", "b"]));
        let list = format!(
            "kind: AList\nitems:\n{}---\nkind: A\nmetadata: {{name: b}}\n",
            item("a")
        );
        check(&list, Ok(&["b", "a"]));
        check("kind: AList\nmetadata: {name: a}\n", Ok(&["a"]));
        check(
            "kind: AList\nitems: {}\n---\nkind: A\nmetadata: {name: b}",
            Err("expected array in AList/items"),
        );
    }

    #[test]
    fn wants_kind_and_name() {
        check("a: b\n", Err("missing Resource metadata"));
        check(
            "apiVersion: v1\nmetadata: {name: a}\n",
            Err("missing kind in object"),
        );
        check(
            "kind: A\nmetadata: {labels: {a: b}}\n",
            Err("missing metadata.name in object"),
        );
        check("kind: [\n", Err("MalformedYAMLError"));
        check("kind: {{ .Kind }}\n", Err("cannot be decoded"));
        check(
            "<<: 1\n",
            Err("map merge requires map or sequence of maps as the value"),
        );
    }
}
