//! Charts with what helm finds in them, one test each.

#![expect(clippy::disallowed_methods, reason = "the cases are files")]

mod support {
    pub(crate) mod cases;
}

use std::{fs, path::Path, process::ExitCode, sync::Arc};

use libtest_mimic::Failed;
use rheostat_gotemplate::Map;
use rheostat_helm::lint::{Folder, LintOptions, lint};
use rheostat_tree::{Tree, TreePath};

use self::support::cases::{self, Nothing};

fn main() -> ExitCode {
    cases::run("helm-lint", check)
}

fn check(case: &Path) -> Result<(), Failed> {
    let files = cases::chart_files(case);
    let files = files
        .iter()
        .map(|(name, body)| (TreePath::new(name).expect("a path"), body.as_slice()));
    let tree = Tree::from_files(files)?;
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
