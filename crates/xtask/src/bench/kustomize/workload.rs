//! The trees that are built.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::Required;

/// A tree to build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Workload {
    /// One Deployment with a new image.
    Trivial,
    /// So many objects with a namespace, a prefix, labels, images, and a patch for one of them.
    Full(usize),
    /// Large CRDs and nothing else.
    Definitions,
}

/// Objects in one file.
const FILE_OBJECTS: usize = 300;
/// CRDs of the last workload.
const DEFINITIONS: usize = 64;
/// Properties of one CRD, which make 7.6 MB of all of them.
const PROPERTIES: usize = 400;

impl Workload {
    /// All of them. The one with ten thousand objects stands behind that with a thousand.
    pub(super) const ALL: [Self; 6] = [
        Self::Trivial,
        Self::Full(100),
        Self::Full(3000),
        Self::Full(1000),
        Self::Full(10_000),
        Self::Definitions,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Trivial => "trivial overlay",
            Self::Full(100) => "100 objects",
            Self::Full(1000) => "1,000 objects",
            Self::Full(3000) => "3,000 objects",
            Self::Full(_) => "10,000 objects",
            Self::Definitions => "64 CRDs",
        }
    }

    /// What must hold.
    pub(super) fn required(self) -> Required {
        let none = Required::default();
        match self {
            Self::Trivial => Required {
                most_millis: Some(5.0),
                ..none
            },
            Self::Full(100) => Required {
                most_millis: Some(15.0),
                ..none
            },
            Self::Full(3000) => Required {
                times_faster: Some(100.0),
                ..none
            },
            // Ten times the objects, and a fifth for caches that they no longer fit into.
            Self::Full(10_000) => Required {
                times_previous: Some(12.0),
                ..none
            },
            Self::Full(_) => none,
            Self::Definitions => Required {
                times_faster: Some(20.0),
                ..none
            },
        }
    }

    /// Whether kustomize builds it, too. It takes the square of the number of objects.
    pub(super) fn is_for_both(self) -> bool {
        self != Self::Full(10_000)
    }

    /// Writes the tree into a folder, which holds nothing else afterwards.
    ///
    /// # Errors
    /// The disk fails.
    pub(super) fn write(self, folder: &Path) -> Result<()> {
        if folder.exists() {
            fs::remove_dir_all(folder).with_context(|| format!("removing {}", folder.display()))?;
        }
        fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
        let put = |name: &str, text: &str| {
            let path = folder.join(name);
            fs::write(&path, text).with_context(|| format!("writing {}", path.display()))
        };
        let (files, fields) = match self {
            Self::Trivial => (vec![objects(0, 1)], IMAGES.to_owned()),
            Self::Full(count) => {
                let starts = (0..count).step_by(FILE_OBJECTS);
                let files = starts.map(|start| objects(start, count.min(start + FILE_OBJECTS)));
                (files.collect(), format!("{TRANSFORMERS}{IMAGES}{PATCH}"))
            }
            Self::Definitions => ((0..DEFINITIONS).map(definition).collect(), String::new()),
        };
        let mut kustomization = String::from("resources:\n");
        for (number, text) in files.iter().enumerate() {
            let name = format!("objects-{number}.yaml");
            put(&name, text)?;
            // Writing to a string does not fail.
            let _ = writeln!(kustomization, "- {name}");
        }
        kustomization.push_str(&fields);
        put("kustomization.yaml", &kustomization)
    }
}

const TRANSFORMERS: &str = "\
namespace: production
namePrefix: prod-
labels:
- pairs:
    team: payments
  includeSelectors: true
";

const IMAGES: &str = "\
images:
- name: registry.example.com/team/app
  newTag: 2.0.0
";

const PATCH: &str = "\
patches:
- target:
    kind: Deployment
    name: app-7
  patch: |
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: app-7
    spec:
      replicas: 5
";

/// Objects by their numbers: Deployment, `ServiceAccount` and `ConfigMap` in turn.
fn objects(start: usize, end: usize) -> String {
    let mut text = String::new();
    for number in start..end {
        text.push_str("---\n");
        let name = number / 3;
        // Writing to a string does not fail.
        let _ = match number % 3 {
            0 => write!(text, "{}", deployment(name)),
            1 => writeln!(
                text,
                "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: app-{name}"
            ),
            _ => writeln!(
                text,
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app-{name}\ndata:\n  mode: production\n  \
                 config.yaml: |\n    listen: :8080\n    upstream: http://backend-{name}.example.com"
            ),
        };
    }
    text
}

fn deployment(name: usize) -> String {
    format!(
        "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-{name}
  labels:
    app: app-{name}
spec:
  replicas: 2
  selector:
    matchLabels:
      app: app-{name}
  template:
    metadata:
      labels:
        app: app-{name}
    spec:
      serviceAccountName: app-{name}
      containers:
      - name: main
        image: registry.example.com/team/app:1.2.3
        env:
        - name: MODE
          valueFrom:
            configMapKeyRef:
              name: app-{name}
              key: mode
        ports:
        - containerPort: 8080
"
    )
}

/// A CRD whose schema has many described properties.
fn definition(number: usize) -> String {
    let mut text = format!(
        "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets{number}.example.com
spec:
  group: example.com
  names:
    kind: Widget{number}
    plural: widgets{number}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
"
    );
    for property in 0..PROPERTIES {
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "\
          field{property}:
            description: |-
              Field {property} of the widget says how the widget behaves in the case that is meant.
              More info: https://example.com/docs/widgets#field{property}
            properties:
              size:
                type: integer
                format: int32
            type: object
"
        );
    }
    text
}
