//! The composer: tokens become nodes; tags are resolved, aliases and merge keys expanded.

mod alias;
mod collection;
mod document;
mod mapping;
mod scalar;

use std::borrow::Cow;

use self::alias::Anchors;
use self::collection::{Collection, Kind, Step};
use super::ReadError;
use super::cursor::Mark;
use super::parts::Parts;
use super::scanner::Scanner;
use super::token::TokenKind;
use crate::node::{Scalar, Style, Tag};
use crate::{Limits, Node, Profile};

#[derive(Debug)]
pub(super) struct Composer<'a> {
    scanner: Scanner<'a>,
    profile: Profile,
    /// Whether a repeated key is an error in v2, too.
    is_strict: bool,
    /// Parts that are handed over instead of kept.
    parts: Option<Parts<'a>>,
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

/// What a node turned out to be after its first tokens.
enum Begun<'a> {
    Complete(Composed),
    Open(Collection<'a>),
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
            is_strict: false,
            parts: None,
            limits: *limits,
            anchors: Anchors::new(profile),
            tag_directives: Vec::new(),
            is_first_document: true,
            depth: 0,
            nodes: 0,
            deferred: None,
        }
    }

    /// The same that refuses repeated keys.
    pub(super) fn strictly(mut self) -> Self {
        self.is_strict = true;
        self
    }

    /// The same that hands parts over.
    pub(super) fn in_parts(mut self, parts: Parts<'a>) -> Self {
        self.parts = Some(parts);
        self
    }

    /// Composes a node with all that is in it. Open collections are kept on a stack of their own, so that no nesting
    /// exhausts the thread's.
    fn compose_root(&mut self) -> Result<Node, ReadError> {
        let mut open: Vec<Collection<'a>> = Vec::new();
        let mut step = Step::Node(Context::Block);
        loop {
            let finished = match step {
                Step::Node(context) => match self.begin_node(context)? {
                    Begun::Complete(composed) => Some(composed),
                    Begun::Open(collection) => {
                        self.require_depth(open.len() + 1)?;
                        open.push(collection);
                        None
                    }
                },
                Step::Empty(at) => Some(self.empty(at)?),
                Step::Pair(start) => {
                    self.require_depth(open.len() + 1)?;
                    open.push(Collection::single_pair(start));
                    None
                }
                Step::Close => open.pop().map(|collection| self.finish(collection)),
            };
            self.depth = open.len();
            let finished = finished.and_then(|composed| self.hand_over(&open, composed));
            let Some(innermost) = open.last_mut() else {
                return Ok(finished.map_or_else(Node::null, |root| root.node));
            };
            if let Some(composed) = finished {
                self.accept(innermost, composed);
            }
            step = self.advance(innermost)?;
        }
    }

    /// Whether the next token is of a kind.
    fn next_is(&mut self, is_kind: fn(&TokenKind<'_>) -> bool) -> Result<bool, ReadError> {
        Ok(is_kind(&self.scanner.peek()?.kind))
    }

    /// Takes a scalar or an alias whole, or the token that opens a collection.
    fn begin_node(&mut self, context: Context) -> Result<Begun<'a>, ReadError> {
        let start = self.scanner.peek()?.start;
        if let TokenKind::Alias(name) = self.scanner.peek()?.kind {
            self.scanner.take()?;
            return self.expand_alias(name, start).map(Begun::Complete);
        }
        let properties = self.take_properties(start)?;
        self.count_nodes(1)?;
        let opened = self.scanner.peek()?.start;
        let anchor = properties.anchor;
        if let Some(kind) = collection::opened_by(&self.scanner.peek()?.kind, context) {
            // A sequence that is not indented has no token of its own.
            if !matches!(kind, Kind::IndentlessSequence(_)) {
                self.scanner.take()?;
            }
            if let Some(anchor) = anchor {
                self.anchors.open(anchor);
            }
            return Ok(Begun::Open(Collection {
                kind,
                opened,
                start,
                anchor,
            }));
        }
        let scalar = match self.take_scalar()? {
            Some((text, style)) => self.scalar(&text, style, properties.tag, start),
            None if !properties.is_empty() => self.scalar("", Style::Plain, properties.tag, start),
            None => {
                let problem = "did not find expected node content";
                return Err(self.scanner.parser_error(Some(start), problem, opened));
            }
        };
        let node = Node::Scalar(scalar);
        if let Some(anchor) = anchor {
            self.anchors.close(anchor, &node);
        }
        Ok(Begun::Complete(Composed {
            node,
            is_alias: false,
        }))
    }

    fn take_scalar(&mut self) -> Result<Option<(Cow<'a, str>, Style)>, ReadError> {
        if !self.next_is(|kind| matches!(kind, TokenKind::Scalar { .. }))? {
            return Ok(None);
        }
        match self.scanner.take()?.kind {
            TokenKind::Scalar { text, style } => Ok(Some((text, style))),
            _ => Ok(None),
        }
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
}
