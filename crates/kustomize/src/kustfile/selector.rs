//! Selectors: which objects a patch, a replacement or a transformer means.

use super::decode::{Field, Record};

/// Chooses objects. Each field that is given is a regular expression that
/// must match as a whole; the two selectors use the syntax of Kubernetes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selector {
    /// API group; empty means any.
    pub group: String,
    /// API version; empty means any.
    pub version: String,
    /// Kind; empty means any.
    pub kind: String,
    /// Name, tried on the original and on the current one.
    pub name: String,
    /// Namespace, tried on the original and on the current one.
    pub namespace: String,
    /// Requirements on annotations.
    pub annotation_selector: String,
    /// Requirements on labels.
    pub label_selector: String,
}

impl Record for Selector {
    const NAME: &'static str = "Selector";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("group", |s| &mut s.group),
        Field::new("version", |s| &mut s.version),
        Field::new("kind", |s| &mut s.kind),
        Field::new("name", |s| &mut s.name),
        Field::new("namespace", |s| &mut s.namespace),
        Field::new("annotationSelector", |s| &mut s.annotation_selector),
        Field::new("labelSelector", |s| &mut s.label_selector),
    ];
}
