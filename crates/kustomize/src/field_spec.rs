//! Field specs: which field of which types a transformer works on.
//!
//! A path is written with `/` between its segments, `\/` for a slash inside
//! one, and an optional `/` in front. Sequences are walked through without a
//! segment of their own; a `[]` after a name says that a sequence stands
//! there, which is then never created.

mod walk;

use rheostat_manifest::Gvk;
use rheostat_yaml::SmolStr;

pub(crate) use walk::{Creation, FieldPath, WalkError, split as split_path};

use crate::kustfile::decode::{Field, Record};

/// A field of the objects of some types.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldSpec {
    /// The types; empty parts mean any.
    pub gvk: Gvk,
    /// Path of the field.
    pub path: SmolStr,
    /// Creates the field where it is missing.
    pub create: bool,
}

/// Two specs name the same field and disagree on its creation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("conflicting fieldspecs for path {path:?} of {gvk}")]
pub struct ConflictingFieldSpecs {
    path: SmolStr,
    gvk: Gvk,
}

impl FieldSpec {
    /// The field at `path` of any type, created where it is missing.
    pub(crate) fn created_in_any(path: &'static str) -> Self {
        Self {
            gvk: Gvk::default(),
            path: SmolStr::new_static(path),
            create: true,
        }
    }

    /// Whether this spec already does what `other` asks for, creation aside.
    fn covers(&self, other: &Self) -> bool {
        self.gvk.is_selected(&other.gvk) && self.path == other.path
    }
}

/// Adds each spec that none of those before it covers.
///
/// # Errors
/// [`ConflictingFieldSpecs`] when one that covers it creates the field and it
/// does not, or the reverse.
pub(crate) fn merge(
    specs: &mut Vec<FieldSpec>,
    incoming: &[FieldSpec],
) -> Result<(), ConflictingFieldSpecs> {
    for spec in incoming {
        match specs.iter().find(|present| present.covers(spec)) {
            None => specs.push(spec.clone()),
            Some(present) if present.create == spec.create => {}
            Some(_) => {
                return Err(ConflictingFieldSpecs {
                    path: spec.path.clone(),
                    gvk: spec.gvk.clone(),
                });
            }
        }
    }
    Ok(())
}

impl Record for FieldSpec {
    const NAME: &'static str = "FieldSpec";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("group", |f| &mut f.gvk.group),
        Field::new("version", |f| &mut f.gvk.version),
        Field::new("kind", |f| &mut f.gvk.kind),
        Field::new("path", |f| &mut f.path),
        Field::new("create", |f| &mut f.create),
    ];
}
