//! Entries of `vars` (deprecated) and of `sortOptions`.

use super::decode::{Field, Record};

/// A value to put where `$(NAME)` stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Var {
    /// The name.
    pub name: String,
    /// Object to read.
    pub objref: VarTarget,
    /// Field to read.
    pub fieldref: FieldSelector,
}

/// One object, by exact identity.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VarTarget {
    /// `group/version`; overrides the two fields.
    pub api_version: String,
    /// API group.
    pub group: String,
    /// API version.
    pub version: String,
    /// Kind.
    pub kind: String,
    /// Name.
    pub name: String,
    /// Namespace; empty means any.
    pub namespace: String,
}

/// A field of an object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldSelector {
    /// Path of the field, `metadata.name` when empty.
    pub field_path: String,
}

/// How the result is ordered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SortOptions {
    /// `legacy` or `fifo`.
    pub order: String,
    /// Which kinds come first and last in the legacy order.
    pub legacy_sort_options: Option<LegacySortOptions>,
}

/// Kinds in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LegacySortOptions {
    /// Kinds that come before all others.
    pub order_first: Vec<String>,
    /// Kinds that come after all others.
    pub order_last: Vec<String>,
}

impl VarTarget {
    /// Group and version, from `api_version` when that is given.
    pub fn group_version(&self) -> (&str, &str) {
        let parts: Vec<&str> = self.api_version.split('/').collect();
        match parts.as_slice() {
            [""] => (&self.group, &self.version),
            [version] => (&self.group, version),
            [group, version] => (group, version),
            _ => (&self.group, &self.version),
        }
    }
}

impl Record for Var {
    const NAME: &'static str = "Var";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("name", |v| &mut v.name),
        Field::new("objref", |v| &mut v.objref),
        Field::new("fieldref", |v| &mut v.fieldref),
    ];
}

impl Record for VarTarget {
    const NAME: &'static str = "Target";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("apiVersion", |t| &mut t.api_version),
        Field::new("group", |t| &mut t.group),
        Field::new("version", |t| &mut t.version),
        Field::new("kind", |t| &mut t.kind),
        Field::new("name", |t| &mut t.name),
        Field::new("namespace", |t| &mut t.namespace),
    ];
}

impl Record for FieldSelector {
    const NAME: &'static str = "FieldSelector";
    const FIELDS: &'static [Field<Self>] = &[Field::new("fieldPath", |f| &mut f.field_path)];
}

impl Record for SortOptions {
    const NAME: &'static str = "SortOptions";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("order", |s| &mut s.order),
        Field::new("legacySortOptions", |s| &mut s.legacy_sort_options),
    ];
}

impl Record for LegacySortOptions {
    const NAME: &'static str = "LegacySortOptions";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("orderFirst", |s| &mut s.order_first),
        Field::new("orderLast", |s| &mut s.order_last),
    ];
}
