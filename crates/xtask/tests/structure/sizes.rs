//! Files stay small enough to be read in one sitting, and are named after what is in them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::workspace::{members, root, sources};

/// From docs/style.md.
const CEILING: usize = 500;

/// From docs/style.md, over all files.
const MEDIAN: usize = 200;

/// From docs/style.md: a `main.rs` reads the command line and hands over.
const MAIN: usize = 40;

/// Names that say nothing about what is in the file.
const EMPTY_NAMES: [&str; 7] = ["common", "helper", "helpers", "imp", "misc", "mod", "utils"];

#[test]
fn files_stay_below_the_ceiling() {
    let mut sizes: Vec<(usize, PathBuf)> = production_files();
    let large: Vec<_> = sizes.iter().filter(|(lines, _)| *lines > CEILING).collect();
    assert!(large.is_empty(), "{large:#?}");
    sizes.sort();
    assert!(
        sizes[sizes.len() / 2].0 <= MEDIAN,
        "the median is {} lines",
        sizes[sizes.len() / 2].0
    );
}

#[test]
fn programs_start_in_a_short_main() {
    for (lines, path) in production_files() {
        assert!(
            !path.ends_with("main.rs") || lines <= MAIN,
            "{}: {lines} lines",
            path.display()
        );
    }
}

#[test]
fn names_say_what_is_inside() {
    for (_, path) in production_files() {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        assert!(
            !EMPTY_NAMES.contains(&stem) && stem != "util",
            "{}",
            path.display()
        );
    }
}

/// The files that ship, with their lines up to the tests in them.
fn production_files() -> Vec<(usize, PathBuf)> {
    let root = root().canonicalize().unwrap();
    let mut found = Vec::new();
    for folder in members().into_values() {
        for path in sources(&folder.join("src")) {
            if !is_test(&path) {
                let lines = production_lines(&fs::read_to_string(&path).unwrap());
                found.push((lines, path.strip_prefix(&root).unwrap_or(&path).to_owned()));
            }
        }
    }
    found
}

fn is_test(path: &Path) -> bool {
    path.components()
        .any(|part| part.as_os_str() == "tests" || part.as_os_str() == "tests.rs")
}

fn production_lines(text: &str) -> usize {
    let end = text.find("\n#[cfg(test)]\nmod tests").unwrap_or(text.len());
    text[..end].lines().count()
}
