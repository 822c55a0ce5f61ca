//! Random trees: a base, an overlay over it, and now and then a component.
//!
//! A tree depends on its seed alone. The choices are small, so that names meet: references, patches and selectors find
//! something more often than not.

mod fields;

use std::collections::BTreeMap;

use anyhow::Result;
use rheostat_yaml::emit::to_yaml;
use serde_json::{Value, json};

use self::fields::Folder;
use super::chance::Chance;

/// Paths with texts.
pub(super) type Files = BTreeMap<String, String>;

const NAMES: [&str; 6] = ["web", "db", "cfg", "api", "x-1", "cache"];
const IMAGES: [&str; 5] = [
    "nginx",
    "nginx:1.0",
    "repo/app:v1",
    "reg:5000/app",
    "nginx@sha256:abc",
];

/// The tree of a seed. The build starts in the folder `overlay`.
///
/// # Errors
/// A text cannot be printed as YAML.
pub(super) fn generate(seed: u64) -> Result<Files> {
    let mut chance = Chance::new(seed);
    let mut files = Files::new();
    let mut objects = Vec::new();
    for (name, bases) in [("base", &[][..]), ("overlay", &["../base"])] {
        folder(name, bases, &mut chance, &mut objects, &mut files)?;
    }
    Ok(files)
}

fn labels(chance: &mut Chance) -> Value {
    let mut labels = serde_json::Map::new();
    for _ in 0..chance.below(3) {
        let key = chance.of(&["app", "tier", "env", "z1", "z10", "x.y/z"]);
        labels.insert(key.to_owned(), chance.of(&["web", "1", "true", ""]).into());
    }
    Value::Object(labels)
}

/// One kustomization with its files.
fn folder(
    name: &str,
    bases: &[&str],
    chance: &mut Chance,
    objects: &mut Vec<(String, String)>,
    files: &mut Files,
) -> Result<()> {
    let mut resources: Vec<Value> = bases.iter().map(|base| (*base).into()).collect();
    for number in 0..=chance.below(2) {
        let file = format!("objects-{number}.yaml");
        let mut text = String::new();
        for _ in 0..=chance.below(3) {
            text.push_str("---\n");
            text.push_str(&to_yaml(&object(chance, objects))?);
        }
        files.insert(format!("{name}/{file}"), text);
        resources.push(file.into());
    }
    let mut kustomization = json!({ "resources": resources });
    transform(&mut kustomization, chance);
    patch(&mut kustomization, chance, objects)?;
    replace(&mut kustomization, chance, objects);
    let mut folder = Folder {
        name,
        kustomization: &mut kustomization,
        objects,
        files,
    };
    folder.add_fields(chance)?;
    if name == "overlay" && chance.percent(25) {
        folder.add_component(chance)?;
    }
    let text = to_yaml(&kustomization)?;
    files.insert(format!("{name}/kustomization.yaml"), text);
    Ok(())
}

fn object(chance: &mut Chance, objects: &mut Vec<(String, String)>) -> Value {
    const KINDS: [(&str, &str); 8] = [
        ("apps/v1", "Deployment"),
        ("v1", "Service"),
        ("v1", "ConfigMap"),
        ("v1", "ServiceAccount"),
        ("v1", "Namespace"),
        ("batch/v1", "CronJob"),
        ("rbac.authorization.k8s.io/v1", "RoleBinding"),
        ("example.com/v1", "Foo"),
    ];
    let (api_version, kind) = chance.of(&KINDS);
    // Most names are new, since two objects of one identity end the build.
    let name = format!("{}-{}", chance.of(&NAMES), objects.len());
    let mut object = json!({
        "apiVersion": api_version, "kind": kind, "metadata": { "name": name, "labels": labels(chance) }
    });
    if chance.percent(30) {
        object["metadata"]["annotations"] = labels(chance);
    }
    if chance.percent(20) {
        object["metadata"]["namespace"] = chance.of(&["default", "prod"]).into();
    }
    let other = |chance: &mut Chance| match objects.len() {
        0 => "nothing".to_owned(),
        length => objects[chance.below(length)].1.clone(),
    };
    let pod = json!({ "metadata": { "labels": labels(chance) }, "spec": {
        "serviceAccountName": other(chance),
        "containers": [{ "name": "main", "image": chance.of(&IMAGES), "env": [
            { "name": "A", "valueFrom": { "configMapKeyRef": { "name": other(chance), "key": "k" } } }
        ] }]
    } });
    match kind {
        "Deployment" => {
            object["spec"] = json!({ "replicas": 1, "selector": { "matchLabels": labels(chance) }, "template": pod });
        }
        "CronJob" => object["spec"] = json!({ "jobTemplate": { "spec": { "template": pod } } }),
        "Service" => {
            object["spec"] = json!({ "selector": labels(chance), "ports": [{ "port": 80 }] });
        }
        "ConfigMap" => {
            object["data"] = json!({ "k": chance.of(&["v", "5", "a: 1\nb: 2\n", "{\"a\":{\"b\":1}}", "trail \nx"]) });
        }
        "RoleBinding" => {
            object["roleRef"] = json!({ "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": other(chance) });
            object["subjects"] = json!([{ "kind": "ServiceAccount", "name": chance.of(&["default", "web"]), "namespace": "prod" }]);
        }
        "Foo" => {
            object["spec"] = json!({ "containers": [{ "image": chance.of(&IMAGES) }], "list": [1, { "name": "a" }], "none": null });
        }
        _ => {}
    }
    objects.push((kind.to_owned(), name));
    object
}

/// Names, labels, images and generators.
fn transform(kustomization: &mut Value, chance: &mut Chance) {
    if chance.percent(35) {
        kustomization["namespace"] = chance.of(&["prod", "ns1", "default"]).into();
    }
    if chance.percent(40) {
        kustomization["namePrefix"] = chance.of(&["p-", "dev-"]).into();
    }
    if chance.percent(25) {
        kustomization["nameSuffix"] = "-s".into();
    }
    if chance.percent(45) {
        kustomization["labels"] = json!([{ "pairs": labels(chance), "includeSelectors": chance.percent(50), "includeTemplates": chance.percent(30) }]);
    }
    if chance.percent(25) {
        kustomization["commonAnnotations"] = labels(chance);
    }
    if chance.percent(40) {
        let new = match chance.below(4) {
            0 => json!({ "newTag": "v2" }),
            1 => json!({ "newName": "other" }),
            2 => json!({ "digest": "sha256:def" }),
            _ => json!({ "tagSuffix": "-x" }),
        };
        let mut image = json!({ "name": chance.of(&["nginx", "repo/app", ".*"]) });
        merge(&mut image, new);
        kustomization["images"] = json!([image]);
    }
    if chance.percent(40) {
        let name = format!("{}{}", chance.of(&NAMES), chance.below(1000));
        let literals = ["a=1", "b=x y", "c=\"q\"", "d=", "e=<&>"];
        let count = 1 + chance.below(literals.len());
        kustomization["configMapGenerator"] =
            json!([{ "name": name, "literals": literals[..count] }]);
    }
}

fn patch(
    kustomization: &mut Value,
    chance: &mut Chance,
    objects: &[(String, String)],
) -> Result<()> {
    if !chance.percent(45) || objects.is_empty() {
        return Ok(());
    }
    let (kind, name) = &objects[chance.below(objects.len())];
    let target = match chance.below(3) {
        0 => json!({ "kind": kind }),
        1 => json!({ "name": name }),
        _ => json!({ "kind": kind, "name": ".*" }),
    };
    let patch = match chance.below(4) {
        0 => {
            json!([{ "op": "add", "path": "/metadata/annotations/q", "value": chance.of(&["v", "5"]) }])
        }
        1 => {
            json!([{ "op": "add", "path": "/extra", "value": [1, 1.5, null, 12_345_678_901_234_567_u64] }])
        }
        2 => {
            json!({ "apiVersion": "v1", "kind": kind, "metadata": { "name": "any", "labels": { "app": null, "n": "x" } } })
        }
        _ => {
            json!({ "apiVersion": "v1", "kind": kind, "metadata": { "name": "any" }, "spec": { "template": { "spec": {
            "containers": [{ "name": chance.of(&["main", "new"]), "image": chance.of(&IMAGES) }] } } } })
        }
    };
    let text = to_yaml(&patch)?;
    kustomization["patches"] = json!([{ "target": target, "patch": text }]);
    Ok(())
}

fn replace(kustomization: &mut Value, chance: &mut Chance, objects: &[(String, String)]) {
    if !chance.percent(25) || objects.is_empty() {
        return;
    }
    let (kind, name) = &objects[chance.below(objects.len())];
    let field = chance.of(&[
        "metadata.annotations.[a.b/c]",
        "metadata.labels.new",
        "spec.a.b",
        "metadata.labels.app",
    ]);
    kustomization["replacements"] = json!([{
        "source": { "kind": kind, "name": name },
        "targets": [{ "select": { "kind": kind }, "fieldPaths": [field], "options": { "create": true } }]
    }]);
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}
