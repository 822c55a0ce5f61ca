//! Reads any bytes as the index of a repository.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rheostat_helm::index::Index;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(index) = Index::parse(bytes) {
        let _ = index.charts().count();
    }
});
