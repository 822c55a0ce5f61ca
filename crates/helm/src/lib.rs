//! The Helm engine: a chart and values become manifests, hooks and notes.
//!
//! Everything is an argument: the files of a chart, the values, the capabilities of the cluster, and a host for what templates
//! may ask of the outside. The behaviour is that of Helm 4.2, its error texts included.
//!
//! - [`chart`] reads charts from archives and file trees;
//! - [`values`] reads, sets, coalesces and validates values;
//! - [`dependencies`] decides which subcharts take part;
//! - [`engine`] executes the templates;
//! - [`manifest`] splits and sorts what they put out;
//! - [`lint`] finds what is wrong with a chart;
//! - [`show`] tells of a chart what Helm does;
//! - [`render`] does all of it in Helm's order;
//! - [`release`] is what Helm remembers of it, and the text of its record;
//! - [`index`] reads what a repository says about its charts;
//! - [`package`] makes an archive of a chart.

pub mod capabilities;
pub mod chart;
pub mod dependencies;
pub mod engine;
pub mod index;
pub mod lint;
pub mod manifest;
pub mod package;
pub mod release;
pub mod render;
pub mod show;
pub mod values;

pub use capabilities::{Capabilities, KubeVersion};
pub use chart::Chart;
pub use render::{Draft, RenderError, RenderOptions, Rendered, draft, render};
