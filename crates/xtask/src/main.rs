//! The `xtask` program.

use std::process::ExitCode;

use clap::Parser as _;
use rheostat_xtask::command::Xtask;

#[tokio::main]
async fn main() -> ExitCode {
    Xtask::parse().run().await
}
