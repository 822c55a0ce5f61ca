//! A run of named steps: each is announced and timed, and the first that fails ends the run.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::repository;

/// The steps that were run so far.
#[derive(Debug)]
pub(crate) struct Steps {
    start: Instant,
    done: Vec<(&'static str, Duration)>,
}

impl Steps {
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
            done: Vec::new(),
        }
    }

    /// Runs one step.
    ///
    /// # Errors
    /// Those of the step, with its name.
    pub(crate) fn run<T>(
        &mut self,
        name: &'static str,
        step: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        println!("\n==> {name}");
        let start = Instant::now();
        let outcome = step().with_context(|| format!("the step `{name}` failed"))?;
        self.done.push((name, start.elapsed()));
        Ok(outcome)
    }

    /// Tells how long each step took.
    pub(crate) fn summarize(&self) {
        println!();
        for (name, duration) in &self.done {
            println!("{:>6.1} s  {name}", duration.as_secs_f64());
        }
        println!("{:>6.1} s  in all", self.start.elapsed().as_secs_f64());
    }
}

/// A cargo that works on this repository and prints as it goes.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(repository::root());
    command
}

/// Runs a program to its end.
///
/// # Errors
/// It is not there, or it failed.
pub(crate) fn check(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("running {}", command.get_program().display()))?;
    if !status.success() {
        let arguments: Vec<_> = command
            .get_args()
            .map(|argument| argument.to_string_lossy())
            .collect();
        bail!(
            "{} {}: {status}",
            command.get_program().display(),
            arguments.join(" ")
        );
    }
    Ok(())
}

/// Whether `program` can be run, told by its version.
pub(crate) fn is_there(program: &str, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .output()
        .is_ok_and(|output| output.status.success())
}
