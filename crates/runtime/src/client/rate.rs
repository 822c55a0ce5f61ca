//! A limit on requests to API servers that have no flow control of their own.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use parking_lot::Mutex;
use tokio::time::Instant;

use super::Rate;

#[derive(Debug)]
pub(super) struct RateLimit {
    rate: Rate,
    is_needed: AtomicBool,
    bucket: Mutex<Bucket>,
}

/// A token bucket that may go into debt: whoever overdraws waits until the debt is paid.
#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl RateLimit {
    pub(super) fn new(rate: Rate) -> Self {
        let bucket = Bucket {
            tokens: f64::from(rate.burst),
            filled: Instant::now(),
        };
        Self {
            rate,
            is_needed: AtomicBool::new(false),
            bucket: Mutex::new(bucket),
        }
    }

    /// Every answer tells; before the first one nothing is limited.
    pub(super) fn server_has_flow_control(&self, has: bool) {
        self.is_needed.store(!has, Ordering::Relaxed);
    }

    /// Takes one request from the budget and tells how long it has to wait.
    pub(super) fn next_pause(&self) -> Duration {
        if self.is_needed.load(Ordering::Relaxed) && self.rate.qps > 0.0 {
            self.bucket.lock().take(self.rate, Instant::now())
        } else {
            Duration::ZERO
        }
    }
}

impl Bucket {
    /// Takes one token and tells how long to wait for it.
    fn take(&mut self, rate: Rate, now: Instant) -> Duration {
        let qps = f64::from(rate.qps);
        let refill = now.saturating_duration_since(self.filled).as_secs_f64() * qps;
        self.tokens = (self.tokens + refill).min(f64::from(rate.burst)) - 1.0;
        self.filled = now;
        Duration::from_secs_f64((-self.tokens / qps).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_the_rest_is_spaced() {
        let rate = Rate {
            qps: 10.0,
            burst: 2,
        };
        let start = Instant::now();
        let mut bucket = Bucket {
            tokens: 2.0,
            filled: start,
        };
        let pauses: Vec<u128> = (0..4)
            .map(|_| bucket.take(rate, start).as_millis())
            .collect();
        assert_eq!(pauses, [0, 0, 100, 200]);
        assert_eq!(
            bucket.take(rate, start + Duration::from_secs(10)),
            Duration::ZERO
        );
    }
}
