//! One run of a program: how long it took, what memory it held, what it said.

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::usage::Usage;

/// How often a running program is asked for its memory: often enough to see a program that runs for ten milliseconds.
const POLL: Duration = Duration::from_millis(1);

/// A run of a program that went well.
#[derive(Debug)]
pub(super) struct Run {
    /// From the start of the process to its end.
    pub(super) time: Duration,
    /// The most memory that was seen to be resident.
    pub(super) peak_mib: f64,
    /// What it printed.
    pub(super) output: Vec<u8>,
}

/// Runs a program to its end.
///
/// # Errors
/// It cannot be started, or fails.
pub(super) fn run(command: &mut Command) -> Result<Run> {
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    command.stderr(Stdio::piped());
    let start = Instant::now();
    let mut child = command
        .spawn()
        .with_context(|| format!("starting {command:?}"))?;
    let pid = child.id();
    let mut stdout = child.stdout.take().context("the output is a pipe")?;
    let has_ended = AtomicBool::new(false);
    let (output, time, peak_mib) = thread::scope(|scope| {
        let watcher = scope.spawn(|| peak_of(pid, &has_ended));
        let mut output = Vec::new();
        let read = stdout.read_to_end(&mut output);
        let time = start.elapsed();
        has_ended.store(true, Ordering::Relaxed);
        let peak = watcher.join().unwrap_or_default();
        read.map(|_| (output, time, peak))
    })
    .context("reading what the program prints")?;
    let ended = child.wait_with_output().context("waiting for a program")?;
    if !ended.status.success() {
        let complaint = String::from_utf8_lossy(&ended.stderr);
        bail!("{command:?} failed: {}", complaint.trim());
    }
    Ok(Run {
        time,
        peak_mib,
        output,
    })
}

/// The most memory of a process until it has ended.
fn peak_of(pid: u32, has_ended: &AtomicBool) -> f64 {
    let mut peak: f64 = 0.0;
    while !has_ended.load(Ordering::Relaxed) {
        // What has ended a moment ago cannot be asked.
        let usage = Usage::of(pid).unwrap_or_default();
        peak = peak.max(usage.peak_mib);
        thread::sleep(POLL);
    }
    peak
}
