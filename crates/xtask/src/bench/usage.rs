//! What the kernel says about a process.

use std::fs;

use anyhow::{Context as _, Result};
use serde::Serialize;

/// Clock ticks in a second as `/proc` counts them: `USER_HZ`, fixed at 100 on Linux.
const TICKS: f64 = 100.0;

/// CPU time and memory of a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(super) struct Usage {
    /// Seconds of CPU, of the user and of the system.
    pub(super) cpu_seconds: f64,
    /// The most memory that was resident since the process began.
    pub(super) peak_mib: f64,
}

impl Usage {
    /// Of the process as it is now.
    ///
    /// # Errors
    /// It is gone.
    pub(super) fn of(pid: u32) -> Result<Self> {
        let read = |file: &str| {
            let path = format!("/proc/{pid}/{file}");
            fs::read_to_string(&path).with_context(|| format!("reading {path}"))
        };
        let cpu_seconds =
            cpu_seconds(&read("stat")?).context("reading the CPU time of a process")?;
        let peak_mib = peak_mib(&read("status")?).context("reading the memory of a process")?;
        Ok(Self {
            cpu_seconds,
            peak_mib,
        })
    }

    /// What came on top since `before`; the peak stays that since the beginning.
    pub(super) fn since(self, before: Self) -> Self {
        Self {
            cpu_seconds: self.cpu_seconds - before.cpu_seconds,
            ..self
        }
    }
}

/// Seconds of CPU of all programs that this process has started and waited for.
///
/// # Errors
/// There is no `/proc`.
pub(super) fn cpu_seconds_of_children() -> Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat").context("reading the CPU time of children")?;
    ticks(&stat, 16).context("reading the CPU time of children")
}

fn cpu_seconds(stat: &str) -> Option<f64> {
    ticks(stat, 14)
}

/// The sum of a field and the one behind it, both in ticks. Fields are counted from 1, and the third is the first after the
/// program's name, which may hold spaces.
fn ticks(stat: &str, field: usize) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut ticks = fields
        .split_whitespace()
        .skip(field - 3)
        .map(|field| field.parse::<f64>().ok());
    Some((ticks.next()?? + ticks.next()??) / TICKS)
}

fn peak_mib(status: &str) -> Option<f64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()? / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_from_proc() {
        let stat = "42 (a b) c) S 1 42 42 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 4 0 100 1000 200";
        assert_eq!(cpu_seconds(stat), Some(3.0));
        assert_eq!(ticks(stat, 16), Some(0.0));
        assert_eq!(peak_mib("Name:\tx\nVmHWM:\t   20480 kB\n"), Some(20.0));
        assert_eq!(peak_mib("Name:\tx\n"), None);
    }
}
