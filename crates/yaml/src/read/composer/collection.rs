//! Sequences and mappings, in block and in flow style: what is open, what comes next in it, what it becomes.

use super::mapping::MappingBuilder;
use super::{Composed, Composer, Context};
use crate::node::{Scalar, Sequence, Tag};
use crate::read::ReadError;
use crate::read::cursor::Mark;
use crate::read::parts::Step as PathStep;
use crate::read::token::TokenKind;
use crate::{Mapping, Node, json};

/// A collection whose end has not been reached.
pub(super) struct Collection<'a> {
    pub(super) kind: Kind,
    /// Its opening token.
    pub(super) opened: Mark,
    /// Where it begins, anchor and tag included.
    pub(super) start: Mark,
    pub(super) anchor: Option<&'a str>,
}

pub(super) enum Kind {
    BlockSequence(Vec<Node>),
    /// A sequence whose dashes stand in the column of its key.
    IndentlessSequence(Vec<Node>),
    FlowSequence(Vec<Node>),
    BlockMapping(Entries),
    FlowMapping(Entries),
    /// `[key: value]`: a mapping of one entry without braces.
    SinglePair(Entries),
}

/// The entries of a mapping so far.
#[derive(Default)]
pub(super) struct Entries {
    builder: Option<MappingBuilder>,
    /// A key that waits for its value.
    key: Option<Composed>,
    /// Whether that key can have no value, as in `{a, b}`.
    is_bare: bool,
}

/// What comes next in a collection.
pub(super) enum Step {
    Node(Context),
    /// Nothing is written where a node could be.
    Empty(Mark),
    /// A single pair begins here.
    Pair(Mark),
    Close,
}

/// The collection that a token opens.
pub(super) fn opened_by(token: &TokenKind<'_>, context: Context) -> Option<Kind> {
    Some(match token {
        TokenKind::BlockEntry if context == Context::BlockMapping => {
            Kind::IndentlessSequence(Vec::new())
        }
        TokenKind::BlockSequenceStart if context != Context::Flow => {
            Kind::BlockSequence(Vec::new())
        }
        TokenKind::BlockMappingStart if context != Context::Flow => {
            Kind::BlockMapping(Entries::default())
        }
        TokenKind::FlowSequenceStart => Kind::FlowSequence(Vec::new()),
        TokenKind::FlowMappingStart => Kind::FlowMapping(Entries::default()),
        _ => return None,
    })
}

impl Collection<'_> {
    /// A single pair whose key begins at a place.
    pub(super) fn single_pair(start: Mark) -> Self {
        Self {
            kind: Kind::SinglePair(Entries::default()),
            opened: start,
            start,
            anchor: None,
        }
    }
}

impl Collection<'_> {
    /// Whether the next complete node stands at a step from here. An anchored collection is kept whole.
    fn is_at(&self, step: PathStep<'_>) -> bool {
        let is_kept = self.anchor.is_some();
        match step {
            _ if is_kept => false,
            PathStep::Key(name) => self.awaited_key().is_some_and(|key| key.text() == name),
            PathStep::EachKey => self.awaited_key().is_some_and(|key| key.tag != Tag::Merge),
            PathStep::EachItem => matches!(
                self.kind,
                Kind::BlockSequence(_) | Kind::IndentlessSequence(_) | Kind::FlowSequence(_)
            ),
        }
    }

    /// The key of a mapping whose value comes next.
    fn awaited_key(&self) -> Option<&Scalar> {
        match &self.kind {
            Kind::BlockMapping(entries) | Kind::FlowMapping(entries) => {
                entries.key.as_ref()?.node.as_scalar()
            }
            _ => None,
        }
    }

    /// Whether a sequence has no elements yet. A mapping needs a value for each key.
    fn is_empty_so_far(&self) -> bool {
        match &self.kind {
            Kind::BlockSequence(items)
            | Kind::IndentlessSequence(items)
            | Kind::FlowSequence(items) => items.is_empty(),
            Kind::BlockMapping(_) | Kind::FlowMapping(_) | Kind::SinglePair(_) => true,
        }
    }
}

impl<'a> Composer<'a> {
    /// Hands a complete node over if it is one of the parts, and returns what takes its place, if anything does.
    pub(super) fn hand_over(
        &mut self,
        open: &[Collection<'a>],
        composed: Composed,
    ) -> Option<Composed> {
        let Some(parts) = &mut self.parts else {
            return Some(composed);
        };
        let is_on_the_way = open.len() == parts.path.len()
            && open
                .iter()
                .zip(parts.path)
                .all(|(collection, step)| collection.is_at(*step));
        if !is_on_the_way {
            return Some(composed);
        }
        let key = open.iter().rev().find_map(Collection::awaited_key);
        let key = key.map(json::plain_key_text).unwrap_or_default();
        (parts.take)(&key, composed.node);
        let is_first = open.last().is_none_or(Collection::is_empty_so_far);
        is_first.then(|| Composed {
            node: Node::null(),
            is_alias: false,
        })
    }

    /// Puts a complete node into the collection that it stands in.
    pub(super) fn accept(&mut self, collection: &mut Collection<'a>, composed: Composed) {
        match &mut collection.kind {
            Kind::BlockSequence(items)
            | Kind::IndentlessSequence(items)
            | Kind::FlowSequence(items) => {
                items.push(composed.node);
            }
            Kind::BlockMapping(entries)
            | Kind::FlowMapping(entries)
            | Kind::SinglePair(entries) => {
                let Some(key) = entries.key.take() else {
                    entries.key = Some(composed);
                    return;
                };
                let builder = entries.builder.get_or_insert_with(|| {
                    MappingBuilder::new(self.profile, self.is_strict, self.depth == 1)
                });
                if let Err(error) = builder.push(key, composed) {
                    self.defer(error);
                }
            }
        }
    }

    /// Takes the tokens up to the next node in a collection.
    pub(super) fn advance(&mut self, collection: &mut Collection<'a>) -> Result<Step, ReadError> {
        let opened = collection.opened;
        match &mut collection.kind {
            Kind::BlockSequence(_) => self.advance_block_sequence(opened),
            Kind::IndentlessSequence(_) => self.advance_indentless_sequence(),
            Kind::FlowSequence(items) => {
                let is_first = items.is_empty();
                self.advance_flow_sequence(opened, is_first)
            }
            Kind::BlockMapping(entries) if entries.key.is_none() => {
                self.advance_block_mapping(opened)
            }
            Kind::BlockMapping(_) => self.advance_value(ends_block_entry, Context::BlockMapping),
            Kind::FlowMapping(entries) if entries.key.is_none() => {
                self.advance_flow_mapping(opened, entries)
            }
            Kind::FlowMapping(Entries { is_bare: true, .. }) => {
                Ok(Step::Empty(self.scanner.peek()?.start))
            }
            Kind::FlowMapping(_) => self.advance_value(ends_mapping_entry, Context::Flow),
            Kind::SinglePair(entries) if entries.key.is_some() => {
                self.advance_value(ends_sequence_entry, Context::Flow)
            }
            Kind::SinglePair(entries) if entries.builder.is_none() => self.advance_single_pair(),
            Kind::SinglePair(_) => Ok(Step::Close),
        }
    }

    /// Makes the node of a collection whose end was reached.
    pub(super) fn finish(&mut self, collection: Collection<'a>) -> Composed {
        self.anchors.count(1);
        let position = collection.start.position();
        let is_flow = matches!(
            collection.kind,
            Kind::FlowSequence(_) | Kind::FlowMapping(_) | Kind::SinglePair(_)
        );
        let node = match collection.kind {
            Kind::BlockSequence(mut items)
            | Kind::IndentlessSequence(mut items)
            | Kind::FlowSequence(mut items) => {
                items.shrink_to_fit();
                Node::Sequence(Sequence {
                    items,
                    is_flow,
                    position,
                })
            }
            Kind::BlockMapping(entries)
            | Kind::FlowMapping(entries)
            | Kind::SinglePair(entries) => {
                let entries = entries
                    .builder
                    .map(MappingBuilder::finish)
                    .unwrap_or_default();
                Node::Mapping(Mapping {
                    entries,
                    is_flow,
                    position,
                })
            }
        };
        if let Some(anchor) = collection.anchor {
            self.anchors.close(anchor, &node);
        }
        Composed {
            node,
            is_alias: false,
        }
    }

    fn advance_block_sequence(&mut self, opened: Mark) -> Result<Step, ReadError> {
        let token = self.scanner.peek()?;
        let at = token.start;
        match token.kind {
            TokenKind::BlockEntry => {
                self.scanner.take()?;
                let is_end = |kind: &TokenKind<'_>| {
                    matches!(kind, TokenKind::BlockEntry | TokenKind::BlockEnd)
                };
                self.node_or_empty(is_end, Context::Block, at)
            }
            TokenKind::BlockEnd => {
                self.scanner.take()?;
                Ok(Step::Close)
            }
            _ => Err(self.scanner.parser_error(
                Some(opened),
                "did not find expected '-' indicator",
                at,
            )),
        }
    }

    fn advance_indentless_sequence(&mut self) -> Result<Step, ReadError> {
        if !self.next_is(|kind| matches!(kind, TokenKind::BlockEntry))? {
            return Ok(Step::Close);
        }
        let at = self.scanner.take()?.start;
        let is_end =
            |kind: &TokenKind<'_>| matches!(kind, TokenKind::BlockEntry) || ends_block_entry(kind);
        self.node_or_empty(is_end, Context::Block, at)
    }

    fn advance_flow_sequence(&mut self, opened: Mark, is_first: bool) -> Result<Step, ReadError> {
        let is_end = |kind: &TokenKind<'_>| matches!(kind, TokenKind::FlowSequenceEnd);
        if !is_first && !self.next_is(is_end)? {
            self.require_flow_entry(opened, "did not find expected ',' or ']'")?;
        }
        if self.next_is(is_end)? {
            self.scanner.take()?;
            return Ok(Step::Close);
        }
        if !self.next_is(|kind| matches!(kind, TokenKind::Key))? {
            return Ok(Step::Node(Context::Flow));
        }
        let start = self.scanner.take()?.start;
        self.count_nodes(1)?;
        Ok(Step::Pair(start))
    }

    fn advance_single_pair(&mut self) -> Result<Step, ReadError> {
        if self.next_is(|kind| *kind == TokenKind::Value || ends_sequence_entry(kind))? {
            // libyaml drops the token that ends an empty key, even a `:`.
            let at = self.scanner.take()?.start;
            return Ok(Step::Empty(at));
        }
        Ok(Step::Node(Context::Flow))
    }

    fn advance_flow_mapping(
        &mut self,
        opened: Mark,
        entries: &mut Entries,
    ) -> Result<Step, ReadError> {
        let is_end = |kind: &TokenKind<'_>| matches!(kind, TokenKind::FlowMappingEnd);
        if entries.builder.is_some() && !self.next_is(is_end)? {
            self.require_flow_entry(opened, "did not find expected ',' or '}'")?;
        }
        if self.next_is(is_end)? {
            self.scanner.take()?;
            return Ok(Step::Close);
        }
        entries.is_bare = !self.next_is(|kind| matches!(kind, TokenKind::Key))?;
        if entries.is_bare {
            return Ok(Step::Node(Context::Flow));
        }
        let at = self.scanner.take()?.start;
        let is_end = |kind: &TokenKind<'_>| *kind == TokenKind::Value || ends_mapping_entry(kind);
        self.node_or_empty(is_end, Context::Flow, at)
    }

    fn advance_block_mapping(&mut self, opened: Mark) -> Result<Step, ReadError> {
        let token = self.scanner.peek()?;
        let at = token.start;
        match token.kind {
            TokenKind::Key => {
                self.scanner.take()?;
                self.node_or_empty(ends_block_entry, Context::BlockMapping, at)
            }
            TokenKind::BlockEnd => {
                self.scanner.take()?;
                Ok(Step::Close)
            }
            _ => Err(self
                .scanner
                .parser_error(Some(opened), "did not find expected key", at)),
        }
    }

    /// The value after a key; nothing if there is no `:`, or nothing after it.
    fn advance_value(
        &mut self,
        is_end: fn(&TokenKind<'_>) -> bool,
        context: Context,
    ) -> Result<Step, ReadError> {
        let at = self.scanner.peek()?.start;
        if !self.next_is(|kind| matches!(kind, TokenKind::Value))? {
            return Ok(Step::Empty(at));
        }
        self.scanner.take()?;
        self.node_or_empty(is_end, context, at)
    }

    fn node_or_empty(
        &mut self,
        is_end: fn(&TokenKind<'_>) -> bool,
        context: Context,
        at: Mark,
    ) -> Result<Step, ReadError> {
        Ok(if self.next_is(is_end)? {
            Step::Empty(at)
        } else {
            Step::Node(context)
        })
    }

    fn require_flow_entry(&mut self, opened: Mark, problem: &'static str) -> Result<(), ReadError> {
        let at = self.scanner.peek()?.start;
        if !self.next_is(|kind| matches!(kind, TokenKind::FlowEntry))? {
            return Err(self.scanner.parser_error(Some(opened), problem, at));
        }
        self.scanner.take()?;
        Ok(())
    }
}

/// Whether a token ends an entry of a flow sequence.
fn ends_sequence_entry(kind: &TokenKind<'_>) -> bool {
    matches!(kind, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd)
}

/// Whether a token ends an entry of a flow mapping.
fn ends_mapping_entry(kind: &TokenKind<'_>) -> bool {
    matches!(kind, TokenKind::FlowEntry | TokenKind::FlowMappingEnd)
}

/// Whether a token ends a key or a value of a block mapping.
fn ends_block_entry(kind: &TokenKind<'_>) -> bool {
    matches!(
        kind,
        TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd
    )
}
