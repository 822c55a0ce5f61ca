//! `cargo xtask control-plane`: a control plane that stays until it is taken down.
//!
//! `up` starts a process of its own that holds the control plane, so that it outlives the terminal. The two talk through
//! the folder `tmp/control-plane`: its lock tells that somebody serves, its kubeconfig that the control plane is ready,
//! and the kubeconfig's removal asks for the end.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{self, Stdio};
use std::time::Duration;
use std::{env, thread};

use anyhow::{Context, Result, bail};
use rheostat_testing::{ControlPlane, Program};

use crate::{repository, tools};

/// How often the folder is looked at.
const POLL: Duration = Duration::from_millis(100);

/// What to do with the control plane.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Start it and return once it is ready; it stays until `down`.
    Up {
        /// Add this many simulated nodes, on which pods become Ready.
        #[arg(long, default_value_t = 0)]
        nodes: usize,
    },
    /// Stop it and remove its data.
    Down,
    /// Print what a shell needs to use it: eval "$(cargo xtask control-plane env)"
    Env,
    /// Build the programs that it consists of, where they are not installed.
    Build {
        /// Build those of simulated nodes too.
        #[arg(long)]
        nodes: bool,
        /// Build these programs instead.
        programs: Vec<String>,
    },
    /// Hold it in the foreground, for `up`.
    #[command(hide = true)]
    Serve {
        /// As for `up`.
        #[arg(long, default_value_t = 0)]
        nodes: usize,
    },
}

/// Runs one of the commands.
///
/// # Errors
/// A program is missing and cannot be built, or does not start, or nothing runs.
pub async fn run(command: Command) -> Result<()> {
    match command {
        Command::Up { nodes } => up(nodes),
        Command::Down => down(),
        Command::Env => print_environment(),
        Command::Build { nodes, programs } => tools::ensure(&selected(nodes, &programs)?),
        Command::Serve { nodes } => serve(nodes).await,
    }
}

fn folder() -> PathBuf {
    repository::scratch().join("control-plane")
}

fn kubeconfig() -> PathBuf {
    folder().join("kubeconfig")
}

/// The programs of a control plane with or without nodes, or those that were named.
fn selected(has_nodes: bool, names: &[String]) -> Result<Vec<Program>> {
    let mut programs = Program::CONTROL_PLANE.to_vec();
    if has_nodes {
        programs.extend(Program::NODES);
    }
    if !names.is_empty() {
        programs = names
            .iter()
            .map(|name| {
                Program::named(name).with_context(|| format!("no program is called {name}"))
            })
            .collect::<Result<_>>()?;
    }
    Ok(programs)
}

fn up(nodes: usize) -> Result<()> {
    tools::ensure(&selected(nodes > 0, &[])?)?;
    if is_served()? {
        println!("it runs already; KUBECONFIG={}", kubeconfig().display());
        return Ok(());
    }
    remove_if_there(&kubeconfig())?;
    let log = folder().join("log");
    let output = File::create(&log).with_context(|| format!("creating {}", log.display()))?;
    let mut server = process::Command::new(env::current_exe().context("finding this program")?)
        .args(["control-plane", "serve", "--nodes", &nodes.to_string()])
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(output.try_clone().context("sharing the log")?)
        .stderr(output)
        .spawn()
        .context("starting the process that holds the control plane")?;
    while !kubeconfig().exists() {
        if let Some(status) = server.try_wait().context("waiting for the control plane")? {
            let text = fs::read_to_string(&log).unwrap_or_default();
            bail!(
                "the control plane did not start ({status})\n{}",
                text.trim()
            );
        }
        thread::sleep(POLL);
    }
    println!("ready; KUBECONFIG={}", kubeconfig().display());
    println!("use it:  eval \"$(cargo xtask control-plane env)\"");
    println!("stop it: cargo xtask control-plane down");
    Ok(())
}

fn down() -> Result<()> {
    let was_served = is_served()?;
    remove_if_there(&kubeconfig())?;
    while is_served()? {
        thread::sleep(POLL);
    }
    println!(
        "{}",
        if was_served {
            "stopped"
        } else {
            "it did not run"
        }
    );
    Ok(())
}

fn print_environment() -> Result<()> {
    if !is_served()? || !kubeconfig().exists() {
        bail!("no control plane runs; start one with: cargo xtask control-plane up");
    }
    let programs = folder().join("bin");
    println!("export KUBECONFIG='{}'", kubeconfig().display());
    println!("export KUBEBUILDER_ASSETS='{}'", programs.display());
    println!("export PATH='{}':\"$PATH\"", programs.display());
    Ok(())
}

async fn serve(nodes: usize) -> Result<()> {
    let lock = lock_file()?;
    lock.try_lock()
        .context("locking the control plane's folder: another one runs")?;
    let plane = ControlPlane::options().nodes(nodes).start().await?;
    link_programs(&folder().join("bin"))?;
    let staged = folder().join("kubeconfig.new");
    fs::copy(plane.kubeconfig(), &staged).context("publishing the kubeconfig")?;
    fs::rename(&staged, kubeconfig()).context("publishing the kubeconfig")?;
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .context("listening for SIGTERM")?;
    while kubeconfig().exists() {
        tokio::select! {
            () = tokio::time::sleep(POLL) => {}
            _ = terminate.recv() => break,
        }
    }
    remove_if_there(&kubeconfig())
}

/// Whether a process holds the lock, which it does as long as it lives.
fn is_served() -> Result<bool> {
    Ok(lock_file()?.try_lock().is_err())
}

fn lock_file() -> Result<File> {
    let folder = folder();
    fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    File::create(folder.join("lock"))
        .with_context(|| format!("opening the lock in {}", folder.display()))
}

/// Gathers the programs that are there in one folder, as other tools want to find them.
fn link_programs(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    for program in Program::ALL {
        let link = folder.join(program.name());
        remove_if_there(&link)?;
        if let Ok(path) = program.locate() {
            symlink(&path, &link).with_context(|| format!("linking {}", link.display()))?;
        }
    }
    Ok(())
}

fn remove_if_there(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("removing {}", path.display()))
        }
        _ => Ok(()),
    }
}
