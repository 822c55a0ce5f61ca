//! Ranges of versions: `>=1.2 <2 || ~3.1`, `1.x`, `1.2 - 2.3`.

use thiserror::Error;

use super::{Scanned, Version};
use crate::strconv;

/// The library's own limit on the length of a constraint, in bytes.
const MAX_CONSTRAINT_BYTES: usize = 512;

/// The library's own limit on alternatives in one constraint.
const MAX_GROUPS: usize = 32;

/// The operators, longer ones before their prefixes.
const OPERATORS: &[(&str, Operator)] = &[
    ("!=", Operator::NotEqual),
    (">=", Operator::GreaterOrEqual),
    ("=>", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    ("=<", Operator::LessOrEqual),
    ("~>", Operator::Tilde),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("=", Operator::Equal),
    ("~", Operator::Tilde),
    ("^", Operator::Caret),
];

/// A range of versions: alternatives, each a list of conditions that all must hold.
#[derive(Debug, Clone)]
pub struct Constraint {
    groups: Vec<Group>,
}

/// Why a text is not a constraint; the texts are the library's own.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ConstraintError {
    /// A part between `||` has not the shape of a list of conditions.
    #[error("improper constraint: {}", strconv::quote_str(.0))]
    Improper(String),
    /// A condition's version cannot be read.
    #[error("constraint parser error")]
    Version,
    /// The text is longer than any constraint may be.
    #[error("constraint string is too long (max 512 bytes)")]
    TooLong,
    /// There are too many alternatives.
    #[error("too many constraint groups (max 32)")]
    TooManyGroups,
}

#[derive(Debug, Clone)]
struct Group {
    conditions: Vec<Condition>,
    /// One condition that names a pre-release opens the whole group to pre-releases.
    accepts_prereleases: bool,
}

#[derive(Debug, Clone)]
struct Condition {
    operator: Operator,
    version: Version,
    open: Open,
}

/// From which number on a condition's version is left open (`x`, `*` or missing).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    Patch,
    Minor,
    Major,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Tilde,
    Caret,
}

impl Constraint {
    /// Reads a constraint.
    ///
    /// # Errors
    /// [`ConstraintError`] with the text that Go's `semver.NewConstraint` gives; an empty text is no constraint.
    pub fn parse(text: &str) -> Result<Self, ConstraintError> {
        if text.len() > MAX_CONSTRAINT_BYTES {
            return Err(ConstraintError::TooLong);
        }
        let text = rewrite_ranges(text);
        if text.split("||").count() > MAX_GROUPS {
            return Err(ConstraintError::TooManyGroups);
        }
        let groups = text
            .split("||")
            .map(Group::parse)
            .collect::<Result<_, _>>()?;
        Ok(Self { groups })
    }

    /// Whether `version` lies in the range.
    pub fn matches(&self, version: &Version) -> bool {
        self.groups.iter().any(|group| group.matches(version))
    }
}

impl Group {
    fn parse(text: &str) -> Result<Self, ConstraintError> {
        let improper = || ConstraintError::Improper(text.to_owned());
        let mut conditions = Vec::new();
        let mut rest = trim_start(text);
        loop {
            let (operator, scanned) = read_condition(rest).ok_or_else(improper)?;
            let behind = &rest[scanned.end..];
            conditions.push(Condition::new(operator, &scanned)?);
            let next = trim_start(behind);
            if next.is_empty() {
                break;
            }
            let has_comma = next.starts_with(',');
            if !has_comma && next.len() == behind.len() {
                return Err(improper());
            }
            rest = trim_start(if has_comma { &next[1..] } else { next });
        }
        let accepts_prereleases = conditions
            .iter()
            .any(|condition| !condition.version.prerelease().is_empty());
        Ok(Self {
            conditions,
            accepts_prereleases,
        })
    }

    fn matches(&self, version: &Version) -> bool {
        (self.accepts_prereleases || version.prerelease().is_empty())
            && self
                .conditions
                .iter()
                .all(|condition| condition.matches(version))
    }
}

/// A version found behind an operator.
struct Found<'a> {
    text: &'a str,
    scanned: Scanned<'a>,
    /// Where it ends, counted from the start of the condition.
    end: usize,
}

fn read_condition(text: &str) -> Option<(Operator, Found<'_>)> {
    let (operator, behind) = OPERATORS
        .iter()
        .find_map(|(name, operator)| Some((*operator, text.strip_prefix(name)?)))
        .unwrap_or((Operator::Equal, text));
    let version = trim_start(behind);
    let scanned = Scanned::read(version, is_wild_digit)?;
    let start = text.len() - version.len();
    Some((
        operator,
        Found {
            text: &version[..scanned.len],
            scanned,
            end: start + scanned.len,
        },
    ))
}

impl Condition {
    fn new(operator: Operator, found: &Found<'_>) -> Result<Self, ConstraintError> {
        let Scanned {
            major,
            minor,
            patch,
            prerelease,
            ..
        } = found.scanned;
        let suffix = prerelease
            .map(|prerelease| format!("-{prerelease}"))
            .unwrap_or_default();
        let (open, text) = if is_wildcard(major) {
            (Open::Major, format!("0.0.0{suffix}"))
        } else if let Some(minor) = minor.filter(|minor| !is_wildcard(minor)) {
            match patch {
                Some(patch) if !is_wildcard(patch) => (Open::Nothing, found.text.to_owned()),
                _ => (Open::Patch, format!("{major}.{minor}.0{suffix}")),
            }
        } else {
            (Open::Minor, format!("{major}.0.0{suffix}"))
        };
        let version = Version::parse(&text).map_err(|_| ConstraintError::Version)?;
        Ok(Self {
            operator,
            version,
            open,
        })
    }

    /// Pre-releases that the group does not accept have been turned away before.
    fn matches(&self, version: &Version) -> bool {
        let bound = &self.version;
        match self.operator {
            Operator::Equal if self.open == Open::Nothing => version == bound,
            Operator::Equal | Operator::Tilde => self.matches_tilde(version),
            Operator::NotEqual => self.differs_from(version),
            Operator::Greater => match self.open {
                Open::Nothing | Open::Major => version > bound,
                Open::Minor => version.major() > bound.major(),
                Open::Patch => (version.major(), version.minor()) > (bound.major(), bound.minor()),
            },
            Operator::Less => version < bound,
            Operator::GreaterOrEqual => version >= bound,
            Operator::LessOrEqual => match self.open {
                Open::Nothing => version <= bound,
                Open::Minor => version.major() <= bound.major(),
                Open::Patch | Open::Major => {
                    (version.major(), version.minor()) <= (bound.major(), bound.minor())
                }
            },
            Operator::Caret => self.matches_caret(version),
        }
    }

    fn matches_tilde(&self, version: &Version) -> bool {
        let bound = &self.version;
        if version < bound {
            return false;
        }
        let is_zero = (bound.major(), bound.minor(), bound.patch()) == (0, 0, 0);
        if is_zero && matches!(self.open, Open::Nothing | Open::Major) {
            // `~0.0.0` and `*` accept everything above.
            return true;
        }
        version.major() == bound.major()
            && (self.open == Open::Minor || version.minor() == bound.minor())
    }

    fn differs_from(&self, version: &Version) -> bool {
        let bound = &self.version;
        match self.open {
            Open::Nothing | Open::Major => version != bound,
            Open::Minor => version.major() != bound.major(),
            Open::Patch => {
                (version.major(), version.minor()) != (bound.major(), bound.minor())
                    || version.prerelease() != bound.prerelease()
            }
        }
    }

    /// `^` keeps the first number that is not zero.
    fn matches_caret(&self, version: &Version) -> bool {
        let bound = &self.version;
        if version < bound || version.major() != bound.major() {
            return false;
        }
        if bound.major() > 0 || self.open == Open::Minor {
            return true;
        }
        if version.minor() != bound.minor() {
            return false;
        }
        bound.minor() > 0 || self.open == Open::Patch || version.patch() == bound.patch()
    }
}

/// What the library takes for a digit in a constraint; `|` is a slip of its pattern that only leads to another error text.
fn is_wild_digit(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'x' | b'X' | b'*' | b'|')
}

fn is_wildcard(number: &str) -> bool {
    matches!(number, "x" | "X" | "*")
}

/// White space as Go's regular expressions have it.
fn trim_start(text: &str) -> &str {
    text.trim_start_matches(['\t', '\n', '\x0c', '\r', ' '])
}

/// Turns each `A - B` into `>= A, <= B`.
fn rewrite_ranges(text: &str) -> String {
    let mut output = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some((lower, upper, end)) = read_range(rest) {
            output.extend([">= ", lower, ", <= ", upper, " "]);
            rest = &rest[end..];
        } else {
            output.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    output
}

/// Reads `A - B` with the white space around it; the result ends with the bytes read.
fn read_range(text: &str) -> Option<(&str, &str, usize)> {
    let lower = trim_start(text);
    let lower_len = Scanned::read(lower, is_wild_digit)?.len;
    let dash = trim_start(&lower[lower_len..]);
    if dash.len() == lower.len() - lower_len {
        return None;
    }
    let behind = dash.strip_prefix('-')?;
    let upper = trim_start(behind);
    if upper.len() == behind.len() {
        return None;
    }
    let upper_len = Scanned::read(upper, is_wild_digit)?.len;
    let end = trim_start(&upper[upper_len..]);
    Some((
        &lower[..lower_len],
        &upper[..upper_len],
        text.len() - end.len(),
    ))
}
