//! The rheostat command: the toolkit's engines at the command line.
//!
//! Each group of subcommands has a module of its own. What they print and
//! how they exit is what the tools print whose words they take.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line prints"
)]

mod disk;
mod helm;
mod kustomize;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Keeps a Kubernetes cluster at what Git, OCI registries, buckets and Helm
/// repositories say.
#[derive(Debug, Parser)]
#[command(name = "rheostat", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Renders Helm charts.
    Helm(helm::Helm),
    /// Builds kustomizations.
    Kustomize(kustomize::Kustomize),
}

/// Runs the command line, prints what it has to say, and returns its exit
/// status: 0 when all went well, 1 when something failed, 2 when the
/// arguments make no sense.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    let result = match cli.command {
        Command::Helm(helm) => helm.run(),
        Command::Kustomize(kustomize) => kustomize.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
