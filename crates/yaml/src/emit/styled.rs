//! go-yaml v3: order and styles of the nodes stay where they can.

use std::borrow::Cow;

use serde_json::Value;

use super::analysis::{Analysis, Tabs};
use super::block::SIMPLE_KEY_BYTES;
use super::key_order;
use super::writer::Writer;
use crate::json::format_float;
use crate::node::{Style, Tag};
use crate::{Entry, Mapping, Node, Profile, Scalar, resolve};

/// Where the dashes of a sequence under a key stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SequenceIndent {
    /// In the column of the key.
    #[default]
    Compact,
    /// Two columns to the right of the key.
    Wide,
}

/// What a node is to its parent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// The root or an element of a sequence.
    Item,
    /// A value in a mapping.
    Value,
    /// A key that `:` follows on the same line.
    SimpleKey,
}

struct Emitter<'a> {
    writer: Writer<'a>,
    sequences: SequenceIndent,
    flow_level: usize,
}

pub(super) fn emit(node: &Node, sequences: SequenceIndent) -> String {
    let mut text = String::new();
    let mut emitter = Emitter {
        writer: Writer::new(&mut text, usize::MAX),
        sequences,
        flow_level: 0,
    };
    emitter.emit_node(node, Role::Item);
    emitter.writer.write_indent();
    text
}

/// The node that go-yaml v3 makes of a Go value: keys sorted, styles by content.
pub(super) fn sorted(value: &Value) -> Node {
    match value {
        Value::Null => Node::null(),
        Value::Bool(value) => Node::bool(*value),
        Value::Number(number) => {
            let float = number.as_f64().filter(|_| number.is_f64());
            let text = float.map_or_else(|| number.to_string(), format_float);
            let tag = resolve::plain(&text, Profile::V3);
            Node::Scalar(Scalar::new(text, tag))
        }
        Value::String(text) => Node::Scalar(sorted_string(text)),
        Value::Array(items) => Node::from(items.iter().map(sorted).collect::<Vec<_>>()),
        Value::Object(fields) => {
            let entries = fields.iter().map(|(key, value)| Entry {
                key: sorted_string(key),
                value: sorted(value),
            });
            let entries = key_order::sort(entries.collect(), |left: &Entry, right: &Entry| {
                key_order::compare_v3(left.key.text(), right.key.text())
            });
            Node::Mapping(Mapping {
                entries,
                ..Mapping::default()
            })
        }
    }
}

fn sorted_string(text: &str) -> Scalar {
    let reads_as_string = resolve::plain(text, Profile::V3) == Tag::Str
        && !resolve::is_sexagesimal(text)
        && resolve::old_boolean(text).is_none();
    let style = match text {
        text if text.contains('\n') => Style::Literal,
        _ if reads_as_string => Style::Plain,
        _ => Style::DoubleQuoted,
    };
    Scalar {
        style,
        ..Scalar::string(text)
    }
}

impl Emitter<'_> {
    fn emit_node(&mut self, node: &Node, role: Role) {
        match node {
            Node::Scalar(scalar) => self.emit_scalar(scalar, role),
            Node::Sequence(sequence) if sequence.items.is_empty() => {
                self.writer.write_spaced_indicator("[]", false);
            }
            Node::Sequence(sequence) if sequence.is_flow || self.flow_level > 0 => {
                self.emit_flow_sequence(&sequence.items);
            }
            Node::Sequence(sequence) => self.emit_block_sequence(&sequence.items, role),
            Node::Mapping(mapping) if mapping.entries.is_empty() => {
                self.writer.write_spaced_indicator("{}", false);
            }
            Node::Mapping(mapping) if mapping.is_flow || self.flow_level > 0 => {
                self.emit_flow_mapping(&mapping.entries);
            }
            Node::Mapping(mapping) => self.emit_block_mapping(&mapping.entries),
        }
    }

    fn emit_block_sequence(&mut self, items: &[Node], role: Role) {
        let outer = self.writer.indent;
        let follows_key =
            role == Role::Value && (self.writer.column == 0 || !self.writer.indention);
        let is_compact = follows_key && self.sequences == SequenceIndent::Compact;
        self.writer.indent = match outer {
            ..0 => 0,
            _ if is_compact => outer,
            _ => outer + 2,
        };
        for item in items {
            self.writer.write_indent();
            self.writer.write_spaced_indicator("-", true);
            self.emit_node(item, Role::Item);
        }
        self.writer.indent = outer;
    }

    fn emit_block_mapping(&mut self, entries: &[Entry]) {
        let outer = self.writer.indent;
        self.writer.indent = if outer < 0 { 0 } else { outer + 2 };
        for entry in entries {
            self.writer.write_indent();
            if is_simple_key(&entry.key) {
                self.emit_scalar(&entry.key, Role::SimpleKey);
                self.writer.write_indicator(":");
                self.writer.indention = false;
            } else {
                self.writer.write_spaced_indicator("?", true);
                self.emit_scalar(&entry.key, Role::Value);
                self.writer.write_indent();
                self.writer.write_spaced_indicator(":", true);
            }
            self.emit_node(&entry.value, Role::Value);
        }
        self.writer.indent = outer;
    }

    fn emit_flow_sequence(&mut self, items: &[Node]) {
        let outer = self.open_flow("[");
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.writer.write_indicator(",");
            }
            self.emit_node(item, Role::Item);
        }
        self.close_flow("]", outer);
    }

    fn emit_flow_mapping(&mut self, entries: &[Entry]) {
        let outer = self.open_flow("{");
        for (index, entry) in entries.iter().enumerate() {
            if index > 0 {
                self.writer.write_indicator(",");
            }
            if is_simple_key(&entry.key) {
                self.emit_scalar(&entry.key, Role::SimpleKey);
                self.writer.write_indicator(":");
            } else {
                self.writer.write_spaced_indicator("?", false);
                self.emit_scalar(&entry.key, Role::Value);
                self.writer.write_spaced_indicator(":", false);
            }
            self.emit_node(&entry.value, Role::Value);
        }
        self.close_flow("}", outer);
    }

    /// Begins a flow collection; the indentation outside of it is returned.
    fn open_flow(&mut self, indicator: &str) -> i64 {
        self.writer.write_spaced_indicator(indicator, false);
        self.writer.whitespace = true;
        self.flow_level += 1;
        let outer = self.writer.indent;
        self.writer.indent = if outer < 0 { 2 } else { outer + 2 };
        outer
    }

    fn close_flow(&mut self, indicator: &str, outer: i64) {
        self.writer.write_indicator(indicator);
        self.flow_level -= 1;
        self.writer.indent = outer;
    }

    fn emit_scalar(&mut self, scalar: &Scalar, role: Role) {
        let text = scalar.text();
        let (tag, style) = presentation(scalar);
        if let Some(tag) = tag {
            self.writer.write_spaced_indicator(&tag, false);
        }
        let style = self.allowed_style(text, style, role);
        let is_simple_key = role == Role::SimpleKey;
        let outer = self.writer.indent;
        self.writer.indent = if outer < 0 { 2 } else { outer + 2 };
        match style {
            Style::Plain => self.writer.write_plain(text, !is_simple_key),
            Style::SingleQuoted => self.writer.write_single_quoted(text, !is_simple_key),
            Style::DoubleQuoted => self.writer.write_double_quoted(text, !is_simple_key),
            Style::Literal => self.writer.write_literal(text),
            Style::Folded => self.writer.write_folded(text),
        }
        self.writer.indent = outer;
    }

    /// The style asked for, or the next one that can hold the text.
    fn allowed_style(&self, text: &str, style: Style, role: Role) -> Style {
        let analysis = Analysis::of(text, Tabs::InBlocks);
        let is_simple_key = role == Role::SimpleKey;
        let is_flow = self.flow_level > 0;
        let mut style = if is_simple_key && analysis.is_multiline {
            Style::DoubleQuoted
        } else {
            style
        };
        let is_plain_allowed = if is_flow {
            analysis.flow_plain
        } else {
            analysis.block_plain
        };
        if style == Style::Plain
            && (!is_plain_allowed || (text.is_empty() && (is_flow || is_simple_key)))
        {
            style = Style::SingleQuoted;
        }
        if style == Style::SingleQuoted && !analysis.single_quoted {
            style = Style::DoubleQuoted;
        }
        let is_block = matches!(style, Style::Literal | Style::Folded);
        if is_block && (!analysis.block || is_flow || is_simple_key) {
            style = Style::DoubleQuoted;
        }
        style
    }
}

fn is_simple_key(key: &Scalar) -> bool {
    let tag = presentation(key).0.map_or(0, |tag| tag.len());
    tag + key.text().len() <= SIMPLE_KEY_BYTES
        && !Analysis::of(key.text(), Tabs::InBlocks).is_multiline
}

/// The tag to write, if the text alone would not say it, and the style to write the text in.
fn presentation(scalar: &Scalar) -> (Option<Cow<'_, str>>, Style) {
    let text = scalar.text();
    let is_quoted = scalar.style != Style::Plain;
    let style = if is_quoted || !text.contains('\n') {
        scalar.style
    } else {
        Style::Literal
    };
    if scalar.is_tagged {
        return (Some(written_tag(scalar)), style);
    }
    if *scalar.tag() == Tag::Str && is_quoted {
        return (None, style);
    }
    let implied = resolve::plain(text, Profile::V3);
    if implied == *scalar.tag() {
        (None, style)
    } else if *scalar.tag() == Tag::Str {
        (
            None,
            if style == Style::Plain {
                Style::DoubleQuoted
            } else {
                style
            },
        )
    } else {
        (Some(written_tag(scalar)), style)
    }
}

/// A tag as it is written: whole in angle brackets if no handle stands for its beginning.
fn written_tag(scalar: &Scalar) -> Cow<'_, str> {
    let tag = scalar.tag().short();
    if tag.starts_with('!') {
        Cow::Borrowed(tag)
    } else {
        Cow::Owned(format!("!<{tag}>"))
    }
}
