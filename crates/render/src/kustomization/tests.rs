use rheostat_tree::Tree;
use serde_json::json;

use super::*;

const CONFIG_MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";

fn tree(files: &[(&str, &str)]) -> Tree {
    let files = files
        .iter()
        .map(|(path, text)| (TreePath::new(path).unwrap(), text.as_bytes()));
    Tree::from_files(files).unwrap()
}

fn build_at(files: &[(&str, &str)], path: &str, overlay: &Overlay) -> Result<Built, String> {
    let files = tree(files);
    let directory = directory(&files, path).map_err(|error| error.to_string())?;
    let request = Request {
        files: &files,
        directory: &directory,
        overlay,
        root_name: "",
    };
    build(&request).map_err(|error| error.report())
}

/// Builds the directory `app` and compares kinds and names, or the error.
fn check(files: &[(&str, &str)], expected: Result<&[&str], &str>) {
    let built = build_at(files, "./app", &Overlay::default());
    let names = built.map(|built| {
        let name = |object: &Value| {
            let part = |pointer| {
                object
                    .pointer(pointer)
                    .and_then(Value::as_str)
                    .unwrap_or("?")
                    .to_owned()
            };
            format!("{}/{}", part("/kind"), part("/metadata/name"))
        };
        built.objects.iter().map(name).collect::<Vec<_>>()
    });
    let expected = expected
        .map(|names| names.iter().map(|&name| name.to_owned()).collect())
        .map_err(str::to_owned);
    assert_eq!(names, expected);
}

fn named(name: &str) -> String {
    CONFIG_MAP.replace("name: a", &format!("name: {name}"))
}

#[test]
fn a_directory_without_a_file_is_scanned_in_the_order_of_names() {
    let [plain, hidden, based, unlisted, deep] = &["b", "c", "e", "d", "f"].map(named);
    check(
        &[
            ("app/b.yml", plain),
            ("app/.hidden/c.yaml", hidden),
            ("app/sub/kustomization.yaml", "resources: [e.yaml]\n"),
            ("app/sub/e.yaml", based),
            ("app/sub/left-out.yaml", unlisted),
            ("app/deep/er/f.yaml", deep),
            ("app/README.md", "not a manifest"),
            ("app/upper.YAML", "not: a manifest"),
            ("outside.yaml", unlisted),
        ],
        Ok(&["ConfigMap/c", "ConfigMap/b", "ConfigMap/f", "ConfigMap/e"]),
    );
}

#[test]
fn an_empty_directory_builds_nothing() {
    check(&[("app/README.md", "")], Ok(&[]));
}

#[test]
fn a_file_that_is_no_manifest_fails_a_scanned_directory() {
    check(
        &[
            ("app/a.yaml", CONFIG_MAP),
            ("app/values.yaml", "replicas: 3\n"),
        ],
        Err(
            "failed to decode Kubernetes YAML from /app/values.yaml: missing Resource metadata (line 1)",
        ),
    );
}

#[test]
fn a_directory_named_like_a_kustomization_file_is_no_such_file() {
    check(
        &[("app/kustomization.yaml/a.yaml", CONFIG_MAP)],
        Ok(&["ConfigMap/a"]),
    );
}

#[test]
fn the_file_at_the_path_is_read_with_leniency_and_those_below_are_not() {
    let root = (
        "app/kustomization.yaml",
        "resources: [a.yaml]\nunknownField: 1\n",
    );
    check(&[root, ("app/a.yaml", CONFIG_MAP)], Ok(&["ConfigMap/a"]));
    let built = build_at(
        &[
            ("app/kustomization.yaml", "resources: [../base]\n"),
            (
                "base/kustomization.yaml",
                "resources: [a.yaml]\nunknownField: 1\n",
            ),
            ("base/a.yaml", CONFIG_MAP),
        ],
        "app",
        &Overlay::default(),
    );
    let error = built.unwrap_err();
    assert!(
        error.starts_with("kustomize build failed: accumulating resources"),
        "{error}"
    );
    assert!(error.contains(r#"unknown field "unknownField""#), "{error}");
}

#[test]
fn several_kustomization_files_are_refused() {
    check(
        &[
            ("app/kustomization.yaml", "{}"),
            ("app/Kustomization", "{}"),
        ],
        Err("kustomize build failed: Found multiple kustomization files under: /app"),
    );
}

#[test]
fn a_file_of_another_kind_is_refused() {
    check(
        &[("app/kustomization.yml", "kind: Deployment\n")],
        Err(
            "read /app/kustomization.yml: Failed to read kustomization file: kind should be Kustomization or Component",
        ),
    );
}

#[test]
fn lists_are_taken_apart_and_kustomization_files_left_out() {
    let list = format!(
        "apiVersion: v1\nkind: List\nitems:\n- {}",
        CONFIG_MAP.replace('\n', "\n  ")
    );
    check(
        &[
            (
                "app/kustomization.yaml",
                "resources: [list.yaml, odd.yaml]\n",
            ),
            ("app/list.yaml", &list),
            (
                "app/odd.yaml",
                "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nmetadata: {name: odd}\n",
            ),
        ],
        Ok(&["ConfigMap/a"]),
    );
}

#[test]
fn an_object_without_a_version_is_refused_without_being_shown() {
    check(
        &[(
            "app/secret.yaml",
            "kind: Secret\nmetadata: {name: s, namespace: apps}\nstringData: {password: hunter2}\n",
        )],
        Err(
            "failed to decode Kubernetes apiVersion, kind and name from Secret/apps/s: apiVersion is missing",
        ),
    );
}

#[test]
fn a_path_is_clamped_and_must_exist() {
    let files = [("app/a.yaml", CONFIG_MAP)];
    for path in ["app", "./app", "/app/", "../../app", "app/../app/."] {
        let built = build_at(&files, path, &Overlay::default());
        assert_eq!(built.unwrap().objects.len(), 1, "{path}");
    }
    assert_eq!(
        build_at(&files, "./missing", &Overlay::default()).unwrap_err(),
        "kustomization path not found: stat /missing: no such file or directory"
    );
}

#[test]
fn the_overlay_goes_over_the_file() {
    let overlay = Overlay {
        target_namespace: "target".to_owned(),
        name_prefix: "p-".to_owned(),
        name_suffix: "-s".to_owned(),
        ..Overlay::default()
    };
    let built = build_at(
        &[
            (
                "app/kustomization.yaml",
                "namespace: ignored\nnamePrefix: old-\nresources: [a.yaml]\n",
            ),
            ("app/a.yaml", CONFIG_MAP),
        ],
        "app",
        &overlay,
    );
    assert_eq!(
        built.unwrap().objects,
        [json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": { "name": "p-a-s", "namespace": "target" },
        })]
    );
}

#[test]
fn missing_components_can_be_left_out() {
    let files = [
        ("app/kustomization.yaml", "resources: [a.yaml]\n"),
        ("app/a.yaml", CONFIG_MAP),
        (
            "part/kustomization.yaml",
            "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: part-\n",
        ),
    ];
    let mut overlay = Overlay {
        components: ["../part", "../missing", "../../outside"]
            .map(str::to_owned)
            .into(),
        ignore_missing_components: true,
        ..Overlay::default()
    };
    let built = build_at(&files, "app", &overlay).unwrap();
    assert_eq!(built.objects[0]["metadata"]["name"], "part-a");
    overlay.ignore_missing_components = false;
    let error = build_at(&files, "app", &overlay).unwrap_err();
    assert!(error.contains("missing"), "{error}");
}

#[test]
fn a_file_without_resources_notes_where_objects_come_from() {
    let built = build_at(
        &[(
            "app/kustomization.yaml",
            "configMapGenerator: [{name: made, literals: [a=b]}]\n",
        )],
        "app",
        &Overlay::default(),
    );
    let annotations = &built.unwrap().objects[0]["metadata"]["annotations"];
    assert!(
        annotations["config.kubernetes.io/origin"].is_string(),
        "{annotations}"
    );
}

#[test]
fn a_build_holds_while_nothing_that_it_read_has_changed() {
    let files = [
        ("app/kustomization.yaml", "resources: [a.yaml]\n"),
        ("app/a.yaml", CONFIG_MAP),
        ("other/b.yaml", CONFIG_MAP),
    ];
    let built = build_at(&files, "app", &Overlay::default()).unwrap();
    assert!(built.digest.starts_with("sha256:"), "{}", built.digest);
    for (index, expected) in [(0, false), (1, false), (2, true)] {
        let mut changed = files;
        changed[index].1 = "resources: []\n";
        assert_eq!(
            built.read_set.holds_in(&tree(&changed)),
            expected,
            "{}",
            files[index].0
        );
    }
    let added = [files.as_slice(), &[("app/Kustomization", "{}")]].concat();
    assert!(
        !built.read_set.holds_in(&tree(&added)),
        "a second kustomization file is an error"
    );
}

#[test]
fn numbers_are_those_of_the_text() {
    let numbers = "a: 1.0\nb: 1e3\nc: 0x1F\nd: 1_000\nf: 0.5\ng: 0o17\nh: 017\n";
    let manifest =
        format!("apiVersion: example.com/v1\nkind: Numbers\nmetadata: {{name: n}}\n{numbers}");
    let files = tree(&[("n.yaml", &manifest)]);
    let request = Request {
        files: &files,
        directory: &TreePath::root(),
        overlay: &Overlay::default(),
        root_name: "",
    };
    let built = build(&request).unwrap();
    assert_eq!(
        serde_json::to_string(&built.objects[0]).unwrap(),
        r#"{"a":1,"apiVersion":"example.com/v1","b":1000,"c":31,"d":1000,"f":0.5,"g":15,"h":15,"kind":"Numbers","metadata":{"name":"n"}}"#
    );
}
