//! Entries of `patches` and `patchesJson6902`.

use super::decode::{Field, Record};
use super::selector::Selector;

/// A patch, and what it applies to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Patch {
    /// File that holds the patch; excludes `patch`.
    pub path: String,
    /// The patch itself; excludes `path`.
    pub patch: String,
    /// What to patch. A strategic-merge patch without it names its own
    /// target.
    pub target: Option<Selector>,
    /// What the patch may change beyond fields.
    pub options: Option<PatchOptions>,
}

/// What a strategic-merge patch may change about an object's identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PatchOptions {
    /// The name may change.
    pub allow_name_change: bool,
    /// The kind may change.
    pub allow_kind_change: bool,
}

impl Record for Patch {
    const NAME: &'static str = "Patch";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("path", |p| &mut p.path),
        Field::new("patch", |p| &mut p.patch),
        Field::new("target", |p| &mut p.target),
        Field::new("options", |p| &mut p.options),
    ];
}

impl Record for PatchOptions {
    const NAME: &'static str = "PatchArgs";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("allowNameChange", |o| &mut o.allow_name_change),
        Field::new("allowKindChange", |o| &mut o.allow_kind_change),
    ];
}
