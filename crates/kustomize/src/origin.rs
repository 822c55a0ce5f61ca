//! Where an object comes from, and what changed it: the annotations that
//! `buildMetadata` asks for.

use std::fmt::Write as _;

use crate::repo_spec::RepoSpec;
use crate::resmap::ResMap;
use crate::resource::Resource;

/// Annotation with the origin of an object.
pub(crate) const ORIGIN: &str = "config.kubernetes.io/origin";
/// Annotation with the transformers that worked on an object.
pub(crate) const TRANSFORMATIONS: &str = "alpha.config.kubernetes.io/transformations";

/// A file, or what generated or transformed an object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Origin {
    /// Path from the folder at which the build started, or from the root of
    /// the repository.
    path: String,
    repo: String,
    reference: String,
    /// Path of the file that configures a generator or transformer.
    configured_in: String,
    /// The generator or transformer.
    configured_by: ConfiguredBy,
}

/// A generator or transformer, as an object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ConfiguredBy {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) namespace: String,
}

impl Origin {
    /// The origin of what `reference` leads to from here.
    pub(crate) fn join(&self, reference: &str) -> Self {
        let mut joined = self.clone();
        let mut path = reference.to_owned();
        if let Ok(spec) = RepoSpec::parse(reference) {
            joined.repo = spec.clone_spec();
            joined.reference.clone_from(&spec.reference);
            joined.path = String::new();
            // Kustomize shows the placeholder for a clone that is not there.
            path = if spec.root_path.is_empty() {
                "notCloned".to_owned()
            } else {
                spec.root_path
            };
        }
        joined.path = rheostat_gocompat::path::join(&[&joined.path, &path]);
        joined
    }

    /// The origin of what a builtin transformer or generator does that is
    /// configured in the kustomization file `file_name` here.
    pub(crate) fn of_builtin(&self, kind: &str, file_name: &str) -> Self {
        Self {
            path: String::new(),
            repo: self.repo.clone(),
            reference: self.reference.clone(),
            configured_in: rheostat_gocompat::path::join(&[&self.path, file_name]),
            configured_by: ConfiguredBy {
                api_version: "builtin".to_owned(),
                kind: kind.to_owned(),
                ..ConfiguredBy::default()
            },
        }
    }

    /// The origin of what the transformer or generator does that `config`
    /// configures; none when that has none itself.
    pub(crate) fn of_plugin(config: &Resource) -> Option<Self> {
        let own = Self::parse(config.annotation(ORIGIN)?);
        let id = config.id();
        Some(Self {
            path: String::new(),
            configured_in: own.path,
            repo: own.repo,
            reference: own.reference,
            configured_by: ConfiguredBy {
                api_version: id.gvk.api_version(),
                kind: id.gvk.kind.to_string(),
                name: id.name.to_string(),
                namespace: id.namespace.to_string(),
            },
        })
    }

    /// Reads what [`Origin::to_text`] writes.
    fn parse(text: &str) -> Self {
        let limits = rheostat_yaml::Limits::default();
        let node = rheostat_yaml::parse(text.as_bytes(), rheostat_yaml::Profile::V2, &limits);
        let node = node.ok().flatten();
        let field = |name: &str| {
            let value = node.as_ref().and_then(|node| node.get(name)?.text());
            value.unwrap_or_default().to_owned()
        };
        Self {
            path: field("path"),
            repo: field("repo"),
            reference: field("ref"),
            configured_in: field("configuredIn"),
            configured_by: ConfiguredBy::default(),
        }
    }

    /// The YAML that kustomize puts into the annotation.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        let mut line = |indent: &str, name: &str, value: &str| {
            if !value.is_empty() {
                let _ = writeln!(text, "{indent}{name}: {}", scalar(value));
            }
        };
        line("", "path", &self.path);
        line("", "repo", &self.repo);
        line("", "ref", &self.reference);
        line("", "configuredIn", &self.configured_in);
        let by = &self.configured_by;
        if *by != ConfiguredBy::default() {
            text.push_str("configuredBy:\n");
            let mut line = |name: &str, value: &str| {
                if !value.is_empty() {
                    let _ = writeln!(text, "  {name}: {}", scalar(value));
                }
            };
            line("apiVersion", &by.api_version);
            line("kind", &by.kind);
            line("name", &by.name);
            line("namespace", &by.namespace);
        }
        if text.is_empty() {
            "{}\n".to_owned()
        } else {
            text
        }
    }
}

/// A text as a value of a mapping.
fn scalar(text: &str) -> String {
    let value = serde_json::Value::String(text.to_owned());
    rheostat_yaml::emit::to_yaml_v3(&value)
        .trim_end()
        .to_owned()
}

/// Gives an origin to the objects that have none.
pub(crate) fn annotate(resource: &mut Resource, origin: &Origin) {
    if resource.annotation(ORIGIN).is_none() {
        resource.set_annotation(ORIGIN, &origin.to_text());
    }
}

/// Records a transformer on every object. An object without an origin was
/// made by the transformer.
pub(crate) fn record_transformation(map: &mut ResMap, origin: &Origin) {
    let text = origin.to_text();
    let mut item = String::new();
    for (index, line) in text.lines().enumerate() {
        let indent = if index == 0 { "- " } else { "  " };
        let _ = writeln!(item, "{indent}{line}");
    }
    for resource in map.resources_mut() {
        if resource.annotation(ORIGIN).is_none() {
            resource.set_annotation(ORIGIN, &text);
            continue;
        }
        let before = resource.annotation(TRANSFORMATIONS).unwrap_or_default();
        let after = format!("{before}{item}");
        resource.set_annotation(TRANSFORMATIONS, &after);
    }
}
