//! The command line: one subcommand for each module.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::generate;

/// Everything that a developer does with this repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
pub struct Xtask {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write the files that are made from code: the CRDs, alone and in the charts.
    Generate(generate::Args),
}

impl Xtask {
    /// Does what was asked for. Failures are printed with their causes.
    #[expect(clippy::print_stderr, reason = "a command says why it failed")]
    pub fn run(self) -> ExitCode {
        let outcome = match self.command {
            Command::Generate(args) => generate::run(&args, &repository()),
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

/// The root of the repository that this program was built from.
fn repository() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.ancestors().nth(2).unwrap_or(own).to_owned()
}
