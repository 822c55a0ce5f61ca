//! Prints any JSON value as Helm does. What is printed reads back as the same value.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rheostat_yaml::{Limits, Node, Profile, emit, json, parse};
use serde_json::Value;

fuzz_target!(|text: &str| {
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return;
    };
    let _ = emit::to_yaml_v3(&value);
    let Ok(printed) = emit::to_yaml(&value) else {
        return;
    };
    let node = parse(printed.as_bytes(), Profile::V2, &Limits::default())
        .expect("printed text can be read");
    let read = json::from_node(&node.unwrap_or_else(Node::null), Profile::V2).expect("and is JSON");
    assert_eq!(emit::to_yaml(&read).as_deref(), Ok(printed.as_str()));
});
