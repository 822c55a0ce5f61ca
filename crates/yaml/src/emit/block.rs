//! go-yaml v2 as `sigs.k8s.io/yaml` drives it: block style throughout, keys in natural order, styles chosen by content.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::Value;

use super::analysis::{Analysis, Tabs};
use super::writer::Writer;
use super::{key_order, passage};
use crate::json::{JsonError, Place, format_float, from_float, key_text, scalar_value};
use crate::node::{ScalarValue, Style, Tag};
use crate::{Node, Position, Profile, resolve};

/// Columns after which go-yaml v2 folds.
const WIDTH: usize = 80;

/// Bytes up to which a key is written as `key:` rather than as `? key` (libyaml).
pub(super) const SIMPLE_KEY_BYTES: usize = 128;

/// What a collection or scalar is to the emitter, whichever tree it comes from.
enum Shape<'a, T> {
    Scalar {
        text: Cow<'a, str>,
        style: Style,
    },
    Sequence {
        items: &'a [T],
        place: Place,
    },
    Mapping {
        entries: Vec<(Cow<'a, str>, &'a T)>,
        place: Place,
    },
}

/// A tree that can be printed.
trait Tree: Sized {
    fn shape(&self, place: Place) -> Result<Shape<'_, Self>, JsonError>;
}

pub(super) fn emit_node(node: &Node, text: &mut String) -> Result<(), JsonError> {
    emit(node, text)
}

pub(super) fn emit_value(value: &Value) -> Result<String, JsonError> {
    let mut text = String::new();
    emit(value, &mut text)?;
    Ok(text)
}

fn emit<T: Tree>(tree: &T, text: &mut String) -> Result<(), JsonError> {
    let mut writer = Writer::new(text, WIDTH);
    emit_tree(
        &mut writer,
        tree,
        Place {
            is_root: true,
            in_flow: false,
        },
        false,
    )?;
    writer.write_indent();
    Ok(())
}

fn emit_tree<T: Tree>(
    writer: &mut Writer<'_>,
    tree: &T,
    place: Place,
    is_value: bool,
) -> Result<(), JsonError> {
    match tree.shape(place)? {
        Shape::Scalar { text, style } => emit_scalar(writer, &text, style),
        Shape::Sequence { items: [], .. } => writer.write_spaced_indicator("[]", false),
        Shape::Sequence { items, place } => {
            let outer = writer.indent;
            // The dashes of a sequence under a key stand in the column of the key.
            if outer < 0 {
                writer.indent = 0;
            } else if !is_value || writer.indention {
                writer.indent += 2;
            }
            for item in items {
                writer.write_indent();
                writer.write_spaced_indicator("-", true);
                emit_tree(writer, item, place, false)?;
            }
            writer.indent = outer;
        }
        Shape::Mapping { entries, .. } if entries.is_empty() => {
            writer.write_spaced_indicator("{}", false);
        }
        Shape::Mapping { entries, place } => {
            let entries = in_order(entries);
            let outer = writer.indent;
            writer.indent = if outer < 0 { 0 } else { outer + 2 };
            for (key, value) in entries {
                writer.write_indent();
                emit_key(writer, &key);
                emit_tree(writer, value, place, true)?;
            }
            writer.indent = outer;
        }
    }
    Ok(())
}

/// Sorts entries; most come sorted already.
fn in_order<'a, T>(entries: Vec<(Cow<'a, str>, &'a T)>) -> Vec<(Cow<'a, str>, &'a T)> {
    let compare = |(left, _): &(Cow<'a, str>, &'a T), (right, _): &(Cow<'a, str>, &'a T)| {
        key_order::compare(left, right)
    };
    if entries.is_sorted_by(|left, right| compare(left, right) == Ordering::Less) {
        return entries;
    }
    key_order::sort(entries, compare)
}

fn emit_key(writer: &mut Writer<'_>, key: &str) {
    let style = string_style(key);
    let analysis = Analysis::of(key, Tabs::Special);
    if key.len() <= SIMPLE_KEY_BYTES && !analysis.is_multiline {
        write_scalar(writer, key, (style, analysis), true);
        writer.write_indicator(":");
        writer.indention = false;
    } else {
        writer.write_spaced_indicator("?", true);
        write_scalar(writer, key, (style, analysis), false);
        writer.write_indent();
        writer.write_spaced_indicator(":", true);
    }
}

fn emit_scalar(writer: &mut Writer<'_>, text: &str, style: Style) {
    write_scalar(
        writer,
        text,
        (style, Analysis::of(text, Tabs::Special)),
        false,
    );
}

/// Writes a text in a style, or the next one that can hold it.
fn write_scalar(
    writer: &mut Writer<'_>,
    text: &str,
    (style, analysis): (Style, Analysis),
    is_simple_key: bool,
) {
    let mut style = style;
    if style == Style::Plain && (!analysis.block_plain || (text.is_empty() && is_simple_key)) {
        style = Style::SingleQuoted;
    }
    if style == Style::SingleQuoted && !analysis.single_quoted {
        style = Style::DoubleQuoted;
    }
    if style == Style::Literal && (!analysis.block || is_simple_key) {
        style = Style::DoubleQuoted;
    }
    let outer = writer.indent;
    writer.indent = if outer < 0 { 2 } else { outer + 2 };
    match style {
        Style::Plain => writer.write_plain(text, !is_simple_key),
        Style::SingleQuoted => writer.write_single_quoted(text, !is_simple_key),
        Style::DoubleQuoted => writer.write_double_quoted(text, !is_simple_key),
        Style::Literal | Style::Folded => writer.write_literal(text),
    }
    writer.indent = outer;
}

/// Quotes for what would not read back as a string, a literal block for several lines.
fn string_style(text: &str) -> Style {
    if text.as_bytes().contains(&b'\n') {
        Style::Literal
    } else if resolve::plain(text, Profile::V2) == Tag::Str
        && resolve::timestamp::rfc3339(text).is_none()
        && !resolve::is_sexagesimal(text)
    {
        Style::Plain
    } else {
        Style::DoubleQuoted
    }
}

fn string(text: Cow<'_, str>, position: Position) -> Result<(Cow<'_, str>, Style), JsonError> {
    let text = passage::through_json(text, position)?;
    let style = string_style(&text);
    Ok((text, style))
}

fn float(value: f64) -> Cow<'static, str> {
    // JSON text has a negative zero, and YAML reads it as an integer.
    match from_float(value + 0.0) {
        Value::Number(number) if !number.is_f64() => Cow::Owned(number.to_string()),
        _ => Cow::Owned(format_float(value)),
    }
}

impl Tree for Node {
    fn shape(&self, place: Place) -> Result<Shape<'_, Self>, JsonError> {
        match self {
            Self::Scalar(scalar) => {
                let (text, style) = match scalar_value(scalar, Profile::V3, place)? {
                    ScalarValue::Str(text) => {
                        string(passage::through_v3(scalar, text, place), scalar.position)?
                    }
                    ScalarValue::Null => (Cow::Borrowed("null"), Style::Plain),
                    ScalarValue::Bool(value) => (
                        Cow::Borrowed(if value { "true" } else { "false" }),
                        Style::Plain,
                    ),
                    ScalarValue::Int(value) => (Cow::Owned(value.to_string()), Style::Plain),
                    ScalarValue::Uint(value) => (Cow::Owned(value.to_string()), Style::Plain),
                    ScalarValue::Float(value) => (float(value), Style::Plain),
                };
                Ok(Shape::Scalar { text, style })
            }
            Self::Sequence(sequence) => Ok(Shape::Sequence {
                items: &sequence.items,
                place: place.inside(sequence.is_flow),
            }),
            Self::Mapping(mapping) => {
                let inside = place.inside(mapping.is_flow);
                let key_place = Place {
                    is_root: place.is_root,
                    ..inside
                };
                // Collecting results would not know how many there are.
                let mut entries = Vec::with_capacity(mapping.entries.len());
                for entry in &mapping.entries {
                    let key = key_text(entry, Profile::V3, key_place)?;
                    let key = passage::key_through_json(key, entry.key.position)?;
                    entries.push((key, &entry.value));
                }
                Ok(Shape::Mapping {
                    entries,
                    place: inside,
                })
            }
        }
    }
}

impl Tree for Value {
    fn shape(&self, place: Place) -> Result<Shape<'_, Self>, JsonError> {
        let plain = |text| Shape::Scalar {
            text,
            style: Style::Plain,
        };
        Ok(match self {
            Self::Null => plain(Cow::Borrowed("null")),
            Self::Bool(value) => plain(Cow::Borrowed(if *value { "true" } else { "false" })),
            Self::Number(number) => plain(match number.as_f64().filter(|_| number.is_f64()) {
                Some(value) => float(value),
                None => Cow::Owned(number.to_string()),
            }),
            Self::String(text) => {
                let (text, style) = string(Cow::Borrowed(text), Position::default())?;
                Shape::Scalar { text, style }
            }
            Self::Array(items) => Shape::Sequence { items, place },
            Self::Object(fields) => {
                let entries = fields.iter().map(|(key, value)| {
                    let key = passage::key_through_json(Cow::Borrowed(key), Position::default())?;
                    Ok((key, value))
                });
                Shape::Mapping {
                    entries: entries.collect::<Result<_, JsonError>>()?,
                    place,
                }
            }
        })
    }
}
