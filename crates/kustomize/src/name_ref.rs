//! Name references: fields that hold the name of another object follow it
//! when it is renamed.
//!
//! For every type of referrer the rules are merged into one trie of paths,
//! which is walked once for each object. At its ends a name is looked up
//! among the former names of all objects, and the candidates are sieved by
//! type, namespace, and the prefixes and suffixes that both sides have got.

mod rules;
mod sieve;

use std::collections::HashMap;

use rheostat_manifest::Gvk;
use rheostat_yaml::{Node, SmolStr};

use crate::field_setter::{WrongNodeKind, set_untagged};
use crate::resmap::ResMap;
use crate::transformer_config::TransformerConfig;
use rules::{Rule, Rules};
use sieve::{Candidates, Referrer};

/// Why a reference could not be followed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NameRefError {
    /// The path of the field does not fit the object.
    #[error(
        "updating name reference in '{path}' field of '{object}': considering field '{path}' of object {object}: {problem}"
    )]
    Field {
        /// Path of the field.
        path: String,
        /// The object.
        object: String,
        /// What is wrong.
        problem: String,
    },
    /// A subject of a role binding makes no sense.
    #[error("Invalid Input: namespace is blank for resource {0:?}")]
    Subject(String),
}

/// What is wrong with a field.
#[derive(Debug, Clone, thiserror::Error)]
enum FieldError {
    #[error("expected sequence or mapping node")]
    NotACollection,
    #[error("path config error; no 'name' field in node")]
    NoName,
    #[error(transparent)]
    WrongNodeKind(#[from] WrongNodeKind),
    #[error("{0} is expected to be either a string or a map of string")]
    NotAReference(&'static str),
    #[error("found multiple possible referrals: {0}")]
    Ambiguous(String),
}

/// Follows all renamed objects in the fields that refer to them.
///
/// # Errors
/// [`NameRefError`] when a path does not fit, or several objects could be
/// meant that have different names.
pub(crate) fn fix_back_references(
    map: &mut ResMap,
    config: &TransformerConfig,
) -> Result<(), NameRefError> {
    let mut by_type: HashMap<Gvk, Rules> = HashMap::new();
    let candidates = Candidates::new(map);
    for index in 0..map.resources().len() {
        let original = map.resources()[index].original_id().gvk;
        let rules = by_type
            .entry(original)
            .or_insert_with_key(|gvk| Rules::for_referrer(gvk, &config.name_reference));
        if rules.is_empty() {
            continue;
        }
        // The object is taken out while the others are looked at.
        let mut node = map.take_node(index);
        let result = fix_referrer(&mut node, rules, index, map, &candidates);
        map.put_node(index, node);
        result?;
    }
    Ok(())
}

fn fix_referrer(
    node: &mut Node,
    rules: &Rules,
    index: usize,
    map: &ResMap,
    candidates: &Candidates,
) -> Result<(), NameRefError> {
    let resource = &map.resources()[index];
    let object = || resource.id().to_string();
    let referrer = Referrer::new(resource, node).map_err(|()| NameRefError::Subject(object()))?;
    let mut fix = |field: &mut Node, rule: &Rule| {
        let lookup = Lookup {
            referrer: &referrer,
            rule,
            map,
            candidates,
        };
        lookup.fix(field)
    };
    rules
        .visit(node, &mut fix)
        .map_err(|(path, error)| NameRefError::Field {
            path,
            object: object(),
            problem: error.to_string(),
        })
}

/// One rule applied to one referrer.
struct Lookup<'a> {
    referrer: &'a Referrer,
    rule: &'a Rule,
    map: &'a ResMap,
    candidates: &'a Candidates,
}

impl Lookup<'_> {
    fn fix(&self, field: &mut Node) -> Result<(), FieldError> {
        match field {
            Node::Scalar(scalar) if scalar.is_null() => Ok(()),
            Node::Scalar(_) => self.fix_name(field),
            Node::Mapping(_) => self.fix_name_and_namespace(field),
            Node::Sequence(sequence) => {
                for item in &mut sequence.items {
                    match item {
                        Node::Sequence(_) => return Err(FieldError::NotAReference("a sequence")),
                        item => self.fix(item)?,
                    }
                }
                Ok(())
            }
        }
    }

    /// A field that is the name itself.
    fn fix_name(&self, field: &mut Node) -> Result<(), FieldError> {
        let name = field.text().unwrap_or_default();
        let found = self.select(self.candidates.formerly_named(name), |a, b| {
            a.name == b.name
        })?;
        if let Some(index) = found {
            let new_name = &self.map.resources()[index].id().name;
            if new_name != name {
                set_untagged(field, new_name);
            }
        }
        Ok(())
    }

    /// A field that is a mapping with a name and perhaps a namespace.
    fn fix_name_and_namespace(&self, field: &mut Node) -> Result<(), FieldError> {
        let Node::Mapping(mapping) = field else {
            return Ok(());
        };
        let name = mapping.get("name").ok_or(FieldError::NoName)?;
        let name = SmolStr::from(name.text().unwrap_or_default());
        let namespace = mapping
            .get("namespace")
            .map(|node| node.text().unwrap_or_default());
        let named = self.candidates.formerly_named(&name).iter().copied();
        let candidates: Vec<usize> = match namespace {
            None => named.collect(),
            Some(namespace) => {
                let is_original = self.candidates.is_original_namespace(namespace, |index| {
                    self.referrer.can_refer_to(&self.map.resources()[index])
                });
                let lives_there = |index: &usize| {
                    let resource = &self.map.resources()[*index];
                    if is_original {
                        resource.original_id().effective_namespace() == namespace
                    } else {
                        resource.id().effective_namespace() == namespace
                    }
                };
                named.filter(lives_there).collect()
            }
        };
        let is_same = |a: &rheostat_manifest::ResId, b: &rheostat_manifest::ResId| {
            a.name == b.name && a.namespace == b.namespace
        };
        let Some(index) = self.select(&candidates, is_same)? else {
            return Ok(());
        };
        let target = self.map.resources()[index].id();
        if target.name == name && target.namespace.is_empty() {
            return Ok(());
        }
        set_field(mapping, "name", &target.name);
        if !target.namespace.is_empty() {
            set_field(mapping, "namespace", &target.namespace);
        }
        Ok(())
    }

    /// The object that is meant; none when there is none.
    fn select(
        &self,
        named: &[usize],
        is_same: impl Fn(&rheostat_manifest::ResId, &rheostat_manifest::ResId) -> bool,
    ) -> Result<Option<usize>, FieldError> {
        let resources = self.map.resources();
        let mut found: Vec<usize> = named.to_vec();
        found.retain(|index| self.referrer.fits(&resources[*index], self.rule));
        if let [only] = found.as_slice() {
            return Ok(Some(*only));
        }
        found.retain(|index| self.referrer.has_same_trail(&resources[*index], true));
        if found.len() > 1 {
            found.retain(|index| self.referrer.has_same_trail(&resources[*index], false));
        }
        let Some(first) = found.first() else {
            return Ok(None);
        };
        let first_id = resources[*first].id();
        if found
            .iter()
            .all(|index| is_same(first_id, resources[*index].id()))
        {
            return Ok(Some(*first));
        }
        let ids: Vec<String> = found
            .iter()
            .map(|i| resources[*i].id().to_string())
            .collect();
        Err(FieldError::Ambiguous(ids.join(", ")))
    }
}

fn set_field(mapping: &mut rheostat_yaml::Mapping, key: &'static str, text: &SmolStr) {
    match mapping.get_mut(key) {
        Some(present) => set_untagged(present, text),
        None => {
            mapping.insert(key, Node::string(text.clone()));
        }
    }
}
