//! Recorded cases: a folder for each, and in it the folder `chart`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use libtest_mimic::{Arguments, Failed, Trial};
use rheostat_gotemplate::Host;

/// A host for templates that ask for nothing.
pub(crate) struct Nothing;

impl Host for Nothing {
    fn now(&mut self) -> i128 {
        0
    }

    fn random(&mut self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

/// Checks each case of a folder of the conformance data.
pub(crate) fn run(folder: &str, check: fn(&Path) -> Result<(), Failed>) -> ExitCode {
    let arguments = Arguments::from_args();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance");
    let cases = fs::read_dir(data.join(folder))
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

/// Names and bodies of all files of the chart of a case.
pub(crate) fn chart_files(case: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    collect(&case.join("chart"), "", &mut found);
    found
}

fn collect(folder: &Path, prefix: &str, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        let name = path.file_name().expect("a name").to_string_lossy();
        let name = format!("{prefix}{name}");
        if path.is_dir() {
            collect(&path, &format!("{name}/"), found);
        } else {
            found.push((name, fs::read(&path).expect("readable")));
        }
    }
}
