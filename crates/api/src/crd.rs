//! The CustomResourceDefinitions, assembled from the kinds.
//!
//! Deliberately absent: writing them to files, which the developers' tool does.

use serde_json::{Map, Value, json};

use crate::helm::helm_release::HelmReleaseKind;
use crate::kustomize::kustomization::KustomizationKind;
use crate::metadata;
use crate::resource::Kind;
use crate::schema;
use crate::source::bucket::BucketKind;
use crate::source::external_artifact::ExternalArtifactKind;
use crate::source::git_repository::GitRepositoryKind;
use crate::source::helm_chart::HelmChartKind;
use crate::source::helm_repository::HelmRepositoryKind;
use crate::source::oci_repository::OciRepositoryKind;

/// A CustomResourceDefinition and the name of the file that holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// `<group>_<plural>.yaml`, as controller-gen names it.
    pub file_name: String,
    /// The manifest.
    pub manifest: Value,
}

/// The definitions of all kinds of source-controller.
pub fn source_controller() -> Vec<Definition> {
    vec![
        definition::<BucketKind>(),
        definition::<ExternalArtifactKind>(),
        definition::<GitRepositoryKind>(),
        definition::<HelmChartKind>(),
        definition::<HelmRepositoryKind>(),
        definition::<OciRepositoryKind>(),
    ]
}

/// The definitions of all kinds of kustomize-controller.
pub fn kustomize_controller() -> Vec<Definition> {
    vec![definition::<KustomizationKind>()]
}

/// The definitions of all kinds of helm-controller.
pub fn helm_controller() -> Vec<Definition> {
    vec![definition::<HelmReleaseKind>()]
}

/// The manifests of the definitions of all kinds.
pub fn manifests() -> Vec<Value> {
    source_controller()
        .into_iter()
        .chain(kustomize_controller())
        .chain(helm_controller())
        .map(|definition| definition.manifest)
        .collect()
}

/// The definition of one kind.
pub fn definition<K: Kind>() -> Definition {
    Definition {
        file_name: format!("{}_{}.yaml", K::GROUP, K::PLURAL),
        manifest: json!({
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {
                // The manifest may be part of what a Kustomization with variables applies.
                "annotations": { metadata::kustomize::SUBSTITUTE: metadata::kustomize::DISABLED },
                // `flux check` looks for it.
                "labels": { "app.kubernetes.io/part-of": "flux" },
                "name": format!("{}.{}", K::PLURAL, K::GROUP),
            },
            "spec": {
                "group": K::GROUP,
                "names": names::<K>(),
                "scope": "Namespaced",
                "versions": [version::<K>()],
            },
        }),
    }
}

fn names<K: Kind>() -> Value {
    let mut names = Map::new();
    names.insert("categories".to_owned(), json!(K::CATEGORIES));
    names.insert("kind".to_owned(), json!(K::KIND));
    names.insert("listKind".to_owned(), json!(format!("{}List", K::KIND)));
    names.insert("plural".to_owned(), json!(K::PLURAL));
    if !K::SHORT_NAMES.is_empty() {
        names.insert("shortNames".to_owned(), json!(K::SHORT_NAMES));
    }
    names.insert("singular".to_owned(), json!(K::SINGULAR));
    Value::Object(names)
}

fn version<K: Kind>() -> Value {
    let columns = K::PRINTER_COLUMNS.iter().map(
        |column| json!({ "jsonPath": column.json_path, "name": column.name, "type": column.kind }),
    );
    let mut status = schema::structural::<K::Status>();
    if K::OBSERVES_GENERATION {
        status["default"] = json!({ "observedGeneration": -1 });
    }
    json!({
        "additionalPrinterColumns": columns.collect::<Vec<_>>(),
        "name": K::VERSION,
        "schema": { "openAPIV3Schema": {
            "description": K::DESCRIPTION,
            "properties": {
                "apiVersion": {
                    "description": "The group and version of the schema that this object follows.",
                    "type": "string",
                },
                "kind": {
                    "description": "The kind of this object.",
                    "type": "string",
                },
                "metadata": { "type": "object" },
                "spec": schema::structural::<K::Spec>(),
                "status": status,
            },
            "type": "object",
        } },
        "served": true,
        "storage": true,
        "subresources": { "status": {} },
    })
}
