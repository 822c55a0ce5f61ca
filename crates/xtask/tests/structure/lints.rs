//! Every crate obeys the workspace's lints, and every engine's `clippy.toml` bans what is impure.

use std::fs;

use crate::workspace::{ENGINES, members, sources};

#[test]
fn every_crate_inherits_the_lints() {
    for (name, folder) in members() {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        assert!(
            manifest.contains("[lints]\nworkspace = true\n"),
            "{name} has lints of its own"
        );
    }
}

#[test]
fn engines_share_one_list_of_bans() {
    let members = members();
    let bans =
        |engine: &str| fs::read_to_string(members[engine].join("clippy.toml")).unwrap_or_default();
    let expected = bans(ENGINES[0]);
    assert!(expected.contains("std::fs::read"));
    for engine in ENGINES {
        assert_eq!(bans(engine), expected, "{engine}");
    }
}

#[test]
fn lints_are_expected_with_a_reason_and_never_allowed() {
    for (name, folder) in members() {
        for path in sources(&folder) {
            let text = fs::read_to_string(&path).unwrap();
            // Put together here, so that this file does not find itself.
            for opening in ["#[", "#!["] {
                assert!(
                    !text.contains(&format!("{opening}allow(")),
                    "{name}: {} allows a lint",
                    path.display()
                );
            }
        }
    }
}
