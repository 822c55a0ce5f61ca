//! `replacements`: the value of one field, or of the kustomization itself,
//! is copied to others.

mod embedded;
mod value;

use std::borrow::Cow;
use std::cell::Cell;

use rheostat_yaml::{Node, Profile, ReadError, Scalar, Style};

use super::{TransformError, Transformer};
use crate::extent::{Extent, MAX_DEPTH};
use crate::field_path::{self, FieldPathError, Matcher, MissingField};
use crate::kustfile::decode::{Reading, record};
use crate::kustfile::{DecodeError, Replacement, SourceSelector, TargetSelector};
use crate::loader::{LoadError, Loader};
use crate::openapi::OpenApi;
use crate::resmap::ResMap;
use crate::resource::Resource;
use crate::selector::{SelectorError, SelectorPattern, names_nothing};

/// Why a replacement could not be read or made.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ReplacementError {
    /// It names a file and says something itself.
    #[error("cannot specify both path and inline replacement")]
    PathAndInline,
    /// Its file could not be read.
    #[error("setting up replacement")]
    Load(#[source] Box<LoadError>),
    /// Its file is no YAML.
    #[error("setting up replacement from {file}: error converting YAML to JSON")]
    Yaml {
        /// The file.
        file: String,
        /// What is wrong.
        #[source]
        source: Box<ReadError>,
    },
    /// Its file holds something else.
    #[error("setting up replacement from {file}")]
    Decode {
        /// The file.
        file: String,
        /// What is wrong.
        #[source]
        source: Box<DecodeError>,
    },
    /// Its file holds neither one nor a list.
    #[error("unsupported replacement type encountered within replacement path: {0}")]
    Unsupported(String),
    /// It lacks a source or targets.
    #[error("replacements must specify a source and at least one target")]
    Incomplete,
    /// It has a source and a value.
    #[error("value and resource selectors are mutually exclusive")]
    TwoSources,
    /// No object is the source.
    #[error("nothing selected by {0}")]
    NoSource(String),
    /// Several objects are.
    #[error("multiple matches for selector {0}")]
    ManySources(String),
    /// The path of the source does not fit.
    #[error("error looking up replacement source")]
    SourcePath(#[source] FieldPathError),
    /// The source has no such field, or an empty one.
    #[error("fieldPath `{path}` is missing for replacement source {source_id}")]
    NoValue {
        /// Path of the field.
        path: String,
        /// The source.
        source_id: String,
    },
    /// A part was asked of something that has none.
    #[error("delimiter option can only be used with scalar nodes")]
    NotScalar,
    /// There is no such part.
    #[error("options.index {index} is out of bounds for value {value}")]
    OutOfBounds {
        /// The index.
        index: i64,
        /// The whole value.
        value: String,
    },
    /// A target does not say which objects.
    #[error("target must specify resources to select")]
    NoSelect,
    /// A target is no selector.
    #[error("error creating target selector in replacement target")]
    Selector(#[source] SelectorError),
    /// A target has no such field.
    #[error("unable to find field {path:?} in replacement target {object}")]
    NoField {
        /// Path of the field.
        path: String,
        /// The object.
        object: String,
        /// Why, unless it is merely missing.
        #[source]
        source: Option<FieldPathError>,
    },
    /// A field can neither be found nor made.
    #[error("unable to find or create field {path:?} in replacement target {object}")]
    NoCreation {
        /// Path of the field.
        path: String,
        /// The object.
        object: String,
        /// Why, unless it is merely missing.
        #[source]
        source: Option<FieldPathError>,
    },
    /// A field would lie deeper than any object that can be read.
    #[error("a replacement nests deeper than {limit} levels in {object}")]
    TooDeep {
        /// The most that is allowed.
        limit: usize,
        /// The object.
        object: String,
    },
    /// Values copied into each other grow without end.
    #[error("replacements copy more than {limit} bytes")]
    TooMuch {
        /// The most that is allowed.
        limit: usize,
    },
}

/// Most bytes that the replacements of one kustomization copy: four times
/// the longest text that is read.
const MAX_COPIED_BYTES: usize = 128 << 20;

/// A value on its way to its targets.
struct Copied<'a> {
    value: &'a Node,
    extent: Extent,
    /// Bytes that may still be copied.
    left: &'a Cell<usize>,
}

impl Copied<'_> {
    /// Counts one copy.
    fn count(&self) -> Result<(), ReplacementError> {
        let left = self.left.get().checked_sub(self.extent.bytes);
        self.left.set(left.ok_or(ReplacementError::TooMuch {
            limit: MAX_COPIED_BYTES,
        })?);
        Ok(())
    }
}

/// Replacements in order. Each is finished before the next.
#[derive(Debug)]
pub(crate) struct ReplacementTransformer {
    replacements: Vec<Replacement>,
}

const DEFAULT_FIELD_PATH: &str = "metadata.name";

impl ReplacementTransformer {
    /// Reads the files that entries name.
    ///
    /// # Errors
    /// [`ReplacementError`] when a file holds no replacements.
    pub(crate) fn new(
        entries: &[Replacement],
        loader: &Loader<'_>,
    ) -> Result<Self, ReplacementError> {
        let mut replacements = Vec::new();
        for entry in entries {
            if entry.path.is_empty() {
                replacements.push(entry.clone());
                continue;
            }
            let has_targets = entry
                .targets
                .as_ref()
                .is_some_and(|targets| !targets.is_empty());
            if entry.source.is_some() || has_targets {
                return Err(ReplacementError::PathAndInline);
            }
            read_file(&entry.path, loader, &mut replacements)?;
        }
        Ok(Self { replacements })
    }
}

/// Reads one replacement or a list of them.
fn read_file(
    file: &str,
    loader: &Loader<'_>,
    replacements: &mut Vec<Replacement>,
) -> Result<(), ReplacementError> {
    let bytes = loader
        .load(file)
        .map_err(|error| ReplacementError::Load(Box::new(error)))?;
    let limits = rheostat_yaml::Limits::default();
    let node = rheostat_yaml::parse(&bytes, Profile::V2, &limits).map_err(|source| {
        ReplacementError::Yaml {
            file: file.to_owned(),
            source: Box::new(source),
        }
    })?;
    let mut add = |node: &Node| {
        let decoded: Replacement =
            record(node, Reading::LENIENT).map_err(|source| ReplacementError::Decode {
                file: file.to_owned(),
                source: Box::new(source),
            })?;
        replacements.push(Replacement {
            path: String::new(),
            ..decoded
        });
        Ok(())
    };
    match &node {
        Some(Node::Sequence(list)) => list.items.iter().try_for_each(add),
        Some(mapping @ Node::Mapping(_)) => add(mapping),
        Some(_) | None => Err(ReplacementError::Unsupported("invalid".to_owned())),
    }
}

impl Transformer for ReplacementTransformer {
    fn transform(&self, map: &mut ResMap, openapi: &OpenApi) -> Result<(), TransformError> {
        let left = Cell::new(MAX_COPIED_BYTES);
        for replacement in &self.replacements {
            let targets = match (
                &replacement.source,
                &replacement.source_value,
                &replacement.targets,
            ) {
                (None, None, _) | (_, _, None) => return Err(ReplacementError::Incomplete.into()),
                (_, _, Some(targets)) => targets,
            };
            let value = source_value(replacement, map)?;
            let copied = Copied {
                value: &value,
                extent: Extent::of(&value),
                left: &left,
            };
            for target in targets {
                apply(target, &copied, map, openapi)?;
            }
        }
        Ok(())
    }
}

/// The value that a replacement copies.
fn source_value(replacement: &Replacement, map: &ResMap) -> Result<Node, ReplacementError> {
    match (&replacement.source, &replacement.source_value) {
        (Some(_), Some(_)) => Err(ReplacementError::TwoSources),
        (None, Some(text)) => Ok(Node::Scalar(Scalar::untagged(text.as_str(), Style::Plain))),
        (Some(source), None) => read_source(source, map),
        (None, None) => Err(ReplacementError::Incomplete),
    }
}

fn read_source(source: &SourceSelector, map: &ResMap) -> Result<Node, ReplacementError> {
    let mut matches = map
        .resources()
        .iter()
        .filter(|resource| is_source(source, resource));
    let resource = match (matches.next(), matches.next()) {
        (None, _) => return Err(ReplacementError::NoSource(describe(source))),
        (Some(_), Some(_)) => return Err(ReplacementError::ManySources(describe(source))),
        (Some(resource), None) => resource,
    };
    let path = or_default(&source.field_path);
    let parts = field_path::split(path);
    let resource = if sees_all_annotations(&parts) {
        let mut seen = resource.clone();
        seen.materialize();
        Cow::Owned(seen)
    } else {
        Cow::Borrowed(resource)
    };
    let found =
        field_path::look_up(resource.node(), &parts).map_err(ReplacementError::SourcePath)?;
    let is_empty = |node: &&Node| match node {
        Node::Scalar(scalar) => scalar.is_null(),
        Node::Sequence(sequence) => sequence.items.is_empty(),
        Node::Mapping(mapping) => mapping.is_empty(),
    };
    let found = found.filter(|node| !is_empty(node));
    let value = found.ok_or_else(|| ReplacementError::NoValue {
        path: path.to_owned(),
        source_id: describe(source),
    })?;
    value::part_of(value, source.options.as_ref())
}

/// Whether the annotations of the build are among what a path leads to.
fn sees_all_annotations(path: &[String]) -> bool {
    match path {
        [metadata] => metadata == "metadata",
        [metadata, annotations] => metadata == "metadata" && annotations == "annotations",
        _ => false,
    }
}

/// Whether an object is or was what a source names exactly.
fn is_source(source: &SourceSelector, resource: &Resource) -> bool {
    // The scope does not count here, so that the namespace of an object
    // outside of namespaces is `default`.
    let effective = |namespace: &str| {
        let is_blank = namespace.is_empty();
        if is_blank {
            "default".to_owned()
        } else {
            namespace.to_owned()
        }
    };
    let fits = |wanted: &str, have: &str| wanted.is_empty() || wanted == have;
    let current = std::iter::once(resource.id().clone());
    current.chain(resource.previous_ids()).any(|id| {
        fits(&source.group, &id.gvk.group)
            && fits(&source.version, &id.gvk.version)
            && fits(&source.kind, &id.gvk.kind)
            && fits(&source.name, &id.name)
            && (source.namespace.is_empty()
                || effective(&source.namespace) == effective(&id.namespace))
    })
}

fn describe(source: &SourceSelector) -> String {
    let or = |text: &str, blank: &str| {
        let text = if text.is_empty() { blank } else { text };
        text.to_owned()
    };
    let mut text = format!(
        "{}.{}.{}/{}.{}",
        or(&source.kind, "[noKind]"),
        or(&source.version, "[noVer]"),
        or(&source.group, "[noGrp]"),
        or(&source.name, "[noName]"),
        or(&source.namespace, "[noNs]")
    );
    if !source.field_path.is_empty() {
        text.push(':');
        text.push_str(&source.field_path);
    }
    text
}

fn or_default(path: &str) -> &str {
    if path.is_empty() {
        DEFAULT_FIELD_PATH
    } else {
        path
    }
}

/// Writes the value to all fields that a target means.
fn apply(
    target: &TargetSelector,
    copied: &Copied<'_>,
    map: &mut ResMap,
    openapi: &OpenApi,
) -> Result<(), ReplacementError> {
    let select = target.select.as_ref().ok_or(ReplacementError::NoSelect)?;
    let select = SelectorPattern::new(select).map_err(ReplacementError::Selector)?;
    let rejects = target
        .reject
        .iter()
        .map(|reject| Ok((SelectorPattern::new(reject)?, names_nothing(reject))))
        .collect::<Result<Vec<_>, SelectorError>>()
        .map_err(ReplacementError::Selector)?;
    let mut selected = Vec::new();
    for (index, resource) in map.resources().iter().enumerate() {
        let is_selected = is_target(&select, &rejects, resource);
        if is_selected.map_err(ReplacementError::Selector)? {
            selected.push(index);
        }
    }
    if !selected.is_empty() {
        map.forget();
    }
    for index in selected {
        let resource = map.resource_with_same_id_mut(index);
        write(resource, target, copied)?;
        resource.sync_shared();
        resource.refresh_id(openapi);
    }
    Ok(())
}

fn is_target(
    select: &SelectorPattern,
    rejects: &[(SelectorPattern, bool)],
    resource: &Resource,
) -> Result<bool, SelectorError> {
    if !select.matches_labels(resource)? {
        return Ok(false);
    }
    for (reject, _) in rejects {
        if !reject.ignores_labels() && reject.matches_labels(resource)? {
            return Ok(false);
        }
    }
    let ids = || std::iter::once(resource.id().clone()).chain(resource.previous_ids());
    let is_rejected = rejects
        .iter()
        .any(|(reject, names_nothing)| !names_nothing && ids().any(|id| reject.matches_id(&id)));
    Ok(!is_rejected && ids().any(|id| select.matches_id(&id)))
}

fn write(
    resource: &mut Resource,
    target: &TargetSelector,
    copied: &Copied<'_>,
) -> Result<(), ReplacementError> {
    let default = [DEFAULT_FIELD_PATH.to_owned()];
    let paths = if target.field_paths.is_empty() {
        &default[..]
    } else {
        &target.field_paths
    };
    let creates = target
        .options
        .as_ref()
        .is_some_and(|options| options.create);
    let missing = match copied.value {
        _ if !creates => MissingField::Missed,
        Node::Scalar(_) => MissingField::CreatedAsScalar,
        Node::Mapping(_) => MissingField::CreatedAsMapping,
        Node::Sequence(_) => MissingField::CreatedAsSequence,
    };
    for path in paths {
        let parts = field_path::split(path);
        if parts.len() + copied.extent.depth > MAX_DEPTH {
            return Err(ReplacementError::TooDeep {
                limit: MAX_DEPTH,
                object: resource.id().to_string(),
            });
        }
        if embedded::write(resource.node_mut(), &parts, copied, missing) {
            continue;
        }
        let mut fault = None;
        let mut set = |field: &mut Node| {
            let counted = copied.count();
            let set =
                counted.and_then(|()| value::set(field, copied.value, target.options.as_ref()));
            set.map_err(|error| {
                let text = FieldPathError::Setter(error.to_string());
                fault = Some(error);
                text
            })
        };
        let result = Matcher::new(missing, &mut set).visit(resource.node_mut(), &parts);
        if let Some(fault) = fault {
            return Err(fault);
        }
        let source = match result {
            Ok(0) => None,
            Ok(_) => continue,
            Err(error) => Some(error),
        };
        let (path, object) = (path.clone(), resource.id().to_string());
        return Err(if creates {
            ReplacementError::NoCreation {
                path,
                object,
                source,
            }
        } else {
            ReplacementError::NoField {
                path,
                object,
                source,
            }
        });
    }
    Ok(())
}
