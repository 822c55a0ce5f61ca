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

/// What the environment of the process says; `main` reads it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Environment {
    /// Whether every object that kustomize builds gets the label that names
    /// the builder: `KUSTOMIZE_ENABLE_MANAGEDBY_LABEL`.
    pub adds_managed_by_label: bool,
}

impl Environment {
    /// Reads the environment through `variable`.
    pub fn read(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let label = variable("KUSTOMIZE_ENABLE_MANAGEDBY_LABEL");
        let is_true = |text: OsString| {
            let text = text.to_string_lossy().into_owned();
            // What Go's ParseBool takes for true.
            matches!(&*text, "1" | "t" | "T" | "TRUE" | "true" | "True")
        };
        Self {
            adds_managed_by_label: label.is_some_and(is_true),
        }
    }
}

/// Runs the command line, prints what it has to say, and returns its exit
/// status: 0 when all went well, 1 when something failed or the arguments
/// make no sense, as the tools do whose words it takes.
pub fn run(arguments: impl IntoIterator<Item = OsString>, environment: Environment) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // There is nobody to tell when standard error is closed.
            let _ = error.print();
            return if error.use_stderr() {
                ExitCode::FAILURE
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    let result = match cli.command {
        Command::Helm(helm) => helm.run(),
        Command::Kustomize(kustomize) => kustomize.run(environment),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
