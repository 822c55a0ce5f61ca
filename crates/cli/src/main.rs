//! The `rheostat` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    rheostat_cli::run(std::env::args_os())
}
