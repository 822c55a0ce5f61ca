use super::*;

const CONFIG_MAP: &str =
    "# note\nkind: ConfigMap\napiVersion: v1\nmetadata:\n  name: a\ndata:\n  k: v\n";
const HOOK_MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: h\n  annotations:\n    helm.sh/hook: test\n";

fn labels() -> CommonMetadata {
    CommonMetadata {
        labels: BTreeMap::from([("team".to_owned(), "a".to_owned())]),
        ..CommonMetadata::default()
    }
}

/// Renders the files and compares the texts, or the error.
fn check(files: &[(&str, &str)], request: &PostRender, expected: Result<&[(&str, &str)], &str>) {
    let outputs = files
        .iter()
        .map(|(file, text)| ((*file).to_owned(), Text::from(*text)));
    let rendered = post_render(&outputs.collect(), request)
        .map(|rendered| {
            rendered
                .into_iter()
                .map(|(file, text)| (file, text.to_str().into_owned()))
                .collect::<Vec<_>>()
        })
        .map_err(|error| error.to_string());
    let expected = expected.map_err(str::to_owned).map(|files| {
        files
            .iter()
            .map(|(file, text)| ((*file).to_owned(), (*text).to_owned()))
            .collect()
    });
    assert_eq!(rendered, expected);
}

#[test]
fn every_document_returns_to_its_file_with_the_labels_on_it() {
    let two = format!(
        "{CONFIG_MAP}---\n{}",
        CONFIG_MAP.replace("name: a", "name: b")
    );
    let of = |name: &str| {
        format!(
            "apiVersion: v1\ndata:\n  k: v\nkind: ConfigMap\nmetadata:\n  labels:\n    team: a\n  name: {name}\n"
        )
    };
    check(
        &[("x/t/two.yaml", &two), ("x/t/blank.yaml", " \n")],
        &PostRender {
            metadata: labels(),
            ..PostRender::default()
        },
        Ok(&[("x/t/two.yaml", &format!("{}---\n{}", of("a"), of("b")))]),
    );
}

#[test]
fn documents_are_told_apart_as_helm_does() {
    // What is left of a separator when a template trims the white space behind it.
    let trimmed = format!(
        "{CONFIG_MAP}---# about b\n{}",
        CONFIG_MAP.replace("name: a", "name: b")
    );
    let of = |name: &str| {
        format!("apiVersion: v1\ndata:\n  k: v\nkind: ConfigMap\nmetadata:\n  name: {name}\n")
    };
    check(
        &[("x/t/trimmed.yaml", &trimmed)],
        &PostRender::default(),
        Ok(&[("x/t/trimmed.yaml", &format!("{}---\n{}", of("a"), of("b")))]),
    );
}

#[test]
fn the_strategy_says_what_becomes_of_hooks() {
    let labelled = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  annotations:\n    helm.sh/hook: test\n  labels:\n    team: a\n  name: h\n";
    for (strategy, expected) in [
        (Strategy::Combined, labelled),
        (Strategy::Separate, labelled),
        (Strategy::NoHooks, HOOK_MAP),
    ] {
        let request = PostRender {
            metadata: labels(),
            strategy,
            ..PostRender::default()
        };
        check(
            &[("h.yaml", HOOK_MAP)],
            &request,
            Ok(&[("h.yaml", expected)]),
        );
    }
}

/// The texts are those of Helm 4 in Flux's helm-controller.
#[test]
fn what_is_no_object_is_told() {
    for (text, problem) in [
        (
            "a: b: c\n",
            "MalformedYAMLError: yaml: mapping values are not allowed in this context",
        ),
        (
            "[1, 2]\n",
            "wrong node kind: expected MappingNode but got SequenceNode: node contents:\n[1, 2]",
        ),
    ] {
        check(
            &[("demo/templates/cm.yaml", text)],
            &PostRender::default(),
            Err(&format!(
                "error merging manifests: parsing demo/templates/cm.yaml: {problem}"
            )),
        );
    }
}

#[test]
fn objects_of_one_identity_are_refused_across_files() {
    check(
        &[("a.yaml", CONFIG_MAP), ("b.yaml", CONFIG_MAP)],
        &PostRender::default(),
        Err(
            "error while running post render on files: accumulating resources: accumulation err='accumulating resources from 'helm-output.yaml': may not add resource with an already registered id: ConfigMap.v1.[noGrp]/a.[noNs]': must build at directory: '/helm-output.yaml': file is not directory",
        ),
    );
}
