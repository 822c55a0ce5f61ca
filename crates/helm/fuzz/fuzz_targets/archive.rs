//! Reads any bytes as the archive of a chart.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rheostat_helm::chart::{ArchiveLimits, Chart};

fuzz_target!(|bytes: &[u8]| {
    let _ = Chart::from_archive(bytes, ArchiveLimits::default());
});
