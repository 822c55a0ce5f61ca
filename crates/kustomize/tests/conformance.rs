//! Builds the trees under `tests/conformance/kustomize` and compares with
//! what kustomize answered.
//!
//! Each folder is a test: `input/` is the tree, `options` says where the
//! build starts and how, and `expected.yaml` or `expected.error` is the
//! answer, recorded by `cargo xtask conformance record`. Results must be
//! equal to the byte; errors must have the same key phrase. What can be built
//! is a test of the read set as well, and so are random trees.

#![expect(clippy::disallowed_methods, reason = "the recorded answers are files")]

mod conformance {
    pub(crate) mod case;
    pub(crate) mod random_tree;
    pub(crate) mod read_set;
}

use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};

use self::conformance::case::Case;
use self::conformance::{random_tree, read_set};

/// What people search for when a build fails. The first that an error holds
/// is its class.
const KEY_PHRASES: [&str; 40] = [
    "must specify --enable-helm",
    "external plugins disabled",
    "unable to load builtin",
    "unable to find one of",
    "Found multiple kustomization files",
    "kustomization.yaml is empty",
    "kind should be Kustomization or Component",
    "apiVersion for",
    "expected kind 'Component'",
    "expected kind != 'Component'",
    "json: unknown field",
    "cannot unmarshal",
    "invalid Kustomization",
    "cycle detected",
    "is not in or below",
    "MalformedYAMLError",
    "invalid document separator",
    "missing metadata.name",
    "missing kind in object",
    "may not add resource with an already registered id",
    "namespace transformation produces ID conflict",
    "illegally repeats the key",
    "invalid literal source",
    "does not exist; cannot merge or replace",
    "exists; can not use behavior",
    "nothing selected by",
    "multiple matches for selector",
    "is missing for replacement source",
    "unable to find field",
    "unable to find or create field",
    "Unable to remove nonexistent key",
    "operation does not apply",
    "must specify one of patch and path",
    "unable to parse SM or JSON patch",
    "no resource matches strategic merge patch",
    "wrong node kind",
    "conflicting fieldspecs",
    "already encountered",
    "does not match a config with the following GVK",
    "must build at directory",
];

/// Enough for each pair of a random tree's parts to meet and to be apart.
const RANDOM_TREES: u64 = 64;

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/kustomize");
    let mut cases: Vec<PathBuf> = fs::read_dir(&root)
        .expect("the conformance data is part of the repository")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.join("input").is_dir())
        .collect();
    cases.sort();
    let trials = cases.into_iter().flat_map(|case| {
        let name = case.file_name().unwrap_or_default();
        let name = name.to_string_lossy().into_owned();
        let is_built = case.join("expected.yaml").is_file();
        let reads = is_built.then(|| {
            let case = case.clone();
            Trial::test(format!("read set of {name}"), move || {
                read_set::check(&Case::read(&case)?)
            })
        });
        reads
            .into_iter()
            .chain([Trial::test(name, move || run(&case))])
    });
    let random = (0..RANDOM_TREES).map(|seed| {
        Trial::test(format!("read set of random tree {seed}"), move || {
            read_set::check(&random_tree::case(seed)?)
        })
    });
    libtest_mimic::run(&arguments, trials.chain(random).collect()).exit();
}

fn run(case: &Path) -> Result<(), Failed> {
    let answer = Case::read(case)?.build();
    let answer = answer.map(|(text, _)| text);
    match (answer, fs::read_to_string(case.join("expected.yaml"))) {
        (Ok(answer), Ok(expected)) if answer == expected => Ok(()),
        (Err(answer), Err(_)) => {
            let expected = fs::read_to_string(case.join("expected.error"))?;
            if key_phrase(&answer) == key_phrase(&expected) {
                return Ok(());
            }
            Err(format!("got\n{answer}\nexpected\n{expected}").into())
        }
        (answer, expected) => Err(format!("got\n{answer:#?}\nexpected\n{expected:#?}").into()),
    }
}

fn key_phrase(error: &str) -> Option<&'static str> {
    KEY_PHRASES
        .into_iter()
        .find(|phrase| error.contains(phrase))
}
