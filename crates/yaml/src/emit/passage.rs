//! What a text becomes on its passage through the reference: kustomize prints with go-yaml v3 and reads that again, and
//! `sigs.k8s.io/yaml` makes JSON and reads that as YAML. Neither passage keeps every text.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::json::{JsonError, Place};
use crate::node::{Scalar, Style};
use crate::{Limits, Node, Position, Profile, parse};

/// Characters of a JSON key, quotes included, that go-yaml still takes for a key.
const KEY_LENGTH: usize = 1024;

/// The text of a scalar after go-yaml v3 has printed and read it: folded blocks of several lines change.
pub(crate) fn through_v3<'t>(scalar: &Scalar, text: Cow<'t, str>, place: Place) -> Cow<'t, str> {
    let is_folded = scalar.style == Style::Folded && scalar.is_string() && !place.in_flow;
    let content = scalar.text().strip_suffix('\n').unwrap_or(scalar.text());
    if !is_folded || !content.contains('\n') {
        return text;
    }
    let node = Node::Scalar(scalar.clone());
    let printed = super::to_kyaml(&node, super::SequenceIndent::Compact);
    read_back(&printed, Profile::V3).map_or(text, Cow::Owned)
}

/// A text after it was JSON that go-yaml v2 has read: next-line characters fold like line breaks.
///
/// # Errors
/// [`JsonError::Text`] for characters that JSON allows and YAML does not.
pub(super) fn through_json(
    text: Cow<'_, str>,
    position: Position,
) -> Result<Cow<'_, str>, JsonError> {
    if text.is_ascii() && !text.as_bytes().contains(&0x7F) {
        return Ok(text);
    }
    if text.contains(is_forbidden) {
        return Err(JsonError::Text {
            problem: "yaml: control characters are not allowed",
            position,
        });
    }
    if !text.contains('\u{85}') {
        return Ok(text);
    }
    Ok(read_back(&json_string(&text), Profile::V2).map_or(text, Cow::Owned))
}

/// The same for a key, which must not be long.
///
/// # Errors
/// [`JsonError::Text`] also for keys of over a thousand characters.
pub(super) fn key_through_json(
    text: Cow<'_, str>,
    position: Position,
) -> Result<Cow<'_, str>, JsonError> {
    // An escape takes at most six characters.
    if text.len() > KEY_LENGTH / 6 && json_string(&text).chars().count() > KEY_LENGTH {
        return Err(JsonError::Text {
            problem: "yaml: did not find expected ',' or '}'",
            position,
        });
    }
    through_json(text, position)
}

/// What YAML does not allow and neither Go's JSON encoder escapes.
fn is_forbidden(char: char) -> bool {
    matches!(char, '\u{7F}'..='\u{84}' | '\u{86}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// A string as Go's JSON encoder writes it.
fn json_string(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => json.extend(['\\', char]),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{C}' => json.push_str("\\f"),
            '\0'..='\u{1F}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                // Writing to a string does not fail.
                let _ = write!(json, "\\u{:04x}", u32::from(char));
            }
            _ => json.push(char),
        }
    }
    json.push('"');
    json
}

fn read_back(text: &str, profile: Profile) -> Option<String> {
    let node = parse(text.as_bytes(), profile, &Limits::default())
        .ok()
        .flatten()?;
    node.text().map(str::to_owned)
}
