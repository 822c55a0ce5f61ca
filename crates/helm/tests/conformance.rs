//! Charts with what helm makes of them, one test each.

#![expect(clippy::disallowed_methods, reason = "the cases are files")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use libtest_mimic::{Arguments, Failed, Trial};
use rheostat_gotemplate::{Host, Map};
use rheostat_helm::{Chart, RenderError, RenderOptions, chart::ChartFile, render, values};

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
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/helm");
    let cases = fs::read_dir(folder)
        .expect("the cases are there")
        .map(|entry| entry.expect("readable").path());
    let mut cases: Vec<PathBuf> = cases.filter(|path| path.is_dir()).collect();
    cases.sort();
    let trials = cases.into_iter().map(|case| {
        let name = case
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        Trial::test(name, move || check(&case))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn check(case: &Path) -> Result<(), Failed> {
    let read = |name: &str| fs::read_to_string(case.join(name)).ok();
    let actual = answer(case, read("values.yaml").as_deref());
    let expected = match read("expected.yaml") {
        Some(output) => Ok(output),
        None => Err(read("expected.error").unwrap_or_default()),
    };
    if actual == expected {
        return Ok(());
    }
    Err(format!("expected: {expected:#?}\nactual: {actual:#?}").into())
}

/// What the command line prints: to its output, or to its error output.
fn answer(case: &Path, user: Option<&str>) -> Result<String, String> {
    let chart = Chart::from_files(files(&case.join("chart"), ""))
        .map_err(|error| format!("Error: {error}\n"))?;
    let user = match user {
        None => Arc::new(Map::new()),
        Some(text) => {
            values::read_documents(text.as_bytes()).map_err(|error| format!("Error: {error}\n"))?
        }
    };
    let options = RenderOptions {
        name: "release".to_owned(),
        namespace: "apps".to_owned(),
        ..RenderOptions::default()
    };
    let rendered = render(&chart, &user, &options, &mut Nothing).map_err(|error| {
        let hint = match error {
            RenderError::Engine(_) | RenderError::Manifest(_) | RenderError::KubeVersion { .. } => {
                "\n\nUse --debug flag to render out invalid YAML"
            }
            _ => "",
        };
        format!("Error: {error}{hint}\n")
    })?;
    let hooks: String = rendered
        .hooks
        .iter()
        .map(rheostat_helm::manifest::Hook::document)
        .collect();
    Ok(format!("{}\n{hooks}", rendered.manifest(false).trim()))
}

fn files(folder: &Path, prefix: &str) -> Vec<ChartFile> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let name = if prefix.is_empty() {
            name
        } else {
            format!("{prefix}/{name}")
        };
        if path.is_dir() {
            found.extend(files(&path, &name));
        } else {
            found.push(ChartFile::new(name, fs::read(&path).expect("readable")));
        }
    }
    found
}
