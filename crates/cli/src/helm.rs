//! `rheostat helm`: the commands of helm that a script needs and that ask
//! no cluster.

mod chart;
mod host;
mod template;
mod values;

use clap::{Args, Subcommand};

/// Renders Helm charts.
#[derive(Debug, Args)]
pub(crate) struct Helm {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Template(Box<template::Template>),
}

impl Helm {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Template(template) => template.run(),
        }
    }
}
