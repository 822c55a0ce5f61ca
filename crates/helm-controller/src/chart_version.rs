//! The version of a chart from a source whose revisions say more than its Chart.yaml: the digest becomes part of it. (pure)

use rheostat_gocompat::semver::Version;

/// How much of a digest goes into a version; the reference's number.
const DIGITS: usize = 12;

/// A chart's version as it is released, and the digest that is remembered beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartVersion {
    /// The version.
    pub version: String,
    /// The digest, where the source has one.
    pub oci_digest: Option<String>,
}

/// Chart and source do not fit each other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// The chart's version is none.
    #[error("{version}: {problem}")]
    Chart {
        /// The version.
        version: String,
        /// What is wrong.
        problem: rheostat_gocompat::semver::VersionError,
    },
    /// The revision's tag names another version.
    #[error("artifact revision {tag} does not match chart version {version}")]
    Mismatch {
        /// The tag.
        tag: String,
        /// The version.
        version: String,
    },
    /// The revision has no digest.
    #[error("invalid artifact revision {0}")]
    Revision(String),
}

/// The version of a chart that came with a revision of an OCI artifact. `tracks_digest` says whether the digest goes into it.
///
/// # Errors
/// [`VersionError`], reason `ChartMutateError`.
pub fn of_revision(
    version: &str,
    revision: &str,
    tracks_digest: bool,
) -> Result<ChartVersion, VersionError> {
    let parsed = Version::parse(version).map_err(|problem| VersionError::Chart {
        version: version.to_owned(),
        problem,
    })?;
    let invalid = || VersionError::Revision(revision.to_owned());
    let (_, hex) = revision.rsplit_once(':').ok_or_else(invalid)?;
    let digits = hex.get(..DIGITS).ok_or_else(invalid)?;
    let tagged = revision.split_once('@');
    // A plus cannot stand in a tag.
    let tag = tagged.map(|(tag, _)| tag.replace('_', "+"));
    let tag_version = tag.as_deref().and_then(|tag| Version::parse(tag).ok());
    if let (Some(tag), Some(tag_version)) = (&tag, &tag_version)
        && tag_version.to_string() != parsed.to_string()
    {
        return Err(VersionError::Mismatch {
            tag: tag.clone(),
            version: version.to_owned(),
        });
    }
    let oci_digest = match (tagged, tag_version) {
        (Some((_, digest)), Some(_)) => digest,
        _ => revision,
    };
    let version = if tracks_digest {
        let canonical = parsed.to_string();
        let bare = canonical
            .split_once('+')
            .map_or(&*canonical, |(bare, _)| bare);
        format!("{bare}+{digits}")
    } else {
        version.to_owned()
    };
    Ok(ChartVersion {
        version,
        oci_digest: Some(oci_digest.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:0123456789abcdef0123";

    fn check(version: &str, revision: &str, expected: Result<(&str, &str), &str>) {
        let revision = revision.replace("DIGEST", DIGEST);
        let found = of_revision(version, &revision, true)
            .map(|found| (found.version, found.oci_digest.unwrap()))
            .map_err(|error| error.to_string());
        let expected = expected
            .map(|(version, digest)| (version.to_owned(), digest.replace("DIGEST", DIGEST)))
            .map_err(str::to_owned);
        assert_eq!(found, expected, "{version} {revision}");
    }

    #[test]
    fn the_digest_takes_the_place_of_build_metadata() {
        check(
            "1.0.0",
            "1.0.0@DIGEST",
            Ok(("1.0.0+0123456789ab", "DIGEST")),
        );
        check(
            "v1.0.0+a",
            "1.0.0_a@DIGEST",
            Ok(("1.0.0+0123456789ab", "DIGEST")),
        );
        check("1.0.0", "DIGEST", Ok(("1.0.0+0123456789ab", "DIGEST")));
        check(
            "1.0.0",
            "latest@DIGEST",
            Ok(("1.0.0+0123456789ab", "latest@DIGEST")),
        );
    }

    #[test]
    fn tag_and_version_must_agree() {
        check(
            "1.0.0",
            "1.1.0@DIGEST",
            Err("artifact revision 1.1.0 does not match chart version 1.0.0"),
        );
        check(
            "1.0.0",
            "sha256:0123",
            Err("invalid artifact revision sha256:0123"),
        );
    }

    #[test]
    fn a_version_without_the_digest_stays_as_it_is() {
        let found = of_revision("v1.0", &format!("v1.0@{DIGEST}"), false).unwrap();
        assert_eq!(found.version, "v1.0");
        assert_eq!(found.oci_digest.as_deref(), Some(DIGEST));
    }
}
