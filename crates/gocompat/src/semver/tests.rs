use super::*;

fn parsed(text: &str) -> Version {
    Version::parse(text).unwrap()
}

/// Checks that `constraint` answers `expected` for `version`.
fn check(constraint: &str, version: &str, expected: bool) {
    let answer = Constraint::parse(constraint)
        .unwrap()
        .matches(&parsed(version));
    assert_eq!(answer, expected, "{constraint:?} against {version:?}");
}

#[test]
fn lenient_versions_are_completed() {
    for (text, expected) in [
        ("v1.2.3-a.1+b", "1.2.3-a.1+b"),
        ("1", "1.0.0"),
        ("1.2", "1.2.0"),
        ("01.02.003", "1.2.3"),
        ("1-rc", "1.0.0-rc"),
        ("1.2.3+x-y.z", "1.2.3+x-y.z"),
    ] {
        assert_eq!(parsed(text).to_string(), expected);
        assert_eq!(parsed(text).original(), text);
    }
}

#[test]
fn malformed_versions_are_refused_with_gos_text() {
    for (text, expected) in [
        ("", "invalid semantic version"),
        ("1.2.3.4", "invalid semantic version"),
        ("1.2.3-", "invalid semantic version"),
        ("V1", "invalid semantic version"),
        ("1.2.3-01", "version segment starts with 0"),
        (
            "99999999999999999999",
            "error parsing version segment: strconv.ParseUint: parsing \"99999999999999999999\": value out of range",
        ),
    ] {
        assert_eq!(
            Version::parse(text).unwrap_err().to_string(),
            expected,
            "{text:?}"
        );
    }
}

#[test]
fn strict_versions_follow_the_specification() {
    assert_eq!(
        Version::parse_strict("1.2.3-a.b+c.d").unwrap().to_string(),
        "1.2.3-a.b+c.d"
    );
    for (text, expected) in [
        ("", "version string empty"),
        ("1.2", "invalid semantic version"),
        ("v1.2.3", "invalid characters in version"),
        ("1.02.3", "version segment starts with 0"),
        ("1.2.3-", "invalid prerelease string"),
        ("1.2.3+", "invalid metadata string"),
        ("1..3", "strconv.ParseUint: parsing \"\": invalid syntax"),
    ] {
        assert_eq!(
            Version::parse_strict(text).unwrap_err().to_string(),
            expected,
            "{text:?}"
        );
    }
}

#[test]
fn precedence_ignores_metadata_and_knows_prereleases() {
    let ascending = [
        "1.0.0-1",
        "1.0.0-2",
        "1.0.0-10",
        "1.0.0-a",
        "1.0.0-a.1",
        "1.0.0-b",
        "1.0.0",
        "1.0.1",
        "1.1.0",
        "2.0.0",
    ];
    for pair in ascending.windows(2) {
        assert!(parsed(pair[0]) < parsed(pair[1]), "{pair:?}");
    }
    assert_eq!(parsed("1.0.0+a"), parsed("1.0.0+b"));
}

#[test]
fn prereleases_need_a_condition_that_names_one() {
    check(">=1.2.3", "1.2.4-beta", false);
    check(">=1.2.3-0", "1.2.4-beta", true);
    check(">= 1.19-0", "v1.27.3-gke.100", true);
    check("*", "1.0.0-a", false);
    check("<1.25-0", "1.25.0-alpha", false);
    check(">=1.0.0-0 <2", "1.5.0-rc.1", true);
    check("1.x || >=2.0.0-0", "1.5.0-rc.1", false);
}

#[test]
fn operators_treat_missing_numbers_as_open() {
    check(">1.2", "1.2.9", false);
    check(">1.2", "1.3.0", true);
    check(">1", "1.9.9", false);
    check("<=1.2", "1.2.9", true);
    check("<1.2", "1.2.0", false);
    check("=1.2", "1.2.7", true);
    check("1.2.x", "1.3.0", false);
    check("!=1.x", "1.4.0", false);
    check("!=1.2", "1.3.0", true);
    check("~1.2.3", "1.2.9", true);
    check("~1.2.3", "1.3.0", false);
    check("~1", "1.9.0", true);
    check("~>2.0", "2.1.0", false);
    check("~0.0.0", "7.0.0", true);
    check("^1.2.3", "1.9.0", true);
    check("^0.2.3", "0.3.0", false);
    check("^0.0.3", "0.0.4", false);
    check("^0.0", "0.0.9", true);
    check("^0", "0.9.0", true);
    check("=> 1, =< 2", "2.7.0", true);
}

#[test]
fn ranges_and_alternatives_combine() {
    check("1.2 - 1.4.5", "1.4.5", true);
    check("1.2 - 1.4.5", "1.4.6", false);
    check("1 - 2 || 4 - 5", "4.3.0", true);
    check(">1.0, <3 || >=4.2.3", "3.5.0", false);
    check(">=1.2.3 <2.0.0", "1.9.9", true);
}

#[test]
fn malformed_constraints_are_refused_with_gos_text() {
    for (text, expected) in [
        ("", "improper constraint: \"\""),
        ("a", "improper constraint: \"a\""),
        (">=1.2.3,,<2", "improper constraint: \">=1.2.3,,<2\""),
        ("1 ||", "improper constraint: \"\""),
        (">1>2", "improper constraint: \">1>2\""),
        ("1x", "constraint parser error"),
    ] {
        assert_eq!(
            Constraint::parse(text).unwrap_err().to_string(),
            expected,
            "{text:?}"
        );
    }
}

#[test]
fn build_metadata_is_replaced() {
    for (version, metadata, expected) in [
        ("1.2.3", "1", Ok(("1.2.3+1", "1.2.3+1"))),
        (
            "v1.2-rc.1+old",
            "abc.2",
            Ok(("1.2.0-rc.1+abc.2", "v1.2.0-rc.1+abc.2")),
        ),
        ("1.2.3+old", "", Ok(("1.2.3", "1.2.3"))),
        ("1.2.3", "a_b", Err(VersionError::Metadata)),
    ] {
        let parsed = Version::parse(version).expect("a version of the table");
        let found = parsed.with_metadata(metadata);
        let found = found.map(|found| (found.to_string(), found.original().to_owned()));
        let expected =
            expected.map(|(text, original): (&str, &str)| (text.into(), original.into()));
        assert_eq!(found, expected, "{version}");
    }
}
