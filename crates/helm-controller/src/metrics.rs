//! What this controller counts beside what every controller counts: how often it takes the steps that cost most.

use prometheus_client::metrics::counter::Counter;
use rheostat_runtime::metrics::Metrics;

/// The counters. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Charts that were rendered: `rheostat_helm_renders_total`.
    pub renders: Counter,
    /// Archives that were read as charts: `rheostat_helm_charts_read_total`.
    pub charts_read: Counter,
}

impl Counts {
    /// Counters that are shown among a program's metrics.
    pub fn shown_in(metrics: &Metrics) -> Self {
        let counts = Self::default();
        metrics.register(
            "rheostat_helm_renders",
            "Charts that were rendered",
            counts.renders.clone(),
        );
        metrics.register(
            "rheostat_helm_charts_read",
            "Archives that were read as charts",
            counts.charts_read.clone(),
        );
        counts
    }
}
