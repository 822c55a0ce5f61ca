//! What can be wrong with a text, in the words of go-yaml.

use std::borrow::Cow;

use crate::Position;
use crate::node::ScalarError;

/// Why a text could not be read. `Display` is what go-yaml prints.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The text breaks the grammar.
    #[error("yaml: {}{problem}", line_prefix(*.line))]
    Syntax {
        /// The line that go-yaml names, 0 when it names none.
        line: u32,
        /// What was found or missed.
        problem: Cow<'static, str>,
        /// Where the reader stood.
        position: Position,
    },
    /// An alias without its anchor.
    #[error("yaml: unknown anchor '{name}' referenced")]
    UnknownAnchor {
        /// The anchor.
        name: String,
        /// Where the alias is.
        position: Position,
    },
    /// An anchored collection that holds its own alias.
    #[error("yaml: anchor '{name}' value contains itself")]
    RecursiveAlias {
        /// The anchor.
        name: String,
        /// Where the alias is.
        position: Position,
    },
    /// Aliases multiply the document beyond what go-yaml allows.
    #[error("yaml: document contains excessive aliasing")]
    ExcessiveAliasing {
        /// Where the alias is that went too far.
        position: Position,
    },
    /// A merge key over something else than mappings.
    #[error("{problem}")]
    Merge {
        /// What is wrong with the merge, as go-yaml v2 or kyaml words it.
        problem: &'static str,
        /// Where its value is.
        position: Position,
    },
    /// A key that is a collection.
    #[error("yaml: {problem}")]
    CollectionKey {
        /// The key as Go prints it.
        problem: String,
        /// Where the key is.
        position: Position,
    },
    /// A key that is there twice (v3 only).
    #[error("yaml: unmarshal errors:\n  line {}: mapping key {key:?} already defined at line {first_line}", .position.line)]
    DuplicateKey {
        /// The key.
        key: String,
        /// Line of the first.
        first_line: u32,
        /// Where the second is.
        position: Position,
    },
    /// A key that is there twice (v2, where it is read strictly).
    #[error("yaml: unmarshal errors:\n  line {}: key {key:?} already set in map", .position.line)]
    RepeatedKey {
        /// The key.
        key: String,
        /// Where the value of the second is.
        position: Position,
    },
    /// A scalar whose text does not fit its explicit tag.
    #[error("yaml: {problem}")]
    Scalar {
        /// How it does not fit.
        problem: ScalarError,
        /// Where the scalar is.
        position: Position,
    },
    /// More than the caller allows.
    #[error("yaml: exceeded the limit of {limit} {what}")]
    Limit {
        /// What is counted.
        what: &'static str,
        /// The most that is allowed.
        limit: usize,
    },
}

impl ReadError {
    /// Where the reader stood, if it had begun to scan.
    pub fn position(&self) -> Option<Position> {
        match self {
            Self::Syntax { position, .. }
            | Self::UnknownAnchor { position, .. }
            | Self::RecursiveAlias { position, .. }
            | Self::ExcessiveAliasing { position }
            | Self::Merge { position, .. }
            | Self::CollectionKey { position, .. }
            | Self::DuplicateKey { position, .. }
            | Self::RepeatedKey { position, .. }
            | Self::Scalar { position, .. } => Some(*position).filter(|position| position.line > 0),
            Self::Limit { .. } => None,
        }
    }

    /// Whether the text breaks the grammar or a limit. Else the reference reads it and complains when it decodes or
    /// prints what it has read.
    pub fn is_malformed(&self) -> bool {
        match self {
            Self::Syntax { .. }
            | Self::UnknownAnchor { .. }
            | Self::RecursiveAlias { .. }
            | Self::ExcessiveAliasing { .. }
            | Self::Limit { .. } => true,
            Self::Merge { .. }
            | Self::CollectionKey { .. }
            | Self::DuplicateKey { .. }
            | Self::RepeatedKey { .. }
            | Self::Scalar { .. } => false,
        }
    }

    /// A problem with the bytes, found before scanning.
    pub(super) fn in_bytes(problem: &'static str) -> Self {
        Self::Syntax {
            line: 0,
            problem: Cow::Borrowed(problem),
            position: Position::default(),
        }
    }
}

fn line_prefix(line: u32) -> String {
    if line == 0 {
        String::new()
    } else {
        format!("line {line}: ")
    }
}
