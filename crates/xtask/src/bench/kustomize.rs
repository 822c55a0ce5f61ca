//! `cargo xtask bench kustomize`: whole processes of `rheostat kustomize build` and of kustomize on the same trees.
//!
//! Both programs build every tree in one run, since machines drift, and must print the same bytes. The best of several
//! runs counts: whatever else the machine does only ever adds to it.

mod workload;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use self::workload::Workload;
use super::process::{self, Run};
use crate::conformance::kustomize::locate;
use crate::repository;

/// How the engine is measured.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How often each program builds each tree.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// The `rheostat` to measure, instead of building it.
    #[arg(long)]
    bin: Option<PathBuf>,
}

/// A program that has used this much time for one tree is not asked again: kustomize takes a minute for the largest.
const ENOUGH: Duration = Duration::from_secs(10);

/// What must hold for a workload.
#[derive(Debug, Clone, Copy, Default)]
struct Required {
    /// Longest time of our process, in milliseconds.
    most_millis: Option<f64>,
    /// How many times as fast as kustomize.
    times_faster: Option<f64>,
    /// How many times the time of the workload before.
    times_previous: Option<f64>,
}

/// The share of kustomize's memory that may be used.
const MEMORY_SHARE: f64 = 0.2;

/// The best of a program's runs on one tree.
#[derive(Debug)]
struct Best {
    millis: f64,
    peak_mib: f64,
    output: Vec<u8>,
}

/// Measures all workloads and prints the table.
///
/// # Errors
/// A program is missing, fails, or prints other bytes than the other; or a requirement is missed.
pub(super) fn run(args: &Args) -> Result<()> {
    let reference = locate()?;
    let ours = match &args.bin {
        Some(program) => program.clone(),
        None => super::build(&["rheostat-cli"])?.join("rheostat"),
    };
    println!(
        "{:<34} {:>12} {:>12} {:>8} {:>10} {:>10}  required",
        "tree", "kustomize", "rheostat", "faster", "MiB", "MiB"
    );
    let (mut missed, mut previous) = (Vec::new(), None);
    for workload in Workload::ALL {
        let folder = repository::scratch().join("bench-kustomize");
        workload.write(&folder)?;
        let own = best(
            args.runs,
            || {
                let mut command = Command::new(&ours);
                command.arg("kustomize");
                command
            },
            &folder,
        )?;
        let theirs = if workload.is_for_both() {
            Some(best(args.runs, || Command::new(&reference), &folder)?)
        } else {
            None
        };
        if theirs
            .as_ref()
            .is_some_and(|theirs| theirs.output != own.output)
        {
            bail!("{}: the programs print different bytes", workload.name());
        }
        let required = workload.required();
        let verdict = verdict(required, &own, theirs.as_ref(), previous);
        println!(
            "{}  {}",
            line(workload.name(), &own, theirs.as_ref()),
            verdict.text
        );
        if !verdict.is_met {
            missed.push(workload.name());
        }
        previous = Some(own.millis);
    }
    if missed.is_empty() {
        Ok(())
    } else {
        bail!("missed: {}", missed.join(", "))
    }
}

fn best(runs: usize, program: impl Fn() -> Command, folder: &Path) -> Result<Best> {
    let begin = Instant::now();
    let mut best: Option<Run> = None;
    for _ in 0..runs.max(1) {
        let run = process::run(program().arg("build").arg(folder))?;
        best = Some(match best {
            Some(before) => Run {
                time: before.time.min(run.time),
                peak_mib: before.peak_mib.max(run.peak_mib),
                output: run.output,
            },
            None => run,
        });
        if begin.elapsed() > ENOUGH {
            break;
        }
    }
    let Some(Run {
        time,
        peak_mib,
        output,
    }) = best
    else {
        bail!("nothing was run");
    };
    Ok(Best {
        millis: time.as_secs_f64() * 1000.0,
        peak_mib,
        output,
    })
}

fn line(name: &str, own: &Best, theirs: Option<&Best>) -> String {
    let show = |figure: Option<f64>, digits: usize| {
        figure.map_or_else(|| "–".to_owned(), |figure| format!("{figure:.digits$}"))
    };
    format!(
        "{name:<34} {:>9} ms {:>9.1} ms {:>8} {:>10} {:>10.1}",
        show(theirs.map(|theirs| theirs.millis), 1),
        own.millis,
        show(theirs.map(|theirs| theirs.millis / own.millis), 0),
        show(theirs.map(|theirs| theirs.peak_mib), 1),
        own.peak_mib,
    )
}

/// What was required, and whether it was met.
#[derive(Debug)]
struct Verdict {
    text: String,
    is_met: bool,
}

fn verdict(
    required: Required,
    own: &Best,
    theirs: Option<&Best>,
    previous: Option<f64>,
) -> Verdict {
    let mut checks = Vec::new();
    if let Some(most) = required.most_millis {
        checks.push((format!("≤ {most} ms"), own.millis <= most));
    }
    if let (Some(times), Some(theirs)) = (required.times_faster, theirs) {
        checks.push((format!("≥ {times} ×"), theirs.millis >= times * own.millis));
    }
    if let (Some(times), Some(previous)) = (required.times_previous, previous) {
        let is_met = own.millis <= times * previous;
        checks.push((format!("≤ {times} × the one before"), is_met));
    }
    if let Some(theirs) = theirs {
        let is_met = own.peak_mib <= MEMORY_SHARE * theirs.peak_mib;
        checks.push(("memory ≤ 1/5".to_owned(), is_met));
    }
    let texts = checks.iter().map(|(text, is_met)| {
        let mark = if *is_met { "" } else { " MISSED" };
        format!("{text}{mark}")
    });
    Verdict {
        text: texts.collect::<Vec<_>>().join(", "),
        is_met: checks.iter().all(|(_, is_met)| *is_met),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(millis: f64, peak_mib: f64) -> Best {
        Best {
            millis,
            peak_mib,
            output: Vec::new(),
        }
    }

    #[test]
    fn a_missed_requirement_is_marked() {
        let required = Required {
            most_millis: Some(5.0),
            times_faster: Some(100.0),
            times_previous: None,
        };
        let verdict = verdict(required, &best(4.0, 9.0), Some(&best(300.0, 50.0)), None);
        assert_eq!(verdict.text, "≤ 5 ms, ≥ 100 × MISSED, memory ≤ 1/5");
        assert!(!verdict.is_met);
    }
}
