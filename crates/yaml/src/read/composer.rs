//! The composer: tokens become nodes; tags are resolved, aliases and merge keys expanded.

mod alias;
mod collection;
mod document;
mod mapping;
mod scalar;

use self::alias::Anchors;
use self::mapping::MappingBuilder;
use super::ReadError;
use super::cursor::Mark;
use super::scanner::Scanner;
use super::token::TokenKind;
use crate::node::{Scalar, Style, Tag};
use crate::{Limits, Node, Profile};

#[derive(Debug)]
pub(super) struct Composer<'a> {
    scanner: Scanner<'a>,
    profile: Profile,
    limits: Limits,
    anchors: Anchors<'a>,
    tag_directives: Vec<(&'a str, String)>,
    is_first_document: bool,
    depth: usize,
    nodes: usize,
    /// The first error that is no error of the grammar.
    deferred: Option<ReadError>,
}

/// A node, and whether it came by an alias, which a merge key must know.
struct Composed {
    node: Node,
    is_alias: bool,
}

/// Anchor and tag before a node.
#[derive(Default)]
struct Properties<'a> {
    anchor: Option<&'a str>,
    tag: Option<String>,
}

impl Properties<'_> {
    fn is_empty(&self) -> bool {
        self.anchor.is_none() && self.tag.is_none()
    }
}

/// Where a node stands, which decides what it may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Context {
    /// In a block collection, or the root.
    Block,
    /// A key or value of a block mapping, where a sequence need not be indented.
    BlockMapping,
    Flow,
}

impl<'a> Composer<'a> {
    pub(super) fn new(text: &'a str, profile: Profile, limits: &Limits) -> Self {
        Self {
            scanner: Scanner::new(text, profile, limits),
            profile,
            limits: *limits,
            anchors: Anchors::new(profile),
            tag_directives: Vec::new(),
            is_first_document: true,
            depth: 0,
            nodes: 0,
            deferred: None,
        }
    }

    fn compose_root(&mut self) -> Result<Node, ReadError> {
        Ok(self.compose_node(Context::Block)?.node)
    }

    /// Whether the next token is of a kind.
    fn next_is(&mut self, is_kind: fn(&TokenKind<'_>) -> bool) -> Result<bool, ReadError> {
        Ok(is_kind(&self.scanner.peek()?.kind))
    }

    fn compose_node(&mut self, context: Context) -> Result<Composed, ReadError> {
        let start = self.scanner.peek()?.start;
        if let TokenKind::Alias(name) = self.scanner.peek()?.kind {
            self.scanner.take()?;
            return self.expand_alias(name, start);
        }
        let properties = self.take_properties(start)?;
        if let Some(anchor) = properties.anchor {
            self.anchors.open(anchor);
        }
        let anchor = properties.anchor;
        self.count_nodes(1)?;
        let node = self.compose_content(context, properties, start)?;
        if let Some(anchor) = anchor {
            self.anchors.close(anchor, &node);
        }
        Ok(Composed {
            node,
            is_alias: false,
        })
    }

    fn compose_content(
        &mut self,
        context: Context,
        properties: Properties<'a>,
        start: Mark,
    ) -> Result<Node, ReadError> {
        let at = self.scanner.peek()?.start;
        match &self.scanner.peek()?.kind {
            TokenKind::Scalar { .. } => {
                if let TokenKind::Scalar { text, style } = self.scanner.take()?.kind {
                    return Ok(self.scalar(&text, style, properties.tag, start).into());
                }
            }
            TokenKind::BlockEntry if context == Context::BlockMapping => {
                return self.nested(|composer| composer.compose_indentless_sequence(start));
            }
            TokenKind::FlowSequenceStart => {
                return self.nested(|composer| composer.compose_flow_sequence(start));
            }
            TokenKind::FlowMappingStart => {
                return self.nested(|composer| composer.compose_flow_mapping(start));
            }
            TokenKind::BlockSequenceStart if context != Context::Flow => {
                return self.nested(|composer| composer.compose_block_sequence(start));
            }
            TokenKind::BlockMappingStart if context != Context::Flow => {
                return self.nested(|composer| composer.compose_block_mapping(start));
            }
            _ if !properties.is_empty() => {
                return Ok(self.scalar("", Style::Plain, properties.tag, start).into());
            }
            _ => {}
        }
        Err(self
            .scanner
            .parser_error(Some(start), "did not find expected node content", at))
    }

    /// Composes a collection, one level deeper.
    fn nested(
        &mut self,
        compose: impl FnOnce(&mut Self) -> Result<Node, ReadError>,
    ) -> Result<Node, ReadError> {
        self.depth += 1;
        self.require_depth(self.depth)?;
        let node = compose(self);
        self.depth -= 1;
        node
    }

    fn require_depth(&self, depth: usize) -> Result<(), ReadError> {
        if depth > self.limits.depth {
            return Err(ReadError::Limit {
                what: "levels of nesting",
                limit: self.limits.depth,
            });
        }
        Ok(())
    }

    fn count_nodes(&mut self, count: usize) -> Result<(), ReadError> {
        self.nodes += count;
        if self.nodes > self.limits.nodes {
            return Err(ReadError::Limit {
                what: "nodes",
                limit: self.limits.nodes,
            });
        }
        Ok(())
    }

    /// What stands where nothing is written: null.
    fn empty(&mut self, at: Mark) -> Result<Composed, ReadError> {
        self.count_nodes(1)?;
        self.anchors.count(1);
        let node = Node::Scalar(Scalar {
            position: at.position(),
            ..Scalar::new("", Tag::Null)
        });
        Ok(Composed {
            node,
            is_alias: false,
        })
    }

    /// Keeps an error that Go finds only after it has parsed the whole document.
    fn defer(&mut self, error: ReadError) {
        self.deferred.get_or_insert(error);
    }

    fn add(&mut self, builder: &mut MappingBuilder, key: Composed, value: Composed) {
        if let Err(error) = builder.push(key, value) {
            self.defer(error);
        }
    }
}
