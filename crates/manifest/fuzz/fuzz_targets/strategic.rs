//! Merges the second document of any text into the first.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rheostat_manifest::strategic::{self, Options};
use rheostat_yaml::{Limits, Profile, emit, parse_stream};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits {
        nodes: 20_000,
        ..Limits::default()
    };
    let Ok(mut documents) = parse_stream(bytes, Profile::V3, &limits) else {
        return;
    };
    documents.truncate(2);
    let (Some(patch), Some(object)) = (documents.pop(), documents.pop()) else {
        return;
    };
    for infers_keys in [false, true] {
        let options = Options {
            infers_keys,
            ..Options::default()
        };
        if let Ok(Some(merged)) = strategic::merge(object.clone(), patch.clone(), options) {
            let _ = emit::to_kustomize(&merged);
        }
    }
});
