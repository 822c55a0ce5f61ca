//! `rheostat kustomize`: the commands of kustomize that a script needs.

mod build;
mod output;
mod remote;

use clap::{Args, Subcommand};

/// Builds kustomizations.
#[derive(Debug, Args)]
pub(crate) struct Kustomize {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Build(build::Build),
    /// Print the version of kustomize whose behaviour this is.
    Version,
}

impl Kustomize {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Build(build) => build.run(),
            Command::Version => {
                println!("v5.8.1");
                Ok(())
            }
        }
    }
}
