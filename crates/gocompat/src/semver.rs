//! Versions and constraints as Masterminds/semver 3.5 reads them.
//!
//! Helm, Flux and Sprig share this library, and its habits are part of their contracts: a leading `v`, missing parts and leading
//! zeros are accepted by [`Version::parse`] and refused by [`Version::parse_strict`]; a constraint without a pre-release excludes
//! pre-releases. Absent: the explanations that `Constraints.Validate` gives, since nothing prints them.

mod constraint;

use std::{cmp::Ordering, fmt};

use thiserror::Error;

pub use constraint::{Constraint, ConstraintError};

/// The library's own limit on the length of a version, in bytes.
const MAX_VERSION_BYTES: usize = 256;

/// One semantic version with the text it was read from.
///
/// Ordering and equality are those of precedence: build metadata and the original text do not count.
#[derive(Debug, Clone)]
pub struct Version {
    major: u64,
    minor: u64,
    patch: u64,
    prerelease: String,
    metadata: String,
    original: String,
}

/// Why a text is not a version; the texts are the library's own.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum VersionError {
    /// The text has not the shape of a version.
    #[error("invalid semantic version")]
    Invalid,
    /// Nothing was given to the strict parser.
    #[error("version string empty")]
    Empty,
    /// A number holds something else than digits (strict parser).
    #[error("invalid characters in version")]
    Characters,
    /// A number has a leading zero.
    #[error("version segment starts with 0")]
    LeadingZero,
    /// The build metadata is malformed.
    #[error("invalid metadata string")]
    Metadata,
    /// The pre-release is malformed.
    #[error("invalid prerelease string")]
    Prerelease,
    /// The text is longer than any version may be.
    #[error("version string is too long (max 256 bytes)")]
    TooLong,
    /// A number does not fit 64 bits (lenient parser).
    #[error(
        "error parsing version segment: strconv.ParseUint: parsing \"{0}\": value out of range"
    )]
    SegmentRange(String),
    /// A number does not fit 64 bits or is empty (strict parser).
    #[error("strconv.ParseUint: parsing \"{text}\": {reason}")]
    Number {
        /// The number as written.
        text: String,
        /// Go's reason.
        reason: &'static str,
    },
}

impl Version {
    /// Reads a version leniently: `v` may lead, minor and patch may be missing, numbers may have leading zeros.
    ///
    /// # Errors
    /// [`VersionError`] with the text that Go's `semver.NewVersion` gives.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        if text.len() > MAX_VERSION_BYTES {
            return Err(VersionError::TooLong);
        }
        let scanned =
            Scanned::read(text, |byte| byte.is_ascii_digit()).ok_or(VersionError::Invalid)?;
        if scanned.len != text.len() {
            return Err(VersionError::Invalid);
        }
        let version = Self {
            major: segment(scanned.major)?,
            minor: scanned.minor.map_or(Ok(0), segment)?,
            patch: scanned.patch.map_or(Ok(0), segment)?,
            prerelease: scanned.prerelease.unwrap_or_default().to_owned(),
            metadata: scanned.metadata.unwrap_or_default().to_owned(),
            original: text.to_owned(),
        };
        if !version.prerelease.is_empty() {
            check_prerelease(&version.prerelease)?;
        }
        Ok(version)
    }

    /// Reads a version as the specification of semantic versions has it: three numbers, no `v`, no leading zeros.
    ///
    /// # Errors
    /// [`VersionError`] with the text that Go's `semver.StrictNewVersion` gives.
    pub fn parse_strict(text: &str) -> Result<Self, VersionError> {
        if text.is_empty() {
            return Err(VersionError::Empty);
        }
        if text.len() > MAX_VERSION_BYTES {
            return Err(VersionError::TooLong);
        }
        let mut parts = text.splitn(3, '.');
        let (Some(major), Some(minor), Some(rest)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(VersionError::Invalid);
        };
        let (rest, metadata) = split_optional(rest, '+');
        if let Some(metadata) = metadata {
            check_metadata(metadata)?;
        }
        let (patch, prerelease) = split_optional(rest, '-');
        if let Some(prerelease) = prerelease {
            check_prerelease(prerelease)?;
        }
        for number in [major, minor, patch] {
            if !number.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(VersionError::Characters);
            }
            if number.len() > 1 && number.starts_with('0') {
                return Err(VersionError::LeadingZero);
            }
        }
        Ok(Self {
            major: strict_number(major)?,
            minor: strict_number(minor)?,
            patch: strict_number(patch)?,
            prerelease: prerelease.unwrap_or_default().to_owned(),
            metadata: metadata.unwrap_or_default().to_owned(),
            original: text.to_owned(),
        })
    }

    /// The first number.
    pub fn major(&self) -> u64 {
        self.major
    }

    /// The second number, 0 where it was left out.
    pub fn minor(&self) -> u64 {
        self.minor
    }

    /// The third number, 0 where it was left out.
    pub fn patch(&self) -> u64 {
        self.patch
    }

    /// What follows `-`, empty for a release.
    pub fn prerelease(&self) -> &str {
        &self.prerelease
    }

    /// What follows `+`, empty if there is none.
    pub fn metadata(&self) -> &str {
        &self.metadata
    }

    /// The text that the version was read from.
    pub fn original(&self) -> &str {
        &self.original
    }

    /// The next patch release; a pre-release only loses its pre-release. `None` where the number would overflow.
    pub fn next_patch(&self) -> Option<Self> {
        let patch = if self.prerelease.is_empty() {
            self.patch.checked_add(1)?
        } else {
            self.patch
        };
        Some(self.with_numbers(self.major, self.minor, patch))
    }

    /// The next minor release. `None` where the number would overflow.
    pub fn next_minor(&self) -> Option<Self> {
        Some(self.with_numbers(self.major, self.minor.checked_add(1)?, 0))
    }

    /// The next major release. `None` where the number would overflow.
    pub fn next_major(&self) -> Option<Self> {
        Some(self.with_numbers(self.major.checked_add(1)?, 0, 0))
    }

    /// The same version with other build metadata, or with none, in its full form.
    ///
    /// # Errors
    /// [`VersionError`] where the text is no build metadata.
    pub fn with_metadata(&self, metadata: &str) -> Result<Self, VersionError> {
        if !metadata.is_empty() {
            check_metadata(metadata)?;
        }
        let mut version = Self {
            metadata: metadata.to_owned(),
            ..self.clone()
        };
        let prefix = if self.original.starts_with('v') {
            "v"
        } else {
            ""
        };
        version.original = format!("{prefix}{version}");
        Ok(version)
    }

    /// A release with these numbers, with the `v` of the original text.
    fn with_numbers(&self, major: u64, minor: u64, patch: u64) -> Self {
        let prefix = if self.original.starts_with('v') {
            "v"
        } else {
            ""
        };
        Self {
            major,
            minor,
            patch,
            prerelease: String::new(),
            metadata: String::new(),
            original: format!("{prefix}{major}.{minor}.{patch}"),
        }
    }
}

impl fmt::Display for Version {
    /// The full form, without a leading `v` and with all three numbers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.prerelease.is_empty() {
            write!(f, "-{}", self.prerelease)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.major, self.minor, self.patch)
            .cmp(&(other.major, other.minor, other.patch))
            .then_with(|| compare_prerelease(&self.prerelease, &other.prerelease))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version {}

/// The pieces of the longest text at the start of an input that looks like a version.
#[derive(Debug, Clone, Copy)]
struct Scanned<'a> {
    major: &'a str,
    minor: Option<&'a str>,
    patch: Option<&'a str>,
    prerelease: Option<&'a str>,
    metadata: Option<&'a str>,
    /// Bytes read.
    len: usize,
}

impl<'a> Scanned<'a> {
    /// Reads a version at the start of `text`, whose numbers are made of the bytes that `is_digit` accepts.
    fn read(text: &'a str, is_digit: fn(u8) -> bool) -> Option<Self> {
        let run = |from: usize| {
            text.as_bytes()
                .iter()
                .skip(from)
                .take_while(|byte| is_digit(**byte))
                .count()
        };
        let start = usize::from(text.starts_with('v'));
        let major_len = run(start);
        if major_len == 0 {
            return None;
        }
        let mut scanned = Self {
            major: &text[start..start + major_len],
            minor: None,
            patch: None,
            prerelease: None,
            metadata: None,
            len: start + major_len,
        };
        for part in [&mut scanned.minor, &mut scanned.patch] {
            let digits = if text[scanned.len..].starts_with('.') {
                run(scanned.len + 1)
            } else {
                0
            };
            if digits == 0 {
                break;
            }
            *part = Some(&text[scanned.len + 1..=scanned.len + digits]);
            scanned.len += 1 + digits;
        }
        scanned.prerelease = scanned.suffix(text, '-');
        scanned.metadata = scanned.suffix(text, '+');
        Some(scanned)
    }

    /// Reads identifiers joined by dots behind `mark`, if they are there.
    fn suffix(&mut self, text: &'a str, mark: char) -> Option<&'a str> {
        let rest = text[self.len..].strip_prefix(mark)?;
        let mut len = 0;
        loop {
            let run = rest[len..]
                .bytes()
                .take_while(|byte| is_identifier_byte(*byte))
                .count();
            if run == 0 {
                // A dot without an identifier behind it is no part of the suffix.
                len = len.checked_sub(1)?;
                break;
            }
            len += run;
            if !rest[len..].starts_with('.') {
                break;
            }
            len += 1;
        }
        self.len += 1 + len;
        Some(&rest[..len])
    }
}

fn is_identifier_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

fn split_optional(text: &str, mark: char) -> (&str, Option<&str>) {
    text.split_once(mark)
        .map_or((text, None), |(head, tail)| (head, Some(tail)))
}

fn segment(digits: &str) -> Result<u64, VersionError> {
    digits
        .parse()
        .map_err(|_| VersionError::SegmentRange(digits.to_owned()))
}

fn strict_number(digits: &str) -> Result<u64, VersionError> {
    digits.parse().map_err(|_| VersionError::Number {
        text: digits.to_owned(),
        reason: if digits.is_empty() {
            "invalid syntax"
        } else {
            "value out of range"
        },
    })
}

fn check_prerelease(text: &str) -> Result<(), VersionError> {
    for part in text.split('.') {
        if part.is_empty() || !part.bytes().all(is_identifier_byte) {
            return Err(VersionError::Prerelease);
        }
        if part.len() > 1 && part.starts_with('0') && part.bytes().all(|byte| byte.is_ascii_digit())
        {
            return Err(VersionError::LeadingZero);
        }
    }
    Ok(())
}

fn check_metadata(text: &str) -> Result<(), VersionError> {
    let is_valid = |part: &str| !part.is_empty() && part.bytes().all(is_identifier_byte);
    text.split('.')
        .all(is_valid)
        .then_some(())
        .ok_or(VersionError::Metadata)
}

/// A release is above its pre-releases; numbers are below words; more parts are above fewer.
fn compare_prerelease(left: &str, right: &str) -> Ordering {
    match (left.is_empty(), right.is_empty()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(left), Some(right)) => compare_identifier(left, right),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Numbers too large for 64 bits are words, as in Go.
fn compare_identifier(left: &str, right: &str) -> Ordering {
    match (left.parse::<u64>(), right.parse::<u64>()) {
        (Ok(left), Ok(right)) => left.cmp(&right),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => left.cmp(right),
    }
}

#[cfg(test)]
mod tests;
