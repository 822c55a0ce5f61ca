//! The command line: one subcommand for each module.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{bench, ci, conformance, control_plane, generate, image, repository, test, up};

/// Everything that a developer does with this repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
pub struct Xtask {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start a cluster that follows a Git repository, and show what happens until Ctrl-C.
    Up,
    /// Run all that has to pass: format, lints, tests, generated files, conformance, scenarios.
    Test,
    /// Run the tests and the slow checks: documentation, each crate alone, charts, licences.
    Ci,
    /// Measure our controllers beside a bare loop and, on request, beside Flux.
    Bench(bench::Args),
    /// Send the bare loop's requests, for `bench`.
    #[command(hide = true)]
    BareLoop,
    /// Keep a real Kubernetes control plane running, for experiments and for other tools.
    #[command(subcommand)]
    ControlPlane(control_plane::Command),
    /// Record and compare what the reference programs answer.
    #[command(subcommand)]
    Conformance(conformance::Command),
    /// Make an OCI image of each controller, without a daemon, and push it on request.
    Image(image::Args),
    /// Write the files that are made from code: the CRDs, alone and in the charts.
    Generate(generate::Args),
}

impl Xtask {
    /// Does what was asked for. Failures are printed with their causes.
    pub async fn run(self) -> ExitCode {
        let outcome = match self.command {
            Command::Up => up::run().await,
            Command::Test => test::run().await,
            Command::Ci => ci::run().await,
            Command::Bench(args) => bench::run(&args).await,
            Command::BareLoop => bench::bare::run().await,
            Command::ControlPlane(command) => control_plane::run(command).await,
            Command::Conformance(command) => conformance::run(&command).await,
            Command::Image(args) => image::run(&args).await,
            Command::Generate(args) => generate::run(&args, &repository::root()),
        };
        match outcome {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("error: {error:#}");
                ExitCode::FAILURE
            }
        }
    }
}
