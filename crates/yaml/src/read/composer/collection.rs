//! Sequences and mappings, in block and in flow style.

use super::mapping::MappingBuilder;
use super::{Composed, Composer, Context};
use crate::node::Sequence;
use crate::read::ReadError;
use crate::read::cursor::Mark;
use crate::read::token::TokenKind;
use crate::{Mapping, Node};

impl Composer<'_> {
    pub(super) fn compose_block_sequence(&mut self, start: Mark) -> Result<Node, ReadError> {
        let opened = self.scanner.take()?.start;
        let mut items = Vec::new();
        loop {
            let token = self.scanner.peek()?;
            let at = token.start;
            match token.kind {
                TokenKind::BlockEntry => {
                    self.scanner.take()?;
                    let is_empty = self.next_is(|kind| {
                        matches!(kind, TokenKind::BlockEntry | TokenKind::BlockEnd)
                    })?;
                    items.push(self.node_or_empty(is_empty, Context::Block, at)?.node);
                }
                TokenKind::BlockEnd => {
                    self.scanner.take()?;
                    return Ok(self.sequence(items, false, start));
                }
                _ => {
                    return Err(self.scanner.parser_error(
                        Some(opened),
                        "did not find expected '-' indicator",
                        at,
                    ));
                }
            }
        }
    }

    pub(super) fn compose_indentless_sequence(&mut self, start: Mark) -> Result<Node, ReadError> {
        let mut items = Vec::new();
        while self.next_is(|kind| matches!(kind, TokenKind::BlockEntry))? {
            let at = self.scanner.take()?.start;
            let is_empty = self.next_is(|kind| {
                matches!(
                    kind,
                    TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd
                )
            })?;
            items.push(self.node_or_empty(is_empty, Context::Block, at)?.node);
        }
        Ok(self.sequence(items, false, start))
    }

    pub(super) fn compose_flow_sequence(&mut self, start: Mark) -> Result<Node, ReadError> {
        let opened = self.scanner.take()?.start;
        let mut items = Vec::new();
        while !self.next_is(|kind| matches!(kind, TokenKind::FlowSequenceEnd))? {
            if !items.is_empty() {
                self.require_flow_entry(opened, "did not find expected ',' or ']'")?;
            }
            if self.next_is(|kind| matches!(kind, TokenKind::Key))? {
                items.push(self.compose_single_pair()?);
            } else if !self.next_is(|kind| matches!(kind, TokenKind::FlowSequenceEnd))? {
                items.push(self.compose_node(Context::Flow)?.node);
            }
        }
        self.scanner.take()?;
        Ok(self.sequence(items, true, start))
    }

    fn require_flow_entry(&mut self, opened: Mark, problem: &'static str) -> Result<(), ReadError> {
        let at = self.scanner.peek()?.start;
        if !self.next_is(|kind| matches!(kind, TokenKind::FlowEntry))? {
            return Err(self.scanner.parser_error(Some(opened), problem, at));
        }
        self.scanner.take()?;
        Ok(())
    }

    /// `[key: value]`: a mapping of one entry without braces.
    fn compose_single_pair(&mut self) -> Result<Node, ReadError> {
        let start = self.scanner.take()?.start;
        self.count_nodes(1)?;
        let mut builder = MappingBuilder::new(self.profile);
        let key = if self.next_is(|kind| *kind == TokenKind::Value || ends_sequence_entry(kind))? {
            // libyaml drops the token that ends an empty key, even a `:`.
            let at = self.scanner.take()?.start;
            self.empty(at)?
        } else {
            self.compose_node(Context::Flow)?
        };
        let value = self.compose_value(ends_sequence_entry, Context::Flow)?;
        self.add(&mut builder, key, value);
        Ok(self.mapping(builder, true, start))
    }

    pub(super) fn compose_flow_mapping(&mut self, start: Mark) -> Result<Node, ReadError> {
        let opened = self.scanner.take()?.start;
        let mut builder = MappingBuilder::new(self.profile);
        let mut is_first = true;
        while !self.next_is(|kind| matches!(kind, TokenKind::FlowMappingEnd))? {
            if !std::mem::take(&mut is_first) {
                self.require_flow_entry(opened, "did not find expected ',' or '}'")?;
            }
            let at = self.scanner.peek()?.start;
            if self.next_is(|kind| matches!(kind, TokenKind::Key))? {
                self.scanner.take()?;
                let is_empty =
                    self.next_is(|kind| *kind == TokenKind::Value || ends_mapping_entry(kind))?;
                let key = self.node_or_empty(is_empty, Context::Flow, at)?;
                let value = self.compose_value(ends_mapping_entry, Context::Flow)?;
                self.add(&mut builder, key, value);
            } else if !self.next_is(|kind| matches!(kind, TokenKind::FlowMappingEnd))? {
                let key = self.compose_node(Context::Flow)?;
                let value = self.empty(at)?;
                self.add(&mut builder, key, value);
            }
        }
        self.scanner.take()?;
        Ok(self.mapping(builder, true, start))
    }

    pub(super) fn compose_block_mapping(&mut self, start: Mark) -> Result<Node, ReadError> {
        let opened = self.scanner.take()?.start;
        let mut builder = MappingBuilder::new(self.profile);
        loop {
            let token = self.scanner.peek()?;
            let at = token.start;
            match token.kind {
                TokenKind::Key => {
                    self.scanner.take()?;
                    let is_empty = self.next_is(ends_block_entry)?;
                    let key = self.node_or_empty(is_empty, Context::BlockMapping, at)?;
                    let value = self.compose_value(ends_block_entry, Context::BlockMapping)?;
                    self.add(&mut builder, key, value);
                }
                TokenKind::BlockEnd => {
                    self.scanner.take()?;
                    return Ok(self.mapping(builder, false, start));
                }
                _ => {
                    return Err(self.scanner.parser_error(
                        Some(opened),
                        "did not find expected key",
                        at,
                    ));
                }
            }
        }
    }

    /// The value after a key; null if there is no `:`, or nothing after it.
    fn compose_value(
        &mut self,
        ends: fn(&TokenKind<'_>) -> bool,
        context: Context,
    ) -> Result<Composed, ReadError> {
        let at = self.scanner.peek()?.start;
        if !self.next_is(|kind| matches!(kind, TokenKind::Value))? {
            return self.empty(at);
        }
        self.scanner.take()?;
        let is_empty = self.next_is(ends)?;
        self.node_or_empty(is_empty, context, at)
    }

    fn node_or_empty(
        &mut self,
        is_empty: bool,
        context: Context,
        at: Mark,
    ) -> Result<Composed, ReadError> {
        if is_empty {
            self.empty(at)
        } else {
            self.compose_node(context)
        }
    }

    fn sequence(&mut self, items: Vec<Node>, is_flow: bool, start: Mark) -> Node {
        self.anchors.count(1);
        Node::Sequence(Sequence {
            items,
            is_flow,
            position: start.position(),
        })
    }

    fn mapping(&mut self, builder: MappingBuilder, is_flow: bool, start: Mark) -> Node {
        self.anchors.count(1);
        Node::Mapping(Mapping {
            entries: builder.finish(),
            is_flow,
            position: start.position(),
        })
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
