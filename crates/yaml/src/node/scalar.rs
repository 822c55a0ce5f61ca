//! Scalars: the text as written, what it means, and how it was quoted.

use std::borrow::Cow;

use base64::Engine as _;
use smol_str::SmolStr;

use super::Position;
use crate::resolve::{number, timestamp};

/// What a scalar means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tag {
    /// `!!null`.
    Null,
    /// `!!bool`.
    Bool,
    /// `!!int`, of any base.
    Int,
    /// `!!float`.
    Float,
    /// `!!str`.
    Str,
    /// `!!timestamp`. Only the v3 profile has it.
    Timestamp,
    /// `!!binary`: base64 text.
    Binary,
    /// `!!merge`: the text `<<`.
    Merge,
    /// Any other tag, in its short form (`!foo`, `!!foo`). Its scalars are strings.
    Other(Box<str>),
}

impl Tag {
    /// The short form, `!!int`.
    pub fn short(&self) -> &str {
        match self {
            Self::Null => "!!null",
            Self::Bool => "!!bool",
            Self::Int => "!!int",
            Self::Float => "!!float",
            Self::Str => "!!str",
            Self::Timestamp => "!!timestamp",
            Self::Binary => "!!binary",
            Self::Merge => "!!merge",
            Self::Other(name) => name,
        }
    }
}

/// How a scalar was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    #[default]
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// A scalar node or a key.
#[derive(Clone, Debug)]
pub struct Scalar {
    pub(crate) text: SmolStr,
    pub(crate) tag: Tag,
    /// How it was written, and how the v3 emitter will write it again if it can.
    pub style: Style,
    /// Whether the tag was written out (`!!str 5`). The v3 emitter writes it out again.
    pub is_tagged: bool,
    /// Where it begins.
    pub position: Position,
}

/// The value of a scalar as Go's `interface{}` would hold it.
#[derive(Clone, Debug, PartialEq)]
pub enum ScalarValue<'a> {
    /// `nil`.
    Null,
    /// `bool`.
    Bool(bool),
    /// `int`.
    Int(i64),
    /// `uint64`, above the range of `int`.
    Uint(u64),
    /// `float64`.
    Float(f64),
    /// `string`. A timestamp is its RFC 3339 form, binary data is decoded.
    Str(Cow<'a, str>),
}

/// A scalar whose text does not fit its tag.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScalarError {
    /// `!!int abc`
    #[error("cannot decode {found} `{text}` as a {wanted}")]
    Mismatch {
        /// Short tag of what the text is.
        found: String,
        /// The text.
        text: String,
        /// Short tag that was asked for.
        wanted: String,
    },
    /// `!!binary` with text that is not base64.
    #[error("!!binary value contains invalid base64 data")]
    Base64,
}

impl Scalar {
    /// A scalar of any tag; `text` must be what the tag asks for.
    pub fn new(text: impl Into<SmolStr>, tag: Tag) -> Self {
        Self {
            text: text.into(),
            tag,
            style: Style::Plain,
            is_tagged: false,
            position: Position::default(),
        }
    }

    /// A string.
    pub fn string(text: impl Into<SmolStr>) -> Self {
        Self::new(text, Tag::Str)
    }

    /// What text without a tag means when it is written in a style and read back in the v3 profile: a string, unless it
    /// is plain and looks like something else.
    pub fn untagged(text: impl Into<SmolStr>, style: Style) -> Self {
        let text = text.into();
        let tag = match style {
            Style::Plain => crate::resolve::plain(&text, crate::Profile::V3),
            Style::SingleQuoted | Style::DoubleQuoted | Style::Literal | Style::Folded => Tag::Str,
        };
        Self {
            style,
            ..Self::new(text, tag)
        }
    }

    /// An integer.
    pub fn int(value: i64) -> Self {
        Self::new(smol_str::format_smolstr!("{value}"), Tag::Int)
    }

    /// A boolean.
    pub fn bool(value: bool) -> Self {
        Self::new(
            SmolStr::new_static(if value { "true" } else { "false" }),
            Tag::Bool,
        )
    }

    /// Null.
    pub fn null() -> Self {
        Self::new(SmolStr::new_static("null"), Tag::Null)
    }

    /// The text without quotes.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text without quotes, to be shared.
    pub fn shared_text(&self) -> SmolStr {
        self.text.clone()
    }

    /// What it means.
    pub fn tag(&self) -> &Tag {
        &self.tag
    }

    /// Whether it means null.
    pub fn is_null(&self) -> bool {
        self.tag == Tag::Null
    }

    /// Whether it means a string.
    pub fn is_string(&self) -> bool {
        matches!(self.tag, Tag::Str | Tag::Merge | Tag::Other(_))
    }

    /// The value that text and tag make.
    ///
    /// # Errors
    /// [`ScalarError`] when the text does not fit the tag.
    pub fn value(&self) -> Result<ScalarValue<'_>, ScalarError> {
        let text = self.text();
        let value = match self.tag {
            Tag::Str | Tag::Merge | Tag::Other(_) => Some(ScalarValue::Str(Cow::Borrowed(text))),
            Tag::Null => {
                matches!(text, "" | "~" | "null" | "Null" | "NULL").then_some(ScalarValue::Null)
            }
            Tag::Bool => crate::resolve::boolean(text).map(ScalarValue::Bool),
            Tag::Int => number::integer(text, crate::Profile::V3),
            Tag::Float => number::float(text)
                .or_else(|| number::integer(text, crate::Profile::V3).map(|value| as_float(&value)))
                .map(ScalarValue::Float),
            Tag::Timestamp => {
                timestamp::rfc3339(text).map(|text| ScalarValue::Str(Cow::Owned(text)))
            }
            Tag::Binary => return decode(text).map(ScalarValue::Str),
        };
        value.ok_or_else(|| self.mismatch(crate::Profile::V3))
    }

    pub(crate) fn mismatch(&self, profile: crate::Profile) -> ScalarError {
        let found = crate::resolve::plain(self.text(), profile);
        ScalarError::Mismatch {
            found: found.short().to_owned(),
            text: self.text().to_owned(),
            wanted: self.tag.short().to_owned(),
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "`!!float 3` asks for the nearest float"
)]
fn as_float(value: &ScalarValue<'_>) -> f64 {
    match *value {
        ScalarValue::Int(value) => value as f64,
        ScalarValue::Uint(value) => value as f64,
        ScalarValue::Float(value) => value,
        ScalarValue::Null | ScalarValue::Bool(_) | ScalarValue::Str(_) => f64::NAN,
    }
}

/// Decodes as Go's `base64.StdEncoding` does: line breaks are skipped, padding is required. Each byte that is not
/// UTF-8 becomes U+FFFD, as in Go's JSON encoder.
fn decode(text: &str) -> Result<Cow<'_, str>, ScalarError> {
    let packed: String = text
        .chars()
        .filter(|char| !matches!(char, '\r' | '\n'))
        .collect();
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(packed)
        .map_err(|_| ScalarError::Base64)?;
    let mut decoded = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        decoded.push_str(chunk.valid());
        decoded.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    Ok(Cow::Owned(decoded))
}
