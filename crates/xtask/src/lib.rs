//! Everything that a developer does with this repository: cargo xtask <command>.

pub mod command;
pub mod generate;
