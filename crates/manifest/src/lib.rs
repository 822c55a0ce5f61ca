//! A Kubernetes object as a value: identity, selectors, field paths, merges, differences.

pub mod gvk;
pub mod label_selector;
pub mod res_id;
pub mod scope;

pub use gvk::Gvk;
pub use label_selector::LabelSelector;
pub use res_id::ResId;
