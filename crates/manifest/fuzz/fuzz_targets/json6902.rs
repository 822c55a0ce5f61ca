//! Applies the second line of any text as a JSON patch to the object in the first.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rheostat_manifest::json6902::Patch;
use rheostat_yaml::{Limits, Profile, parse};

fuzz_target!(|text: &str| {
    let Some((object, patch)) = text.split_once('\n') else {
        return;
    };
    let Ok(Some(object)) = parse(object.as_bytes(), Profile::V3, &Limits::default()) else {
        return;
    };
    let Ok(patch) = Patch::parse(patch) else {
        return;
    };
    let _ = patch.apply_to_node(&object);
});
