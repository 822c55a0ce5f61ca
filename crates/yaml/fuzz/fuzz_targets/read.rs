//! Reads any bytes in both profiles. What kustomize prints is go-yaml v2's: read as such and printed again, it has the
//! same lines. Their order may change: that of keys is not transitive.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rheostat_yaml::{Limits, Node, Profile, emit, json, parse, parse_stream};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits {
        nodes: 20_000,
        ..Limits::default()
    };
    if let Ok(nodes) = parse_stream(bytes, Profile::V2, &limits) {
        for value in nodes
            .iter()
            .filter_map(|node| json::from_node(node, Profile::V2).ok())
        {
            let _ = emit::to_yaml(&value);
            let _ = emit::to_yaml_v3(&value);
        }
    }
    let Ok(Some(node @ Node::Mapping(_))) = parse(bytes, Profile::V3, &limits) else {
        return;
    };
    let styled = emit::to_kyaml(&node, emit::SequenceIndent::Wide);
    let _ = parse(styled.as_bytes(), Profile::V3, &limits);
    let Ok(printed) = emit::to_kustomize(&node) else {
        return;
    };
    let again = parse(printed.as_bytes(), Profile::V2, &limits);
    let again = again
        .expect("printed text can be read")
        .expect("and is not empty");
    let value = json::from_node(&again, Profile::V2).expect("and is JSON");
    let again = emit::to_yaml(&value).expect("and can be printed");
    assert_eq!(sorted_lines(&again), sorted_lines(&printed));
});

fn sorted_lines(text: &str) -> Vec<&str> {
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort_unstable();
    lines
}
