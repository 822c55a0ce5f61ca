//! Strategic merge: a patch that looks like the object, with lists merged by the keys that the type tells.
//!
//! This is kyaml's merge, quirks included, since what it does with a patch is what people have come to deploy:
//!
//! * Lists without merge keys in the [`Schema`] are replaced; those of types that the schema does not
//!   know always are.
//! * A merged list holds the elements of the patch first, then the others.
//! * `$patch: delete`, `replace` and `merge` work on mappings, and on a list by an element that holds nothing else.
//!   `$setElementOrder`, `$retainKeys` and `$deleteFromPrimitiveList` are no directives here: they are merged like any
//!   other key, as the reference does.
//! * A null in the patch deletes; a null in the object stays if it is written out (`null`, `~`) and goes if nothing
//!   is written.
//!
//! Schemas in comments are not supported. Recursion is as deep as the two trees, which their reader bounds.

mod directive;
mod list;

use std::cmp::Ordering;

use rheostat_yaml::{Entry, Mapping, Node, Scalar, Style, Tag};
use smol_str::SmolStr;

use self::directive::Directive;
use crate::schema::{Schema, Type};

/// Why a patch cannot be merged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// Object and patch hold different kinds of node in one place.
    #[error("wrong node kind: expected {expected} but got {found}: node contents:\n{contents}")]
    Kind {
        /// `MappingNode`, `SequenceNode` or `ScalarNode`.
        expected: &'static str,
        /// The same.
        found: &'static str,
        /// The node that was found, as YAML.
        contents: String,
    },
    /// A `$patch` with an unknown value.
    #[error("unknown patch strategy '{strategy}'")]
    UnknownStrategy {
        /// The value.
        strategy: String,
    },
    /// A list is long, and its elements lack or repeat the keys that tell them apart.
    #[error(
        "cannot merge a list of over {limit} elements of which some lack or repeat a merge key"
    )]
    TooLong {
        /// The most elements that are merged.
        limit: usize,
    },
    /// Elements of one list are told apart by different keys.
    #[error("conflicting merge keys [{first},{second}]")]
    ConflictingKeys {
        /// The key of the object's list.
        first: &'static str,
        /// The key of the patch's list.
        second: &'static str,
    },
}

/// How to merge.
#[derive(Clone, Copy, Debug)]
pub struct Options<'s> {
    /// Where types are looked up, in order.
    pub schemas: &'s [&'s Schema],
    /// Whether lists of unknown types are merged by `name` if all their elements have one. kustomize does not.
    pub infers_keys: bool,
}

impl Default for Options<'_> {
    /// The embedded schema, nothing inferred.
    fn default() -> Self {
        static SCHEMAS: std::sync::OnceLock<[&Schema; 1]> = std::sync::OnceLock::new();
        Self {
            schemas: SCHEMAS.get_or_init(|| [Schema::kubernetes()]),
            infers_keys: false,
        }
    }
}

/// Merges a patch into an object. `None` when the patch deletes the object.
///
/// # Errors
/// [`MergeError`] when their structures do not fit, or a directive is unknown.
pub fn merge(object: Node, patch: Node, options: Options<'_>) -> Result<Option<Node>, MergeError> {
    Walker { options }.walk(Some(object), Origin::Patch(patch), None)
}

/// The patch's side of a place in the tree.
#[derive(Clone, Debug)]
enum Origin {
    /// The patch says nothing about it.
    Absent,
    /// Object and patch are one node here, since the whole of it came from the patch.
    Same,
    /// What the patch says.
    Patch(Node),
}

impl Origin {
    fn node(&self) -> Option<&Node> {
        match self {
            Self::Patch(node) => Some(node),
            Self::Absent | Self::Same => None,
        }
    }
}

#[derive(Clone, Copy)]
struct Walker<'s> {
    options: Options<'s>,
}

impl<'s> Walker<'s> {
    /// Merges one place. A null in the result is one that stays; what goes is `None`.
    fn walk(
        &self,
        dest: Option<Node>,
        origin: Origin,
        schema: Option<Type<'s>>,
    ) -> Result<Option<Node>, MergeError> {
        let schema = schema.or_else(|| self.schema_of(dest.as_ref(), &origin));
        let present = [dest.as_ref(), origin.node()]
            .into_iter()
            .flatten()
            .filter(|node| !node.is_null());
        let mut expected = None;
        for node in present {
            let expected = *expected.get_or_insert(node.kind_name());
            require_kind(node, expected)?;
        }
        match expected {
            Some("sequence") => match self.merge_keys(dest.as_ref(), &origin, schema)? {
                Some(keys) => self.walk_keyed_list(dest, origin, schema, &keys),
                None => Ok(replaced(dest, origin)),
            },
            Some("scalar") => Ok(replaced(dest, origin)),
            _ => self.walk_map(dest, origin, schema),
        }
    }

    /// The type of an object that says what it is, even deep inside another.
    fn schema_of(&self, dest: Option<&Node>, origin: &Origin) -> Option<Type<'s>> {
        [dest, origin.node()]
            .into_iter()
            .flatten()
            .find_map(|node| {
                let api_version = node.get("apiVersion")?.text()?;
                let kind = node.get("kind")?.text()?;
                self.options
                    .schemas
                    .iter()
                    .find_map(|schema| schema.resource(api_version, kind))
            })
    }

    fn walk_map(
        &self,
        dest: Option<Node>,
        origin: Origin,
        schema: Option<Type<'s>>,
    ) -> Result<Option<Node>, MergeError> {
        let (mut mapping, origin) = match visit_map(dest, origin)? {
            Visited::Gone => return Ok(None),
            Visited::Null(node) => return Ok(Some(node)),
            Visited::Mapping(mapping, origin) => (mapping, origin),
        };
        let is_same = matches!(origin, Origin::Same);
        let patch = match origin {
            Origin::Patch(Node::Mapping(patch)) => patch,
            Origin::Patch(_) | Origin::Absent | Origin::Same => Mapping::default(),
        };
        if mapping.is_empty() && !patch.is_empty() {
            mapping.is_flow = patch.is_flow;
        }
        if patch.is_empty() && !is_same {
            self.walk_untouched(&mut mapping, schema)?;
            return Ok(Some(Node::Mapping(mapping)));
        }
        let field = |key: &Scalar| schema.and_then(|schema| schema.field(key.text()));
        for (index, entry) in joined(&mapping, patch) {
            match (index, entry) {
                (Some(index), entry) => {
                    let origin = match entry {
                        Some(entry) => Origin::Patch(entry.value),
                        None if is_same => Origin::Same,
                        None => Origin::Absent,
                    };
                    let Entry { key, value } = &mut mapping.entries[index];
                    self.walk_field(value, origin, field(key))?;
                }
                (None, Some(Entry { key, value })) => {
                    let value = self.walk(None, Origin::Patch(value), field(&key))?;
                    mapping
                        .entries
                        .extend(value.map(|value| Entry { key, value }));
                }
                (None, None) => {}
            }
        }
        mapping.entries.retain(|entry| !is_gone(&entry.value));
        Ok(Some(Node::Mapping(mapping)))
    }

    /// Merges nothing into a mapping, which still tidies what is in it.
    fn walk_untouched(
        &self,
        mapping: &mut Mapping,
        schema: Option<Type<'s>>,
    ) -> Result<(), MergeError> {
        for Entry { key, value } in &mut mapping.entries {
            let field = schema.and_then(|schema| schema.field(key.text()));
            self.walk_field(value, Origin::Absent, field)?;
        }
        mapping.entries.retain(|entry| !is_gone(&entry.value));
        Ok(())
    }

    /// Merges the value of a field in place. What goes leaves a mark.
    fn walk_field(
        &self,
        value: &mut Node,
        origin: Origin,
        schema: Option<Type<'s>>,
    ) -> Result<(), MergeError> {
        let style = Written::of(value, &origin);
        let dest = std::mem::replace(value, gone());
        if let Some(mut merged) = self.walk(Some(dest), origin, schema)? {
            style.restore(&mut merged);
            *value = merged;
        }
        Ok(())
    }

    /// The keys of a list that is merged, from its type or from its elements.
    fn merge_keys(
        &self,
        dest: Option<&Node>,
        origin: &Origin,
        schema: Option<Type<'s>>,
    ) -> Result<Option<Vec<SmolStr>>, MergeError> {
        if let Some(schema) = schema {
            return Ok(schema.merge_keys().cloned());
        }
        if !self.options.infers_keys {
            return Ok(None);
        }
        list::inferred_keys([dest, origin.node()])
    }
}

/// The fields of both sides in the order of their keys, so that the first error is the reference's and new fields come
/// in its order: the index in the object, and what the patch has.
fn joined(mapping: &Mapping, patch: Mapping) -> Vec<(Option<usize>, Option<Entry>)> {
    let key = |index: &usize| mapping.entries[*index].key.text();
    let mut own: Vec<usize> = (0..mapping.len()).collect();
    own.sort_by(|left, right| key(left).cmp(key(right)));
    let mut new = patch.entries;
    new.sort_by(|left, right| left.key.text().cmp(right.key.text()));
    let mut own = own.into_iter().peekable();
    let mut new = new.into_iter().peekable();
    std::iter::from_fn(|| {
        let order = match (own.peek(), new.peek()) {
            (Some(own), Some(new)) => key(own).cmp(new.key.text()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return None,
        };
        Some(match order {
            Ordering::Less => (own.next(), None),
            Ordering::Greater => (None, new.next()),
            Ordering::Equal => (own.next(), new.next()),
        })
    })
    .collect()
}

/// Stands for the value of a field that is taken away: an empty null, which no merge leaves behind.
fn gone() -> Node {
    Node::Scalar(Scalar::new("", Tag::Null))
}

fn is_gone(node: &Node) -> bool {
    node.is_null() && node.text() == Some("")
}

/// What a mapping starts from before its fields are merged.
enum Visited {
    Gone,
    /// A null that the object wrote out and the patch does not mention.
    Null(Node),
    Mapping(Mapping, Origin),
}

fn visit_map(dest: Option<Node>, mut origin: Origin) -> Result<Visited, MergeError> {
    let Some(Node::Mapping(mut mapping)) = dest else {
        return Ok(visit_absent_map(dest, origin));
    };
    let directive = match &mut origin {
        Origin::Absent => Directive::Merge,
        Origin::Same => directive::take_from_mapping(&mut mapping)?,
        Origin::Patch(Node::Mapping(patch)) => directive::take_from_mapping(patch)?,
        Origin::Patch(_) => return Ok(Visited::Gone),
    };
    Ok(match (directive, origin) {
        (Directive::Delete, _) => Visited::Gone,
        (Directive::Replace, Origin::Patch(Node::Mapping(patch))) => {
            Visited::Mapping(patch, Origin::Same)
        }
        (_, origin) => Visited::Mapping(mapping, origin),
    })
}

/// The object has nothing here, or null.
fn visit_absent_map(dest: Option<Node>, origin: Origin) -> Visited {
    match origin {
        Origin::Patch(Node::Mapping(mut patch)) => match directive::take_from_mapping(&mut patch) {
            Ok(Directive::Delete) => Visited::Gone,
            // The reference does not complain about an unknown strategy here, and keeps it.
            _ => Visited::Mapping(patch, Origin::Same),
        },
        Origin::Absent => match dest {
            Some(Node::Scalar(null)) if !null.text().is_empty() => {
                let null = Scalar::new(null.shared_text(), Tag::Null);
                Visited::Null(Node::Scalar(null))
            }
            _ => Visited::Gone,
        },
        Origin::Same | Origin::Patch(_) => Visited::Gone,
    }
}

/// The patch's node if it has one, else the object's. A null of the patch deletes.
fn replaced(dest: Option<Node>, origin: Origin) -> Option<Node> {
    match origin {
        Origin::Patch(node) => Some(node).filter(|node| !node.is_null()),
        Origin::Absent | Origin::Same => dest,
    }
}

fn require_kind(node: &Node, expected: &'static str) -> Result<(), MergeError> {
    if node.kind_name() == expected {
        return Ok(());
    }
    let contents =
        rheostat_yaml::emit::to_kyaml(node, rheostat_yaml::emit::SequenceIndent::Compact);
    Err(MergeError::Kind {
        expected: kyaml_kind(expected),
        found: kyaml_kind(node.kind_name()),
        contents,
    })
}

fn kyaml_kind(kind: &str) -> &'static str {
    match kind {
        "mapping" => "MappingNode",
        "sequence" => "SequenceNode",
        _ => "ScalarNode",
    }
}

/// How the field of an object was written. What takes its place is written the same way.
#[derive(Clone, Copy)]
struct Written {
    scalar: Style,
    is_flow: bool,
}

impl Written {
    fn of(node: &Node, origin: &Origin) -> Self {
        let is_flow = |node: &Node| match node {
            Node::Scalar(_) => false,
            Node::Sequence(sequence) => sequence.is_flow,
            Node::Mapping(mapping) => mapping.is_flow,
        };
        let is_empty = match node {
            Node::Scalar(_) => false,
            Node::Sequence(sequence) => sequence.items.is_empty(),
            Node::Mapping(mapping) => mapping.is_empty(),
        };
        // `{}` and `[]` can only be written as flow; that says nothing about what comes into them.
        let source = origin.node().filter(|_| is_empty).unwrap_or(node);
        let scalar = node.as_scalar().map_or(Style::Plain, |scalar| scalar.style);
        Self {
            scalar,
            is_flow: is_flow(source),
        }
    }

    fn restore(self, node: &mut Node) {
        match node {
            Node::Scalar(scalar) => scalar.style = self.scalar,
            Node::Sequence(sequence) => sequence.is_flow = self.is_flow,
            Node::Mapping(mapping) => mapping.is_flow = self.is_flow,
        }
    }
}

#[cfg(test)]
mod tests;
