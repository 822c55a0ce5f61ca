//! How much a value holds, so that what is copied from object to object
//! stays bounded: each copy into its own surroundings doubles it.

use rheostat_yaml::Node;

/// Deepest nesting that a path or a copy may make: what the YAML reader
/// takes.
pub(crate) const MAX_DEPTH: usize = 250;

/// What a value holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Bytes of its texts, and [`NODE_BYTES`] for each node.
    pub(crate) bytes: usize,
    /// Levels of collections, 0 for a scalar.
    pub(crate) depth: usize,
}

/// About what a node takes in memory.
const NODE_BYTES: usize = 64;

impl Extent {
    /// Recurses as deep as the value, which the reader and [`MAX_DEPTH`]
    /// bound.
    pub(crate) fn of(node: &Node) -> Self {
        let mut extent = Self {
            bytes: NODE_BYTES,
            depth: 0,
        };
        match node {
            Node::Scalar(scalar) => extent.bytes += scalar.text().len(),
            Node::Sequence(sequence) => sequence.items.iter().for_each(|item| extent.add(item)),
            Node::Mapping(mapping) => {
                for entry in &mapping.entries {
                    extent.bytes += NODE_BYTES + entry.key.text().len();
                    extent.add(&entry.value);
                }
                extent.depth = extent.depth.max(1);
            }
        }
        extent
    }

    fn add(&mut self, inner: &Node) {
        let inner = Self::of(inner);
        self.bytes += inner.bytes;
        self.depth = self.depth.max(inner.depth + 1);
    }
}
