//! `cargo xtask bench`: what it costs to keep Kustomizations in step, beside a bare loop and, on request, beside Flux.
//!
//! One repository over HTTP, N Kustomizations of four objects each, every one with its own overlay over one of five
//! bases. Five phases: `install`; `noop` (a pass is requested, nothing has changed); `push` (a commit that changes one
//! object of each); `elsewhere` (a commit outside every path); `prune` (all Kustomizations are deleted). Every
//! contestant gets a control plane of its own, and the runs of contestants take turns, since machines drift.
//!
//! The *bare loop* is this program again, as a child: it sends the requests that the contract demands for the same
//! work and does nothing else.
//!
//! `cargo xtask bench kustomize` measures an engine instead, beside the program that it stands in for.

pub mod bare;

mod audit;
mod contestant;
mod follow;
mod helm;
mod kustomize;
mod latency;
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
use self::phases::Plan;
use crate::{definitions, repository, steps, tools};

/// What is measured.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    /// An engine to measure instead of the controllers.
    #[command(subcommand)]
    pub engine: Option<Engine>,
    /// The number of Kustomizations.
    #[arg(short, default_value_t = 200)]
    pub n: usize,
    /// How often each contestant runs; the table shows medians.
    #[arg(long, default_value_t = 1)]
    pub runs: usize,
    /// The `--concurrent` of controllers, instead of their default.
    #[arg(long)]
    pub concurrent: Option<u16>,
    /// A folder with Flux's source-controller and kustomize-controller, which run as well, and with the definitions of
    /// all their kinds in the folder `crds` inside.
    #[arg(long)]
    pub flux: Option<PathBuf>,
    /// A folder with controllers to measure, instead of building ours.
    #[arg(long)]
    pub bin: Option<PathBuf>,
    /// Run only these contestants: `bare`, `rheostat`, `flux`.
    #[arg(long)]
    pub only: Vec<String>,
    /// Time the way of this many commits into the cluster, too, each of which changes one Kustomization.
    #[arg(long, default_value_t = 0)]
    pub commits: usize,
    /// Write every single measurement to this file, too.
    #[arg(long)]
    pub json: Option<PathBuf>,
}

/// An engine, measured beside the program that it stands in for.
#[derive(Debug, clap::Subcommand)]
pub enum Engine {
    /// Measure `rheostat helm template` beside helm.
    Helm(helm::Args),
    /// Measure `rheostat kustomize build` beside kustomize.
    Kustomize(kustomize::Args),
}

/// Runs all contestants and prints the table.
///
/// # Errors
/// A program is missing or fails, or a phase does not end.
pub async fn run(args: &Args) -> Result<()> {
    match &args.engine {
        Some(Engine::Helm(args)) => return helm::run(args),
        Some(Engine::Kustomize(args)) => return kustomize::run(args),
        None => {}
    }
    tools::ensure(&Program::CONTROL_PLANE)?;
    let contestants = contestants(args)?;
    let plan = Plan {
        n: args.n,
        concurrent: args.concurrent,
        commits: args.commits,
    };
    let mut results = Vec::new();
    let mut latencies = Vec::new();
    for round in 1..=args.runs {
        for contestant in &contestants {
            println!(
                "{} (run {round} of {}, n = {})",
                contestant.name(),
                args.runs,
                args.n
            );
            let measured = phases::measure(contestant, plan).await;
            let (phases, latency) =
                measured.with_context(|| format!("measuring {}", contestant.name()))?;
            for phase in &phases {
                println!("  {}", table::line(phase));
            }
            if let Some(latency) = &latency {
                println!("  {}", table::latency(latency));
            }
            results.extend(phases);
            latencies.extend(latency);
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

fn contestants(args: &Args) -> Result<Vec<Contestant>> {
    let is_wanted = |name: &str| args.only.is_empty() || args.only.iter().any(|only| only == name);
    let mut contestants = Vec::new();
    if is_wanted("bare") {
        contestants.push(Contestant::BareLoop);
    }
    if is_wanted("rheostat") {
        let packages = [
            "rheostat-source-controller",
            "rheostat-kustomize-controller",
        ];
        let folder = args.bin.clone().map_or_else(|| build(&packages), Ok)?;
        contestants.push(Contestant::controllers(
            "rheostat",
            &folder,
            crd::manifests(),
        )?);
    }
    if let Some(folder) = args.flux.as_ref().filter(|_| is_wanted("flux")) {
        let definitions = definitions::read(&folder.join("crds"))?;
        contestants.push(Contestant::controllers("flux", folder, definitions)?);
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
