//! The `helm-controller` program.

use std::process::ExitCode;

use rheostat_helm_controller::{args::Args, run};
use rheostat_runtime::{args, shell};

#[tokio::main]
async fn main() -> ExitCode {
    let args: Args = match args::parse(run::ROLE) {
        Ok(args) => args,
        Err(error) => error.exit(),
    };
    shell::start_log(&args.runtime);
    match run::run(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = %format!("{error:#}"), "problem running manager");
            ExitCode::FAILURE
        }
    }
}
