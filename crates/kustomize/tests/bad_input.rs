//! Input that means harm: each is refused, or built, in bounded time and
//! memory, with an error that names the place. The bounds stand in
//! `docs/compatibility.md`.

#![expect(
    clippy::disallowed_methods,
    reason = "what takes too long is a failure"
)]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use rheostat_kustomize::build::{Options, Request, Start, build};
use rheostat_tree::{Tree, TreePath};

/// How long one build may take on a busy machine without optimisation. Each
/// of them would run for hours, or until memory is full, without its bound.
const PATIENCE: Duration = Duration::from_mins(5);

const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cfg\ndata:\n  k: v\n";

fn run(files: &[(&str, String)]) -> Result<String, String> {
    let files = files.iter().map(|(path, text)| {
        let path = TreePath::new(path).expect("a clean path");
        (path, text.as_bytes())
    });
    let tree = Tree::from_files(files).map_err(|error| error.to_string())?;
    let root = TreePath::root();
    let request = Request {
        files: &tree,
        start: Start::Directory(&root),
        options: &Options::default(),
    };
    let start = Instant::now();
    let built = build(&request).and_then(|built| built.to_yaml());
    assert!(start.elapsed() < PATIENCE, "took {:?}", start.elapsed());
    built.map_err(|error| error.report())
}

fn check(files: &[(&str, String)], expected: &[&str]) {
    let error = run(files).expect_err("it is refused");
    for words in expected {
        let shown: String = error.chars().take(2000).collect();
        assert!(error.contains(words), "{words:?} is not in {shown}");
    }
}

/// A file of objects and nothing else.
fn check_objects(text: impl Into<String>, expected: &str) {
    let kustomization = "resources: [a.yaml]\n".to_owned();
    let files = [
        ("kustomization.yaml", kustomization),
        ("a.yaml", text.into()),
    ];
    check(&files, &["a.yaml", expected]);
}

/// Fields of a kustomization over one ConfigMap.
fn with_fields(fields: impl std::fmt::Display) -> [(&'static str, String); 2] {
    let kustomization = format!("resources: [a.yaml]\n{fields}");
    [
        ("kustomization.yaml", kustomization),
        ("a.yaml", CONFIG.to_owned()),
    ]
}

#[test]
fn alias_bombs() {
    let mut text = format!("{CONFIG}spec:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..10 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(text, "  a{level}: &a{level} [{aliases}]").expect("memory takes all");
    }
    check_objects(text, "excessive aliasing");
}

#[test]
fn a_million_documents() {
    let text = "---\na: 1\n".repeat(1_000_000);
    check_objects(text, "exceeded the limit of 100000 documents");
}

#[test]
fn a_scalar_of_100_mb() {
    let text = format!("{CONFIG}  long: {}\n", "x".repeat(100 << 20));
    check_objects(text, "exceeded the limit of 33554432 bytes");
}

#[test]
fn nesting_of_10_000_levels() {
    let text = format!("{CONFIG}spec: {}\n", "[".repeat(10_000));
    check_objects(text, "exceeded max depth of 250");
}

#[test]
fn bytes_that_are_no_text() {
    check_objects(format!("{CONFIG}  nul: \"\0\"\n"), "control characters");
    let path = |path: &str| TreePath::new(path).expect("a clean path");
    let tree = Tree::from_files([
        (path("kustomization.yaml"), &b"resources: [a.yaml]\n"[..]),
        (path("a.yaml"), &b"a: \xff\xfe\xfd\n"[..]),
    ]);
    let root = TreePath::root();
    let request = Request {
        files: &tree.expect("files that do not collide"),
        start: Start::Directory(&root),
        options: &Options::default(),
    };
    let error = build(&request).expect_err("it is refused").report();
    assert!(error.contains("a.yaml"), "{error}");
}

#[test]
fn cycles() {
    let cycle = |a: &str, b: &str| {
        [
            ("kustomization.yaml", format!("resources: [{a}]\n")),
            ("base/kustomization.yaml", format!("resources: [{b}]\n")),
        ]
    };
    check(&cycle(".", "../x"), &["cycle detected"]);
    check(&cycle("base", ".."), &["cycle detected"]);
}

#[test]
fn components_that_name_the_next_one_twice() {
    let mut files = vec![("kustomization.yaml", "components: [c0, c0]\n".to_owned())];
    let paths: Vec<String> = (0..40)
        .map(|n| format!("c{n}/kustomization.yaml"))
        .collect();
    for (number, path) in paths.iter().enumerate() {
        let next = number + 1;
        let mut text = format!(
            "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: a\n\
             components: [../c{next}, ../c{next}]\n"
        );
        if next == paths.len() {
            text.truncate(text.find("components").unwrap_or_default());
        }
        files.push((path, text));
    }
    check(&files, &["more than 10000 bases and components take part"]);
}

#[test]
fn patches_that_delete_everything() {
    let files = with_fields(
        "patches:\n- target: {kind: .*}\n  patch: |-\n    $patch: delete\n    kind: x\n    \
         metadata: {name: x}\n",
    );
    assert_eq!(run(&files), Ok(String::new()));
}

#[test]
fn patterns_that_explode() {
    let patch = "  patch: |-\n    - {op: add, path: /x, value: 1}\n";
    let pattern = |name: &str| format!("patches:\n- target: {{name: '{name}'}}\n{patch}");
    check(
        &with_fields(pattern("((a{1,1000}){1,1000}){1,1000}")),
        &["error parsing regexp"],
    );
    // No pattern takes more than the length of the name times its own.
    assert!(run(&with_fields(pattern("(x+x+)+y"))).is_ok());
}

#[test]
fn replacements_that_grow() {
    let step = |from: &str, to: &str| {
        format!(
            "- source: {{kind: ConfigMap, name: cfg, fieldPath: {from}}}\n  targets:\n  - select: \
             {{kind: ConfigMap}}\n    fieldPaths: [{to}]\n    options: {{create: true}}\n"
        )
    };
    let mut doubling = "replacements:\n".to_owned();
    for number in 0..64 {
        doubling.push_str(&step("data", &format!("data.c{number}")));
    }
    check(&with_fields(doubling), &["replacements copy more than"]);
    let deep = step("metadata.name", &vec!["q"; 10_000].join("."));
    check(
        &with_fields(format!("replacements:\n{deep}")),
        &["nests deeper than 250 levels", "ConfigMap"],
    );
    let mut text = CONFIG.to_owned();
    text.push_str("  doc: |\n    {\"q\": {}}\n");
    let inside = step(
        "metadata.name",
        &format!("data.doc.{}", vec!["q"; 10_000].join(".")),
    );
    let files = [
        (
            "kustomization.yaml",
            format!("resources: [a.yaml]\nreplacements:\n{inside}"),
        ),
        ("a.yaml", text),
    ];
    check(&files, &["nests deeper than 250 levels"]);
}

#[test]
fn json_patches_that_grow() {
    let patch = |operations: &str| {
        with_fields(format!(
            "patches:\n- target: {{kind: ConfigMap}}\n  patch: |-\n{operations}"
        ))
    };
    let mut doubling = String::new();
    for number in 0..64 {
        writeln!(
            doubling,
            "    - {{op: copy, from: /data, path: /data/c{number}}}"
        )
        .expect("memory takes all");
    }
    check(&patch(&doubling), &["copy operation exceeds the limit"]);
    let mut deep = String::new();
    let mut place = String::new();
    for _ in 0..10 {
        let value = format!("{}x{}", "{q: ".repeat(100), "}".repeat(100));
        writeln!(deep, "    - {{op: add, path: {place}/q, value: {value}}}")
            .expect("memory takes all");
        place.push_str(&"/q".repeat(100));
    }
    check(
        &patch(&deep),
        &["add operation exceeds the limit of 250 levels"],
    );
}

#[test]
fn field_specs_that_are_endless() {
    let path = vec!["q"; 10_000].join("/");
    let fields =
        format!("labels:\n- pairs: {{a: b}}\n  fields:\n  - {{path: {path}, create: true}}\n");
    check(&with_fields(fields), &["longer than 250 segments"]);
}

#[test]
fn paths_that_lead_elsewhere() {
    for path in ["../a.yaml", "b/../../a.yaml", "/etc/passwd"] {
        let files = [(
            "kustomization.yaml",
            format!("configMapGenerator:\n- name: x\n  files: [{path}]\n"),
        )];
        check(&files, &["is not in or below"]);
    }
    let long = "n".repeat(64 << 10);
    let files = [("kustomization.yaml", format!("resources: [{long}]\n"))];
    check(&files, &["nnnn"]);
}
