//! Texts that stand in several places of an object at once.
//!
//! Kustomize's label and annotation setters put one and the same node into
//! every place where they add a key. Whatever later changes the text in one
//! of these places changes it in all of them: a label that an overlay sets
//! in the metadata alone also changes the selector that the base created.
//!
//! Such scalars are marked by their position: line 0, which no reader
//! gives, and the number of their group as column.

use rheostat_yaml::{Node, Position, Scalar, SmolStr, Tag};

/// The groups of an object.
#[derive(Debug, Clone, Default)]
pub(crate) struct SharedTexts {
    last: u32,
    groups: Vec<Group>,
}

#[derive(Debug, Clone)]
struct Group {
    number: u32,
    text: SmolStr,
    tag: Tag,
}

impl SharedTexts {
    /// Whether there are no groups.
    pub(crate) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Marks for so many new groups.
    pub(crate) fn reserve(&mut self, count: usize) -> Vec<Position> {
        let count = u32::try_from(count).unwrap_or(0);
        let first = self.last + 1;
        self.last += count;
        (first..=self.last)
            .map(|column| Position { line: 0, column })
            .collect()
    }

    /// Notes a group whose scalars carry a mark.
    pub(crate) fn add(&mut self, mark: Position, text: &SmolStr) {
        self.groups.push(Group {
            number: mark.column,
            text: text.clone(),
            tag: Tag::Str,
        });
    }

    /// Brings every group up to date with the scalar of it that was changed.
    pub(crate) fn sync(&mut self, object: &mut Node) {
        if self.groups.is_empty() {
            return;
        }
        let mut changes = Vec::new();
        for_each_marked(object, &mut |scalar| {
            if let Some(group) = self.group_of(scalar)
                && (group.text != scalar.text() || group.tag != *scalar.tag())
            {
                changes.push(Group {
                    number: group.number,
                    text: scalar.shared_text(),
                    tag: scalar.tag().clone(),
                });
            }
        });
        if changes.is_empty() {
            return;
        }
        for change in changes {
            let same = |group: &&mut Group| group.number == change.number;
            if let Some(group) = self.groups.iter_mut().find(same) {
                *group = change;
            }
        }
        for_each_marked(object, &mut |scalar| {
            if let Some(group) = self.group_of(scalar) {
                let mut updated = Scalar::new(group.text.clone(), group.tag.clone());
                updated.style = scalar.style;
                updated.position = scalar.position;
                *scalar = updated;
            }
        });
    }

    fn group_of(&mut self, scalar: &Scalar) -> Option<&mut Group> {
        let number = scalar.position.column;
        self.groups.iter_mut().find(|group| group.number == number)
    }
}

/// Paths of the marked scalars of an object, for a change that takes the
/// marks away.
pub(crate) fn marked_paths(object: &Node) -> Vec<(Vec<SmolStr>, Position)> {
    let mut found = Vec::new();
    collect(object, &mut Vec::new(), &mut found);
    found
}

/// Marks what stands at the paths again.
pub(crate) fn mark_again(object: &mut Node, paths: &[(Vec<SmolStr>, Position)]) {
    for (path, mark) in paths {
        let mut node = Some(&mut *object);
        for key in path {
            node = node.and_then(|node| match node {
                Node::Mapping(mapping) => mapping.get_mut(key),
                Node::Sequence(sequence) => {
                    let index: usize = key.parse().ok()?;
                    sequence.items.get_mut(index)
                }
                Node::Scalar(_) => None,
            });
        }
        if let Some(Node::Scalar(scalar)) = node {
            scalar.position = *mark;
        }
    }
}

fn is_marked(scalar: &Scalar) -> bool {
    scalar.position.line == 0 && scalar.position.column != 0
}

/// Recurses as deep as the object, which its reader has bounded.
fn for_each_marked(node: &mut Node, visit: &mut dyn FnMut(&mut Scalar)) {
    match node {
        Node::Scalar(scalar) if is_marked(scalar) => visit(scalar),
        Node::Scalar(_) => {}
        Node::Sequence(sequence) => {
            for item in &mut sequence.items {
                for_each_marked(item, visit);
            }
        }
        Node::Mapping(mapping) => {
            for entry in &mut mapping.entries {
                for_each_marked(&mut entry.value, visit);
            }
        }
    }
}

fn collect(node: &Node, path: &mut Vec<SmolStr>, found: &mut Vec<(Vec<SmolStr>, Position)>) {
    match node {
        Node::Scalar(scalar) if is_marked(scalar) => found.push((path.clone(), scalar.position)),
        Node::Scalar(_) => {}
        Node::Sequence(sequence) => {
            for (index, item) in sequence.items.iter().enumerate() {
                path.push(SmolStr::from(index.to_string()));
                collect(item, path, found);
                path.pop();
            }
        }
        Node::Mapping(mapping) => {
            for entry in &mapping.entries {
                path.push(entry.key.shared_text());
                collect(&entry.value, path, found);
                path.pop();
            }
        }
    }
}
