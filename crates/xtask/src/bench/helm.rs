//! `cargo xtask bench helm`: whole processes of `rheostat helm template` and of helm on the same charts.
//!
//! Charts are made here that are heavy in one thing each; further ones may be named. Both programs render every chart in one
//! run, since machines drift, and must print the same bytes. Times are the best of several runs, since whatever else the
//! machine does only ever adds to them; seconds of CPU are the mean.
//!
//! Deliberately absent: what a second render in one process costs, which `cargo bench -p rheostat-helm` tells.

mod charts;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use rheostat_testing::Program;

use super::{process, usage};
use crate::{repository, tools};

/// How the engine is measured.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Further charts: folders or archives.
    charts: Vec<PathBuf>,
    /// Values for the further charts.
    #[arg(short = 'f', long)]
    values: Vec<PathBuf>,
    /// How often each program renders each chart.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// The `rheostat` to measure, instead of building it.
    #[arg(long)]
    bin: Option<PathBuf>,
}

/// A chart that both programs render.
struct Case {
    name: String,
    chart: PathBuf,
    values: Vec<PathBuf>,
    /// How many times as fast as helm, in seconds of CPU.
    times_faster: f64,
}

/// What is asked of charts that are not made here.
const TIMES_FASTER: f64 = 5.0;

/// The share of helm's memory that may be used.
const MEMORY_SHARE: f64 = 0.2;

/// What a program took for a chart.
#[derive(Debug, Default)]
struct Cost {
    cpu_millis: f64,
    millis: f64,
    peak_mib: f64,
    output: Vec<u8>,
}

/// Measures all charts and prints the table.
///
/// # Errors
/// A program is missing, fails, or prints other bytes than the other; or a requirement is missed.
pub(super) fn run(args: &Args) -> Result<()> {
    tools::ensure(&[Program::Helm])?;
    let helm = Program::Helm.locate()?;
    let ours = match &args.bin {
        Some(program) => program.clone(),
        None => super::build(&["rheostat-cli"])?.join("rheostat"),
    };
    println!(
        "{:<24} {:>33} {:>33} {:>33}",
        "", "CPU ms: helm, rheostat, faster", "ms", "MiB"
    );
    let mut missed = Vec::new();
    for case in cases(args)? {
        let own = cost(args.runs, &case, || {
            let mut command = Command::new(&ours);
            command.arg("helm");
            command
        })?;
        let theirs = cost(args.runs, &case, || Command::new(&helm))?;
        if own.output != theirs.output {
            bail!("{}: the programs print different bytes", case.name);
        }
        println!("{}", line(&case.name, &own, &theirs));
        if own.cpu_millis * case.times_faster > theirs.cpu_millis {
            missed.push(format!("{} ({}x CPU)", case.name, case.times_faster));
        }
        if own.peak_mib > MEMORY_SHARE * theirs.peak_mib {
            missed.push(format!("{} (memory)", case.name));
        }
    }
    if missed.is_empty() {
        Ok(())
    } else {
        bail!("missed: {}", missed.join(", "))
    }
}

fn cost(runs: usize, case: &Case, program: impl Fn() -> Command) -> Result<Cost> {
    let mut cost = Cost::default();
    let before = usage::cpu_seconds_of_children()?;
    for round in 0..runs.max(1) {
        let mut command = program();
        command.args(["template", "bench"]).arg(&case.chart);
        for file in &case.values {
            command.arg("--values").arg(file);
        }
        let run = process::run(&mut command)?;
        let millis = run.time.as_secs_f64() * 1000.0;
        cost.millis = if round == 0 {
            millis
        } else {
            cost.millis.min(millis)
        };
        cost.peak_mib = cost.peak_mib.max(run.peak_mib);
        cost.output = run.output;
    }
    let seconds = usage::cpu_seconds_of_children()? - before;
    cost.cpu_millis = seconds * 1000.0 / f64::from(u32::try_from(runs.max(1))?);
    Ok(cost)
}

fn line(name: &str, own: &Cost, theirs: &Cost) -> String {
    let part = |figure: fn(&Cost) -> f64| {
        let (own, theirs) = (figure(own), figure(theirs));
        format!("{theirs:>14.1} {own:>10.1} {:>6.1}x", theirs / own)
    };
    format!(
        "{name:<24} {} {} {}",
        part(|cost| cost.cpu_millis),
        part(|cost| cost.millis),
        part(|cost| cost.peak_mib)
    )
}

/// The charts that are made here, written to the scratch folder, and those of the arguments.
fn cases(args: &Args) -> Result<Vec<Case>> {
    let made = [
        ("umbrella of 50", charts::umbrella(50), 10.0),
        ("umbrella of 100", charts::umbrella(100), 10.0),
        ("500 tpl, 250 defines", charts::tpl(500, 250), 10.0),
        ("1000 tpl, 500 defines", charts::tpl(1000, 500), 10.0),
        ("deepCopy, 100 parts", charts::deep_copy(100), 20.0),
    ];
    let folder = repository::scratch().join("bench-helm");
    let mut cases = Vec::new();
    for (name, files, times_faster) in made {
        let chart = folder.join(name.replace([' ', ','], "-"));
        write(&chart, &files)?;
        cases.push(Case {
            name: name.to_owned(),
            chart,
            values: Vec::new(),
            times_faster,
        });
    }
    cases.extend(args.charts.iter().map(|chart| {
        Case {
            name: chart
                .file_name()
                .unwrap_or(chart.as_os_str())
                .to_string_lossy()
                .into_owned(),
            chart: chart.clone(),
            values: args.values.clone(),
            times_faster: TIMES_FASTER,
        }
    }));
    Ok(cases)
}

fn write(chart: &Path, files: &charts::Files) -> Result<()> {
    for (path, text) in files {
        let path = chart.join(path);
        let folder = path.parent().context("a file lies in a folder")?;
        fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}
