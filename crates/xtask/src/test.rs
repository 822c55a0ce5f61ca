//! `cargo xtask test`: all that has to pass, as CI runs it.

use anyhow::{Result, bail};
use rheostat_testing::control_plane::SHARED_KUBECONFIG;
use rheostat_testing::{ControlPlane, Program};

use crate::steps::{Steps, cargo, check, is_there};
use crate::{generate, repository, tools};

/// The package of operators that embed our crates; its tests run them as programs.
const OPERATORS: &str = "rheostat-operators";

/// The package of whole-system scenarios, which run the programs of this repository.
pub(crate) const SCENARIOS: &str = "rheostat-scenarios";

/// Programs that the tests run, each with the arguments that make it answer and the command that installs it.
const NEEDED: [(&str, &[&str], &str); 3] = [
    ("git", &["--version"], "apt-get install git"),
    ("cargo-fmt", &["--version"], "rustup component add rustfmt"),
    (
        "cargo-clippy",
        &["--version"],
        "rustup component add clippy",
    ),
];

/// Runs every step.
///
/// # Errors
/// The first step that fails.
pub async fn run() -> Result<()> {
    let mut steps = Steps::new();
    run_in(&mut steps).await?;
    steps.summarize();
    Ok(())
}

pub(crate) async fn run_in(steps: &mut Steps) -> Result<()> {
    steps.run("programs", programs)?;
    steps.run("format", || check(&mut cargo(&["fmt", "--all", "--check"])))?;
    steps.run("generated files", || {
        generate::run(&generate::Args { check: true }, &repository::root())
    })?;
    steps.run("clippy", || {
        check(&mut cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ]))
    })?;
    let plane = ControlPlane::start().await?;
    let on_plane =
        |arguments: &[&str]| check(cargo(arguments).env(SHARED_KUBECONFIG, plane.kubeconfig()));
    steps.run("tests, conformance included", || {
        on_plane(&[
            "test",
            "--workspace",
            "--exclude",
            OPERATORS,
            "--exclude",
            SCENARIOS,
            "--locked",
            "--no-fail-fast",
        ])
    })?;
    steps.run("programs of this repository", || {
        let packages: Vec<String> = repository::controllers()?
            .iter()
            .map(String::as_str)
            .chain(["cli"])
            .map(|name| format!("--package=rheostat-{name}"))
            .collect();
        let packages = packages.iter().map(String::as_str);
        let arguments: Vec<&str> = ["build", "--locked", "--bins"]
            .into_iter()
            .chain(packages)
            .collect();
        check(&mut cargo(&arguments))
    })?;
    steps.run("operators that embed our crates", || {
        on_plane(&["test", "--package", OPERATORS, "--tests", "--locked"])
    })?;
    steps.run("scenarios", || {
        on_plane(&["test", "--package", SCENARIOS, "--tests", "--locked"])
    })
}

/// Names what is missing before anything long begins, and builds the reference programs that are.
fn programs() -> Result<()> {
    let missing: Vec<String> = NEEDED
        .into_iter()
        .filter(|(program, arguments, _)| !is_there(program, arguments))
        .map(|(program, _, install)| format!("{program} is missing; install it with: {install}"))
        .collect();
    if !missing.is_empty() {
        bail!("{}", missing.join("\n"));
    }
    if Program::NODES
        .into_iter()
        .any(|program| program.locate().is_err())
    {
        println!(
            "simulated nodes: left out; they come with: cargo xtask control-plane build --nodes"
        );
    }
    let mut needed = Program::CONTROL_PLANE.to_vec();
    needed.extend([Program::Helm, Program::Registry]);
    tools::ensure(&needed)
}
