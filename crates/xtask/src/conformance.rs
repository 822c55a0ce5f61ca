//! `cargo xtask conformance`: what the reference programs answer, recorded and compared.

mod fuzz;
mod kustomize;
mod random_tree;

use anyhow::Result;

/// What to do with the recorded answers.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Ask the reference program again, and write its answers beside the cases.
    Record(RecordArgs),
    /// Build random trees with our engine and with the reference program, and compare.
    Fuzz(fuzz::Args),
}

/// What to record.
#[derive(Debug, clap::Args)]
pub struct RecordArgs {
    /// Change nothing, and fail if an answer differs from the recorded one.
    #[arg(long)]
    check: bool,
}

/// Runs a command.
///
/// # Errors
/// The reference program cannot be had, or an answer differs.
pub fn run(command: &Command) -> Result<()> {
    match command {
        Command::Record(args) => kustomize::record(args.check),
        Command::Fuzz(args) => fuzz::run(args),
    }
}
