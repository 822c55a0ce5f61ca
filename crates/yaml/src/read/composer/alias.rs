//! Anchors and the aliases that refer to them, with go-yaml's guard against documents that multiply.

use std::collections::HashMap;

use super::{Composed, Composer, Mark};
use crate::{Node, Profile, ReadError};

/// Nodes that aliases may add where the reference sets no bound (kyaml expands before anything counts). It is the
/// size from which go-yaml no longer calls a document small.
const EXPANDED_NODES: usize = 400_000;

/// The nodes that anchors name, and how much aliases have added so far.
#[derive(Debug)]
pub(super) struct Anchors<'a> {
    profile: Profile,
    named: HashMap<&'a str, Anchor>,
    /// Nodes so far, aliases expanded.
    decoded: usize,
    /// Those of them that aliases added.
    aliased: usize,
}

#[derive(Debug)]
enum Anchor {
    /// The collection is not complete: an alias to it would hold itself.
    Open,
    Closed {
        node: Node,
        size: usize,
        depth: usize,
    },
}

impl<'a> Anchors<'a> {
    pub(super) fn new(profile: Profile) -> Self {
        Self {
            profile,
            named: HashMap::new(),
            decoded: 0,
            aliased: 0,
        }
    }

    /// In v2 an anchor ends with its document; in v3 it lives as long as the stream.
    pub(super) fn start_document(&mut self) {
        if self.profile == Profile::V2 {
            self.named.clear();
        }
        self.decoded = 0;
        self.aliased = 0;
    }

    pub(super) fn open(&mut self, name: &'a str) {
        self.named.insert(name, Anchor::Open);
    }

    pub(super) fn close(&mut self, name: &'a str, node: &Node) {
        let (size, depth) = measure(node);
        self.named.insert(
            name,
            Anchor::Closed {
                node: node.clone(),
                size,
                depth,
            },
        );
    }

    pub(super) fn count(&mut self, nodes: usize) {
        self.decoded += nodes;
    }

    fn is_excessive(&self) -> bool {
        match self.profile {
            Profile::V2 => {
                self.aliased > 100
                    && self.decoded > 1000
                    && self.ratio() > allowed_ratio(self.decoded)
            }
            Profile::V3 => self.aliased > EXPANDED_NODES,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "the counts stay far below 2^52")]
    fn ratio(&self) -> f64 {
        self.aliased as f64 / self.decoded as f64
    }
}

impl<'a> Composer<'a> {
    pub(super) fn expand_alias(&mut self, name: &'a str, at: Mark) -> Result<Composed, ReadError> {
        let position = at.position();
        let (node, size, depth) = match self.anchors.named.get(name) {
            None => {
                let name = name.to_owned();
                return Err(ReadError::UnknownAnchor { name, position });
            }
            Some(Anchor::Open) => {
                let name = name.to_owned();
                self.defer(ReadError::RecursiveAlias { name, position });
                return self.empty(at);
            }
            Some(Anchor::Closed { node, size, depth }) => (node, *size, *depth),
        };
        self.anchors.decoded += size + 1;
        self.anchors.aliased += size;
        if self.anchors.is_excessive() {
            self.defer(ReadError::ExcessiveAliasing { position });
            return self.empty(at);
        }
        self.require_depth(self.depth + depth)?;
        let mut node = node.clone();
        node.set_position(position);
        self.count_nodes(size)?;
        Ok(Composed {
            node,
            is_alias: true,
        })
    }
}

/// The share of a document that may come from aliases: go-yaml allows 99 % up to 400,000 nodes, 10 % from 4,000,000.
#[expect(clippy::cast_precision_loss, reason = "the counts stay far below 2^52")]
fn allowed_ratio(decoded: usize) -> f64 {
    const LOW: usize = 400_000;
    const HIGH: usize = 4_000_000;
    match decoded {
        0..=LOW => 0.99,
        HIGH.. => 0.10,
        _ => 0.99 - 0.89 * ((decoded - LOW) as f64 / (HIGH - LOW) as f64),
    }
}

/// Nodes of a tree, keys included, and its levels of collections.
fn measure(node: &Node) -> (usize, usize) {
    let children = |measures: &mut dyn Iterator<Item = (usize, usize)>| {
        measures.fold((1, 1), |(size, depth), (below, levels)| {
            (size + below, depth.max(levels + 1))
        })
    };
    match node {
        Node::Scalar(_) => (1, 0),
        Node::Sequence(sequence) => children(&mut sequence.items.iter().map(measure)),
        Node::Mapping(mapping) => children(&mut mapping.entries.iter().map(|entry| {
            let (size, depth) = measure(&entry.value);
            (size + 1, depth)
        })),
    }
}
