//! How a mapping takes up its entries: repeated keys and merge keys, by the rules of each profile.

use std::collections::HashMap;

use smol_str::{SmolStr, format_smolstr};

use super::Composed;
use crate::node::{Entry, Scalar, ScalarValue, Tag};
use crate::{Mapping, Node, Profile, ReadError, json};

/// Entries up to which keys are compared one by one; from there on they are hashed.
const LINEAR_ENTRIES: usize = 16;

/// go-yaml's complaint about what a merge key brings, and those of kyaml.
const NOT_A_MAP_V2: &str = "yaml: map merge requires map or sequence of maps as the value";
const NOT_A_MAP_V3: &str = "map merge requires map or sequence of maps as the value";
const ALIAS_OF_NO_MAP: &str = "invalid map merge: received alias for a non-map value";
const NESTED_SEQUENCE: &str = "invalid map merge: received a nested sequence";

/// Collects the entries of one mapping.
#[derive(Debug)]
pub(super) struct MappingBuilder {
    profile: Profile,
    /// Whether a repeated key is an error in v2.
    is_strict: bool,
    is_root: bool,
    entries: Vec<Entry>,
    /// Index by the identity of the key, once there are many.
    index: Option<HashMap<SmolStr, usize>>,
    /// What the merge key of v3 brings, applied at the end.
    merged: Option<Vec<Mapping>>,
}

impl MappingBuilder {
    pub(super) fn new(profile: Profile, is_strict: bool, is_root: bool) -> Self {
        Self {
            profile,
            is_strict,
            is_root,
            entries: Vec::new(),
            index: None,
            merged: None,
        }
    }

    pub(super) fn push(&mut self, key: Composed, value: Composed) -> Result<(), ReadError> {
        let position = key.node.position();
        let Node::Scalar(key) = key.node else {
            return Err(ReadError::CollectionKey {
                problem: self.collection_key_problem(&key.node),
                position,
            });
        };
        match self.profile {
            Profile::V2 => self.push_v2(key, value),
            Profile::V3 => self.push_v3(key, value),
        }
    }

    pub(super) fn finish(mut self) -> Vec<Entry> {
        for merged in self.merged.take().into_iter().flatten() {
            for entry in merged.entries {
                if self.find(&entry.key).is_none() {
                    self.append(entry);
                }
            }
        }
        // Entries are large, most mappings have fewer than a vector begins with, and a tree lives long.
        self.entries.shrink_to_fit();
        self.entries
    }

    /// The last of several equal keys wins, and a merge key counts as all of its keys.
    fn push_v2(&mut self, key: Scalar, value: Composed) -> Result<(), ReadError> {
        let is_merge = match &key.tag {
            Tag::Merge => key.text() == "<<",
            Tag::Other(tag) => &**tag == "!" && key.text() == "<<",
            _ => false,
        };
        if !is_merge {
            return self.set(Entry {
                key,
                value: value.node,
            });
        }
        // Earlier mappings of a list take precedence, so they come last.
        for mapping in merge_sources(value, Profile::V2)?.into_iter().rev() {
            for entry in mapping.entries {
                self.set(entry)?;
            }
        }
        Ok(())
    }

    /// A repeated key is an error, one merge key is applied below the explicit ones, and a quoted `"<<"` vanishes
    /// as it does in kyaml.
    fn push_v3(&mut self, key: Scalar, value: Composed) -> Result<(), ReadError> {
        if key.text() == "<<" {
            if matches!(key.tag, Tag::Merge) {
                if self.merged.is_some() {
                    return Err(ReadError::Merge {
                        problem: "duplicate merge key",
                        position: key.position,
                    });
                }
                self.merged = Some(merge_sources(value, Profile::V3)?);
            }
            return Ok(());
        }
        if let Some(first) = self.find(&key) {
            return Err(duplicate(&key, &self.entries[first].key));
        }
        // kyaml copies each entry of a mapping and does not recognise a null key in the copy, unless nothing is written.
        if key.is_null() && !key.text().is_empty() {
            return Err(duplicate(&key, &key));
        }
        self.append(Entry {
            key,
            value: value.node,
        });
        Ok(())
    }

    fn set(&mut self, entry: Entry) -> Result<(), ReadError> {
        match self.find(&entry.key) {
            Some(_) if self.is_strict => {
                return Err(ReadError::RepeatedKey {
                    key: entry.key.text().to_owned(),
                    position: entry.value.position(),
                });
            }
            Some(present) => self.entries[present].value = entry.value,
            None => self.append(entry),
        }
        Ok(())
    }

    fn find(&self, key: &Scalar) -> Option<usize> {
        match &self.index {
            None => self
                .entries
                .iter()
                .position(|entry| self.is_same(&entry.key, key)),
            Some(index) => index.get(&self.identity(key)).copied(),
        }
    }

    fn append(&mut self, entry: Entry) {
        let identity = self.index.is_some().then(|| self.identity(&entry.key));
        self.entries.push(entry);
        let last = self.entries.len() - 1;
        if let (Some(index), Some(identity)) = (&mut self.index, identity) {
            index.insert(identity, last);
        } else if self.entries.len() == LINEAR_ENTRIES {
            let keys = self.entries.iter().enumerate();
            let index = keys
                .map(|(index, entry)| (self.identity(&entry.key), index))
                .collect();
            self.index = Some(index);
        }
    }

    fn is_same(&self, left: &Scalar, right: &Scalar) -> bool {
        let are_strings =
            self.profile == Profile::V3 || (left.tag == Tag::Str && right.tag == Tag::Str);
        if are_strings {
            left.text == right.text
        } else {
            self.identity(left) == self.identity(right)
        }
    }

    /// Equal for equal keys: v3 compares their texts, v2 their values (`1` is `0x1`, but not `"1"`).
    fn identity(&self, key: &Scalar) -> SmolStr {
        if self.profile == Profile::V3 {
            return key.text.clone();
        }
        match key.value() {
            // NUL cannot begin the text of a plain scalar, which numbers and words are.
            Ok(ScalarValue::Null) => SmolStr::new_static("\0null"),
            Ok(ScalarValue::Bool(value)) => format_smolstr!("\0{value}"),
            Ok(ScalarValue::Int(value)) => format_smolstr!("\0{value}"),
            Ok(ScalarValue::Uint(value)) => format_smolstr!("\0{value}"),
            Ok(ScalarValue::Float(value)) => format_smolstr!("\0float {value}"),
            Ok(ScalarValue::Str(_)) | Err(_) => key.text.clone(),
        }
    }

    /// kyaml decodes the root into a map of strings, which words the complaint otherwise.
    fn collection_key_problem(&self, key: &Node) -> String {
        if self.profile == Profile::V3 && self.is_root {
            let tag = if matches!(key, Node::Sequence(_)) {
                "!!seq"
            } else {
                "!!map"
            };
            let line = key.position().line;
            return format!("unmarshal errors:\n  line {line}: cannot unmarshal {tag} into string");
        }
        format!("invalid map key: {}", json::go_syntax(key, self.profile))
    }
}

fn duplicate(second: &Scalar, first: &Scalar) -> ReadError {
    ReadError::DuplicateKey {
        key: second.text().to_owned(),
        first_line: first.position.line,
        position: second.position,
    }
}

/// The mappings that the value of a merge key names, in the order of the text.
fn merge_sources(value: Composed, profile: Profile) -> Result<Vec<Mapping>, ReadError> {
    let position = value.node.position();
    let refuse = |problem_v3| ReadError::Merge {
        problem: match profile {
            Profile::V2 => NOT_A_MAP_V2,
            Profile::V3 => problem_v3,
        },
        position,
    };
    match value.node {
        Node::Mapping(mapping) => Ok(vec![mapping]),
        _ if value.is_alias => Err(refuse(ALIAS_OF_NO_MAP)),
        Node::Sequence(sequence) => {
            let mappings = sequence.items.into_iter().map(|item| match item {
                Node::Mapping(mapping) => Ok(mapping),
                Node::Sequence(_) => Err(refuse(NESTED_SEQUENCE)),
                Node::Scalar(_) => Err(refuse(NOT_A_MAP_V3)),
            });
            mappings.collect()
        }
        Node::Scalar(_) => Err(refuse(NOT_A_MAP_V3)),
    }
}
