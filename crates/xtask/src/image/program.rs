//! The programs that go into images: statically linked, and without the paths of the machine that built them.

use std::path::PathBuf;
use std::process::Command;
use std::{env, str};

use anyhow::{Context as _, Result, ensure};

use crate::repository;
use crate::steps::{cargo, check};

/// Builds the programs of controllers for this machine's processor, and tells where they are, in the same order.
///
/// # Errors
/// They do not build.
pub(super) fn build(controllers: &[String]) -> Result<Vec<PathBuf>> {
    let triple = triple()?;
    let mut arguments = vec![
        "build".to_owned(),
        "--release".to_owned(),
        "--locked".to_owned(),
        "--bins".to_owned(),
        // Named, so that what runs while building (macros, build scripts) stays dynamic.
        format!("--target={triple}"),
    ];
    arguments.extend(
        controllers
            .iter()
            .map(|name| format!("--package=rheostat-{name}")),
    );
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    check(cargo(&arguments).env("RUSTFLAGS", flags()?))?;
    let release = target_directory()?.join(triple).join("release");
    Ok(controllers.iter().map(|name| release.join(name)).collect())
}

/// The name of this machine's processor in an image.
pub(super) fn architecture() -> &'static str {
    match env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

/// The C library goes into the program, and panics tell paths that are the same wherever it was built.
fn flags() -> Result<String> {
    let sources = repository::root();
    let home = cargo_home()?;
    Ok(format!(
        "-C target-feature=+crt-static --remap-path-prefix={}=/rheostat --remap-path-prefix={}=/cargo",
        sources.display(),
        home.display()
    ))
}

fn cargo_home() -> Result<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let fallback = || env::home_dir().map(|home| home.join(".cargo"));
    home.or_else(fallback)
        .context("there is neither CARGO_HOME nor HOME")
}

fn triple() -> Result<String> {
    let text = output(Command::new("rustc").arg("-vV"))?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not tell its host")?.to_owned())
}

fn target_directory() -> Result<PathBuf> {
    let text = output(&mut cargo(&[
        "metadata",
        "--format-version=1",
        "--no-deps",
        "--locked",
    ]))?;
    let metadata: serde_json::Value =
        serde_json::from_str(&text).context("reading what cargo metadata prints")?;
    let directory = metadata["target_directory"].as_str();
    Ok(directory
        .context("cargo metadata names no target directory")?
        .into())
}

fn output(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .with_context(|| format!("running {}", command.get_program().display()))?;
    ensure!(
        output.status.success(),
        "{}: {}",
        command.get_program().display(),
        output.status
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
