//! From a tree to objects, and when a plan is made anew.

use std::sync::Arc;

use rheostat_api::Kustomization;
use rheostat_kustomize::remote::{Answers, Need};
use rheostat_tree::{File, Tree, TreePath};
use serde_json::{Value, json};

use super::{Built, Request, Step, plan};
use crate::desired::Desired;

const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: apps}\n";

fn object(spec: &Value) -> Kustomization {
    let mut whole = json!({
        "interval": "1h", "prune": true, "sourceRef": {"kind": "GitRepository", "name": "repo"},
    });
    for (field, value) in spec.as_object().unwrap() {
        whole[field] = value.clone();
    }
    let metadata = json!({"name": "app", "namespace": "apps"});
    serde_json::from_value(json!({"metadata": metadata, "spec": whole})).unwrap()
}

fn request(spec: &Value, files: &[(&str, &str)]) -> Request {
    let mut tree = Tree::new();
    for (path, text) in files {
        let path = TreePath::new(path).unwrap();
        tree.insert(&path, File::in_memory(0o644, text.as_bytes()))
            .unwrap();
    }
    let object = object(spec);
    let desired = Desired::parse(&object);
    Request::new(&object, &desired, tree, TreePath::new("app").unwrap())
}

fn planned(spec: &Value, files: &[(&str, &str)]) -> Built {
    done(&request(spec, files), None, &Answers::default())
}

fn done(request: &Request, last: Option<Built>, answers: &Answers) -> Built {
    match plan(request, last, answers).unwrap() {
        Step::Done(built) => *built,
        Step::Needs(needs) => panic!("{needs:?}"),
    }
}

#[test]
fn objects_are_marked_and_common_metadata_wins() {
    let common = json!({"labels": {"kustomize.toolkit.fluxcd.io/name": "other", "team": "a"}});
    let built = planned(
        &json!({"commonMetadata": common}),
        &[("app/a.yaml", CONFIG)],
    );
    let objects = built.plan.objects();
    let labels = &objects[0].value()["metadata"]["labels"];
    let expected = json!({
        "kustomize.toolkit.fluxcd.io/name": "other",
        "kustomize.toolkit.fluxcd.io/namespace": "apps",
        "team": "a",
    });
    assert_eq!(*labels, expected);
}

#[test]
fn a_plan_is_made_anew_when_what_it_read_or_was_asked_for_changed() {
    let first = planned(&json!({}), &[("app/a.yaml", CONFIG), ("other/b", "1")]);
    let is_kept = |spec: &Value, files: &[(&str, &str)]| {
        let request = request(spec, files);
        let next = done(&request, Some(first.clone()), &Answers::default());
        Arc::ptr_eq(&next.plan, &first.plan)
    };
    let plain = json!({});
    assert!(is_kept(&plain, &[("app/a.yaml", CONFIG), ("other/b", "2")]));
    let changed = CONFIG.replace("name: a", "name: b");
    assert!(!is_kept(&plain, &[("app/a.yaml", &changed)]));
    let more = [("app/a.yaml", CONFIG), ("app/c.yaml", &changed)];
    assert!(!is_kept(&plain, &more));
    assert!(!is_kept(
        &json!({"namePrefix": "x-"}),
        &[("app/a.yaml", CONFIG)]
    ));
}

#[test]
fn what_lies_elsewhere_is_asked_for_each_time() {
    const URL: &str = "https://example.com/a.yaml";
    let files = [("app/kustomization.yaml", format!("resources: [{URL}]\n"))];
    let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
    let request = request(&json!({}), &files);
    let needs = match plan(&request, None, &Answers::default()).unwrap() {
        Step::Needs(needs) => needs,
        Step::Done(built) => panic!("{built:?}"),
    };
    assert!(matches!(&needs[..], [Need::File { url }] if url == URL));
    let mut answers = Answers::default();
    answers.file(URL, Ok(CONFIG.as_bytes().into()));
    let first = done(&request, None, &answers);
    let again = plan(&request, Some(first), &Answers::default()).unwrap();
    assert!(matches!(again, Step::Needs(_)));
}

#[test]
fn an_encrypted_secret_is_named() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: apps}\n\
                  data: {k: 'ENC[no base64]'}\nsops: {mac: m}\n";
    let built = planned(&json!({}), &[("app/s.yaml", secret)]);
    assert_eq!(built.plan.encrypted.as_deref(), Some("Secret/apps/s"));
    let exempt = secret.replace(
        "namespace: apps}",
        "namespace: apps, annotations: {kustomize.toolkit.fluxcd.io/decrypt: Disabled}}",
    );
    let built = planned(&json!({}), &[("app/s.yaml", &exempt)]);
    assert_eq!(built.plan.encrypted, None);
}

#[test]
fn what_cannot_be_built_says_where() {
    let request = request(
        &json!({}),
        &[("app/a.yaml", CONFIG), ("app/values.yaml", "a: 1\n")],
    );
    let error = plan(&request, None, &Answers::default())
        .unwrap_err()
        .to_string();
    assert!(error.contains("app/values.yaml"), "{error}");
}
