//! Which of several objects a name means.

use std::collections::{HashMap, HashSet};

use rheostat_manifest::{Gvk, ResId};
use rheostat_yaml::{Node, SmolStr};

use super::rules::Rule;
use crate::resmap::ResMap;
use crate::resource::Resource;

/// All objects, by what they were.
#[derive(Debug)]
pub(super) struct Candidates {
    by_former_name: HashMap<SmolStr, Vec<usize>>,
    by_original_namespace: HashMap<SmolStr, Vec<usize>>,
}

impl Candidates {
    pub(super) fn new(map: &ResMap) -> Self {
        let mut by_former_name: HashMap<SmolStr, Vec<usize>> = HashMap::new();
        let mut by_original_namespace: HashMap<SmolStr, Vec<usize>> = HashMap::new();
        for (index, resource) in map.resources().iter().enumerate() {
            for previous in &resource.build.previous {
                let indices = by_former_name.entry(previous.name.clone()).or_default();
                if indices.last() != Some(&index) {
                    indices.push(index);
                }
            }
            let original = resource.original_id();
            let namespace = SmolStr::from(original.effective_namespace());
            by_original_namespace
                .entry(namespace)
                .or_default()
                .push(index);
        }
        by_original_namespace.remove(rheostat_manifest::res_id::NOT_A_NAMESPACE);
        Self {
            by_former_name,
            by_original_namespace,
        }
    }

    /// The objects that had a name, in order.
    pub(super) fn formerly_named(&self, name: &str) -> &[usize] {
        self.by_former_name
            .get(name)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// Whether an object that is `eligible` originally was in a namespace.
    pub(super) fn is_original_namespace(
        &self,
        namespace: &str,
        eligible: impl Fn(usize) -> bool,
    ) -> bool {
        let indices = self.by_original_namespace.get(namespace);
        indices.is_some_and(|indices| indices.iter().any(|index| eligible(*index)))
    }
}

/// What is known about the object that refers to others.
#[derive(Debug)]
pub(super) struct Referrer {
    id: ResId,
    prefixes: Vec<SmolStr>,
    suffixes: Vec<SmolStr>,
    /// The type in `roleRef`, if there is a whole one.
    role_ref: Option<Gvk>,
    /// Namespaces of the service accounts that a role binding names.
    account_namespaces: HashSet<SmolStr>,
}

impl Referrer {
    /// Looks at a referrer, whose node is `node`.
    ///
    /// # Errors
    /// When a subject of a role binding has a namespace that is no text.
    pub(super) fn new(resource: &Resource, node: &Node) -> Result<Self, ()> {
        let text = |keys: &[&str]| node.at(keys).and_then(Node::text);
        let group = text(&["roleRef", "apiGroup"]);
        let kind = text(&["roleRef", "kind"]);
        let role_ref = group
            .zip(kind)
            .map(|(group, kind)| Gvk::new(group, "", kind));
        let is_binding = resource.kind() == "RoleBinding" && !resource.id().is_cluster_scoped;
        let account_namespaces = if is_binding {
            account_namespaces(node)?
        } else {
            HashSet::new()
        };
        Ok(Self {
            id: resource.id().clone(),
            prefixes: resource.build.prefixes.clone(),
            suffixes: resource.build.suffixes.clone(),
            role_ref,
            account_namespaces,
        })
    }

    /// Whether the referrer may refer to an object, going by namespaces.
    pub(super) fn can_refer_to(&self, target: &Resource) -> bool {
        self.id.is_cluster_scoped
            || target.id().is_cluster_scoped
            || self.id.has_same_namespace(target.id())
            || self.account_namespaces.contains(&target.id().namespace)
    }

    /// Whether an object is of the right type, and may be referred to.
    pub(super) fn fits(&self, target: &Resource, rule: &Rule) -> bool {
        let was = |gvk: &Gvk| target.previous_ids().any(|id| id.gvk.is_selected(gvk));
        let role_ref = self.role_ref.as_ref().filter(|_| rule.is_role_ref);
        let is_in_reach = self.id.is_cluster_scoped
            || target.id().is_cluster_scoped
            || target.kind() == "ServiceAccount"
            || self.id.has_same_namespace(target.id());
        is_in_reach && self.can_refer_to(target) && was(&rule.target) && role_ref.is_none_or(was)
    }

    /// Whether both have got the same prefixes and suffixes, as far as the
    /// shorter list goes. An empty list may stand for any.
    pub(super) fn has_same_trail(&self, target: &Resource, allow_empty: bool) -> bool {
        let is_same = |ours: &[SmolStr], theirs: &[SmolStr]| {
            (allow_empty && (ours.is_empty() || theirs.is_empty()))
                || have_same_ending(ours, theirs)
        };
        is_same(&self.prefixes, &target.build.prefixes)
            && is_same(&self.suffixes, &target.build.suffixes)
    }
}

fn account_namespaces(binding: &Node) -> Result<HashSet<SmolStr>, ()> {
    let subjects = binding.get("subjects").and_then(Node::as_sequence);
    let mut namespaces = HashSet::new();
    for subject in subjects.unwrap_or_default() {
        let is_account = subject.get("kind").and_then(Node::text) == Some("ServiceAccount");
        match subject.get("namespace") {
            Some(namespace) if is_account => {
                namespaces.insert(SmolStr::from(namespace.as_str().ok_or(())?));
            }
            _ => {}
        }
    }
    Ok(namespaces)
}

/// Whether one list is the end of the other. The empty list is the end of
/// itself only.
fn have_same_ending(a: &[SmolStr], b: &[SmolStr]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.is_empty() {
        long.is_empty()
    } else {
        long.ends_with(short)
    }
}
