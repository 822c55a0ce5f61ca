//! Scalars, their tags, and what stands before a node.

use super::{Composer, Properties};
use crate::node::{Scalar, ScalarError, Style, Tag};
use crate::read::ReadError;
use crate::read::cursor::Mark;
use crate::read::token::TokenKind;
use crate::{Profile, resolve};

/// What `!!` stands for.
const LONG_TAG_PREFIX: &str = "tag:yaml.org,2002:";

impl<'a> Composer<'a> {
    /// Anchor and tag, in either order, one of each at most.
    pub(super) fn take_properties(&mut self, start: Mark) -> Result<Properties<'a>, ReadError> {
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

    pub(super) fn scalar(
        &mut self,
        text: &str,
        style: Style,
        tag: Option<String>,
        start: Mark,
    ) -> Scalar {
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
        let problem = match scalar.value() {
            Err(error @ ScalarError::Base64) => error,
            Ok(_) if scalar.tag != Tag::Bool || is_boolean() => return,
            Ok(_) | Err(ScalarError::Mismatch { .. }) => scalar.mismatch(self.profile),
        };
        self.defer(ReadError::Scalar {
            problem,
            position: scalar.position,
        });
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
