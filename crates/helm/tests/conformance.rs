//! Charts with what helm makes of them, one test each.

#![expect(clippy::disallowed_methods, reason = "the cases are files")]

mod support {
    pub(crate) mod cases;
}

use std::{fs, path::Path, process::ExitCode, sync::Arc};

use libtest_mimic::Failed;
use rheostat_gotemplate::Map;
use rheostat_helm::{Chart, RenderError, RenderOptions, chart::ChartFile, render, values};

use self::support::cases::{self, Nothing};

fn main() -> ExitCode {
    cases::run("helm", check)
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
    let files = cases::chart_files(case);
    let files = files
        .into_iter()
        .map(|(name, body)| ChartFile::new(name, body));
    let chart = Chart::from_files(files.collect()).map_err(|error| format!("Error: {error}\n"))?;
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
