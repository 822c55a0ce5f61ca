//! How releases and their records are called.

use thiserror::Error;

/// The type of a record's Secret.
pub const RECORD_TYPE: &str = "helm.sh/release.v1";

/// What the name of a record begins with.
const RECORD_PREFIX: &str = "sh.helm.release.v1";

/// Labels of a record that belong to Helm.
pub const SYSTEM_LABELS: [&str; 6] = [
    "name",
    "owner",
    "status",
    "version",
    "createdAt",
    "modifiedAt",
];

/// What releases may be called, as Helm says it.
const PATTERN: &str = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

/// How long the name of a release may be: Helm leaves ten characters of a label's 63 to the charts.
const MAX_LENGTH: usize = 53;

/// A release cannot be called so; the texts are Helm's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NameError {
    /// It has no name.
    #[error("no name provided")]
    Missing,
    /// The name does not fit the pattern.
    #[error(
        "invalid release name, must match regex {PATTERN} and the length must not be longer than {MAX_LENGTH}"
    )]
    Invalid,
}

/// The name of a revision's record.
pub fn record(release: &str, version: i64) -> String {
    format!("{RECORD_PREFIX}.{release}.v{version}")
}

/// The revision that the record of a name is of.
pub fn revision(record: &str) -> Option<i64> {
    let (_, version) = record.strip_prefix(RECORD_PREFIX)?.rsplit_once(".v")?;
    version.parse().ok()
}

/// Checks the name of a release.
///
/// # Errors
/// [`NameError`].
pub fn validate(name: &str) -> Result<(), NameError> {
    if name.is_empty() {
        return Err(NameError::Missing);
    }
    let is_alphanumeric = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_part = |part: &str| {
        let bytes = part.as_bytes();
        bytes.first().is_some_and(is_alphanumeric)
            && bytes.last().is_some_and(is_alphanumeric)
            && bytes
                .iter()
                .all(|byte| *byte == b'-' || is_alphanumeric(byte))
    };
    if name.len() > MAX_LENGTH || !name.split('.').all(is_part) {
        return Err(NameError::Invalid);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{record, revision, validate};

    fn check(name: &str, is_valid: bool) {
        assert_eq!(validate(name).is_ok(), is_valid, "{name:?}");
    }

    #[test]
    fn records_are_called_after_release_and_revision() {
        let name = record("a.v1", 12);
        assert_eq!(name, "sh.helm.release.v1.a.v1.v12");
        assert_eq!(revision(&name), Some(12));
        assert_eq!(revision("sh.helm.release.v1.a"), None);
        assert_eq!(revision("other.v1"), None);
    }

    #[test]
    fn names_are_dns_names_of_53_characters() {
        check("web", true);
        check("a-1.b2", true);
        check(&"a".repeat(53), true);
        check(&"a".repeat(54), false);
        check("", false);
        check("-a", false);
        check("a-", false);
        check("a..b", false);
        check("Web", false);
        check("a_b", false);
    }
}
