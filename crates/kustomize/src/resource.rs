//! One object in the making: its fields, its identity, and what the build
//! knows about its past.
//!
//! Kustomize keeps that past in annotations of the object itself. Here it
//! lies beside the object, and becomes annotations only where a patch could
//! see them ([`Resource::materialize`]).

mod build_annotations;
mod factory;
mod shared;

use rheostat_manifest::{Gvk, ResId};
use rheostat_yaml::{Mapping, Node, Scalar, SmolStr, Style};

pub(crate) use build_annotations::{Behavior, BuildAnnotations, PreviousId};
pub use factory::{ResourceError, check_resources};
pub(crate) use factory::{read_resources, validate};
pub(crate) use shared::{SharedTexts, mark_again, marked_paths};

use crate::field_setter::mapping_of_texts;
use crate::openapi::OpenApi;

/// An object, with what the build knows about it.
#[derive(Debug, Clone)]
pub struct Resource {
    node: Node,
    id: ResId,
    /// What kustomize would keep in internal annotations.
    pub(crate) build: BuildAnnotations,
    /// Texts that stand in several places at once.
    pub(crate) shared: SharedTexts,
    /// Names of the variables that read this object.
    pub(crate) ref_var_names: Vec<String>,
}

/// Key of the metadata of an object.
pub(crate) const METADATA: &str = "metadata";
const ANNOTATIONS: &str = "annotations";
const LABELS: &str = "labels";

impl Resource {
    /// Wraps an object. Internal annotations that it carries are taken out
    /// and believed, as kustomize does.
    pub(crate) fn new(node: Node, openapi: &OpenApi) -> Self {
        let mut resource = Self {
            id: ResId::default(),
            build: BuildAnnotations::default(),
            shared: SharedTexts::default(),
            ref_var_names: Vec::new(),
            node,
        };
        resource.absorb();
        resource.refresh_id(openapi);
        resource
    }

    /// The object.
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// The object, given away.
    pub fn into_node(self) -> Node {
        self.node
    }

    /// The identity that the object has now.
    pub fn id(&self) -> &ResId {
        &self.id
    }

    /// Kind of the object.
    pub(crate) fn kind(&self) -> &str {
        &self.id.gvk.kind
    }

    /// Changes the object. The identity follows.
    pub(crate) fn edit<R>(&mut self, openapi: &OpenApi, change: impl FnOnce(&mut Node) -> R) -> R {
        let result = change(&mut self.node);
        self.refresh_id(openapi);
        result
    }

    /// Changes fields that the identity does not depend on.
    pub(crate) fn node_mut(&mut self) -> &mut Node {
        &mut self.node
    }

    /// The identities that the object had, oldest first, without the one
    /// that it has. Group and version are always those of now.
    pub(crate) fn previous_ids(&self) -> impl Iterator<Item = ResId> {
        let gvk = &self.id.gvk;
        self.build.previous.iter().map(|previous| ResId {
            gvk: Gvk {
                group: gvk.group.clone(),
                version: gvk.version.clone(),
                kind: previous.kind.clone(),
            },
            name: previous.name.clone(),
            namespace: previous.namespace.clone(),
            is_cluster_scoped: false,
        })
    }

    /// The first identity that the object had.
    pub(crate) fn original_id(&self) -> ResId {
        self.previous_ids()
            .next()
            .unwrap_or_else(|| self.id.clone())
    }

    /// Whether the object has or had the identity.
    pub(crate) fn ever_had(&self, id: &ResId) -> bool {
        self.previous_ids().any(|previous| previous == *id) || self.id == *id
    }

    /// Remembers the identity of now as a former one.
    pub(crate) fn store_previous_id(&mut self) {
        self.build.previous.push(PreviousId {
            name: self.id.name.clone(),
            namespace: SmolStr::from(self.id.effective_namespace()),
            kind: self.id.gvk.kind.clone(),
        });
    }

    /// The annotations, if there is a mapping of them.
    pub(crate) fn annotations(&self) -> Option<&Mapping> {
        self.metadata_mapping(ANNOTATIONS)
    }

    /// The labels, if there is a mapping of them.
    pub(crate) fn labels(&self) -> Option<&Mapping> {
        self.metadata_mapping(LABELS)
    }

    fn metadata_mapping(&self, name: &str) -> Option<&Mapping> {
        self.node.at(&[METADATA, name])?.as_mapping()
    }

    /// Text of an annotation.
    pub(crate) fn annotation(&self, key: &str) -> Option<&str> {
        let value = self.annotations()?.get(key)?;
        Some(value.text().unwrap_or_default())
    }

    /// Sets an annotation to a string. The others become texts, which stand nowhere else any more.
    pub(crate) fn set_annotation(&mut self, key: &str, value: &str) {
        let annotations = metadata_field(&mut self.node, ANNOTATIONS);
        if let Some(annotations) = annotations {
            for (_, value) in annotations.iter_mut() {
                *value = Node::string(shared_text(value));
            }
            annotations.insert(SmolStr::from(key), Node::string(value));
        }
    }

    /// Removes a label. The others become texts, and an empty mapping goes.
    pub(crate) fn remove_label(&mut self, key: &str) {
        let mut labels = self.metadata_texts(LABELS);
        labels.retain(|(present, _)| present != key);
        self.set_metadata_texts(LABELS, labels);
    }

    /// Sets the name.
    pub(crate) fn set_name(&mut self, name: &str, openapi: &OpenApi) {
        self.edit(openapi, |node| {
            if let Some(metadata) = metadata(node) {
                set_text(metadata, "name", name);
            }
        });
    }

    /// Sets the namespace; an empty one removes the field.
    pub(crate) fn set_namespace(&mut self, namespace: &str, openapi: &OpenApi) {
        self.edit(openapi, |node| {
            if namespace.is_empty() {
                if let Some(metadata) = node.get_mut(METADATA).and_then(Node::as_mapping_mut) {
                    metadata.remove("namespace");
                }
            } else if let Some(metadata) = metadata(node) {
                set_text(metadata, "namespace", namespace);
            }
        });
    }

    /// Sets the kind.
    pub(crate) fn set_kind(&mut self, kind: &str, openapi: &OpenApi) {
        self.edit(openapi, |node| {
            if let Node::Mapping(root) = node {
                set_text(root, "kind", kind);
            }
        });
    }

    /// Takes name, namespace and past from an older object, and keeps the
    /// labels and annotations of both. Own ones win.
    pub(crate) fn copy_merge_metadata_from(&mut self, old: &Self, openapi: &OpenApi) {
        for field in [LABELS, ANNOTATIONS] {
            let mut texts = old.metadata_texts(field);
            for (key, value) in self.metadata_texts(field) {
                match texts.iter_mut().find(|(present, _)| *present == key) {
                    Some((_, present)) => *present = value,
                    None => texts.push((key, value)),
                }
            }
            self.set_metadata_texts(field, texts);
        }
        let needs_hash = self.build.needs_hash_suffix && old.build.needs_hash_suffix;
        self.build = old.build.clone();
        self.build.needs_hash_suffix = needs_hash;
        self.ref_var_names.clone_from(&old.ref_var_names);
        self.set_name(&old.id.name, openapi);
        self.set_namespace(&old.id.namespace, openapi);
    }

    /// Labels or annotations as texts.
    fn metadata_texts(&self, field: &str) -> Vec<(SmolStr, SmolStr)> {
        let entries = self
            .metadata_mapping(field)
            .map(|mapping| mapping.entries.iter());
        entries
            .into_iter()
            .flatten()
            .map(|entry| (entry.key.shared_text(), shared_text(&entry.value)))
            .collect()
    }

    fn set_metadata_texts(&mut self, field: &str, texts: Vec<(SmolStr, SmolStr)>) {
        let Some(metadata) = metadata(&mut self.node) else {
            return;
        };
        metadata.remove(field);
        if texts.is_empty() {
            return;
        }
        let mapping = mapping_of_texts(texts);
        metadata.insert(SmolStr::from(field), Node::Mapping(mapping));
    }

    /// Writes the past into internal annotations, for a patch that may look
    /// at annotations.
    pub(crate) fn materialize(&mut self) {
        let past = self.build.to_annotations();
        if past.is_empty() {
            return;
        }
        if let Some(annotations) = metadata_field(&mut self.node, ANNOTATIONS) {
            for (key, value) in past {
                annotations.insert(SmolStr::from(key), Node::string(&*value));
            }
        }
        self.build = BuildAnnotations::default();
    }

    /// The reverse of [`Resource::materialize`].
    pub(crate) fn absorb(&mut self) {
        let annotations = self
            .node
            .get_mut(METADATA)
            .and_then(|metadata| metadata.get_mut(ANNOTATIONS))
            .and_then(Node::as_mapping_mut);
        if let Some(annotations) = annotations {
            self.build.take_from(annotations);
        }
    }

    /// Makes all annotations strings, and drops those in `dropped`, those of
    /// the build, and an empty mapping.
    pub(crate) fn finish_annotations(&mut self, dropped: &[&str]) {
        let Some(metadata) = metadata(&mut self.node) else {
            return;
        };
        let Some(mut annotations) = metadata.remove(ANNOTATIONS) else {
            return;
        };
        let Node::Mapping(mapping) = &mut annotations else {
            return;
        };
        mapping.entries.retain(|entry| {
            let key = entry.key.text();
            !dropped.contains(&key) && !build_annotations::is_internal(key)
        });
        for entry in &mut mapping.entries {
            if entry.value.as_str().is_none() || is_folded(&entry.value) {
                entry.value = Node::string(shared_text(&entry.value));
            }
            entry.key = Scalar::untagged(entry.key.shared_text(), Style::Plain);
        }
        if !mapping.is_empty() {
            metadata.insert(ANNOTATIONS, annotations);
        }
    }

    /// Whether nothing is left of the object.
    pub(crate) fn is_empty(&self) -> bool {
        match &self.node {
            Node::Mapping(mapping) => mapping.is_empty(),
            node => node.is_null(),
        }
    }

    /// Changes the texts that stand in several places everywhere, after one
    /// of the places has changed.
    pub(crate) fn sync_shared(&mut self) {
        self.shared.sync(&mut self.node);
    }

    /// Reads the identity from the object again.
    pub(crate) fn refresh_id(&mut self, openapi: &OpenApi) {
        let text = |keys: &[&str]| {
            let value = self.node.at(keys).filter(|node| !node.is_null());
            value.and_then(Node::text).unwrap_or_default()
        };
        let (api_version, kind) = (
            field_text(&self.node, "apiVersion"),
            field_text(&self.node, "kind"),
        );
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let (name, namespace) = (text(&[METADATA, "name"]), text(&[METADATA, "namespace"]));
        let gvk = &mut self.id.gvk;
        if gvk.group != group || gvk.version != version || gvk.kind != kind {
            *gvk = Gvk::new(group, version, kind);
            self.id.is_cluster_scoped = openapi.is_certainly_cluster_scoped(gvk);
        }
        if self.id.name != name {
            self.id.name = SmolStr::from(name);
        }
        if self.id.namespace != namespace {
            self.id.namespace = SmolStr::from(namespace);
        }
    }
}

fn field_text<'a>(node: &'a Node, field: &str) -> &'a str {
    node.get(field).and_then(Node::text).unwrap_or_default()
}

/// Text of a scalar; empty for anything else.
fn shared_text(node: &Node) -> SmolStr {
    node.as_scalar()
        .map(Scalar::shared_text)
        .unwrap_or_default()
}

/// Whether a text is written as a folded block. Kustomize writes annotations
/// anew, so that what printing does to such blocks does not reach them.
fn is_folded(node: &Node) -> bool {
    node.as_scalar()
        .is_some_and(|scalar| scalar.style == Style::Folded)
}

/// The metadata, made where it is missing; none where it is no mapping.
fn metadata(node: &mut Node) -> Option<&mut Mapping> {
    let root = node.as_mapping_mut()?;
    root.get_or_insert_with(METADATA, Node::mapping)
        .as_mapping_mut()
}

fn metadata_field<'a>(node: &'a mut Node, field: &str) -> Option<&'a mut Mapping> {
    let value = metadata(node)?.get_or_insert_with(field, Node::mapping);
    if value.is_null() {
        *value = Node::mapping();
    }
    value.as_mapping_mut()
}

/// Sets a field to a text, in the style that its value had.
fn set_text(mapping: &mut Mapping, key: &str, text: &str) {
    match mapping.get_mut(key) {
        Some(present) => crate::field_setter::set_untagged(present, text),
        None => {
            mapping.insert(SmolStr::from(key), Node::string(text));
        }
    }
}
