//! Finding, and where asked for creating, all fields that a path means.

use rheostat_gocompat::regexp::Regexp;
use rheostat_yaml::emit::{SequenceIndent, to_kyaml};
use rheostat_yaml::{Limits, Mapping, Node, Profile, Scalar, Style};

use super::{FieldPathError, is_list_index, split_element};
use crate::field_setter::{WrongNodeKind, entry};

/// What becomes of fields that are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MissingField {
    /// They are not found.
    Missed,
    /// They are made: lists and mappings on the way, and at the end a scalar.
    CreatedAsScalar,
    /// Likewise, at the end a mapping.
    CreatedAsMapping,
    /// Likewise, at the end a list.
    CreatedAsSequence,
}

/// Writes to the fields that a path means.
pub(crate) struct Matcher<'a> {
    missing: MissingField,
    set: &'a mut dyn FnMut(&mut Node) -> Result<(), FieldPathError>,
}

impl<'a> Matcher<'a> {
    pub(crate) fn new(
        missing: MissingField,
        set: &'a mut dyn FnMut(&mut Node) -> Result<(), FieldPathError>,
    ) -> Self {
        Self { missing, set }
    }

    /// Sets the fields, and says how many there were. Recurses as deep as
    /// the path is long.
    ///
    /// # Errors
    /// [`FieldPathError`] when a node is of the wrong kind, or of the setter.
    pub(crate) fn visit(
        &mut self,
        node: &mut Node,
        path: &[String],
    ) -> Result<usize, FieldPathError> {
        let Some((part, rest)) = path.split_first() else {
            (self.set)(node)?;
            return Ok(1);
        };
        if let Ok(index) = part.parse::<usize>() {
            return self.visit_index(node, index, rest);
        }
        if is_list_index(part) {
            return self.visit_matching(node, part, rest);
        }
        if part == "*" {
            let mut found = 0;
            for element in elements(node)? {
                found += self.visit(element, rest)?;
            }
            return Ok(found);
        }
        self.visit_field(node, part, rest)
    }

    fn visit_field(
        &mut self,
        node: &mut Node,
        name: &str,
        rest: &[String],
    ) -> Result<usize, FieldPathError> {
        let creates = self.missing != MissingField::Missed;
        let field = match node {
            Node::Mapping(mapping) => {
                if !mapping.contains_key(name) {
                    if !creates {
                        return Ok(0);
                    }
                    mapping.entries.push(entry(name, self.made_for(rest)));
                }
                mapping.get_mut(name)
            }
            other if other.is_null() => {
                // What kyaml adds to a null is lost, and yet counts.
                let mut lost = self.made_for(rest);
                return if creates {
                    self.visit(&mut lost, rest)
                } else {
                    Ok(0)
                };
            }
            other => return Err(WrongNodeKind::new("MappingNode", other).into()),
        };
        match field {
            None => Ok(0),
            Some(Node::Scalar(scalar)) if !rest.is_empty() => {
                self.visit_embedded(scalar.text(), rest)
            }
            Some(field) => self.visit(field, rest),
        }
    }

    /// A path that goes on inside of a scalar: the document in it is looked
    /// at, and changes to it are lost.
    fn visit_embedded(&mut self, text: &str, rest: &[String]) -> Result<usize, FieldPathError> {
        let parsed = rheostat_yaml::parse(text.as_bytes(), Profile::V3, &Limits::default());
        let parsed = parsed.map_err(|error| FieldPathError::Embedded(error.to_string()))?;
        match parsed {
            Some(mut document) => self.visit(&mut document, rest),
            None => Err(WrongNodeKind::new("MappingNode", &Node::string("")).into()),
        }
    }

    fn visit_index(
        &mut self,
        node: &mut Node,
        index: usize,
        rest: &[String],
    ) -> Result<usize, FieldPathError> {
        let made = self.made_for(rest);
        let items = elements(node)?;
        let length = items.len();
        if length == index && self.missing != MissingField::Missed {
            items.push(made);
        }
        match items.get_mut(index) {
            Some(element) => self.visit(element, rest),
            None => Err(FieldPathError::OutOfRange { index, length }),
        }
    }

    fn visit_matching(
        &mut self,
        node: &mut Node,
        part: &str,
        rest: &[String],
    ) -> Result<usize, FieldPathError> {
        let (key, value) = split_element(part)?;
        let found = self.visit_elements(node, key, value, rest)?;
        if found > 0 || self.missing == MissingField::Missed {
            return Ok(found);
        }
        let value_node = Node::Scalar(Scalar::untagged(value, Style::Plain));
        let element = if key.is_empty() {
            value_node
        } else {
            let mut mapping = Mapping::default();
            mapping.entries.push(entry(key, value_node));
            Node::Mapping(mapping)
        };
        elements(node)?.push(element);
        // The new element need not match: its value may be a pattern.
        self.visit_elements(node, key, value, rest)
    }

    fn visit_elements(
        &mut self,
        node: &mut Node,
        key: &str,
        value: &str,
        rest: &[String],
    ) -> Result<usize, FieldPathError> {
        let mut pattern = None;
        let mut found = 0;
        for element in elements(node)? {
            let compared = if key.is_empty() {
                Some(&*element)
            } else {
                element.get(key)
            };
            let Some(compared) = compared else {
                continue;
            };
            if pattern.is_none() {
                let compiled = Regexp::compile(value);
                pattern = Some(compiled.map_err(|e| FieldPathError::Pattern(e.to_string()))?);
            }
            let text = to_kyaml(compared, SequenceIndent::Compact);
            if !pattern
                .as_ref()
                .is_some_and(|pattern| pattern.is_match(text.trim()))
            {
                continue;
            }
            if key.is_empty() {
                (self.set)(element)?;
                found += 1;
            } else {
                found += self.visit(element, rest)?;
            }
        }
        Ok(found)
    }

    /// What is made for a field that the rest of the path follows.
    fn made_for(&self, rest: &[String]) -> Node {
        match rest.first() {
            Some(next) if is_list_index(next) || next.parse::<usize>().is_ok() => Node::sequence(),
            Some(next) if !next.is_empty() => Node::mapping(),
            _ => match self.missing {
                MissingField::CreatedAsMapping => Node::mapping(),
                MissingField::CreatedAsSequence => Node::sequence(),
                MissingField::CreatedAsScalar | MissingField::Missed => {
                    Node::Scalar(Scalar::untagged("", Style::Plain))
                }
            },
        }
    }
}

/// The elements of a list; those of null are lost.
fn elements(node: &mut Node) -> Result<&mut Vec<Node>, FieldPathError> {
    if node.is_null() {
        *node = Node::sequence();
    }
    match node {
        Node::Sequence(sequence) => Ok(&mut sequence.items),
        other => Err(WrongNodeKind::new("SequenceNode", other).into()),
    }
}
