//! The transformer that writes one value into fields, or into a path in
//! them. No field of the kustomization file configures it.

use rheostat_yaml::{Limits, Node, Profile};

use super::{TransformError, Transformer};
use crate::field_setter::{require_scalar, set_untagged};
use crate::field_spec::{Creation, FieldPath, FieldSpec, WalkError};
use crate::kustfile::decode::{Field, Reading, Record, record};
use crate::kustfile::{DecodeError, Selector};
use crate::loader::{LoadError, Loader};
use crate::openapi::OpenApi;
use crate::resmap::ResMap;
use crate::selector::{SelectorError, SelectorPattern};
use crate::transformers::NamespaceTransformer;

/// Why the configuration is refused.
#[derive(Debug, thiserror::Error)]
pub enum ValueAddError {
    /// A field has the wrong type.
    #[error("error unmarshaling JSON")]
    Decode(#[from] DecodeError),
    /// The file of targets could not be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The file of targets is no YAML.
    #[error("error converting YAML to JSON of {0}")]
    Yaml(String, #[source] rheostat_yaml::ReadError),
    /// A target is no selector.
    #[error(transparent)]
    Selector(#[from] SelectorError),
    /// There are no targets.
    #[error("must specify at least one target")]
    NoTarget,
    /// A target has no field.
    #[error("fieldPath cannot be empty")]
    NoField,
    /// A position is below zero.
    #[error("value of FilePathPosition ({0}) cannot be negative")]
    Position(i64),
}

/// Writes one value into fields.
#[derive(Debug)]
pub(crate) struct ValueAddTransformer {
    value: String,
    targets: Vec<ValueTarget>,
}

#[derive(Debug)]
struct ValueTarget {
    selector: Option<SelectorPattern>,
    field_path: String,
    /// Place in the path that the field holds, from 1; 0 replaces the field.
    position: usize,
}

#[derive(Debug, Default)]
struct Config {
    value: String,
    targets: Vec<TargetConfig>,
    target_file_path: String,
}

#[derive(Debug, Default)]
struct TargetConfig {
    selector: Option<Selector>,
    field_path: String,
    file_path_position: i64,
}

const METADATA_NAMESPACE: &str = "metadata/namespace";

impl ValueAddTransformer {
    /// Reads the configuration. A missing value is the name of the folder.
    ///
    /// # Errors
    /// [`ValueAddError`] when the targets are missing or make no sense.
    pub(crate) fn new(config: &Node, loader: &Loader<'_>) -> Result<Self, ValueAddError> {
        let mut config: Config = record(config, Reading::LENIENT)?;
        let value = match config.value.trim() {
            "" => loader.root_name(),
            value => value.to_owned(),
        };
        let file = &config.target_file_path;
        if !file.is_empty() {
            let bytes = loader.load(file)?;
            let node = rheostat_yaml::parse(&bytes, Profile::V2, &Limits::default())
                .map_err(|source| ValueAddError::Yaml(file.clone(), source))?;
            let more: Config = record(&node.unwrap_or_else(Node::null), Reading::LENIENT)?;
            config.targets.extend(more.targets);
        }
        if config.targets.is_empty() {
            return Err(ValueAddError::NoTarget);
        }
        let targets = config.targets.into_iter().map(ValueTarget::new);
        Ok(Self {
            value,
            targets: targets.collect::<Result<_, _>>()?,
        })
    }
}

impl ValueTarget {
    fn new(config: TargetConfig) -> Result<Self, ValueAddError> {
        if config.field_path.is_empty() {
            return Err(ValueAddError::NoField);
        }
        let position = config.file_path_position;
        Ok(Self {
            selector: config
                .selector
                .as_ref()
                .map(SelectorPattern::new)
                .transpose()?,
            field_path: config.field_path,
            position: usize::try_from(position).map_err(|_| ValueAddError::Position(position))?,
        })
    }

    fn set(&self, field: &mut Node, value: &str) -> Result<(), WalkError> {
        require_scalar(field)?;
        if self.position == 0 {
            set_untagged(field, value);
        } else {
            let path = field.text().unwrap_or_default();
            let changed = insert_path_part(path, self.position - 1, value);
            set_untagged(field, &changed);
        }
        Ok(())
    }
}

/// Puts a segment into a path, at the end if the path is too short. A slash
/// in front does not count as a segment.
fn insert_path_part(path: &str, position: usize, part: &str) -> String {
    let (root, rest) = match path.strip_prefix('/') {
        Some(rest) => ("/", rest),
        None => ("", path),
    };
    let mut parts: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
    parts.insert(position.min(parts.len()), part);
    format!("{root}{}", parts.join("/"))
}

impl Transformer for ValueAddTransformer {
    fn transform(&self, map: &mut ResMap, openapi: &OpenApi) -> Result<(), TransformError> {
        for target in &self.targets {
            let selected = match &target.selector {
                Some(selector) => selector.select(map)?,
                None => (0..map.resources().len()).collect(),
            };
            map.forget();
            if target.field_path == METADATA_NAMESPACE {
                let namespace = NamespaceTransformer::new(&self.value, &[]);
                for index in selected {
                    let resource = map.resource_with_same_id_mut(index);
                    namespace.apply(resource)?;
                    resource.refresh_id(openapi);
                }
                continue;
            }
            let path = FieldPath::new(&FieldSpec {
                path: target.field_path.as_str().into(),
                create: true,
                ..FieldSpec::default()
            });
            for index in selected {
                let resource = map.resource_with_same_id_mut(index);
                let object = resource.id().to_string();
                let mut set = |field: &mut Node| target.set(field, &self.value);
                path.visit(resource.node_mut(), Creation::String, &mut set)
                    .map_err(|error| TransformError::Field {
                        path: target.field_path.clone(),
                        object,
                        problem: error.to_string(),
                    })?;
                resource.refresh_id(openapi);
            }
        }
        Ok(())
    }
}

impl Record for Config {
    const NAME: &'static str = "ValueAddTransformerPlugin";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("value", |c| &mut c.value),
        Field::new("targets", |c| &mut c.targets),
        Field::new("targetFilePath", |c| &mut c.target_file_path),
    ];
}

impl Record for TargetConfig {
    const NAME: &'static str = "Target";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("selector", |c| &mut c.selector),
        Field::new("fieldPath", |c| &mut c.field_path),
        Field::new("filePathPosition", |c| &mut c.file_path_position),
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leading_slash_is_no_segment() {
        let check = |path: &str, position: usize, expected: &str| {
            assert_eq!(
                insert_path_part(path, position, "x"),
                expected,
                "{path} {position}"
            );
        };
        check("a/b", 0, "x/a/b");
        check("/a/b", 0, "/x/a/b");
        check("/a/b", 1, "/a/x/b");
        check("a/b", 9, "a/b/x");
    }
}
