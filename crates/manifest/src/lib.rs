//! A Kubernetes object as a value: identity, selectors, merges, differences.
//!
//! * [`Gvk`], [`ResId`] and [`scope`] tell objects apart, as kustomize does.
//! * [`LabelSelector`] chooses among them.
//! * [`strategic`] merges a patch by the merge keys of a [`Schema`]; [`json6902`] and [`json_merge`] need none.
//! * [`three_way`] makes the patch that brings an object from one wanted version to the next.
//! * [`diff`] tells where two objects differ.
//!
//! Objects are [`rheostat_yaml::Node`]s where order and style of the text matter, and JSON values where they do not.
//! Field paths are absent: each tool has its own language for them.

pub mod diff;
pub mod gvk;
pub mod json6902;
pub mod json_merge;
pub mod label_selector;
pub mod res_id;
pub mod schema;
pub mod scope;
pub mod strategic;
pub mod three_way;

pub use gvk::Gvk;
pub use label_selector::LabelSelector;
pub use res_id::ResId;
pub use schema::Schema;
