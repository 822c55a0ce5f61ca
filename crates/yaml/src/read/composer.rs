//! The composer: tokens become nodes; tags are resolved, aliases and merge keys expanded.

mod alias;
mod mapping;

use self::alias::Anchors;
use self::mapping::MappingBuilder;
use super::ReadError;
use super::cursor::Mark;
use super::scanner::Scanner;
use super::token::TokenKind;
use crate::node::{Scalar, ScalarError, Sequence, Style, Tag};
use crate::{Limits, Mapping, Node, Profile, resolve};

/// What `!!` stands for.
const LONG_TAG_PREFIX: &str = "tag:yaml.org,2002:";

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

    /// The next document of the stream, `None` at its end.
    pub(super) fn next_document(&mut self) -> Result<Option<Node>, ReadError> {
        let is_first = std::mem::take(&mut self.is_first_document);
        if !is_first {
            while self.next_is(&[TokenKind::DocumentEnd])? {
                self.scanner.take()?;
            }
        }
        self.anchors.start_document();
        let node = match self.scanner.peek()?.kind {
            TokenKind::StreamEnd => return Ok(None),
            TokenKind::DocumentStart
            | TokenKind::VersionDirective { .. }
            | TokenKind::TagDirective { .. } => self.compose_explicit_document()?,
            _ if is_first => self.compose_root()?,
            _ => self.compose_explicit_document()?,
        };
        if self.next_is(&[TokenKind::DocumentEnd])? {
            self.scanner.take()?;
        }
        self.tag_directives.clear();
        self.deferred.take().map_or(Ok(Some(node)), Err)
    }

    fn compose_explicit_document(&mut self) -> Result<Node, ReadError> {
        self.process_directives()?;
        let start = self.scanner.peek()?.start;
        if !self.next_is(&[TokenKind::DocumentStart])? {
            return Err(self.scanner.parser_error(
                None,
                "did not find expected <document start>",
                start,
            ));
        }
        self.scanner.take()?;
        let is_empty = match &self.scanner.peek()?.kind {
            TokenKind::VersionDirective { .. } | TokenKind::TagDirective { .. } => true,
            kind => matches!(
                kind,
                TokenKind::DocumentStart | TokenKind::DocumentEnd | TokenKind::StreamEnd
            ),
        };
        if is_empty {
            Ok(self.empty(start)?.node)
        } else {
            self.compose_root()
        }
    }

    fn process_directives(&mut self) -> Result<(), ReadError> {
        let mut has_version = false;
        loop {
            let start = self.scanner.peek()?.start;
            match self.scanner.peek()?.kind.clone() {
                TokenKind::VersionDirective { major, minor } => {
                    if has_version {
                        return Err(self.scanner.parser_error(
                            None,
                            "found duplicate %YAML directive",
                            start,
                        ));
                    }
                    if (major, minor) != (1, 1) {
                        return Err(self.scanner.parser_error(
                            None,
                            "found incompatible YAML document",
                            start,
                        ));
                    }
                    has_version = true;
                }
                TokenKind::TagDirective { handle, prefix } => {
                    if self
                        .tag_directives
                        .iter()
                        .any(|(known, _)| *known == handle)
                    {
                        return Err(self.scanner.parser_error(
                            None,
                            "found duplicate %TAG directive",
                            start,
                        ));
                    }
                    self.tag_directives.push((handle, prefix));
                }
                _ => return Ok(()),
            }
            self.scanner.take()?;
        }
    }

    fn compose_root(&mut self) -> Result<Node, ReadError> {
        Ok(self.compose_node(Context::Block)?.node)
    }

    fn next_is(&mut self, kinds: &[TokenKind<'static>]) -> Result<bool, ReadError> {
        let kind = &self.scanner.peek()?.kind;
        Ok(kinds.contains(kind))
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

    /// Anchor and tag, in either order, one of each at most.
    fn take_properties(&mut self, start: Mark) -> Result<Properties<'a>, ReadError> {
        let mut properties = Properties::default();
        loop {
            match &self.scanner.peek()?.kind {
                TokenKind::Anchor(name) if properties.anchor.is_none() => {
                    properties.anchor = Some(name);
                    self.scanner.take()?;
                }
                TokenKind::Tag { .. } if properties.tag.is_none() => {
                    let token = self.scanner.take()?;
                    if let TokenKind::Tag { handle, suffix } = token.kind {
                        properties.tag =
                            Some(self.expand_tag(handle, suffix, start, token.start)?);
                    }
                }
                _ => return Ok(properties),
            }
        }
    }

    fn expand_tag(
        &self,
        handle: &str,
        suffix: String,
        start: Mark,
        at: Mark,
    ) -> Result<String, ReadError> {
        if handle.is_empty() {
            return Ok(suffix);
        }
        let declared = self
            .tag_directives
            .iter()
            .find(|(known, _)| *known == handle);
        let prefix = match (declared, handle) {
            (Some((_, prefix)), _) => prefix.as_str(),
            (None, "!") => "!",
            (None, "!!") => LONG_TAG_PREFIX,
            (None, _) => {
                return Err(self.scanner.parser_error(
                    Some(start),
                    "found undefined tag handle",
                    at,
                ));
            }
        };
        Ok(format!("{prefix}{suffix}"))
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

    fn scalar(&mut self, text: &str, style: Style, tag: Option<String>, start: Mark) -> Scalar {
        self.anchors.count(1);
        let explicit = tag
            .filter(|tag| self.profile == Profile::V2 || tag != "!")
            .map(|tag| short_tag(&tag));
        let is_tagged = explicit.is_some();
        let tag = match explicit {
            Some(tag) => tag,
            None if style != Style::Plain => Tag::Str,
            None if text == "<<" => Tag::Merge,
            None => resolve::plain(text, self.profile),
        };
        let mut scalar = Scalar {
            style,
            is_tagged,
            position: start.position(),
            ..Scalar::new(text, tag)
        };
        if is_tagged {
            self.require_fit(&scalar);
            // To go-yaml v2 a timestamp is the string that it was written as.
            if self.profile == Profile::V2 && scalar.tag == Tag::Timestamp {
                scalar.tag = Tag::Str;
            }
        }
        scalar
    }

    /// An explicit tag must suit the text, a boolean in the words of the profile.
    fn require_fit(&mut self, scalar: &Scalar) {
        let is_boolean = || resolve::plain(scalar.text(), self.profile) == Tag::Bool;
        let source = match scalar.value() {
            Err(error @ ScalarError::Base64) => error,
            Ok(_) if scalar.tag != Tag::Bool || is_boolean() => return,
            Ok(_) | Err(ScalarError::Mismatch { .. }) => scalar.mismatch(self.profile),
        };
        self.defer(ReadError::Scalar {
            source,
            position: scalar.position,
        });
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

    fn compose_block_sequence(&mut self, start: Mark) -> Result<Node, ReadError> {
        let opened = self.scanner.take()?.start;
        let mut items = Vec::new();
        loop {
            let token = self.scanner.peek()?;
            let at = token.start;
            match token.kind {
                TokenKind::BlockEntry => {
                    self.scanner.take()?;
                    let is_empty = self.next_is(&[TokenKind::BlockEntry, TokenKind::BlockEnd])?;
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

    fn compose_indentless_sequence(&mut self, start: Mark) -> Result<Node, ReadError> {
        let mut items = Vec::new();
        while self.next_is(&[TokenKind::BlockEntry])? {
            let at = self.scanner.take()?.start;
            let ends = [
                TokenKind::BlockEntry,
                TokenKind::Key,
                TokenKind::Value,
                TokenKind::BlockEnd,
            ];
            let is_empty = self.next_is(&ends)?;
            items.push(self.node_or_empty(is_empty, Context::Block, at)?.node);
        }
        Ok(self.sequence(items, false, start))
    }

    fn compose_flow_sequence(&mut self, start: Mark) -> Result<Node, ReadError> {
        let opened = self.scanner.take()?.start;
        let mut items = Vec::new();
        while !self.next_is(&[TokenKind::FlowSequenceEnd])? {
            if !items.is_empty() {
                self.require_flow_entry(opened, "did not find expected ',' or ']'")?;
            }
            if self.next_is(&[TokenKind::Key])? {
                items.push(self.compose_single_pair()?);
            } else if !self.next_is(&[TokenKind::FlowSequenceEnd])? {
                items.push(self.compose_node(Context::Flow)?.node);
            }
        }
        self.scanner.take()?;
        Ok(self.sequence(items, true, start))
    }

    fn require_flow_entry(&mut self, opened: Mark, problem: &'static str) -> Result<(), ReadError> {
        let at = self.scanner.peek()?.start;
        if !self.next_is(&[TokenKind::FlowEntry])? {
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
        let ends = [
            TokenKind::Value,
            TokenKind::FlowEntry,
            TokenKind::FlowSequenceEnd,
        ];
        let key = if self.next_is(&ends)? {
            // libyaml drops the token that ends an empty key, even a `:`.
            let at = self.scanner.take()?.start;
            self.empty(at)?
        } else {
            self.compose_node(Context::Flow)?
        };
        let value = self.compose_value(&ends[1..], Context::Flow)?;
        self.add(&mut builder, key, value);
        Ok(self.mapping(builder, true, start))
    }

    fn compose_flow_mapping(&mut self, start: Mark) -> Result<Node, ReadError> {
        let opened = self.scanner.take()?.start;
        let mut builder = MappingBuilder::new(self.profile);
        let ends = [
            TokenKind::Value,
            TokenKind::FlowEntry,
            TokenKind::FlowMappingEnd,
        ];
        let mut is_first = true;
        while !self.next_is(&[TokenKind::FlowMappingEnd])? {
            if !std::mem::take(&mut is_first) {
                self.require_flow_entry(opened, "did not find expected ',' or '}'")?;
            }
            let at = self.scanner.peek()?.start;
            if self.next_is(&[TokenKind::Key])? {
                self.scanner.take()?;
                let is_empty = self.next_is(&ends)?;
                let key = self.node_or_empty(is_empty, Context::Flow, at)?;
                let value = self.compose_value(&ends[1..], Context::Flow)?;
                self.add(&mut builder, key, value);
            } else if !self.next_is(&[TokenKind::FlowMappingEnd])? {
                let key = self.compose_node(Context::Flow)?;
                let value = self.empty(at)?;
                self.add(&mut builder, key, value);
            }
        }
        self.scanner.take()?;
        Ok(self.mapping(builder, true, start))
    }

    fn compose_block_mapping(&mut self, start: Mark) -> Result<Node, ReadError> {
        let opened = self.scanner.take()?.start;
        let mut builder = MappingBuilder::new(self.profile);
        let ends = [TokenKind::Key, TokenKind::Value, TokenKind::BlockEnd];
        loop {
            let token = self.scanner.peek()?;
            let at = token.start;
            match token.kind {
                TokenKind::Key => {
                    self.scanner.take()?;
                    let is_empty = self.next_is(&ends)?;
                    let key = self.node_or_empty(is_empty, Context::BlockMapping, at)?;
                    let value = self.compose_value(&ends, Context::BlockMapping)?;
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
        ends: &[TokenKind<'static>],
        context: Context,
    ) -> Result<Composed, ReadError> {
        let at = self.scanner.peek()?.start;
        if !self.next_is(&[TokenKind::Value])? {
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

fn short_tag(tag: &str) -> Tag {
    let Some(name) = tag.strip_prefix(LONG_TAG_PREFIX) else {
        return Tag::Other(tag.into());
    };
    match name {
        "null" => Tag::Null,
        "bool" => Tag::Bool,
        "int" => Tag::Int,
        "float" => Tag::Float,
        "str" => Tag::Str,
        "timestamp" => Tag::Timestamp,
        "binary" => Tag::Binary,
        "merge" => Tag::Merge,
        _ => Tag::Other(format!("!!{name}").into()),
    }
}
