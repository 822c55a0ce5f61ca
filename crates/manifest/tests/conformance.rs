//! Patches the objects under `tests/conformance/manifest` and compares with what kustomize's filters answered.
//!
//! Each folder is a test. `tests/tools/yaml-answers` records the expected files.

#![expect(clippy::disallowed_methods, reason = "the recorded answers are files")]

use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};
use rheostat_manifest::{json6902, strategic};
use rheostat_yaml::{Limits, Node, Profile, emit, parse};

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/manifest");
    let mut cases: Vec<PathBuf> = fs::read_dir(&root)
        .expect("the conformance data is part of the repository")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.join("input.yaml").exists())
        .collect();
    cases.sort();
    let trials = cases.into_iter().map(|case| {
        let name = case
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Trial::test(name, move || run(&case))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

fn run(case: &Path) -> Result<(), Failed> {
    let object = read(&fs::read_to_string(case.join("input.yaml"))?)?;
    let patched = match fs::read_to_string(case.join("patch.yaml")) {
        Ok(patch) => strategic::merge(object, read(&patch)?, strategic::Options::default())
            .map_err(|error| error.to_string()),
        Err(_) => json6902::Patch::parse(&fs::read_to_string(case.join("patch.json6902"))?)
            .and_then(|patch| patch.apply_to_node(&object))
            .map(Some)
            .map_err(|error| error.to_string()),
    };
    let got = patched.and_then(|node| {
        let printed = node.as_ref().map(emit::to_kustomize).transpose();
        printed
            .map(Option::unwrap_or_default)
            .map_err(|error| error.to_string())
    });
    match (got, fs::read_to_string(case.join("expected.yaml"))) {
        (Ok(got), Ok(expected)) if got == expected => Ok(()),
        (Err(got), Err(_)) => {
            let expected = fs::read_to_string(case.join("expected.error"))?;
            if got.trim_end() == expected.trim_end() {
                return Ok(());
            }
            Err(format!("     got {got:?}\nexpected {expected:?}").into())
        }
        (got, expected) => Err(format!("     got {got:?}\nexpected {expected:?}").into()),
    }
}

fn read(text: &str) -> Result<Node, Failed> {
    Ok(parse(text.as_bytes(), Profile::V3, &Limits::default())?.unwrap_or_else(Node::null))
}
