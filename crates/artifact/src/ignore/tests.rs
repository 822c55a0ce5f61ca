//! Answers of the reference library, `fluxcd/pkg/sourceignore` v0.18.0,
//! recorded in `tests/conformance/artifact/ignore.tsv`.

use super::*;

const RECORDED: &str = include_str!("../../../../tests/conformance/artifact/ignore.tsv");

/// Columns: files as `folder:rule,rule` joined by `|`, paths by space, and
/// of these the ones that are excluded.
fn check(files: &str, paths: &str, expected: &str) {
    let files = files
        .split('|')
        .filter(|file| !file.is_empty())
        .map(|file| {
            let (folder, rules) = file.split_once(':').expect("folder:rules");
            IgnoreFile {
                folder: TreePath::new(folder).expect("a folder of the table"),
                text: rules.replace(',', "\n"),
            }
        })
        .collect::<Vec<_>>();
    let rules = Rules::new(files.clone(), None).expect("few rules");
    let excluded: Vec<&str> = paths
        .split(' ')
        .filter(|path| {
            let name = TreePath::new(path).expect("a path of the table");
            rules.excludes(&name, path.ends_with('/'))
        })
        .collect();
    assert_eq!(excluded.join(" "), expected, "{files:?}");
}

#[test]
fn paths_are_judged_as_by_the_reference() {
    let mut cases = 0;
    for line in RECORDED.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [files, paths, expected] = columns[..] else {
            panic!("three columns: {line:?}");
        };
        check(files, paths, expected);
        cases += 1;
    }
    assert!(cases > 40, "{cases} cases");
}

#[test]
fn the_spec_has_the_last_word_and_comments_say_nothing() {
    let png = TreePath::new("a.png").expect("a path");
    for (spec, is_excluded) in [
        (None, true),
        (Some(""), true),
        (Some("# only a comment\n\n"), true),
        (Some("/other"), false),
        (Some("*.png\n"), true),
    ] {
        let rules = Rules::new(Vec::new(), spec).expect("few rules");
        assert_eq!(rules.excludes(&png, false), is_excluded, "{spec:?}");
    }
    let file = IgnoreFile {
        folder: TreePath::root(),
        text: "*.png".to_owned(),
    };
    let rules = Rules::new(vec![file], Some("!a.png")).expect("few rules");
    assert!(!rules.excludes(&png, false));
}

#[test]
fn rules_are_counted() {
    let text = "a\n".repeat(MAX_RULES + 1);
    let refused = Rules::new(Vec::new(), Some(&text)).err();
    assert_eq!(
        refused,
        Some(TooManyRules {
            found: MAX_RULES + 1
        })
    );
}
