//! The functions that Helm adds, and those of Sprig that it replaces.

mod data;
mod templates;
mod toml;

use crate::function::Function;

/// The tables in the order in which later ones hold.
pub(super) fn tables() -> [&'static [Function]; 3] {
    [data::TABLE, templates::TABLE, toml::TABLE]
}
