//! What the operating system says about this process, under the names of Prometheus's client libraries.

use std::fs;

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{counter::ConstCounter, gauge::ConstGauge},
};

/// Clock ticks in a second as `/proc` counts them: `USER_HZ`, fixed at 100 on Linux.
const TICKS: f64 = 100.0;

/// Bytes in a page; `/proc` counts resident memory in pages, which are of this size on the platforms we build for.
const PAGE_BYTES: i64 = 4096;

/// Reads the figures when they are asked for. Where there is no `/proc` there are none.
#[derive(Debug)]
pub(super) struct Usage;

impl Collector for Usage {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        if let Some(seconds) = fs::read_to_string("/proc/self/stat")
            .ok()
            .as_deref()
            .and_then(cpu_seconds)
        {
            let counter = ConstCounter::new(seconds);
            let metric = encoder.encode_descriptor(
                "process_cpu_seconds",
                "Total user and system CPU time spent in seconds",
                None,
                counter.metric_type(),
            )?;
            counter.encode(metric)?;
        }
        if let Some(bytes) = fs::read_to_string("/proc/self/statm")
            .ok()
            .as_deref()
            .and_then(resident_bytes)
        {
            let gauge = ConstGauge::new(bytes);
            let metric = encoder.encode_descriptor(
                "process_resident_memory_bytes",
                "Resident memory size in bytes",
                None,
                gauge.metric_type(),
            )?;
            gauge.encode(metric)?;
        }
        Ok(())
    }
}

/// Fields 14 and 15 of the line, counted after the program's name, which may hold spaces.
fn cpu_seconds(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: Vec<f64> = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse().ok())
        .collect();
    (ticks.len() == 2).then(|| ticks.iter().sum::<f64>() / TICKS)
}

fn resident_bytes(statm: &str) -> Option<i64> {
    statm
        .split_whitespace()
        .nth(1)?
        .parse::<i64>()
        .ok()?
        .checked_mul(PAGE_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_from_proc() {
        let stat = "42 (a b) c) S 1 42 42 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 4 0 100 1000 200";
        assert_eq!(cpu_seconds(stat), Some(3.0));
        assert_eq!(resident_bytes("1000 200 30 4 0 50 0"), Some(819_200));
        assert_eq!(cpu_seconds(""), None);
    }
}
