//! The two YAML profiles of the field: what go-yaml v2 and go-yaml v3 read and print, to the byte.
//!
//! Kubernetes tools read YAML with one of two Go libraries and print it with one of two. A document means different
//! things to each (`on: yes` is a boolean to the first and a string to the second), so that a tool which wants to
//! give the same answers must know both. [`Profile`] names them.
//!
//! * [`read`] turns text into a [`Node`] tree: scanner, composer, anchors, merge keys, limits, Go's error texts.
//! * [`Node`] is that tree: ordered mappings, scalars with tag and style, positions.
//! * [`json`] converts between nodes and JSON values, as `sigs.k8s.io/yaml` does.
//! * [`emit`] prints: kustomize's output, Helm's `toYaml`, and go-yaml v3 as kyaml configures it.
//!
//! ```
//! use rheostat_yaml::{Limits, Profile, emit, json, parse};
//!
//! let text = b"on: yes\nport: 0777\n";
//! let limits = Limits::default();
//!
//! let values = parse(text, Profile::V2, &limits)?.expect("one document");
//! assert_eq!(json::from_node(&values, Profile::V2)?.to_string(), r#"{"port":511,"true":true}"#);
//!
//! let resource = parse(text, Profile::V3, &limits)?.expect("one document");
//! assert_eq!(emit::to_kustomize(&resource)?, "\"on\": \"yes\"\nport: 511\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Absent on purpose: comments (no consumer prints them), tags of collections, writing of anchors.

pub mod emit;
pub mod json;
pub mod limits;
pub mod node;
pub mod profile;
pub mod read;
mod resolve;

pub use limits::Limits;
pub use node::{Entry, Mapping, Node, Position, Scalar, Sequence, Style, Tag};
pub use profile::Profile;
pub use read::{ReadError, Step, parse, parse_in_parts, parse_stream};
pub use smol_str::SmolStr;
