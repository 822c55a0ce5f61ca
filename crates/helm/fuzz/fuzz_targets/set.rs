//! Sets what the lines of any text say, each in one of the ways of the command line.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use rheostat_gotemplate::Map;
use rheostat_helm::values::{Setting, set, set_json, set_literal};

fuzz_target!(|text: &str| {
    let target = Arc::new(Map::default());
    for (number, line) in text.lines().enumerate() {
        let _ = match number % 4 {
            0 => set(&target, line, Setting::Typed),
            1 => set(&target, line, Setting::String),
            2 => set_json(&target, line),
            _ => set_literal(&target, line),
        };
    }
});
