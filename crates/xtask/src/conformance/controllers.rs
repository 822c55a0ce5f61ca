//! What Flux's controllers leave behind in the cases under `tests/conformance/controllers`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use rheostat_scenarios::{Setup, recorded};
use rheostat_testing::Program;
use serde_json::Value;

use crate::definitions;
use crate::tools;

/// The controllers whose answers are recorded, with their versions: those of Flux 2.9.1.
const PROGRAMS: [(&str, &str); 2] = [
    ("source-controller", "v1.9.0"),
    ("kustomize-controller", "v1.9.4"),
];

/// Records the answers to all cases, or checks that they are as they were.
///
/// # Errors
/// `flux` does not hold the controllers and the definitions of all their kinds, a case fails, or, when checking, an answer
/// differs.
pub(super) async fn record(flux: &Path, checks: bool) -> Result<()> {
    tools::ensure(&Program::CONTROL_PLANE)?;
    let versions = versions(flux)?;
    let definitions = definitions::read(&flux.join("crds"))?;
    let folders = recorded::folders()?;
    let mut drifted = Vec::new();
    for folder in &folders {
        let name = recorded::name(folder);
        let setup = Setup {
            programs: [Some(flux.to_owned()), Some(flux.to_owned())],
            definitions: definitions.clone(),
            ..Setup::default()
        };
        if checks {
            let differences = recorded::check(folder, setup).await;
            let differences = differences.with_context(|| format!("checking {name}"))?;
            for difference in &differences {
                println!("{name}{difference}");
            }
            drifted.extend((!differences.is_empty()).then_some(name));
        } else {
            let answer = recorded::record(folder, setup).await;
            let answer = answer.with_context(|| format!("recording {name}"))?;
            write(&folder.join("expected.yaml"), &answer)?;
            println!("recorded {name}");
        }
    }
    if !drifted.is_empty() {
        bail!("recorded answers have drifted: {}", drifted.join(", "));
    }
    if !checks {
        let baseline = baseline_file()?;
        let text = format!(
            "{versions}\nrecorded by: cargo xtask conformance record controllers --flux DIR\n"
        );
        fs::write(&baseline, text).with_context(|| format!("writing {}", baseline.display()))?;
    }
    Ok(())
}

fn baseline_file() -> Result<PathBuf> {
    let folders = recorded::folders()?;
    let first = folders.first().context("there are no cases")?;
    Ok(first.with_file_name("BASELINE"))
}

fn write(path: &Path, answer: &Value) -> Result<()> {
    let text = rheostat_yaml::emit::to_yaml(answer).context("printing an answer")?;
    fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}

/// The versions, as Go stamped them into the programs.
fn versions(flux: &Path) -> Result<String> {
    let mut found = Vec::new();
    for (name, version) in PROGRAMS {
        let program = flux.join(name);
        let output = Command::new("go")
            .args(["version", "-m"])
            .arg(&program)
            .output();
        let output = output.context("running go")?;
        let report = String::from_utf8_lossy(&output.stdout);
        let is_fit = report.lines().any(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            matches!(words[..], ["mod", module, stamped, ..]
                if module.ends_with(name) && stamped == version)
        });
        if !is_fit {
            bail!("{} is not {name} {version}", program.display());
        }
        found.push(format!("{name} {version}"));
    }
    Ok(found.join(", "))
}
