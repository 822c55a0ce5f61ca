//! Charts with what helm finds in them, one test each.

#![expect(clippy::disallowed_methods, reason = "the cases are files")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use libtest_mimic::{Arguments, Failed, Trial};
use rheostat_gotemplate::{Host, Map};
use rheostat_helm::lint::{Folder, LintOptions, lint};
use rheostat_tree::{File, Tree, TreePath};

/// A host for templates that ask for nothing.
struct Nothing;

impl Host for Nothing {
    fn now(&mut self) -> i128 {
        0
    }

    fn random(&mut self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/helm-lint");
    let cases = fs::read_dir(folder)
        .expect("the cases are there")
        .map(|entry| entry.expect("readable").path());
    let mut cases: Vec<PathBuf> = cases.filter(|path| path.is_dir()).collect();
    cases.sort();
    let trials = cases.into_iter().map(|case| {
        let name = case.file_name().expect("a name").to_string_lossy();
        Trial::test(name.into_owned(), move || check(&case))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn check(case: &Path) -> Result<(), Failed> {
    let mut tree = Tree::new();
    insert(&mut tree, &case.join("chart"), "");
    let folder = Folder {
        files: &tree,
        root: &TreePath::root(),
        name: "CHART",
    };
    let options = LintOptions {
        namespace: "default".to_owned(),
        ..LintOptions::default()
    };
    let findings = lint(folder, &Arc::new(Map::new()), &options, &mut Nothing);
    let mut actual = String::new();
    for finding in &findings {
        actual.extend([finding.to_string().as_str(), "\n"]);
    }
    let expected = fs::read_to_string(case.join("expected.txt"))?;
    if actual == expected {
        return Ok(());
    }
    Err(format!("expected: {expected}\nactual: {actual}").into())
}

fn insert(tree: &mut Tree, folder: &Path, prefix: &str) {
    for entry in fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        let name = path.file_name().expect("a name").to_string_lossy();
        let name = format!("{prefix}{name}");
        if path.is_dir() {
            insert(tree, &path, &format!("{name}/"));
        } else {
            let name = TreePath::new(&name).expect("a path");
            let body = fs::read(&path).expect("readable");
            tree.insert(&name, File::in_memory(0o644, body))
                .expect("no conflict");
        }
    }
}
