//! What lint reads of a document, as Go's decoder does: names in any case.

use rheostat_yaml::{Limits, Node, Profile, json};

use crate::values;

/// An object's kind and name.
#[derive(Debug, Clone, Default)]
pub(super) struct Document {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) name: String,
}

/// The documents of a text; one that is null is none. A text whose separators do not read has but the problem.
pub(super) fn documents(text: &[u8]) -> Vec<Result<Option<Document>, String>> {
    let tell = |problem: &dyn std::fmt::Display| format!("unable to parse YAML: {problem}");
    match values::documents(text) {
        Err(error) => {
            let problem = error.to_string();
            let problem = problem.strip_prefix("error reading yaml document: ");
            vec![Err(tell(&problem.unwrap_or_default()))]
        }
        Ok(documents) => documents
            .iter()
            .map(|document| read(document).map_err(|problem| tell(&problem)))
            .collect(),
    }
}

fn read(text: &[u8]) -> Result<Option<Document>, String> {
    let convert =
        |problem: &dyn std::fmt::Display| format!("error converting YAML to JSON: {problem}");
    let node = rheostat_yaml::parse(text, Profile::V2, &Limits::default())
        .map_err(|error| convert(&error))?;
    let Some(node) = node.filter(|node| !node.is_null()) else {
        return Ok(None);
    };
    // Keys and numbers that JSON does not have are refused wherever they stand.
    json::from_node(&node, Profile::V2).map_err(|error| convert(&error))?;
    let mut document = Document::default();
    if node.as_mapping().is_none() {
        return Err(mismatch(&node, "Go value of type rules.k8sYamlStruct"));
    }
    document.api_version = text_field(&node, "apiVersion", "k8sYamlStruct.apiVersion")?;
    document.kind = text_field(&node, "kind", "k8sYamlStruct.Kind")?;
    if let Some(metadata) = field(&node, "metadata").filter(|metadata| !metadata.is_null()) {
        if metadata.as_mapping().is_none() {
            let target = "Go struct field k8sYamlStruct.Metadata of type rules.k8sYamlMetadata";
            return Err(mismatch(metadata, target));
        }
        text_field(metadata, "namespace", "k8sYamlMetadata.Metadata.Namespace")?;
        document.name = text_field(metadata, "name", "k8sYamlMetadata.Metadata.Name")?;
    }
    Ok(Some(document))
}

/// Whether an item of a list has an annotation.
pub(super) fn has_item_with_annotation(text: &str, annotation: &str) -> bool {
    let node = rheostat_yaml::parse(text.as_bytes(), Profile::V2, &Limits::default());
    let Ok(Some(node)) = node else { return false };
    let items = field(&node, "items").and_then(Node::as_sequence);
    items.into_iter().flatten().any(|item| {
        let metadata = field(item, "metadata");
        let annotations = metadata.and_then(|metadata| field(metadata, "annotations"));
        annotations.is_some_and(|annotations| annotations.get(annotation).is_some())
    })
}

fn field<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    let mapping = node.as_mapping()?;
    let folded = || {
        let mut entries = mapping.entries.iter();
        entries
            .find(|entry| entry.key.text().eq_ignore_ascii_case(name))
            .map(|entry| &entry.value)
    };
    mapping.get(name).or_else(folded)
}

fn text_field(node: &Node, name: &str, place: &str) -> Result<String, String> {
    let Some(node) = field(node, name).filter(|node| !node.is_null()) else {
        return Ok(String::new());
    };
    let target = || format!("Go struct field {place} of type string");
    node.text()
        .map(str::to_owned)
        .ok_or_else(|| mismatch(node, &target()))
}

fn mismatch(node: &Node, target: &str) -> String {
    let kind = match node {
        Node::Mapping(_) => "object",
        Node::Sequence(_) => "array",
        Node::Scalar(_) if node.as_bool().is_some() => "bool",
        Node::Scalar(_) if node.as_i64().is_some() => "number",
        Node::Scalar(_) => "string",
    };
    format!(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {kind} into {target}"
    )
}
