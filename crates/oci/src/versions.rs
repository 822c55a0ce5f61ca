//! Which tag is meant by a range of versions. Pure.

use rheostat_gocompat::semver::{Constraint, Version};

/// The tag with the highest version in a range; of several that are equal the
/// one that is listed first. `version` reads a tag, and says no to those that
/// are no versions.
pub fn highest<'t>(
    tags: impl IntoIterator<Item = &'t str>,
    range: &Constraint,
    version: impl Fn(&str) -> Option<Version>,
) -> Option<&'t str> {
    let mut best: Option<(Version, &str)> = None;
    for tag in tags {
        let Some(version) = version(tag).filter(|version| range.matches(version)) else {
            continue;
        };
        if best.as_ref().is_none_or(|(highest, _)| version > *highest) {
            best = Some((version, tag));
        }
    }
    best.map(|(_, tag)| tag)
}

/// Reads a tag of three parts, which a `v` may lead.
pub fn of_tag(tag: &str) -> Option<Version> {
    let core = tag.split(['-', '+']).next()?;
    if core.split('.').count() != 3 {
        return None;
    }
    Version::parse(tag).ok()
}

/// Reads a tag of a chart, where `_` stands for the `+` that tags cannot
/// have.
pub fn of_chart_tag(tag: &str) -> Option<Version> {
    of_tag(&tag.replace('_', "+"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(range: &str, tags: &[&str], expected: Option<&str>) {
        let constraint = Constraint::parse(range).expect("a range of the table");
        let tags = tags.iter().copied();
        assert_eq!(highest(tags, &constraint, of_tag), expected, "{range}");
    }

    #[test]
    fn the_highest_version_in_the_range_is_taken() {
        let tags = [
            "1.0.0",
            "latest",
            "1.1.0",
            "1.2.0-rc.1",
            "v1.10.0",
            "2.0",
            "3",
        ];
        check(">=1.0.0", &tags, Some("v1.10.0"));
        check("1.0.x", &tags, Some("1.0.0"));
        check(">=1.2.0-0 <1.10.0-0", &tags, Some("1.2.0-rc.1"));
        check(">=9.0.0", &tags, None);
        check("*", &["1.0.0", "v1.0.0"], Some("1.0.0"));
    }

    #[test]
    fn tags_of_charts_have_build_metadata() {
        let version = of_chart_tag("1.1.0_build").expect("a version");
        assert_eq!(version.metadata(), "build");
        assert!(of_tag("1.1.0_build").is_none());
    }
}
