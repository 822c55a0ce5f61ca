//! Builds the reference programs from their Go modules in `tests/tools`, once, into the user's cache folder.
//!
//! Runs may overlap and may be interrupted: a lock keeps one build of a program at a time, and a program appears under
//! its name only when it is whole.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rheostat_testing::Program;

use crate::repository;

/// How often a build tells how far it is.
const PROGRESS: Duration = Duration::from_secs(10);

/// How much of the compiler's complaints an error repeats.
const COMPLAINT_LINES: usize = 20;

/// Makes sure that each of the programs is there, building those that are not.
///
/// # Errors
/// Go is not installed, or a build failed.
pub(crate) fn ensure(programs: &[Program]) -> Result<()> {
    for program in programs {
        if program.locate().is_err() {
            build(*program)?;
        }
    }
    Ok(())
}

fn build(program: Program) -> Result<()> {
    let target = program.cached_path()?;
    let folder = target
        .parent()
        .context("a cached program lies in a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    let lock = File::create(folder.join("lock"))
        .with_context(|| format!("locking {}", folder.display()))?;
    if lock.try_lock().is_err() {
        println!("{}: another run is building it, waiting", program.name());
        lock.lock()
            .with_context(|| format!("locking {}", folder.display()))?;
    }
    if target.is_file() {
        return Ok(());
    }
    let go = go_version()?;
    println!(
        "{} {}: building it once with {go} into {}",
        program.name(),
        program.version(),
        folder.display()
    );
    let partial = folder.join("partial");
    compile(program, &partial)?;
    fs::rename(&partial, &target).with_context(|| format!("installing {}", target.display()))
}

fn compile(program: Program, output: &Path) -> Result<()> {
    let start = Instant::now();
    let mut child = Command::new("go")
        // `-v` names each package as it is compiled, which is the only progress that Go reports.
        .args([
            "build",
            "-v",
            // A stamp of our own commit would be of no use, and it fails where Git distrusts the folder.
            "-buildvcs=false",
            "-mod=readonly",
            "-ldflags",
            &linker_flags(program),
            "-o",
        ])
        .arg(output)
        .arg(program.package())
        .current_dir(
            repository::root()
                .join("tests/tools")
                .join(program.module_folder()),
        )
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("running go")?;
    let stderr = child
        .stderr
        .take()
        .context("the compiler's output is a pipe")?;
    let (mut packages, mut complaints, mut told) = (0, Vec::new(), start);
    for line in BufReader::new(stderr).lines() {
        let line = line.context("reading what go says")?;
        if line.contains(' ') {
            complaints.push(line);
        } else {
            packages += 1;
        }
        if told.elapsed() >= PROGRESS {
            println!(
                "{}: {packages} packages compiled after {} s",
                program.name(),
                start.elapsed().as_secs()
            );
            told = Instant::now();
        }
    }
    let status = child.wait().context("waiting for go")?;
    if !status.success() {
        let last = complaints.split_off(complaints.len().saturating_sub(COMPLAINT_LINES));
        bail!(
            "building {}: go ended with {status}\n{}",
            program.name(),
            last.join("\n")
        );
    }
    println!(
        "{}: built in {} s",
        program.name(),
        start.elapsed().as_secs()
    );
    Ok(())
}

/// Strips symbols and sets the version, which release builds get from their build scripts.
fn linker_flags(program: Program) -> String {
    let version = program.version();
    match program {
        Program::KubeApiserver
        | Program::KubeControllerManager
        | Program::KubeScheduler
        | Program::Kubectl => {
            let package = "k8s.io/component-base/version";
            let mut numbers = version.split('.');
            let (major, minor) = (
                numbers.next().unwrap_or_default(),
                numbers.next().unwrap_or_default(),
            );
            format!(
                "-s -w -X {package}.gitVersion=v{version} -X {package}.gitMajor={major} -X {package}.gitMinor={minor}"
            )
        }
        Program::Kwok => format!("-s -w -X sigs.k8s.io/kwok/pkg/consts.Version=v{version}"),
        Program::Helm => format!("-s -w -X helm.sh/helm/v4/internal/version.version=v{version}"),
        Program::Kustomize => {
            format!("-s -w -X sigs.k8s.io/kustomize/api/provenance.version=v{version}")
        }
        Program::Registry => {
            format!("-s -w -X github.com/distribution/distribution/v3/version.version=v{version}")
        }
        Program::Etcd => "-s -w".into(),
    }
}

fn go_version() -> Result<String> {
    let output = Command::new("go").arg("version").output();
    let Some(output) = output.ok().filter(|output| output.status.success()) else {
        bail!(
            "go was not found, and the reference programs are built with it; install it, for example with: apt-get install golang"
        );
    };
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.split_whitespace().nth(2).unwrap_or("go").to_owned())
}
