//! `cargo xtask conformance`: what the reference programs answer, recorded and compared.

mod chance;
mod controllers;
mod fuzz;
mod helm;
pub(crate) mod kustomize;
mod random_template;
mod random_tree;

use std::path::PathBuf;

use anyhow::Result;

/// What to do with the recorded answers.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Ask the reference program again, and write its answers beside the cases.
    Record(RecordArgs),
    /// Give random trees or charts to our engine and to the reference program, and compare.
    Fuzz(fuzz::Args),
}

/// What to record.
#[derive(Debug, clap::Args)]
pub struct RecordArgs {
    /// Whose answers.
    #[arg(value_enum, default_value_t = Reference::Kustomize)]
    reference: Reference,
    /// A folder with Flux's source-controller and kustomize-controller, and with the definitions of all their kinds in the
    /// folder `crds` inside; for `controllers`.
    #[arg(long, required_if_eq("reference", "controllers"))]
    flux: Option<PathBuf>,
    /// Change nothing, and fail if an answer differs from the recorded one.
    #[arg(long)]
    check: bool,
    /// Change nothing, and fail if each of our controllers beside the other one of Flux's answers otherwise; for
    /// `controllers`.
    #[arg(long)]
    mixed: bool,
}

/// What answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Reference {
    /// The kustomize program.
    Kustomize,
    /// Flux's controllers.
    Controllers,
}

/// Runs a command.
///
/// # Errors
/// The reference program cannot be had, or an answer differs.
pub async fn run(command: &Command) -> Result<()> {
    match command {
        Command::Record(args) => match (args.reference, &args.flux) {
            (Reference::Controllers, Some(flux)) if args.check || args.mixed => {
                controllers::check(flux, args.mixed).await
            }
            (Reference::Controllers, Some(flux)) => controllers::record(flux).await,
            (Reference::Controllers | Reference::Kustomize, _) => kustomize::record(args.check),
        },
        Command::Fuzz(args) => fuzz::run(args),
    }
}
