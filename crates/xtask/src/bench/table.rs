//! Printing what was measured.

use std::fmt::Write as _;

use super::audit::Requests;
use super::latency::Latency;
use super::phase::Phase;
use super::phases::Measured;

/// One measurement as a line.
pub(super) fn line(measured: &Measured) -> String {
    let n = measured.n.max(1);
    let each = requests(&measured.requests, n);
    format!(
        "{:<10} {:>7.2} s   applier {:>6.2} CPU s {:>6.1} MiB   source {:>5.2} CPU s {:>6.1} MiB   server {:>6.2} CPU s   {each}",
        measured.phase,
        measured.seconds,
        measured.applier.cpu_seconds,
        measured.applier.peak_mib,
        measured.source.cpu_seconds,
        measured.source.peak_mib,
        measured.server_cpu_seconds,
    )
}

/// The delays of commits as a line.
pub(super) fn latency(latency: &Latency) -> String {
    format!(
        "artifact to object, {} commits: p50 {:.3} s, p99 {:.3} s, max {:.3} s",
        latency.commits, latency.p50, latency.p99, latency.max,
    )
}

/// Medians of all runs, a line for each phase and contestant, and the ratio to the bare loop's time.
pub(super) fn summary(all: &[Measured]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for measured in all {
        if !names.contains(&measured.contestant.as_str()) {
            names.push(&measured.contestant);
        }
    }
    let mut text = String::from("medians\n");
    for phase in Phase::ALL {
        let bare = names.first().and_then(|name| seconds(all, name, phase));
        for name in &names {
            let Some(seconds) = seconds(all, name, phase) else {
                continue;
            };
            let cpu = median(figures(all, name, phase, |measured| {
                measured.applier.cpu_seconds
            }))
            .unwrap_or_default();
            let peak = median(figures(all, name, phase, |measured| {
                measured.applier.peak_mib
            }))
            .unwrap_or_default();
            let ratio = bare.map(|bare| seconds / bare).unwrap_or_default();
            // Writing to a string does not fail.
            let _ = writeln!(
                text,
                "{phase:<10} {name:<10} {seconds:>7.2} s  x{ratio:<6.2} {cpu:>7.2} CPU s {peak:>7.1} MiB"
            );
        }
    }
    text
}

fn seconds(all: &[Measured], name: &str, phase: Phase) -> Option<f64> {
    median(figures(all, name, phase, |measured| measured.seconds))
}

fn figures(
    all: &[Measured],
    name: &str,
    phase: Phase,
    figure: impl Fn(&Measured) -> f64,
) -> Vec<f64> {
    all.iter()
        .filter(|measured| measured.contestant == name && measured.phase == phase)
        .map(figure)
        .collect()
}

fn median(mut figures: Vec<f64>) -> Option<f64> {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied()
}

/// Requests for each object, by kind.
fn requests(requests: &Requests, n: usize) -> String {
    let each = requests.iter().map(|(kind, count)| {
        let tenths = (count * 10 + n / 2) / n;
        format!("{}.{} {kind}", tenths / 10, tenths % 10)
    });
    each.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_the_runs_counts() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(Vec::new()), None);
    }

    #[test]
    fn requests_are_told_for_each_object() {
        let counted = Requests::from([("event".to_owned(), 201), ("status".to_owned(), 500)]);
        assert_eq!(requests(&counted, 200), "1.0 event, 2.5 status");
    }
}
