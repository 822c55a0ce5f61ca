//! A Kubernetes object as a value: identity, selectors, field paths, merges, differences.

pub mod diff;
pub mod gvk;
pub mod json6902;
pub mod json_merge;
pub mod label_selector;
pub mod res_id;
pub mod schema;
pub mod scope;
pub mod strategic;

pub use gvk::Gvk;
pub use label_selector::LabelSelector;
pub use res_id::ResId;
pub use schema::Schema;
