use super::*;

/// A hash whose digits are all the same.
fn id(digit: char) -> ObjectId {
    ObjectId::from_hex(digit.to_string().repeat(40).as_bytes()).expect("forty digits")
}

/// `name digit` lists a commit, `name digit digit` a tag object and the
/// commit behind it.
fn listed(lines: &[&str]) -> Vec<Listed> {
    lines
        .iter()
        .map(|line| {
            let mut words = line.split(' ');
            let mut digit = || words.next().and_then(|word| word.chars().next());
            let name = line.split(' ').next().expect("a name").to_owned();
            digit();
            let target = id(digit().expect("a digit"));
            Listed {
                name,
                target,
                commit: digit().map_or(target, id),
            }
        })
        .collect()
}

const SERVER: &[&str] = &[
    "HEAD a",
    "refs/heads/main a",
    "refs/heads/feature/x b",
    "refs/pull/7/head a",
    "refs/pull/8/head c",
    "refs/tags/v1.0.0 d",
    "refs/tags/v1.1.0 e f",
    "refs/tags/v1.1.0+two 1 2",
    "refs/tags/v2.0.0-rc.1 3",
    "refs/tags/1.9 4",
];

/// `digit` is that of the commit, `wants` those of what is asked for;
/// history is needed where they end with `…`.
fn check(reference: &Reference, expected: Result<(Option<&str>, char, &str), SelectError>) {
    let found = select(reference, &listed(SERVER)).map(|selection| {
        let digit = |id: &ObjectId| id.to_string().chars().next().expect("forty digits");
        let last = selection.candidates.last().expect("a candidate").clone();
        let mut wants: String = selection.wants.iter().map(digit).collect();
        if selection.needs_history {
            wants.push('…');
        }
        (last.reference, digit(&last.commit), wants)
    });
    let expected =
        expected.map(|(name, digit, wants)| (name.map(str::to_owned), digit, wants.to_owned()));
    assert_eq!(found, expected, "{reference:?}");
}

fn missing<T>(name: &str) -> Result<T, SelectError> {
    Err(SelectError::NoSuchReference(name.to_owned()))
}

#[test]
fn branches_tags_and_names_are_tips() {
    let branch = |name: &str| Reference::Branch(name.to_owned());
    let tag = |name: &str| Reference::Tag(name.to_owned());
    let name = |name| Reference::name(name).expect("a name");
    check(&branch("main"), Ok((Some("refs/heads/main"), 'a', "a")));
    check(
        &branch("feature/x"),
        Ok((Some("refs/heads/feature/x"), 'b', "b")),
    );
    check(&branch("feature"), missing("refs/heads/feature"));
    check(&tag("v1.0.0"), Ok((Some("refs/tags/v1.0.0"), 'd', "d")));
    check(&tag("v1.1.0"), Ok((Some("refs/tags/v1.1.0"), 'f', "e")));
    check(&tag("v9"), missing("refs/tags/v9"));
    check(
        &name("refs/tags/v1.1.0^{}"),
        Ok((Some("refs/tags/v1.1.0^{}"), 'f', "e")),
    );
    check(
        &name("refs/heads/main"),
        Ok((Some("refs/heads/main"), 'a', "a")),
    );
    check(&name("refs/nothing"), missing("refs/nothing"));
    for slash in ["/refs/heads/main", "refs/heads/main/"] {
        assert!(Reference::name(slash).is_err());
    }
}

#[test]
fn other_commits_must_be_on_a_branch() {
    let name = |name| Reference::name(name).expect("a name");
    check(
        &name("refs/pull/7/head"),
        Ok((Some("refs/pull/7/head"), 'a', "a")),
    );
    check(
        &name("refs/pull/8/head"),
        Ok((Some("refs/pull/8/head"), 'c', "ab…")),
    );
    let commit = |digit: &str, on| Reference::Commit {
        hash: digit.repeat(40 / digit.len()),
        on,
    };
    let main = On::Branch("main".to_owned());
    check(&commit("a", On::AnyBranch), Ok((None, 'a', "a")));
    check(&commit("9", On::AnyBranch), Ok((None, '9', "ab…")));
    check(
        &commit("a", main.clone()),
        Ok((Some("refs/heads/main"), 'a', "a")),
    );
    check(&commit("b", main), Ok((Some("refs/heads/main"), 'b', "a…")));
    check(
        &commit("d", On::Name("refs/tags/v1.1.0".to_owned())),
        Ok((Some("refs/tags/v1.1.0"), 'd', "e…")),
    );
    check(
        &commit("a", On::Branch("gone".to_owned())),
        missing("refs/heads/gone"),
    );
    check(
        &commit("xy", On::AnyBranch),
        Err(SelectError::NotAHash("xy".repeat(20))),
    );
}

#[test]
fn ranges_take_the_highest_version() {
    let range = |text| Reference::semver(text).expect("a range");
    check(&range("1.0.x"), Ok((Some("refs/tags/v1.0.0"), 'd', "d")));
    // Equal precedence: both are fetched and the younger one wins.
    check(
        &range(">=1.0.0"),
        Ok((Some("refs/tags/v1.1.0+two"), '2', "e1")),
    );
    check(
        &range(">=1.0.0-0"),
        Ok((Some("refs/tags/v2.0.0-rc.1"), '3', "3")),
    );
    check(
        &range("<1.0.0"),
        Err(SelectError::NoSuchVersion("<1.0.0".to_owned())),
    );
    assert!(Reference::semver("not a range").is_err());
}
