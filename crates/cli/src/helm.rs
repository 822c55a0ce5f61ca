//! `rheostat helm`: the commands of helm that a script needs and that ask
//! no cluster.

mod chart;
mod host;
mod lint;
mod rendering;
mod show;
mod template;
mod values;

use clap::{Args, Subcommand};

pub(crate) use rendering::{Rendering, Shown, options_of, template_name};

/// Renders Helm charts.
#[derive(Debug, Args)]
pub(crate) struct Helm {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Lint(Box<lint::Lint>),
    Show(show::Show),
    Template(Box<template::Template>),
}

impl Helm {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Lint(lint) => lint.run(),
            Command::Show(show) => show.run(),
            Command::Template(template) => template.run(),
        }
    }
}
