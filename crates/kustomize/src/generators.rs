//! The builtin generators of ConfigMaps and Secrets.

mod key_values;

use base64::Engine as _;
use rheostat_yaml::{Mapping, Node};

pub(crate) use key_values::KeyValueError;

use crate::field_setter::{entry, mapping_of_texts};
use crate::kustfile::{ConfigMapArgs, GeneratorOptions, SecretArgs};
use crate::loader::Loader;
use crate::openapi::OpenApi;
use crate::resource::{Behavior, Resource};

/// Why an object could not be generated.
#[derive(Debug, Clone, thiserror::Error)]
pub enum GeneratorError {
    /// It has no name.
    #[error("a configmap must have a name")]
    NoName,
    /// Its data could not be gathered.
    #[error("loading KV pairs")]
    KeyValues(#[source] KeyValueError),
    /// Two sources give the same key.
    #[error("configmap {name} illegally repeats the key `{key}`")]
    RepeatedKey {
        /// Name of the object.
        name: String,
        /// The key.
        key: String,
    },
}

/// Generates a ConfigMap. Values that are not UTF-8 go to `binaryData`.
///
/// # Errors
/// [`GeneratorError`] when the name is missing or the data cannot be read.
pub(crate) fn config_map(
    args: &ConfigMapArgs,
    loader: &Loader<'_>,
    openapi: &OpenApi,
) -> Result<Resource, GeneratorError> {
    let mut root = base("ConfigMap", args)?;
    for (key, value) in data(args, loader)? {
        let (field, text) = match String::from_utf8(value) {
            Ok(text) => ("data", text),
            Err(error) => ("binaryData", encode(error.as_bytes())),
        };
        if let Node::Mapping(mapping) = root.get_or_insert_with(field, Node::mapping) {
            mapping.entries.push(entry(key, Node::string(text)));
        }
    }
    Ok(finish(root, args, openapi))
}

/// Generates a Secret.
///
/// # Errors
/// As [`config_map`].
pub(crate) fn secret(
    args: &SecretArgs,
    loader: &Loader<'_>,
    openapi: &OpenApi,
) -> Result<Resource, GeneratorError> {
    let mut root = base("Secret", &args.args)?;
    let is_default = args.secret_type.is_empty();
    let secret_type = if is_default {
        "Opaque"
    } else {
        &args.secret_type
    };
    root.insert("type", Node::string(secret_type));
    let mut values = Mapping::default();
    for (key, value) in data(&args.args, loader)? {
        values
            .entries
            .push(entry(key, Node::string(encode(&value))));
    }
    root.insert("data", Node::Mapping(values));
    Ok(finish(root, &args.args, openapi))
}

fn base(kind: &'static str, args: &ConfigMapArgs) -> Result<Mapping, GeneratorError> {
    if args.name.is_empty() {
        return Err(GeneratorError::NoName);
    }
    let mut metadata = Mapping::default();
    metadata.insert("name", Node::string(args.name.as_str()));
    if !args.namespace.is_empty() {
        metadata.insert("namespace", Node::string(args.namespace.as_str()));
    }
    let mut root = Mapping::default();
    root.insert("apiVersion", Node::string("v1"));
    root.insert("kind", Node::string(kind));
    root.insert("metadata", Node::Mapping(metadata));
    Ok(root)
}

/// The pairs of all sources, sorted by key.
fn data(
    args: &ConfigMapArgs,
    loader: &Loader<'_>,
) -> Result<std::collections::BTreeMap<String, Vec<u8>>, GeneratorError> {
    let pairs = key_values::load(&args.sources, loader).map_err(GeneratorError::KeyValues)?;
    let mut data = std::collections::BTreeMap::new();
    for (key, value) in pairs {
        if data.contains_key(&key) {
            let name = args.name.clone();
            return Err(GeneratorError::RepeatedKey { name, key });
        }
        data.insert(key, value);
    }
    Ok(data)
}

fn finish(mut root: Mapping, args: &ConfigMapArgs, openapi: &OpenApi) -> Resource {
    let none = GeneratorOptions::default();
    let options = args.options.as_ref().unwrap_or(&none);
    if let Some(Node::Mapping(metadata)) = root.get_mut("metadata") {
        for (field, pairs) in [
            ("labels", &options.labels),
            ("annotations", &options.annotations),
        ] {
            let shared = |(key, value): (&String, &String)| (key.into(), value.into());
            let mapping = mapping_of_texts(pairs.iter().map(shared));
            if !mapping.is_empty() {
                metadata.insert(field, Node::Mapping(mapping));
            }
        }
    }
    if options.immutable {
        root.insert("immutable", Node::bool(true));
    }
    let mut resource = Resource::new(Node::Mapping(root), openapi);
    resource.build.needs_hash_suffix = !options.disable_name_suffix_hash;
    resource.build.behavior = Some(Behavior::parse(&args.behavior));
    resource
}

/// Base64 in lines of 70 characters. Where there are several, each ends with
/// a line break, the last one too.
fn encode(bytes: &[u8]) -> String {
    const LINE: usize = 70;
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    if text.len() < LINE {
        return text;
    }
    let mut lines = String::with_capacity(text.len() + text.len() / LINE + 1);
    for (index, character) in text.chars().enumerate() {
        if index > 0 && index % LINE == 0 {
            lines.push('\n');
        }
        lines.push(character);
    }
    lines.push('\n');
    lines
}
