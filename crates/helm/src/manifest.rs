//! What templates put out, cut into documents, told apart and sorted.

mod hook;
mod kind_order;

use std::collections::BTreeMap;

use rheostat_gotemplate::Text;
use rheostat_yaml::{Limits, Node, Profile};
use thiserror::Error;

pub use hook::{Hook, HookEvent};
pub use kind_order::{InstallOrder, UninstallOrder};

/// A document of a template's output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The template's path.
    pub path: String,
    /// Its text.
    pub content: String,
    /// `apiVersion`, empty where there is none.
    pub api_version: String,
    /// `kind`, empty where there is none.
    pub kind: String,
    /// `metadata.name`, empty where there is none.
    pub name: String,
}

/// A document does not read; the text is Helm's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("YAML parse error on {path}: {problem}")]
pub struct ManifestError {
    /// The template's path.
    pub path: String,
    /// What is wrong.
    pub problem: String,
}

/// Cuts a stream into its documents, as Helm 4.2.0 to 4.2.3 does: at `---` on a line's start, whatever follows it, with the white
/// space around it; white space at the end of the last document stays.
pub fn split(stream: &str) -> Vec<&str> {
    let text = stream.trim_start();
    let is_space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c');
    let mut documents = Vec::new();
    let (mut start, mut search) = (0, 0);
    while let Some(offset) = text[search..].find("---") {
        let found = search + offset;
        let is_at_start = found == 0 || (found > start && text[..found].ends_with('\n'));
        if !is_at_start {
            search = found + 1;
            continue;
        }
        documents.push(text[start..found].trim_end_matches(is_space));
        start = text.len() - text[found + 3..].trim_start_matches(is_space).len();
        search = start;
    }
    documents.push(&text[start..]);
    documents
        .into_iter()
        .map(str::trim_start)
        .filter(|document| !document.trim().is_empty())
        .collect()
}

/// Cuts the outputs of templates into documents, in the order of their paths, and tells hooks from manifests; both are sorted
/// by kind in the order of installation.
///
/// # Errors
/// [`ManifestError`] where a document is no YAML or no object.
pub fn sort(outputs: &BTreeMap<String, Text>) -> Result<(Vec<Hook>, Vec<Manifest>), ManifestError> {
    let (mut hooks, mut manifests) = (Vec::new(), Vec::new());
    for (path, output) in outputs {
        let output = output.to_str();
        for content in split(&output) {
            let head = Head::read(content).map_err(|problem| ManifestError {
                path: path.clone(),
                problem,
            })?;
            let manifest = Manifest {
                path: path.clone(),
                content: content.to_owned(),
                api_version: head.api_version,
                kind: head.kind,
                name: head.name,
            };
            match hook::Hook::read(&manifest, &head.annotations) {
                Some(Some(hook)) => hooks.push(hook),
                // A document with a hook that Helm does not know is dropped.
                Some(None) => {}
                None => manifests.push(manifest),
            }
        }
    }
    hooks.sort_by(|left, right| InstallOrder::compare(&left.manifest.kind, &right.manifest.kind));
    manifests.sort_by(|left, right| InstallOrder::compare(&left.kind, &right.kind));
    Ok((hooks, manifests))
}

/// What Helm reads of a document.
#[derive(Debug, Default)]
struct Head {
    api_version: String,
    kind: String,
    name: String,
    annotations: Vec<(String, String)>,
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
    use super::split;

    fn check(stream: &str, expected: &[&str]) {
        assert_eq!(split(stream), expected, "{stream:?}");
    }

    #[test]
    fn documents_are_cut_at_dashes() {
        check("a: 1\n---\nb: 2\n", &["a: 1", "b: 2\n"]);
        check("---\na: 1\n\n---   \n\n---\nb: 2", &["a: 1", "---\nb: 2"]);
        check("a: 1\n---b: 2", &["a: 1", "b: 2"]);
        check("a: x---y\n", &["a: x---y\n"]);
        check("# only a comment\n", &["# only a comment\n"]);
        check(" \n", &[]);
    }
}
