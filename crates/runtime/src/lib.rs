//! The controller shell: flags, store and queue, status and events, metrics, leader election, probes, shutdown.
