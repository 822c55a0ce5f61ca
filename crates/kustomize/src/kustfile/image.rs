//! Entries of `images` and `replicas`.

use super::decode::{Field, Record};

/// How the references to one image change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Image {
    /// Name to look for. It is read as a regular expression.
    pub name: String,
    /// Name to write; empty keeps the old one.
    pub new_name: String,
    /// Text appended to the old tag.
    pub tag_suffix: String,
    /// Tag to write; alone, it drops a digest.
    pub new_tag: String,
    /// Digest to write; alone, it drops a tag.
    pub digest: String,
}

/// How many replicas the objects of a name get.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Replica {
    /// Name to look for, current or former.
    pub name: String,
    /// Number of replicas.
    pub count: i64,
}

impl Record for Image {
    const NAME: &'static str = "Image";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("name", |i| &mut i.name),
        Field::new("newName", |i| &mut i.new_name),
        Field::new("tagSuffix", |i| &mut i.tag_suffix),
        Field::new("newTag", |i| &mut i.new_tag),
        Field::new("digest", |i| &mut i.digest),
    ];
}

impl Record for Replica {
    const NAME: &'static str = "Replica";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("name", |r| &mut r.name),
        Field::new("count", |r| &mut r.count),
    ];
}
