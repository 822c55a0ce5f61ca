//! What Flux's controllers leave behind in the cases under `tests/conformance/controllers`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use rheostat_scenarios::{Setup, recorded};
use rheostat_testing::Program;
use serde_json::Value;

use crate::{definitions, steps, tools};

/// The controllers whose answers are recorded, with their versions: those of Flux 2.9.1.
const PROGRAMS: [(&str, &str); 2] = [
    ("source-controller", "v1.9.0"),
    ("kustomize-controller", "v1.9.4"),
];

/// A folder for each of the two; nothing stands for ours, as built.
type Programs = [Option<PathBuf>; 2];

/// Records the answers to all cases.
///
/// # Errors
/// `flux` does not hold the controllers and the definitions of all their kinds, or a case fails.
pub(super) async fn record(flux: &Path) -> Result<()> {
    tools::ensure(&Program::CONTROL_PLANE)?;
    let versions = versions(flux)?;
    for folder in recorded::folders()? {
        let name = recorded::name(&folder);
        let theirs = [Some(flux.to_owned()), Some(flux.to_owned())];
        let answer = recorded::record(&folder, setup(flux, theirs)?).await;
        let answer = answer.with_context(|| format!("recording {name}"))?;
        write(&folder.join("expected.yaml"), &answer)?;
        println!("recorded {name}");
    }
    let baseline = baseline_file()?;
    let text =
        format!("{versions}\nrecorded by: cargo xtask conformance record controllers --flux DIR\n");
    fs::write(&baseline, text).with_context(|| format!("writing {}", baseline.display()))
}

/// Checks that Flux's controllers still answer as they did; or, `mixed`, that each of ours beside the other one of Flux's
/// answers the same.
///
/// # Errors
/// As [`record`], or an answer differs.
pub(super) async fn check(flux: &Path, mixed: bool) -> Result<()> {
    tools::ensure(&Program::CONTROL_PLANE)?;
    let versions = versions(flux)?;
    let theirs = || Some(flux.to_owned());
    let makes: Vec<(&str, Programs)> = if mixed {
        build_ours()?;
        vec![
            ("with our kustomize-controller", [theirs(), None]),
            ("with our source-controller", [None, theirs()]),
        ]
    } else {
        vec![(versions.as_str(), [theirs(), theirs()])]
    };
    let mut drifted = Vec::new();
    for (make, programs) in makes {
        for folder in recorded::folders()? {
            let name = format!("{} {make}", recorded::name(&folder));
            let differences = recorded::check(&folder, setup(flux, programs.clone())?).await;
            let differences = differences.with_context(|| format!("checking {name}"))?;
            println!("{name}: {} differences", differences.len());
            for difference in &differences {
                println!("  {difference}");
            }
            drifted.extend((!differences.is_empty()).then_some(name));
        }
    }
    if drifted.is_empty() {
        return Ok(());
    }
    bail!(
        "answers differ from the recorded ones: {}",
        drifted.join(", ")
    )
}

fn setup(flux: &Path, programs: Programs) -> Result<Setup> {
    Ok(Setup {
        programs,
        definitions: definitions::read(&flux.join("crds"))?,
        ..Setup::default()
    })
}

fn build_ours() -> Result<()> {
    steps::check(&mut steps::cargo(&[
        "build",
        "--locked",
        "--package=rheostat-source-controller",
        "--package=rheostat-kustomize-controller",
        "--bins",
    ]))
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
