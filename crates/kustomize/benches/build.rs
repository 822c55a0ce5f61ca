//! Builds of many objects, beside what it costs to read and print the same
//! YAML: a full build may take three times as long, and must grow linearly.

use std::fmt::Write as _;

use divan::{Bencher, black_box};
use rheostat_kustomize::build::{Options, Request, Start, build};
use rheostat_tree::{Tree, TreePath};
use rheostat_yaml::{Limits, Node, Profile, emit, parse_stream};

fn main() {
    divan::main();
}

/// Triples of Deployment, ServiceAccount and ConfigMap.
fn objects(count: usize) -> String {
    let mut text = String::new();
    for index in 0..count / 3 {
        let _ = write!(
            text,
            "---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-{index}\n  \
             labels:\n    app: app-{index}\nspec:\n  replicas: 2\n  selector:\n    \
             matchLabels:\n      app: app-{index}\n  template:\n    metadata:\n      \
             labels:\n        app: app-{index}\n    spec:\n      serviceAccountName: \
             app-{index}\n      containers:\n      - name: main\n        image: \
             registry.example.com/team/app:1.2.3\n        env:\n        - name: MODE\n          \
             valueFrom:\n            configMapKeyRef:\n              name: app-{index}\n              \
             key: mode\n        ports:\n        - containerPort: 8080\n          name: http\n        \
             resources:\n          limits:\n            cpu: 500m\n            memory: 256Mi\n\
             ---\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: app-{index}\n\
             ---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app-{index}\ndata:\n  \
             mode: production\n  config.yaml: |\n    listen: :8080\n    workers: 4\n    \
             upstream: http://backend-{index}.example.com\n"
        );
    }
    text
}

const PLAIN: &str = "resources: [objects.yaml]\n";
const FULL: &str = "resources: [objects.yaml]\nnamespace: production\nnamePrefix: prod-\n\
     labels:\n- pairs: {team: payments}\n  includeSelectors: true\nimages:\n- name: \
     registry.example.com/team/app\n  newTag: 2.0.0\npatches:\n- target: {kind: Deployment, \
     name: app-7}\n  patch: |\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: \
     {name: app-7}\n    spec: {replicas: 5}\n";

fn tree(kustomization: &str, count: usize) -> Tree {
    let text = objects(count);
    let files = [
        ("kustomization.yaml", kustomization),
        ("objects.yaml", text.as_str()),
    ];
    let files = files.map(|(name, body)| {
        let path = TreePath::new(name).expect("a clean path");
        (path, body.as_bytes())
    });
    Tree::from_files(files).expect("files that do not collide")
}

fn run(tree: &Tree) -> usize {
    let root = TreePath::root();
    let request = Request {
        files: tree,
        start: Start::Directory(&root),
        options: &Options::default(),
    };
    let built = build(&request).expect("a build");
    built.to_yaml().expect("printable").len()
}

const COUNTS: [usize; 4] = [3, 999, 3000, 9999];

#[divan::bench(args = COUNTS)]
fn read_and_print(bencher: Bencher<'_, '_>, count: usize) {
    let text = objects(count);
    bencher.bench(|| {
        let limits = Limits::default();
        let nodes: Vec<Node> =
            parse_stream(black_box(text.as_bytes()), Profile::V3, &limits).expect("YAML");
        let mut printed = String::new();
        for node in &nodes {
            emit::to_kustomize_into(node, &mut printed).expect("printable");
        }
        printed.len()
    });
}

#[divan::bench(args = COUNTS)]
fn plain(bencher: Bencher<'_, '_>, count: usize) {
    let tree = tree(PLAIN, count);
    bencher.bench(|| run(black_box(&tree)));
}

#[divan::bench(args = COUNTS)]
fn full(bencher: Bencher<'_, '_>, count: usize) {
    let tree = tree(FULL, count);
    bencher.bench(|| run(black_box(&tree)));
}
