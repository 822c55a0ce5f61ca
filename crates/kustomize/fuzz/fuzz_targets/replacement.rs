//! Replaces along the field paths that the lines of any text give: a source, then targets.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rheostat_kustomize_fuzz::build_files;
use serde_json::json;

/// Something of each kind for a path to meet.
const OBJECT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: app, labels: {app.kubernetes.io/name: app}}
spec:
  replicas: 3
  template:
    spec:
      containers:
      - {name: app, image: 'nginx:1.0', env: [{name: A, value: '1'}]}
      - {name: side, image: 'busybox:2', args: [a, b, [c]]}
      empty: {}
      text: '{\"a\": [1, {\"b\": 2}]}'
";

fuzz_target!(|text: &str| {
    let mut lines = text.lines();
    let source = lines.next().unwrap_or_default();
    let delimiter = lines.next().unwrap_or_default();
    let targets: Vec<&str> = lines.take(4).collect();
    let kustomization = json!({
        "resources": ["a.yaml"],
        "replacements": [{
            "source": {"kind": "Deployment", "fieldPath": source, "options": {"delimiter": delimiter}},
            "targets": [{
                "select": {"kind": "Deployment"}, "fieldPaths": targets, "options": {"create": true},
            }],
        }],
    });
    let kustomization = kustomization.to_string();
    build_files([
        ("kustomization.yaml", kustomization.as_str()),
        ("a.yaml", OBJECT),
    ]);
});
