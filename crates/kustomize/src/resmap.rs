//! The objects of a build, in order, no two with the same identity.

use std::collections::{HashMap, HashSet};

use rheostat_manifest::ResId;
use rheostat_yaml::{Node, Scalar, SmolStr};

use crate::field_setter::mapping_of_texts;
use crate::openapi::OpenApi;
use crate::resource::{Behavior, Resource};

/// Why objects do not go together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResMapError {
    /// There is such an object already.
    #[error("may not add resource with an already registered id: {0}")]
    Duplicate(Box<ResId>),
    /// There is no object to merge with or to replace.
    #[error("id {0} does not exist; cannot merge or replace")]
    NothingToMerge(Box<ResId>),
    /// There is an object, and the new one is to be created.
    #[error("id {0} exists; can not use behavior: 'create', behavior must be merge or replace")]
    Exists(Box<ResId>),
    /// Several objects could be merged with.
    #[error("found multiple objects that could accept merge of {0}")]
    ManyToMerge(Box<ResId>),
    /// The object to be replaced is not the one that was found.
    #[error("cannot find resource with id {0} to replace")]
    NothingToReplace(Box<ResId>),
    /// A patch names an object that is not there.
    #[error("no matches for Id {0}; failed to find unique target for patch {0}")]
    NoMatch(Box<ResId>),
    /// A patch names several objects.
    #[error("multiple matches for Id {0}; failed to find unique target for patch {0}")]
    ManyMatches(Box<ResId>),
}

/// Objects in order.
#[derive(Debug, Clone, Default)]
pub struct ResMap {
    resources: Vec<Resource>,
    /// Identities of all objects; none when a change may have altered them.
    ids: Option<HashSet<ResId>>,
    /// Where names, current and former, lead; none likewise.
    names: Option<HashMap<SmolStr, Vec<usize>>>,
}

impl ResMap {
    /// The objects.
    pub fn resources(&self) -> &[Resource] {
        &self.resources
    }

    /// The objects, given away.
    pub fn into_resources(self) -> Vec<Resource> {
        self.resources
    }

    /// The objects, to be changed in any way.
    pub(crate) fn resources_mut(&mut self) -> &mut [Resource] {
        self.forget();
        &mut self.resources
    }

    /// An object, to be changed in ways that keep its identity and its past.
    pub(crate) fn resource_with_same_id_mut(&mut self, index: usize) -> &mut Resource {
        &mut self.resources[index]
    }

    /// Takes an object's fields out, to be put back.
    pub(crate) fn take_node(&mut self, index: usize) -> Node {
        std::mem::replace(self.resources[index].node_mut(), Node::null())
    }

    /// Puts an object's fields back. The identity must be the same.
    pub(crate) fn put_node(&mut self, index: usize, node: Node) {
        *self.resources[index].node_mut() = node;
    }

    /// Adds an object.
    ///
    /// # Errors
    /// [`ResMapError::Duplicate`] when there is one with the same identity.
    pub(crate) fn append(&mut self, resource: Resource) -> Result<(), ResMapError> {
        let ids = self
            .ids
            .get_or_insert_with(|| self.resources.iter().map(|r| r.id().clone()).collect());
        if !ids.insert(resource.id().clone()) {
            return Err(ResMapError::Duplicate(Box::new(resource.id().clone())));
        }
        self.names = None;
        self.resources.push(resource);
        Ok(())
    }

    /// Adds objects.
    ///
    /// # Errors
    /// As [`ResMap::append`].
    pub(crate) fn append_all(
        &mut self,
        resources: impl IntoIterator<Item = Resource>,
    ) -> Result<(), ResMapError> {
        resources
            .into_iter()
            .try_for_each(|resource| self.append(resource))
    }

    /// Adds a generated object, or merges it with the one that it names.
    ///
    /// # Errors
    /// [`ResMapError`] when the object's behavior does not fit what is there.
    pub(crate) fn absorb(
        &mut self,
        mut resource: Resource,
        openapi: &OpenApi,
    ) -> Result<(), ResMapError> {
        let behavior = resource.build.behavior.unwrap_or_default();
        let id = resource.id().clone();
        let found = self.indices_of_any_id(&id);
        let index = match (found.as_slice(), behavior) {
            ([], Behavior::Unspecified | Behavior::Create) => return self.append(resource),
            ([], Behavior::Merge | Behavior::Replace) => {
                return Err(ResMapError::NothingToMerge(Box::new(id)));
            }
            ([_], Behavior::Unspecified | Behavior::Create) => {
                return Err(ResMapError::Exists(Box::new(id)));
            }
            ([index], Behavior::Merge | Behavior::Replace) => *index,
            _ => return Err(ResMapError::ManyToMerge(Box::new(id))),
        };
        let old = &self.resources[index];
        let origin = old.annotation(crate::origin::ORIGIN).map(str::to_owned);
        resource.copy_merge_metadata_from(old, openapi);
        if behavior == Behavior::Merge {
            merge_texts(&mut resource, old, "data");
            merge_texts(&mut resource, old, "binaryData");
            if let Some(origin) = origin {
                resource.set_annotation(crate::origin::ORIGIN, &origin);
            }
        }
        if resource.id() != old.id() {
            return Err(ResMapError::NothingToReplace(Box::new(
                resource.id().clone(),
            )));
        }
        self.resources[index] = resource;
        self.names = None;
        Ok(())
    }

    /// The one object that has or had an identity.
    ///
    /// # Errors
    /// [`ResMapError`] when there is none or there are several.
    pub(crate) fn index_of_target(&mut self, id: &ResId) -> Result<usize, ResMapError> {
        match self.indices_of_any_id(id).as_slice() {
            [] => Err(ResMapError::NoMatch(Box::new(id.clone()))),
            [index] => Ok(*index),
            _ => Err(ResMapError::ManyMatches(Box::new(id.clone()))),
        }
    }

    fn indices_of_any_id(&mut self, id: &ResId) -> Vec<usize> {
        let candidates = self.indices_of_name(&id.name).to_vec();
        candidates
            .into_iter()
            .filter(|index| {
                let resource = &self.resources[*index];
                !resource.is_empty() && resource.ever_had(id)
            })
            .collect()
    }

    /// The objects that have or had a name.
    pub(crate) fn indices_of_name(&mut self, name: &str) -> &[usize] {
        let resources = &self.resources;
        let names = self.names.get_or_insert_with(|| index_names(resources));
        names.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Changes texts that stand in several places of an object everywhere.
    /// Labels do not make an identity, and names do not share.
    pub(crate) fn sync_shared(&mut self) {
        for resource in &mut self.resources {
            resource.sync_shared();
        }
    }

    /// Drops objects of which nothing is left.
    pub(crate) fn drop_empties(&mut self) {
        self.retain(|resource| !resource.is_empty());
    }

    /// Keeps the objects that a test holds for.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Resource) -> bool) {
        let before = self.resources.len();
        self.resources.retain(keep);
        if self.resources.len() != before {
            self.forget();
        }
    }

    /// Puts the objects in another order.
    pub(crate) fn set_order(&mut self, resources: Vec<Resource>) {
        self.resources = resources;
        self.forget();
    }

    /// Takes all objects out, to be added again.
    pub(crate) fn take(&mut self) -> Vec<Resource> {
        self.forget();
        std::mem::take(&mut self.resources)
    }

    /// Makes sure that no two objects have the same identity, after changes
    /// that may have altered some.
    ///
    /// # Errors
    /// [`ResMapError::Duplicate`] when two have.
    pub(crate) fn check_unique(&mut self) -> Result<(), ResMapError> {
        if self.ids.is_some() {
            return Ok(());
        }
        let resources = self.take();
        self.append_all(resources)
    }

    /// Says that an object's past or identity has changed.
    pub(crate) fn forget(&mut self) {
        self.ids = None;
        self.names = None;
    }
}

fn index_names(resources: &[Resource]) -> HashMap<SmolStr, Vec<usize>> {
    let mut names: HashMap<SmolStr, Vec<usize>> = HashMap::with_capacity(resources.len());
    for (index, resource) in resources.iter().enumerate() {
        let mut add = |name: &SmolStr| {
            let indices = names.entry(name.clone()).or_default();
            if indices.last() != Some(&index) {
                indices.push(index);
            }
        };
        add(&resource.id().name);
        for previous in &resource.build.previous {
            add(&previous.name);
        }
    }
    names
}

/// Merges a mapping of texts, own entries over those of the old object.
fn merge_texts(resource: &mut Resource, old: &Resource, field: &'static str) {
    let texts = |node: Option<&Node>| -> Vec<(SmolStr, SmolStr)> {
        let mapping = node.and_then(Node::as_mapping);
        let entries = mapping.map(|mapping| mapping.entries.iter());
        entries
            .into_iter()
            .flatten()
            .map(|entry| {
                let scalar = entry.value.as_scalar().filter(|scalar| !scalar.is_null());
                let text = scalar.map(Scalar::shared_text).unwrap_or_default();
                (entry.key.shared_text(), text)
            })
            .collect()
    };
    let mut merged = texts(old.node().get(field));
    for (key, value) in texts(resource.node().get(field)) {
        match merged.iter_mut().find(|(present, _)| *present == key) {
            Some((_, present)) => *present = value,
            None => merged.push((key, value)),
        }
    }
    let Node::Mapping(root) = resource.node_mut() else {
        return;
    };
    root.remove(field);
    if merged.is_empty() {
        return;
    }
    let mapping = mapping_of_texts(merged);
    root.insert(field, Node::Mapping(mapping));
}
