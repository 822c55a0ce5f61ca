//! `cargo xtask bench`: what it costs to keep objects in step, beside a bare loop and, on request, beside Flux.
//!
//! Without a subcommand the objects are Kustomizations: one repository over HTTP, N Kustomizations of four objects each,
//! every one with its own overlay over one of five bases. Five phases: `install`; `noop` (a pass is requested, nothing has
//! changed); `push` (a commit that changes one object of each); `elsewhere` (a commit outside every path); `prune` (all
//! Kustomizations are deleted).
//!
//! `cargo xtask bench hr` measures HelmReleases: one chart repository over HTTP, N releases of a chart of four objects.
//! Four phases: `install`; `noop`; `upgrade` (a new version of the chart); `uninstall`.
//!
//! Every contestant gets a control plane of its own, and the runs of contestants take turns, since machines drift. The
//! *bare loop* is this program again, as a child: it sends the requests that the contract demands for the same work and
//! does nothing else.
//!
//! `cargo xtask bench kustomize` and `cargo xtask bench helm` measure an engine instead, beside the program that it stands
//! in for.

pub mod bare;

mod audit;
mod contestant;
mod follow;
mod helm;
mod kustomize;
mod latency;
mod phase;
mod phases;
mod process;
mod table;
mod usage;
mod workload;

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use rheostat_api::crd;
use rheostat_testing::Program;
use serde_json::json;

use self::contestant::Contestant;
use self::latency::Latency;
use self::phases::{Measured, Plan};
use self::workload::kustomizations::Kustomizations;
use self::workload::releases::Releases;
use self::workload::{Subject, Workload};
use crate::{definitions, repository, steps, tools};

/// What is measured.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    /// Something else to measure than Kustomizations.
    #[command(subcommand)]
    pub other: Option<Other>,
    /// The number of Kustomizations.
    #[arg(short, default_value_t = 200)]
    pub n: usize,
    /// Time the way of this many commits into the cluster, too, each of which changes one Kustomization.
    #[arg(long, default_value_t = 0)]
    pub commits: usize,
    /// Who is measured, and how.
    #[command(flatten)]
    pub controllers: Controllers,
}

/// The controllers that are measured, and how.
#[derive(Debug, clap::Args)]
pub struct Controllers {
    /// How often each contestant runs; the table shows medians.
    #[arg(long, default_value_t = 1)]
    pub runs: usize,
    /// The `--concurrent` of controllers, instead of their default.
    #[arg(long)]
    pub concurrent: Option<u16>,
    /// A folder with Flux's source-controller and the controller that applies, which run as well, and with the definitions
    /// of all their kinds in the folder `crds` inside.
    #[arg(long)]
    pub flux: Option<PathBuf>,
    /// A folder with controllers to measure, instead of building ours.
    #[arg(long)]
    pub bin: Option<PathBuf>,
    /// Run only these contestants: `bare`, `rheostat`, `flux`.
    #[arg(long)]
    pub only: Vec<String>,
    /// Write every single measurement to this file, too.
    #[arg(long)]
    pub json: Option<PathBuf>,
}

/// HelmReleases, or an engine, measured beside the program that it stands in for.
#[derive(Debug, clap::Subcommand)]
pub enum Other {
    /// Measure HelmReleases.
    Hr(Hr),
    /// Measure `rheostat helm template` beside helm.
    Helm(helm::Args),
    /// Measure `rheostat kustomize build` beside kustomize.
    Kustomize(kustomize::Args),
}

/// How HelmReleases are measured.
#[derive(Debug, clap::Args)]
pub struct Hr {
    /// The number of HelmReleases.
    #[arg(short, default_value_t = 100)]
    pub n: usize,
    /// Who is measured, and how.
    #[command(flatten)]
    pub controllers: Controllers,
}

/// Runs all contestants and prints the table.
///
/// # Errors
/// A program is missing or fails, or a phase does not end.
pub async fn run(args: &Args) -> Result<()> {
    match &args.other {
        Some(Other::Hr(hr)) => controllers::<Releases>(&hr.controllers, hr.n, 0).await,
        Some(Other::Helm(args)) => helm::run(args),
        Some(Other::Kustomize(args)) => kustomize::run(args),
        None => controllers::<Kustomizations>(&args.controllers, args.n, args.commits).await,
    }
}

async fn controllers<W: Workload>(args: &Controllers, n: usize, commits: usize) -> Result<()> {
    tools::ensure(&Program::CONTROL_PLANE)?;
    let contestants = contestants(args, W::SUBJECT)?;
    let plan = Plan {
        n,
        concurrent: args.concurrent,
    };
    let mut results: Vec<Measured> = Vec::new();
    let mut latencies: Vec<Latency> = Vec::new();
    for round in 1..=args.runs {
        for contestant in &contestants {
            let name = contestant.name();
            println!("{name} (run {round} of {}, n = {n})", args.runs);
            let phases = phases::measure::<W>(contestant, plan).await;
            let phases = phases.with_context(|| format!("measuring {name}"))?;
            for phase in &phases {
                println!("  {}", table::line(phase));
            }
            results.extend(phases);
            if commits > 0 && matches!(contestant, Contestant::Controllers { .. }) {
                let latency = latency::measure(contestant, plan, commits).await;
                let latency = latency.with_context(|| format!("timing commits of {name}"))?;
                println!("  {}", table::latency(&latency));
                latencies.push(latency);
            }
        }
    }
    println!("\n{}", table::summary(&results));
    if let Some(path) = &args.json {
        let text =
            serde_json::to_string_pretty(&json!({"phases": results, "latencies": latencies}))
                .context("encoding the measurements")?;
        std::fs::write(path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

fn contestants(args: &Controllers, subject: Subject) -> Result<Vec<Contestant>> {
    let is_wanted = |name: &str| args.only.is_empty() || args.only.iter().any(|only| only == name);
    let applier = subject.applier();
    let mut contestants = Vec::new();
    if is_wanted("bare") {
        contestants.push(Contestant::BareLoop);
    }
    if is_wanted("rheostat") {
        let folder = match &args.bin {
            Some(folder) => folder.clone(),
            None => build(&["rheostat-source-controller", &format!("rheostat-{applier}")])?,
        };
        let definitions = crd::manifests();
        contestants.push(Contestant::controllers(
            "rheostat",
            &folder,
            applier,
            definitions,
        )?);
    }
    if let Some(folder) = args.flux.as_ref().filter(|_| is_wanted("flux")) {
        let definitions = definitions::read(&folder.join("crds"))?;
        contestants.push(Contestant::controllers(
            "flux",
            folder,
            applier,
            definitions,
        )?);
    }
    Ok(contestants)
}

/// Builds packages of ours as they are released and returns the folder that holds their programs.
fn build(packages: &[&str]) -> Result<PathBuf> {
    let packages = packages.iter().flat_map(|package| ["-p", package]);
    steps::check(steps::cargo(&["build", "--release", "--bins"]).args(packages))?;
    let target = env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| repository::root().join("target"), PathBuf::from);
    Ok(target.join("release"))
}
