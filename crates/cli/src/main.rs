//! The `rheostat` program.

use std::process::ExitCode;

/// Small values make up most of a render, and this is what makes them cheap, also where the C library is musl.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let environment = rheostat_cli::Environment::read(|name| std::env::var_os(name));
    rheostat_cli::run(std::env::args_os(), environment)
}
