//! `cargo xtask ci`: the tests and the slow checks that do not belong before every push.

use std::fs;

use anyhow::{Context, Result};
use rheostat_testing::Program;

use crate::steps::{Steps, cargo, check, is_there};
use crate::{repository, test};

/// Runs the tests, then everything else.
///
/// # Errors
/// The first step that fails.
pub async fn run() -> Result<()> {
    let mut steps = Steps::new();
    test::run_in(&mut steps).await?;
    steps.run("documentation", || {
        check(
            cargo(&["doc", "--workspace", "--no-deps", "--locked"])
                .env("RUSTDOCFLAGS", "-D warnings"),
        )
    })?;
    steps.run("each crate alone", each_crate_alone)?;
    steps.run("charts", lint_charts)?;
    if is_there("cargo-deny", &["--version"]) {
        steps.run("licences and bans", || {
            check(&mut cargo(&[
                "deny", "check", "licenses", "bans", "sources",
            ]))
        })?;
    } else {
        println!(
            "\n==> licences and bans: left out; cargo-deny comes with: cargo install --locked cargo-deny"
        );
    }
    steps.summarize();
    Ok(())
}

/// A crate that only builds because its neighbours switch a feature on would fail its first outside user.
fn each_crate_alone() -> Result<()> {
    for name in names_below("crates")? {
        check(&mut cargo(&[
            "check",
            "--quiet",
            "--locked",
            "--package",
            &format!("rheostat-{name}"),
        ]))?;
    }
    Ok(())
}

fn lint_charts() -> Result<()> {
    let helm = Program::Helm.locate()?;
    for name in names_below("charts")? {
        let chart = repository::root().join("charts").join(name);
        check(
            std::process::Command::new(&helm)
                .arg("lint")
                .arg("--strict")
                .arg(chart),
        )?;
    }
    Ok(())
}

/// The folders in a folder of the repository, sorted.
fn names_below(folder: &str) -> Result<Vec<String>> {
    let path = repository::root().join(folder);
    let entries = fs::read_dir(&path).with_context(|| format!("reading {}", path.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.with_context(|| format!("reading {}", path.display()))?;
        if entry.path().is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}
