//! Counters under the names that dashboards and alerts for Flux and controller-runtime know.
//!
//! `gotk_reconcile_condition` and `gotk_suspend_status` are absent, as they are from what the reference serves.

mod process;

use std::{
    fmt,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use parking_lot::Mutex;
use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets_range},
    },
    registry::{Metric, Registry},
};

use crate::{object::ObjectKey, report::Requeue};

/// controller-runtime's buckets of `controller_runtime_reconcile_time_seconds`.
const RECONCILE_TIME_BUCKETS: [f64; 39] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9,
    1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 15.0, 20.0,
    25.0, 30.0, 40.0, 50.0,
];

/// How a pass ended, as `controller_runtime_reconcile_total` tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassResult {
    /// Done, and nothing planned.
    Success,
    /// Comes again after a set time.
    RequeueAfter,
    /// Comes again after backoff, without an error.
    Requeue,
    /// Failed.
    Error,
    /// Panicked, which counts as an error, too.
    Panic,
}

impl PassResult {
    /// The result that goes with what a report asks for.
    pub fn of(requeue: Requeue, is_error: bool) -> Self {
        match requeue {
            Requeue::Never => Self::Success,
            Requeue::After(_) | Requeue::Interval(_) => Self::RequeueAfter,
            Requeue::Backoff if is_error => Self::Error,
            Requeue::Backoff => Self::Requeue,
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::RequeueAfter => "requeue_after",
            Self::Requeue => "requeue",
            Self::Error | Self::Panic => "error",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ControllerLabel {
    controller: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResultLabels {
    controller: String,
    result: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ObjectLabels {
    kind: String,
    name: String,
    namespace: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct QueueLabels {
    name: String,
    controller: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    code: u16,
    host: String,
    method: String,
}

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// All metrics of one program. Clones share them.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Mutex<Registry>>,
    families: Arc<Families>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

struct Families {
    duration: Histograms<ObjectLabels>,
    active: Family<ControllerLabel, Gauge>,
    concurrent: Family<ControllerLabel, Gauge>,
    errors: Family<ControllerLabel, Counter>,
    panics: Family<ControllerLabel, Counter>,
    timeouts: Family<ControllerLabel, Counter>,
    terminal_errors: Family<ControllerLabel, Counter>,
    time: Histograms<ControllerLabel>,
    total: Family<ResultLabels, Counter>,
    depth: Family<QueueLabels, Gauge>,
    requests: Family<RequestLabels, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// The metrics that every controller has.
    pub fn new() -> Self {
        let families = Families {
            duration: Family::new_with_constructor(|| {
                Histogram::new(exponential_buckets_range(0.01, 1800.0, 10))
            }),
            active: Family::default(),
            concurrent: Family::default(),
            errors: Family::default(),
            panics: Family::default(),
            timeouts: Family::default(),
            terminal_errors: Family::default(),
            time: Family::new_with_constructor(|| Histogram::new(RECONCILE_TIME_BUCKETS)),
            total: Family::default(),
            depth: Family::default(),
            requests: Family::default(),
        };
        let mut registry = Registry::default();
        families.register(&mut registry);
        registry.register_collector(Box::new(process::Usage));
        Self {
            registry: Arc::new(Mutex::new(registry)),
            families: Arc::new(families),
        }
    }

    /// Adds a metric of one controller's own. Counters are named without `_total`, which is appended.
    pub fn register(&self, name: &str, help: &str, metric: impl Metric) {
        self.registry.lock().register(name, help, metric);
    }

    /// The metrics of one kind's controller; `concurrent` is the number of its workers.
    pub fn controller(&self, kind: &str, concurrent: usize) -> ControllerMetrics {
        let label = ControllerLabel {
            controller: kind.to_lowercase(),
        };
        let families = Arc::clone(&self.families);
        families
            .concurrent
            .get_or_create(&label)
            .set(i64::try_from(concurrent).unwrap_or(i64::MAX));
        drop(families.active.get_or_create(&label));
        drop(families.time.get_or_create(&label));
        for counter in [
            &families.errors,
            &families.panics,
            &families.timeouts,
            &families.terminal_errors,
        ] {
            drop(counter.get_or_create(&label));
        }
        let controller = ControllerMetrics {
            families,
            kind: kind.to_owned(),
            label,
        };
        for result in [
            PassResult::Success,
            PassResult::RequeueAfter,
            PassResult::Requeue,
            PassResult::Error,
        ] {
            controller.total(result);
        }
        controller
    }

    /// Counts a request to an API server; the code is 0 where there was no answer.
    pub fn request(&self, code: u16, host: &str, method: &str) {
        let labels = RequestLabels {
            code,
            host: host.to_owned(),
            method: method.to_owned(),
        };
        self.families.requests.get_or_create(&labels).inc();
    }

    /// Everything in the text format of `OpenMetrics`.
    pub fn encode(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail, and neither do our collectors.
        match text::encode(&mut text, &self.registry.lock()) {
            Ok(()) => text,
            Err(fmt::Error) => String::new(),
        }
    }
}

impl Families {
    fn register(&self, registry: &mut Registry) {
        registry.register(
            "gotk_reconcile_duration_seconds",
            "The duration in seconds of a reconcile",
            self.duration.clone(),
        );
        registry.register(
            "controller_runtime_active_workers",
            "Number of passes that run",
            self.active.clone(),
        );
        registry.register(
            "controller_runtime_max_concurrent_reconciles",
            "Most passes that run at a time",
            self.concurrent.clone(),
        );
        registry.register(
            "controller_runtime_reconcile_errors",
            "Passes that failed",
            self.errors.clone(),
        );
        registry.register(
            "controller_runtime_reconcile_panics",
            "Passes that panicked",
            self.panics.clone(),
        );
        registry.register(
            "controller_runtime_reconcile_timeouts",
            "Passes that were cut off",
            self.timeouts.clone(),
        );
        registry.register(
            "controller_runtime_terminal_reconcile_errors",
            "Passes that failed for good",
            self.terminal_errors.clone(),
        );
        registry.register(
            "controller_runtime_reconcile_time_seconds",
            "Length of time of a pass",
            self.time.clone(),
        );
        registry.register(
            "controller_runtime_reconcile",
            "Passes by result",
            self.total.clone(),
        );
        registry.register(
            "workqueue_depth",
            "Objects that wait for a pass",
            self.depth.clone(),
        );
        registry.register(
            "rest_client_requests",
            "Requests by code, method and host",
            self.requests.clone(),
        );
        // Contract only: these programs serve no webhook and, so far, cache no token.
        registry.register(
            "controller_runtime_conversion_webhook_panics",
            "Panics in conversion webhooks",
            Counter::<u64, AtomicU64>::default(),
        );
        registry.register(
            "controller_runtime_webhook_panics",
            "Panics in webhooks",
            Counter::<u64, AtomicU64>::default(),
        );
        registry.register(
            "gotk_token_cache_evictions",
            "Tokens that were evicted",
            Counter::<u64, AtomicU64>::default(),
        );
        registry.register(
            "gotk_token_cached_items",
            "Tokens that are cached",
            Gauge::<i64>::default(),
        );
    }
}

/// The metrics of one kind's controller.
pub struct ControllerMetrics {
    families: Arc<Families>,
    kind: String,
    label: ControllerLabel,
}

impl fmt::Debug for ControllerMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ControllerMetrics")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl ControllerMetrics {
    /// Counts a pass as running until the guard is dropped.
    pub(crate) fn begin(&self) -> Active {
        let gauge = self.families.active.get_or_create(&self.label).clone();
        gauge.inc();
        Active { gauge }
    }

    pub(crate) fn end(&self, key: &ObjectKey, result: PassResult, took: Duration, is_gone: bool) {
        self.total(result).inc();
        self.families
            .time
            .get_or_create(&self.label)
            .observe(took.as_secs_f64());
        if matches!(result, PassResult::Error | PassResult::Panic) {
            self.families.errors.get_or_create(&self.label).inc();
        }
        if result == PassResult::Panic {
            self.families.panics.get_or_create(&self.label).inc();
        }
        let labels = ObjectLabels {
            kind: self.kind.clone(),
            name: key.name.clone(),
            namespace: key.namespace.clone(),
        };
        if is_gone {
            self.families.duration.remove(&labels);
        } else {
            self.families
                .duration
                .get_or_create(&labels)
                .observe(took.as_secs_f64());
        }
    }

    pub(crate) fn queue_depth(&self, depth: usize) {
        let controller = self.label.controller.clone();
        let labels = QueueLabels {
            name: controller.clone(),
            controller,
        };
        self.families
            .depth
            .get_or_create(&labels)
            .set(i64::try_from(depth).unwrap_or(i64::MAX));
    }

    fn total(&self, result: PassResult) -> Counter {
        let labels = ResultLabels {
            controller: self.label.controller.clone(),
            result: result.label(),
        };
        self.families.total.get_or_create(&labels).clone()
    }
}

/// Counts a running pass.
#[derive(Debug)]
pub(crate) struct Active {
    gauge: Gauge,
}

impl Drop for Active {
    fn drop(&mut self) {
        self.gauge.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_labels_are_those_of_the_reference() {
        let metrics = Metrics::new();
        let controller = metrics.controller("Kustomization", 4);
        let key = ObjectKey::new("apps", "app");
        controller.end(
            &key,
            PassResult::RequeueAfter,
            Duration::from_millis(20),
            false,
        );
        let text = metrics.encode();
        for series in [
            r#"gotk_reconcile_duration_seconds_bucket{le="0.01",kind="Kustomization",name="app",namespace="apps"} 0"#,
            r#"controller_runtime_active_workers{controller="kustomization"} 0"#,
            r#"controller_runtime_max_concurrent_reconciles{controller="kustomization"} 4"#,
            r#"controller_runtime_reconcile_errors_total{controller="kustomization"} 0"#,
            r#"controller_runtime_reconcile_panics_total{controller="kustomization"} 0"#,
            r#"controller_runtime_reconcile_timeouts_total{controller="kustomization"} 0"#,
            r#"controller_runtime_terminal_reconcile_errors_total{controller="kustomization"} 0"#,
            r#"controller_runtime_reconcile_time_seconds_bucket{le="0.025",controller="kustomization"} 1"#,
            r#"controller_runtime_reconcile_total{controller="kustomization",result="requeue_after"} 1"#,
            "controller_runtime_conversion_webhook_panics_total 0",
            "controller_runtime_webhook_panics_total 0",
            "gotk_token_cache_evictions_total 0",
            "gotk_token_cached_items 0",
        ] {
            assert!(
                text.lines().any(|line| line == series),
                "{series} is not in\n{text}"
            );
        }
        controller.end(&key, PassResult::Success, Duration::ZERO, true);
        assert!(
            !metrics.encode().contains(r#"name="app""#),
            "series of an object go with it"
        );
    }
}
