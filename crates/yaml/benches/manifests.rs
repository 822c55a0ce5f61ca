//! What it costs to read and print the manifests of a large repository: a thousand times Deployment, ServiceAccount and
//! ConfigMap.

use divan::Bencher;
use divan::counter::BytesCount;
use rheostat_yaml::{Limits, Node, Profile, emit, json, parse_stream};

fn main() {
    divan::main();
}

/// Triples of objects as a stream of documents.
fn manifests(triples: usize) -> String {
    (0..triples)
        .map(|number| TRIPLE.replace("NUMBER", &number.to_string()))
        .collect()
}

const TRIPLE: &str = r#"---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-NUMBER
  labels:
    app.kubernetes.io/name: app-NUMBER
spec:
  replicas: 2
  selector:
    matchLabels:
      app.kubernetes.io/name: app-NUMBER
  template:
    metadata:
      labels:
        app.kubernetes.io/name: app-NUMBER
    spec:
      serviceAccountName: app-NUMBER
      containers:
        - name: app
          image: registry.example.com/team/app:1.2.3
          args: ["--listen=:8080", "--log-level", "info"]
          ports:
            - name: http
              containerPort: 8080
          env:
            - name: GREETING
              value: "hello, number NUMBER"
            - name: SETTINGS
              valueFrom:
                configMapKeyRef:
                  name: app-NUMBER
                  key: settings
          resources:
            requests: {cpu: 100m, memory: 64Mi}
            limits: {memory: 128Mi}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: app-NUMBER
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: app-NUMBER
data:
  settings: |
    color = blue
    size = NUMBER
"#;

fn read(text: &str, profile: Profile) -> Vec<Node> {
    let limits = Limits::default();
    parse_stream(text.as_bytes(), profile, &limits).expect("the manifests are valid")
}

#[divan::bench(args = [1000, 3000])]
fn read_v3(bencher: Bencher<'_, '_>, triples: usize) {
    let text = manifests(triples);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| read(&text, Profile::V3));
}

#[divan::bench(args = [1000])]
fn read_v2_to_json(bencher: Bencher<'_, '_>, triples: usize) {
    let text = manifests(triples);
    bencher.counter(BytesCount::of_str(&text)).bench(|| {
        let nodes = read(&text, Profile::V2);
        nodes
            .iter()
            .map(|node| json::from_node(node, Profile::V2))
            .collect::<Vec<_>>()
    });
}

#[divan::bench(args = [1000, 3000])]
fn print_kustomize(bencher: Bencher<'_, '_>, triples: usize) {
    let text = manifests(triples);
    let nodes = read(&text, Profile::V3);
    bencher.counter(BytesCount::of_str(&text)).bench(|| {
        let mut printed = String::new();
        nodes
            .iter()
            .try_for_each(|node| emit::to_kustomize_into(node, &mut printed))
            .map(|()| printed)
    });
}

#[divan::bench(args = [1000])]
fn copy(bencher: Bencher<'_, '_>, triples: usize) {
    let nodes = read(&manifests(triples), Profile::V3);
    bencher.bench(|| nodes.clone());
}
