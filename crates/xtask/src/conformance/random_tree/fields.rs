//! The rarer fields of a kustomization, the deprecated ones among them.

use anyhow::Result;
use rheostat_yaml::emit::to_yaml;
use serde_json::{Value, json};

use super::{Files, labels};
use crate::conformance::chance::Chance;

/// A kustomization in the making.
pub(super) struct Folder<'a> {
    pub(super) name: &'a str,
    pub(super) kustomization: &'a mut Value,
    /// Kinds and names of all objects so far.
    pub(super) objects: &'a [(String, String)],
    pub(super) files: &'a mut Files,
}

impl Folder<'_> {
    /// Adds a few fields.
    ///
    /// # Errors
    /// A text cannot be printed as YAML.
    pub(super) fn add_fields(&mut self, chance: &mut Chance) -> Result<()> {
        self.generate(chance);
        self.transform(chance)?;
        self.configure(chance)?;
        if chance.percent(8) {
            let order = chance.of(&["legacy", "fifo"]);
            self.kustomization["sortOptions"] = json!({ "order": order });
        }
        if chance.percent(8) {
            let word = chance.of(&[
                "originAnnotations",
                "transformerAnnotations",
                "managedByLabel",
            ]);
            self.kustomization["buildMetadata"] = json!([word]);
        }
        Ok(())
    }

    /// A component that works on what was gathered before it.
    ///
    /// # Errors
    /// A text cannot be printed as YAML.
    pub(super) fn add_component(&mut self, chance: &mut Chance) -> Result<()> {
        let mut component = json!({
            "apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component",
            "commonAnnotations": { "component": "true" }
        });
        if chance.percent(50) {
            component["nameSuffix"] = "-c".into();
        }
        if chance.percent(30) {
            component["namespace"] = "parts".into();
        }
        if let (true, Some((kind, _))) = (chance.percent(50), self.objects.last()) {
            let patch =
                json!([{ "op": "add", "path": "/metadata/labels", "value": { "patched": "1" } }]);
            component["patches"] =
                json!([{ "target": { "kind": kind }, "patch": to_yaml(&patch)? }]);
        }
        let path = "component/kustomization.yaml".to_owned();
        self.files.insert(path, to_yaml(&component)?);
        self.kustomization["components"] = json!(["../component"]);
        Ok(())
    }

    fn generate(&mut self, chance: &mut Chance) {
        if chance.percent(15) {
            let name = format!("secret-{}-{}", self.name, chance.below(100));
            let texts = ["password=x y", "token=<&>", "empty="];
            let kind = chance.of(&["Opaque", "kubernetes.io/tls"]);
            self.kustomization["secretGenerator"] =
                json!([{ "name": name, "literals": texts, "type": kind }]);
        }
        if chance.percent(12) {
            self.kustomization["generatorOptions"] = match chance.below(3) {
                0 => json!({ "disableNameSuffixHash": true }),
                1 => json!({ "labels": { "generated": "true" } }),
                _ => json!({ "annotations": { "note": "generated" }, "immutable": true }),
            };
        }
    }

    fn transform(&mut self, chance: &mut Chance) -> Result<()> {
        let deployment = self.objects.iter().find(|(kind, _)| kind == "Deployment");
        if let (true, Some((_, name))) = (chance.percent(12), deployment) {
            self.kustomization["replicas"] = json!([{ "name": name, "count": 4 }]);
        }
        if let (true, Some((_, name))) = (chance.percent(12), deployment) {
            let patch = json!({
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": name },
                "spec": { "replicas": chance.of(&[Some(3), None]), "template": { "spec": {
                    "containers": [{ "name": "main", "args": ["-v"] }, { "name": "side", "image": "side" }]
                } } }
            });
            self.kustomization["patchesStrategicMerge"] = json!([to_yaml(&patch)?]);
        }
        if let (true, Some((kind, name))) = (chance.percent(12), self.objects.first()) {
            let variable = format!("NAME_{}", self.name.to_uppercase());
            let api_version = api_version(kind);
            self.kustomization["vars"] = json!([{
                "name": variable,
                "objref": { "apiVersion": api_version, "kind": kind, "name": name }
            }]);
            self.kustomization["commonAnnotations"] =
                json!({ "var": format!("$({variable})/$$x") });
        }
        if chance.percent(10) {
            let transformer = match chance.below(3) {
                0 => json!({
                    "kind": "PrefixTransformer", "prefix": "t-",
                    "fieldSpecs": [{ "path": "metadata/name" }]
                }),
                1 => json!({
                    "kind": "LabelTransformer", "labels": labels(chance),
                    "fieldSpecs": [{ "path": "metadata/labels", "create": true }]
                }),
                _ => {
                    json!({ "kind": "ImageTagTransformer", "imageTag": { "name": "nginx", "newTag": "t" } })
                }
            };
            let mut whole = json!({ "apiVersion": "builtin", "metadata": { "name": format!("of-{}", self.name) } });
            super::merge(&mut whole, transformer);
            self.kustomization["transformers"] = json!([to_yaml(&whole)?]);
        }
        Ok(())
    }

    fn configure(&mut self, chance: &mut Chance) -> Result<()> {
        if chance.percent(8) {
            let specs = match chance.below(2) {
                0 => json!({ "images": [{ "path": "spec/image", "kind": "Foo" }] }),
                _ => {
                    json!({ "commonLabels": [{ "path": "spec/labels", "create": true, "kind": "Foo" }] })
                }
            };
            let path = format!("{}/specs.yaml", self.name);
            self.files.insert(path, to_yaml(&specs)?);
            self.kustomization["configurations"] = json!(["specs.yaml"]);
        }
        if chance.percent(8) {
            let list = json!({
                "type": "array", "items": { "type": "object" },
                "x-kubernetes-patch-merge-key": "name", "x-kubernetes-patch-strategy": "merge"
            });
            let spec = json!({ "type": "object", "properties": { "list": list } });
            let definition = json!({
                "type": "object", "properties": { "spec": spec },
                "x-kubernetes-group-version-kind": [{ "group": "example.com", "kind": "Foo", "version": "v1" }]
            });
            let schema = json!({ "definitions": { "v1.Foo": definition } });
            let path = format!("{}/schema.json", self.name);
            self.files.insert(path, schema.to_string());
            self.kustomization["openapi"] = json!({ "path": "schema.json" });
        }
        Ok(())
    }
}

fn api_version(kind: &str) -> &'static str {
    match kind {
        "Deployment" => "apps/v1",
        "CronJob" => "batch/v1",
        "RoleBinding" => "rbac.authorization.k8s.io/v1",
        "Foo" => "example.com/v1",
        _ => "v1",
    }
}
