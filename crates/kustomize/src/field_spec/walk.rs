//! Following the path of a field spec through an object.

use rheostat_yaml::{Mapping, Node, Scalar, Sequence, SmolStr, Tag};

use super::FieldSpec;
use crate::extent::MAX_DEPTH;
use crate::field_setter::{WrongNodeKind, get_or_insert};

/// What is made of a field that is missing or null, where a spec creates it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Creation {
    /// Nothing is made.
    Nothing,
    /// An empty string.
    String,
    /// A number still to be written.
    Int,
    /// An empty mapping.
    Mapping,
}

/// Why a path could not be followed or the field at its end not be written.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum WalkError {
    /// A scalar stands where the path goes on.
    #[error("expected sequence or mapping node")]
    NotACollection,
    /// A segment of the path is empty.
    #[error("cannot set or create an empty field name")]
    EmptyName,
    /// The path is longer than any object is deep.
    #[error("field path is longer than {MAX_DEPTH} segments")]
    TooDeep,
    /// A segment of the path is `*`.
    #[error("wildcard is not supported in PathGetter")]
    Wildcard,
    /// The field is of another kind than the value.
    #[error(transparent)]
    WrongNodeKind(#[from] WrongNodeKind),
    /// The value cannot be found or written.
    #[error("{0}")]
    Setter(String),
}

/// A path, split.
#[derive(Debug, Clone)]
pub(crate) struct FieldPath {
    segments: Vec<Segment>,
    create: bool,
}

#[derive(Debug, Clone)]
struct Segment {
    name: SmolStr,
    is_sequence: bool,
}

impl FieldPath {
    pub(crate) fn new(spec: &FieldSpec) -> Self {
        let segments = split(&spec.path, '/')
            .into_iter()
            .map(|text| match text.strip_suffix("[]") {
                Some(name) => Segment {
                    name: SmolStr::from(name),
                    is_sequence: true,
                },
                None => Segment {
                    name: SmolStr::from(text),
                    is_sequence: false,
                },
            })
            .collect();
        Self {
            segments,
            create: spec.create,
        }
    }

    /// The names of the path.
    pub(crate) fn names(&self) -> impl Iterator<Item = &SmolStr> {
        self.segments.iter().map(|segment| &segment.name)
    }

    /// Calls `set` on every field that the path leads to. Where the spec
    /// creates fields, missing mappings are made, and `creation` at the end.
    ///
    /// # Errors
    /// [`WalkError`] when the path meets a scalar midway, or of `set`.
    pub(crate) fn visit(
        &self,
        object: &mut Node,
        creation: Creation,
        set: &mut dyn FnMut(&mut Node) -> Result<(), WalkError>,
    ) -> Result<(), WalkError> {
        let creation = if self.create {
            creation
        } else {
            Creation::Nothing
        };
        if self.segments.len() > MAX_DEPTH {
            return Err(WalkError::TooDeep);
        }
        visit(object, &self.segments, creation, set)
    }
}

/// Recurses as deep as the path is long, and through sequences as deep as
/// the object, which its reader has bounded.
fn visit(
    node: &mut Node,
    segments: &[Segment],
    creation: Creation,
    set: &mut dyn FnMut(&mut Node) -> Result<(), WalkError>,
) -> Result<(), WalkError> {
    let Some((segment, rest)) = segments.split_first() else {
        return set(node);
    };
    match node {
        Node::Sequence(sequence) => {
            for item in &mut sequence.items {
                visit(item, segments, creation, set)?;
            }
            Ok(())
        }
        Node::Mapping(mapping) => match field(mapping, segment, rest.is_empty(), creation)? {
            Some(value) => visit(value, rest, creation, set),
            None => Ok(()),
        },
        Node::Scalar(scalar) if scalar.is_null() => Ok(()),
        Node::Scalar(_) => Err(WalkError::NotACollection),
    }
}

/// The value of a field, made or turned from null into what belongs there.
fn field<'a>(
    mapping: &'a mut Mapping,
    segment: &Segment,
    is_last: bool,
    creation: Creation,
) -> Result<Option<&'a mut Node>, WalkError> {
    match segment.name.as_str() {
        "" => return Err(WalkError::EmptyName),
        "*" => return Err(WalkError::Wildcard),
        _ => {}
    }
    let makes = match creation {
        Creation::Nothing => Creation::Nothing,
        _ if segment.is_sequence => Creation::Nothing,
        made if is_last => made,
        Creation::String | Creation::Int | Creation::Mapping => Creation::Mapping,
    };
    if makes == Creation::Nothing {
        let Some(value) = mapping.get_mut(&segment.name) else {
            return Ok(None);
        };
        if segment.is_sequence && value.is_null() {
            *value = Node::Sequence(Sequence::default());
        }
        return Ok(Some(value));
    }
    let value = get_or_insert(mapping, &segment.name, || empty(makes, ""));
    if value.is_null() {
        let text = value.text().unwrap_or_default().to_owned();
        *value = empty(makes, &text);
    }
    Ok(Some(value))
}

/// What is made; a scalar keeps the text that a null was written with.
fn empty(makes: Creation, text: &str) -> Node {
    match makes {
        Creation::Mapping => Node::mapping(),
        Creation::Int if !text.is_empty() => Node::Scalar(Scalar::new(text, Tag::Int)),
        Creation::String | Creation::Int | Creation::Nothing => Node::string(text),
    }
}

/// Splits at a delimiter that no backslash precedes. A delimiter in front is
/// dropped.
pub(crate) fn split(path: &str, delimiter: char) -> Vec<String> {
    let rest = path.strip_prefix(delimiter).unwrap_or(path);
    let mut result: Vec<String> = Vec::new();
    for part in rest.split(delimiter) {
        match result.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push(delimiter);
                last.push_str(part);
            }
            _ => result.push(part.to_owned()),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use rheostat_yaml::{Limits, Profile};

    fn check(path: &str, create: bool, before: &str, expected: Result<&str, &str>) {
        let spec = FieldSpec {
            path: SmolStr::from(path),
            create,
            ..FieldSpec::default()
        };
        let mut node = rheostat_yaml::parse(before.as_bytes(), Profile::V3, &Limits::default())
            .expect("YAML of the table")
            .expect("a document");
        let result = FieldPath::new(&spec).visit(&mut node, Creation::String, &mut |field| {
            Ok(crate::field_setter::set_scalar(field, "x")?)
        });
        let printed = rheostat_yaml::emit::to_kustomize(&node).expect("printable");
        let outcome = match &result {
            Ok(()) => Ok(printed.as_str()),
            Err(error) => Err(error.to_string()),
        };
        match (outcome, expected) {
            (Err(error), Err(phrase)) => assert!(error.contains(phrase), "{error}"),
            (outcome, expected) => {
                assert_eq!(
                    outcome,
                    expected.map_err(str::to_owned),
                    "{path} in {before}"
                );
            }
        }
    }

    #[test]
    fn walks_through_sequences() {
        check(
            "a/b",
            false,
            "a: [{b: 1}, {c: 2}]",
            Ok("a:\n- b: x\n- c: 2\n"),
        );
        check(
            "a[]/b",
            true,
            "a: [{b: 1}, {c: 2}]",
            Ok("a:\n- b: x\n- b: x\n  c: 2\n"),
        );
        check("a[]/b", true, "c: 1", Ok("c: 1\n"));
    }

    #[test]
    fn creates_only_where_asked() {
        check("a/b", false, "c: 1", Ok("c: 1\n"));
        check("a/b", true, "c: 1", Ok("a:\n  b: x\nc: 1\n"));
        check("/a/b", true, "a: null", Ok("a:\n  b: x\n"));
        check("a/b", false, "a: null", Ok("a: null\n"));
    }

    #[test]
    fn slashes_can_be_escaped() {
        check(r"a/b\/c", true, "a: {}", Ok("a:\n  b/c: x\n"));
    }

    #[test]
    fn refuses_what_is_no_collection() {
        check(
            "a/b",
            true,
            "a: 1",
            Err("expected sequence or mapping node"),
        );
        check(
            "a",
            true,
            "a: {b: 1}",
            Err("expected ScalarNode but got MappingNode"),
        );
        check("a//b", true, "a: {b: 1}", Err("empty field name"));
    }
}
