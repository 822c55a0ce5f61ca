//! The step between what templates put out and what Helm releases: kustomize's patches and images, then labels and
//! annotations.
//!
//! All documents go through together, so that two of the same identity are refused, whatever files they come from; each
//! then returns to the file that it came from. What comes back is printed anew: keys are sorted and comments are gone.

use std::collections::BTreeMap;

use rheostat_gotemplate::Text;
use rheostat_helm::manifest;
use rheostat_kustomize::build::{self as engine, Options, Start};
use rheostat_kustomize::kustfile::{FILE_NAMES, Kustomization};
use rheostat_tree::{Tree, TreePath};
use rheostat_yaml::emit::{self, SequenceIndent};
use rheostat_yaml::json::{self, JsonError};
use rheostat_yaml::{Limits, Node, Profile};
use serde_json::{Map, Value};

use crate::CommonMetadata;
use crate::kustomization::{Image, Patch};

/// The annotation by which Helm remembers a document's file meanwhile; patches can see it.
const FILE: &str = "postrenderer.helm.sh/postrender-filename";

/// The annotation that makes a document a hook.
const HOOK: &str = "helm.sh/hook";

/// The name of the file that kustomize is given.
const RESOURCES: &str = "helm-output.yaml";

/// What is done to the documents of a release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostRender {
    /// Steps of kustomize, in order.
    pub steps: Vec<KustomizeStep>,
    /// Labels and annotations for every document, after the steps.
    pub metadata: CommonMetadata,
    /// Which documents go through, and together with which.
    pub strategy: Strategy,
}

/// One step of kustomize.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KustomizeStep {
    /// Patches.
    pub patches: Vec<Patch>,
    /// Images.
    pub images: Vec<Image>,
}

/// Which documents go through, and together with which.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// Hooks stay as they are.
    NoHooks,
    /// Hooks and the others go through together.
    #[default]
    Combined,
    /// Hooks and the others go through one after the other.
    Separate,
}

/// Why documents do not go through.
#[derive(Debug, thiserror::Error)]
pub enum PostRenderError {
    /// A file holds no YAML.
    #[error("error merging manifests: parsing {file}: MalformedYAMLError: {problem}")]
    Parse {
        /// The file.
        file: String,
        /// What is wrong.
        problem: String,
    },
    /// A document is no object.
    #[error(
        "error merging manifests: parsing {file}: wrong node kind: expected MappingNode but got {kind}: node contents:\n{content}"
    )]
    NoObject {
        /// The file.
        file: String,
        /// What it is, as kustomize names it.
        kind: &'static str,
        /// The document, printed anew.
        content: String,
    },
    /// Kustomize refuses the documents.
    #[error("error while running post render on files: {}", .0.report())]
    Kustomize(#[from] Box<engine::BuildError>),
    /// A document cannot be printed.
    #[error("error while running post render on files: re-writing {file}: {source}")]
    Print {
        /// The file.
        file: String,
        /// What is wrong.
        #[source]
        source: JsonError,
    },
}

/// A document and the file that it comes from.
struct Document {
    file: String,
    value: Value,
}

/// Puts the outputs of templates through a post-renderer; they are to be told apart and sorted afterwards.
///
/// # Errors
/// [`PostRenderError`].
pub fn post_render(
    outputs: &BTreeMap<String, Text>,
    request: &PostRender,
) -> Result<BTreeMap<String, Text>, PostRenderError> {
    let mut hooks = Vec::new();
    let mut others = Vec::new();
    let mut kept = BTreeMap::new();
    for (file, output) in outputs {
        let text = output.to_str();
        // Helm takes for a separator what is none in YAML: three dashes with a comment right behind them, for one.
        for document in manifest::split(&text) {
            for read in documents(file, document)? {
                match (is_hook(&read.value), request.strategy) {
                    (true, Strategy::NoHooks) => push(&mut kept, file, document),
                    (true, Strategy::Separate) => hooks.push(read),
                    (true, Strategy::Combined) | (false, _) => others.push(read),
                }
            }
        }
    }
    let mut rendered = BTreeMap::new();
    for group in [others, hooks] {
        for (file, text) in run(group, request)? {
            push(&mut rendered, &file, &text);
        }
    }
    for (file, text) in kept {
        push(&mut rendered, &file, &text);
    }
    Ok(rendered
        .into_iter()
        .map(|(file, text)| (file, text.into()))
        .collect())
}

/// The documents of a file; none where it has only white space.
fn documents(file: &str, text: &str) -> Result<Vec<Document>, PostRenderError> {
    let parse = |problem: String| PostRenderError::Parse {
        file: file.to_owned(),
        problem,
    };
    let nodes = rheostat_yaml::parse_stream(text.as_bytes(), Profile::V3, &Limits::default());
    let nodes = nodes.map_err(|error| parse(error.to_string()))?;
    let mut documents = Vec::with_capacity(nodes.len());
    for node in nodes.iter().filter(|node| !node.is_null()) {
        if node.as_mapping().is_none() {
            return Err(no_object(file, node));
        }
        let value = json::from_node(node, Profile::V3).map_err(|error| parse(error.to_string()))?;
        documents.push(Document {
            file: file.to_owned(),
            value,
        });
    }
    Ok(documents)
}

fn no_object(file: &str, node: &Node) -> PostRenderError {
    let kind = if node.as_sequence().is_some() {
        "SequenceNode"
    } else {
        "ScalarNode"
    };
    PostRenderError::NoObject {
        file: file.to_owned(),
        kind,
        content: emit::to_kyaml(node, SequenceIndent::Compact)
            .trim_end()
            .to_owned(),
    }
}

fn is_hook(document: &Value) -> bool {
    document
        .pointer("/metadata/annotations")
        .is_some_and(|annotations| annotations.get(HOOK).is_some())
}

/// Runs all steps over some documents; answers the text of each file.
fn run(
    documents: Vec<Document>,
    request: &PostRender,
) -> Result<Vec<(String, String)>, PostRenderError> {
    if documents.is_empty() {
        return Ok(Vec::new());
    }
    let mut values: Vec<Value> = documents.into_iter().map(annotated).collect();
    let only = [KustomizeStep::default()];
    // Without steps the documents still are to be objects that can live beside each other.
    let steps = if request.steps.is_empty() {
        only.as_slice()
    } else {
        &request.steps
    };
    for step in steps {
        values = kustomized(&values, step)?;
    }
    let mut texts: Vec<(String, String)> = Vec::new();
    for (index, mut value) in values.into_iter().enumerate() {
        request.metadata.set_on(&mut value);
        let file = take_file(&mut value)
            .unwrap_or_else(|| format!("generated-by-postrender-{index}.yaml"));
        let text = printed(&value).map_err(|source| PostRenderError::Print {
            file: file.clone(),
            source,
        })?;
        match texts.iter_mut().find(|(known, _)| *known == file) {
            Some((_, known)) => {
                known.push_str("---\n");
                known.push_str(&text);
            }
            None => texts.push((file, text)),
        }
    }
    Ok(texts)
}

fn annotated(document: Document) -> Value {
    let mut value = document.value;
    CommonMetadata {
        annotations: BTreeMap::from([(FILE.to_owned(), document.file)]),
        ..CommonMetadata::default()
    }
    .set_on(&mut value);
    value
}

/// Takes the file's name off a document, and with it annotations that hold nothing else.
fn take_file(document: &mut Value) -> Option<String> {
    let metadata = document.get_mut("metadata")?.as_object_mut()?;
    let annotations = metadata.get_mut("annotations")?.as_object_mut()?;
    let file = annotations.remove(FILE);
    if annotations.is_empty() {
        metadata.remove("annotations");
    }
    file?.as_str().map(str::to_owned)
}

/// One step of kustomize over all documents.
fn kustomized(values: &[Value], step: &KustomizeStep) -> Result<Vec<Value>, PostRenderError> {
    let mut text = String::new();
    for value in values {
        text.push_str("---\n");
        text.push_str(&emit::to_yaml(value).map_err(|source| print_error(value, source))?);
    }
    let files = only_file(&text);
    let mut kustomization = Kustomization {
        resources: vec![RESOURCES.to_owned()],
        patches: step.patches.clone(),
        images: step.images.clone(),
        ..Kustomization::default()
    };
    kustomization.fix();
    let directory = TreePath::root();
    let request = engine::Request {
        files: &files,
        start: Start::Kustomization {
            directory: &directory,
            file_name: FILE_NAMES[0],
            kustomization: &kustomization,
        },
        options: &Options::default(),
    };
    let built = engine::build(&request).map_err(Box::new)?;
    built
        .into_nodes()
        .map(|node| {
            json::from_node(&node, Profile::V3)
                .map_err(|source| print_error(&Value::Object(Map::new()), source))
        })
        .collect()
}

fn only_file(text: &str) -> Tree {
    let path = TreePath::new(RESOURCES).expect("the name is a path");
    Tree::from_files([(path, text.as_bytes())]).expect("one file stands in no other's way")
}

fn print_error(value: &Value, source: JsonError) -> PostRenderError {
    let file = value
        .pointer("/metadata/annotations")
        .and_then(|annotations| annotations.get(FILE))
        .and_then(Value::as_str);
    PostRenderError::Print {
        file: file.unwrap_or_default().to_owned(),
        source,
    }
}

/// A document as it is printed by kustomize and then, once more, by the one who tells the files apart again.
fn printed(value: &Value) -> Result<String, JsonError> {
    let text = emit::to_yaml(value)?;
    // What was printed just now can be read; if it could not, the text itself is as good.
    let read = rheostat_yaml::parse(text.as_bytes(), Profile::V3, &Limits::default());
    Ok(match read {
        Ok(Some(node)) => emit::to_kyaml(&node, SequenceIndent::Compact),
        Ok(None) | Err(_) => text,
    })
}

fn push(texts: &mut BTreeMap<String, String>, file: &str, text: &str) {
    let known = texts.entry(file.to_owned()).or_default();
    if !known.is_empty() {
        if !known.ends_with('\n') {
            known.push('\n');
        }
        known.push_str("---\n");
    }
    known.push_str(text);
}

#[cfg(test)]
mod tests;
