//! Reading: text becomes nodes.
//!
//! `input` checks encoding and characters, `scanner` makes tokens, `composer` makes nodes and expands aliases and
//! merge keys. Errors carry the words of go-yaml and the line that it names, which is sometimes the line before the
//! one at fault; [`ReadError::position`] has the place where the reader stood.

mod composer;
mod cursor;
mod error;
mod input;
mod parts;
mod scanner;
mod token;

pub use error::ReadError;
pub use parts::{Step, parse_in_parts};

use crate::{Limits, Node, Profile};

/// Reads the first document of a text; `None` when there is none, as in an empty text.
///
/// What follows the first document is not looked at, as in Go's `yaml.Unmarshal`.
///
/// # Errors
/// [`ReadError`] when the text is not YAML, means nothing in the profile, or exceeds a limit.
pub fn parse(bytes: &[u8], profile: Profile, limits: &Limits) -> Result<Option<Node>, ReadError> {
    let text = input::decode(bytes, limits)?;
    composer::Composer::new(&text, profile, limits).next_document()
}

/// Reads all documents of a text.
///
/// # Errors
/// [`ReadError`] when the text is not YAML, means nothing in the profile, or exceeds a limit.
pub fn parse_stream(
    bytes: &[u8],
    profile: Profile,
    limits: &Limits,
) -> Result<Vec<Node>, ReadError> {
    let text = input::decode(bytes, limits)?;
    let mut composer = composer::Composer::new(&text, profile, limits);
    let mut documents = Vec::new();
    while let Some(document) = composer.next_document()? {
        if documents.len() == limits.documents {
            return Err(ReadError::Limit {
                what: "documents",
                limit: limits.documents,
            });
        }
        documents.push(document);
    }
    Ok(documents)
}

#[cfg(test)]
mod tests;
