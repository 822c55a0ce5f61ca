//! The rules that apply to one type of referrer, as a trie of paths.

use rheostat_manifest::Gvk;
use rheostat_yaml::{Node, Sequence, SmolStr};

use super::FieldError;
use crate::field_spec::{FieldPath, FieldSpec};
use crate::transformer_config::NameBackReferences;

/// What a field refers to.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    /// The type of object whose name the field holds.
    pub(super) target: Gvk,
    /// Whether the referrer's `roleRef` says more about the type.
    pub(super) is_role_ref: bool,
    /// Path of the field, for messages.
    path: SmolStr,
}

/// All rules of a type of referrer.
#[derive(Debug, Default)]
pub(super) struct Rules {
    root: Branch,
}

#[derive(Debug, Default)]
struct Branch {
    /// Rules that end here, in the order in which they are tried.
    rules: Vec<Rule>,
    children: Vec<(SmolStr, Self)>,
}

type Fix<'a> = dyn FnMut(&mut Node, &Rule) -> Result<(), FieldError> + 'a;

impl Rules {
    /// The rules for objects that originally were of a type.
    pub(super) fn for_referrer(referrer: &Gvk, references: &[NameBackReferences]) -> Self {
        let mut rules = Self::default();
        for reference in references {
            for spec in &reference.referrers {
                if referrer.is_selected(&spec.gvk) {
                    rules.add(spec, &reference.gvk);
                }
            }
        }
        rules
    }

    pub(super) fn is_empty(&self) -> bool {
        self.root.rules.is_empty() && self.root.children.is_empty()
    }

    fn add(&mut self, spec: &FieldSpec, target: &Gvk) {
        let mut branch = &mut self.root;
        for name in FieldPath::new(spec).names() {
            let found = branch.children.iter().position(|(child, _)| child == name);
            let index = found.unwrap_or_else(|| {
                branch.children.push((name.clone(), Branch::default()));
                branch.children.len() - 1
            });
            branch = &mut branch.children[index].1;
        }
        branch.rules.push(Rule {
            target: target.clone(),
            is_role_ref: spec.path.ends_with("roleRef/name"),
            path: spec.path.clone(),
        });
    }

    /// Calls `fix` with every field that a rule leads to.
    ///
    /// # Errors
    /// What is wrong, and the path of the rule.
    pub(super) fn visit(
        &self,
        object: &mut Node,
        fix: &mut Fix<'_>,
    ) -> Result<(), (String, FieldError)> {
        self.root.visit(object, fix)
    }
}

impl Branch {
    /// Recurses as deep as the paths are long, and through sequences as deep
    /// as the object, which its reader has bounded.
    fn visit(&self, node: &mut Node, fix: &mut Fix<'_>) -> Result<(), (String, FieldError)> {
        for rule in &self.rules {
            fix(node, rule).map_err(|error| (rule.path.to_string(), error))?;
        }
        if self.children.is_empty() {
            return Ok(());
        }
        match node {
            Node::Sequence(Sequence { items, .. }) => {
                for item in items {
                    self.visit_inside(item, fix)?;
                }
                Ok(())
            }
            other => self.visit_inside(other, fix),
        }
    }

    fn visit_inside(&self, node: &mut Node, fix: &mut Fix<'_>) -> Result<(), (String, FieldError)> {
        match node {
            Node::Mapping(mapping) => {
                for (name, branch) in &self.children {
                    if let Some(value) = mapping.get_mut(name) {
                        branch.visit(value, fix)?;
                    }
                }
                Ok(())
            }
            Node::Sequence(Sequence { items, .. }) => {
                let mut items = items.iter_mut();
                items.try_for_each(|item| self.visit_inside(item, fix))
            }
            Node::Scalar(scalar) if scalar.is_null() => Ok(()),
            Node::Scalar(_) => Err((self.first_path(), FieldError::NotACollection)),
        }
    }

    /// Path of some rule below, for a message.
    fn first_path(&self) -> String {
        let mut branch = self;
        loop {
            if let Some(rule) = branch.rules.first() {
                return rule.path.to_string();
            }
            match branch.children.first() {
                Some((_, child)) => branch = child,
                None => return String::new(),
            }
        }
    }
}
