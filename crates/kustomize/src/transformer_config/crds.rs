//! Field specs from the OpenAPI definitions that `crds` names.
//!
//! The files map names of definitions to schemas whose properties carry
//! vendor extensions. A manifest of a CustomResourceDefinition is no such
//! file, and yields nothing.

use std::collections::BTreeMap;

use rheostat_manifest::Gvk;
use rheostat_yaml::{Limits, Node, Profile, ReadError, SmolStr};

use super::{NameBackReferences, TransformerConfig};
use crate::field_spec::{ConflictingFieldSpecs, FieldSpec};

const ANNOTATION: &str = "x-kubernetes-annotation";
const LABEL_SELECTOR: &str = "x-kubernetes-label-selector";
const IDENTITY: &str = "x-kubernetes-identity";
const REF_VERSION: &str = "x-kubernetes-object-ref-api-version";
const REF_KIND: &str = "x-kubernetes-object-ref-kind";
const REF_NAME_KEY: &str = "x-kubernetes-object-ref-name-key";

/// Deepest chain of references between definitions. Kustomize itself has no
/// bound and overflows on definitions that refer to themselves.
const MAX_DEPTH: usize = 32;

/// Why a file of definitions is refused.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CrdsError {
    /// It is no YAML and no JSON.
    #[error("unable to parse open API definition from '{path}'")]
    Parse {
        /// The file.
        path: String,
        /// What is wrong.
        #[source]
        source: ReadError,
    },
    /// It is no mapping.
    #[error("unable to parse open API definition from '{path}': json: cannot unmarshal into map")]
    NotAMapping {
        /// The file.
        path: String,
    },
    /// Definitions refer to each other too deeply.
    #[error("definitions in '{path}' nest deeper than {limit} levels")]
    TooDeep {
        /// The file.
        path: String,
        /// The most that is allowed.
        limit: usize,
    },
    /// Two fields disagree.
    #[error(transparent)]
    Conflict(#[from] ConflictingFieldSpecs),
}

/// The specs of one file.
///
/// # Errors
/// [`CrdsError`] when the file is no mapping of definitions.
pub(crate) fn config_from_crds(path: &str, bytes: &[u8]) -> Result<TransformerConfig, CrdsError> {
    let node = rheostat_yaml::parse(bytes, Profile::V2, &Limits::default()).map_err(|source| {
        let path = path.to_owned();
        CrdsError::Parse { path, source }
    })?;
    let Some(node) = node.filter(|node| !node.is_null()) else {
        return Ok(TransformerConfig::default());
    };
    let Node::Mapping(mapping) = &node else {
        return Err(CrdsError::NotAMapping {
            path: path.to_owned(),
        });
    };
    let definitions: BTreeMap<&str, &Node> = mapping.iter().collect();
    let mut config = TransformerConfig::default();
    for (name, definition) in &definitions {
        let Some(properties) = properties(definition) else {
            continue;
        };
        let is_object = ["kind", "apiVersion", "metadata"]
            .iter()
            .all(|field| properties.get(field).is_some());
        if !is_object {
            continue;
        }
        let kind = name.rsplit('.').next().unwrap_or_default();
        let mut walk = Walk {
            definitions: &definitions,
            gvk: Gvk::new("", "", kind),
            config: TransformerConfig::default(),
        };
        if !walk.definition(name, &mut Vec::new()) {
            let path = path.to_owned();
            return Err(CrdsError::TooDeep {
                path,
                limit: MAX_DEPTH,
            });
        }
        config.merge(&walk.config)?;
    }
    Ok(config)
}

fn properties(definition: &Node) -> Option<&Node> {
    field(field(definition, "Schema")?, "properties")
}

/// A field regardless of case, as Go reads it.
fn field<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    let mapping = node.as_mapping()?;
    mapping
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

struct Walk<'a> {
    definitions: &'a BTreeMap<&'a str, &'a Node>,
    gvk: Gvk,
    config: TransformerConfig,
}

impl<'a> Walk<'a> {
    /// Adds the specs of a definition that stands at `path`; false when it
    /// lies too deep.
    fn definition(&mut self, name: &str, path: &mut Vec<&'a str>) -> bool {
        if path.len() >= MAX_DEPTH {
            return false;
        }
        let properties = self.definitions.get(name).and_then(|node| properties(node));
        let Some(properties) = properties.and_then(Node::as_mapping) else {
            return true;
        };
        for (name, property) in properties.iter() {
            path.push(name);
            self.property(property, path);
            let reference = property.get("$ref").and_then(Node::as_str);
            let fits = reference.is_none_or(|name| self.definition(name, path));
            path.pop();
            if !fits {
                return false;
            }
        }
        true
    }

    fn property(&mut self, property: &Node, path: &[&str]) {
        let extension = |name: &str| property.get(name).and_then(Node::as_str);
        if extension(ANNOTATION).is_some() {
            self.config.common_annotations.push(self.spec(path));
        }
        if extension(LABEL_SELECTOR).is_some() {
            self.config.common_labels.push(self.spec(path));
        }
        if extension(IDENTITY).is_some() {
            self.config.name_prefix.push(self.spec(path));
        }
        if let (Some(version), Some(kind)) = (extension(REF_VERSION), extension(REF_KIND)) {
            let name_key = extension(REF_NAME_KEY).unwrap_or("name");
            let path: Vec<&str> = path.iter().copied().chain([name_key]).collect();
            self.config.name_reference.push(NameBackReferences {
                gvk: Gvk::new("", version, kind),
                referrers: vec![self.spec(&path)],
            });
        }
    }

    fn spec(&self, path: &[&str]) -> FieldSpec {
        FieldSpec {
            gvk: self.gvk.clone(),
            path: SmolStr::from(path.join("/")),
            create: false,
        }
    }
}
