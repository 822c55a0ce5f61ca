//! Everything that a developer does with this repository: `cargo xtask <command>`, one module for each command.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it is a program for people at a terminal"
)]

pub mod command;

pub mod bench;
pub mod ci;
pub mod conformance;
pub mod control_plane;
pub mod generate;
pub mod image;
pub mod test;
pub mod up;

mod definitions;
mod repository;
mod steps;
mod tools;
