//! Entries of `replacements`.

use super::decode::{Field, Record};
use super::selector::Selector;

/// Copies a value from one field to others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Replacement {
    /// File with one replacement or a list; excludes the other fields. Only
    /// entries of a kustomization file have it.
    pub path: String,
    /// Object and field to read.
    pub source: Option<SourceSelector>,
    /// The value itself, instead of a source.
    pub source_value: Option<String>,
    /// Objects and fields to write. An empty list is not a missing one.
    pub targets: Option<Vec<TargetSelector>>,
}

/// One object, by exact identity, and one of its fields.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceSelector {
    /// API group; empty means any.
    pub group: String,
    /// API version; empty means any.
    pub version: String,
    /// Kind; empty means any.
    pub kind: String,
    /// Name; empty means any.
    pub name: String,
    /// Namespace; empty means any.
    pub namespace: String,
    /// Path of the field, `metadata.name` when empty.
    pub field_path: String,
    /// Which part of the value.
    pub options: Option<FieldOptions>,
}

/// Objects, and fields of theirs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TargetSelector {
    /// Which objects.
    pub select: Option<Selector>,
    /// Which of them not.
    pub reject: Vec<Selector>,
    /// Paths of the fields, `metadata.name` when empty.
    pub field_paths: Vec<String>,
    /// How to write.
    pub options: Option<FieldOptions>,
}

/// Parts of a value, and whether to create fields.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldOptions {
    /// Splits the value into parts.
    pub delimiter: String,
    /// Which part, from 0.
    pub index: i64,
    /// Accepted and without effect, as in kustomize.
    pub encoding: String,
    /// Creates a field that is missing.
    pub create: bool,
}

impl Record for Replacement {
    const NAME: &'static str = "ReplacementField";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("path", |r| &mut r.path),
        Field::new("source", |r| &mut r.source),
        Field::new("sourceValue", |r| &mut r.source_value),
        Field::new("targets", |r| &mut r.targets),
    ];
}

impl Record for SourceSelector {
    const NAME: &'static str = "SourceSelector";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("group", |s| &mut s.group),
        Field::new("version", |s| &mut s.version),
        Field::new("kind", |s| &mut s.kind),
        Field::new("name", |s| &mut s.name),
        Field::new("namespace", |s| &mut s.namespace),
        Field::new("fieldPath", |s| &mut s.field_path),
        Field::new("options", |s| &mut s.options),
    ];
}

impl Record for TargetSelector {
    const NAME: &'static str = "TargetSelector";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("select", |t| &mut t.select),
        Field::new("reject", |t| &mut t.reject),
        Field::new("fieldPaths", |t| &mut t.field_paths),
        Field::new("options", |t| &mut t.options),
    ];
}

impl Record for FieldOptions {
    const NAME: &'static str = "FieldOptions";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("delimiter", |o| &mut o.delimiter),
        Field::new("index", |o| &mut o.index),
        Field::new("encoding", |o| &mut o.encoding),
        Field::new("create", |o| &mut o.create),
    ];
}
