//! What a release is besides Helm's own rendering: values are composed before it, manifests changed after it.
//!
//! * [`values`]: ConfigMaps, Secrets and inline values become the values of one release.
//! * [`config_digest`]: by which two compositions are told apart.
//! * [`post_render`]: patches, images and metadata between the templates' output and the release.
//!
//! Deliberately absent: rendering itself, which is [`rheostat_helm`]'s, and reading the objects that hold values.

pub mod config_digest;
pub mod post_render;
pub mod values;

pub use self::config_digest::config_text;
pub use self::post_render::{PostRender, PostRenderError, Strategy, post_render};
pub use self::values::{Reference, ReferenceKind, ValuesError, compose};
