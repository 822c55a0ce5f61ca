//! The `rheostat` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    let environment = rheostat_cli::Environment::read(|name| std::env::var_os(name));
    rheostat_cli::run(std::env::args_os(), environment)
}
