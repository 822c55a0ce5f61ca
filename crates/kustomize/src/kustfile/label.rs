//! Entries of `labels`.

use std::collections::BTreeMap;

use super::decode::{Field, Record};
use crate::field_spec::FieldSpec;

/// Labels, and where to write them beside `metadata/labels`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Label {
    /// The labels.
    pub pairs: BTreeMap<String, String>,
    /// Also in selectors and in the templates that they select.
    pub include_selectors: bool,
    /// Also in templates.
    pub include_templates: bool,
    /// Further places.
    pub fields: Vec<FieldSpec>,
}

impl Record for Label {
    const NAME: &'static str = "Label";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("pairs", |l| &mut l.pairs),
        Field::new("includeSelectors", |l| &mut l.include_selectors),
        Field::new("includeTemplates", |l| &mut l.include_templates),
        Field::new("fields", |l| &mut l.fields),
    ];
}
