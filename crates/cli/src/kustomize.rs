//! `rheostat kustomize`: the commands of kustomize that a script needs.
//!
//! Deliberately absent: those that edit files or run functions. They are
//! refused by name.

mod build;
mod charts;
mod output;
mod remote;
mod version;

use anyhow::bail;
use clap::{Args, Subcommand};

use crate::Environment;

/// Builds kustomizations.
#[derive(Debug, Args)]
pub(crate) struct Kustomize {
    /// Refused: there are no stacks to trace.
    #[arg(long, global = true, hide = true)]
    stack_trace: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Build(Box<build::Build>),
    Version(version::Version),
    /// Any other command.
    #[command(external_subcommand)]
    Other(Vec<String>),
}

impl Kustomize {
    pub(crate) fn run(self, environment: Environment) -> anyhow::Result<()> {
        if self.stack_trace {
            bail!("--stack-trace is not supported: an error names what it is about instead");
        }
        match self.command {
            Command::Build(build) => build.run(environment),
            Command::Version(version) => version.run(),
            Command::Other(words) => {
                let name = words.first().map_or("", String::as_str);
                bail!(
                    "command {name:?} is not supported: rheostat kustomize has build and \
                     version, and neither edits files nor runs functions"
                )
            }
        }
    }
}
