//! `.Files`.

mod glob;

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use rheostat_gocompat::path;
use rheostat_gotemplate::{
    CallError, Evaluation, Function, Map, MapType, Runtime, Text, Type, Value,
};

use crate::chart::ChartFile;

/// `engine.files`: contents by path.
static FILES: MapType = MapType {
    name: "engine.files",
    is_plain: false,
    zero: || Value::Bytes(Text::default()),
    methods: &[
        ("AsConfig", &AS_CONFIG),
        ("AsSecrets", &AS_SECRETS),
        ("Get", &GET),
        ("GetBytes", &GET_BYTES),
        ("Glob", &GLOB),
        ("Lines", &LINES),
    ],
};

static AS_CONFIG: Function = method("AsConfig", &[], |_, arguments| {
    by_name(arguments, <[u8]>::to_vec)
});
static AS_SECRETS: Function = method("AsSecrets", &[], |_, arguments| {
    by_name(arguments, |bytes| STANDARD.encode(bytes).into_bytes())
});
static GET: Function = method("Get", &[Type::String], |_, arguments| {
    Ok(Value::String(content(arguments).unwrap_or_default()))
});
static GET_BYTES: Function = method("GetBytes", &[Type::String], |_, arguments| {
    Ok(Value::Bytes(content(arguments).unwrap_or_default()))
});
static GLOB: Function = method("Glob", &[Type::String], matching);
static LINES: Function = method("Lines", &[Type::String], lines);

const fn method(
    name: &'static str,
    parameters: &'static [Type],
    implementation: rheostat_gotemplate::Implementation,
) -> Function {
    Function {
        name,
        parameters,
        variadic: None,
        implementation,
        evaluation: Evaluation::Eager,
    }
}

/// The object for a chart's files.
pub(super) fn to_map(files: &[ChartFile]) -> Map {
    let map = Map::typed(&FILES);
    for file in files {
        map.insert(file.name.as_ref(), Value::Bytes(file.data.clone()));
    }
    map
}

fn entries(arguments: &[Value]) -> Vec<(Text, Text)> {
    let Some(Value::Map(map)) = arguments.first() else {
        return Vec::new();
    };
    let contents = map
        .entries()
        .into_iter()
        .filter_map(|(name, value)| match value {
            Value::Bytes(bytes) => Some((name, bytes)),
            _ => None,
        });
    contents.collect()
}

fn argument(arguments: &[Value]) -> Text {
    match arguments.get(1) {
        Some(Value::String(text)) => text.clone(),
        _ => Text::default(),
    }
}

fn content(arguments: &[Value]) -> Option<Text> {
    match arguments {
        [Value::Map(map), Value::String(name)] => match map.get(name) {
            Some(Value::Bytes(bytes)) => Some(bytes),
            _ => None,
        },
        _ => None,
    }
}

/// The contents by the last elements of their paths, as YAML.
fn by_name(arguments: &[Value], encode: fn(&[u8]) -> Vec<u8>) -> Result<Value, CallError> {
    let map = Map::of_strings();
    for (name, bytes) in entries(arguments) {
        map.insert(path::base(&name.to_str()), Value::from(encode(&bytes)));
    }
    let yaml = Value::from(map).to_yaml().map_err(CallError::new)?;
    Ok(Value::from(yaml.strip_suffix('\n').unwrap_or(&yaml)))
}

fn matching(_: &mut dyn Runtime, arguments: &[Value]) -> Result<Value, CallError> {
    let pattern = argument(arguments);
    let glob = glob::Glob::parse(&pattern.to_str());
    let found = Map::typed(&FILES);
    for (name, bytes) in entries(arguments) {
        if glob.matches(&name.to_str()).map_err(CallError::new)? {
            found.insert(name, Value::Bytes(bytes));
        }
    }
    Ok(Value::Map(Arc::new(found)))
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "all implementations have one signature"
)]
fn lines(_: &mut dyn Runtime, arguments: &[Value]) -> Result<Value, CallError> {
    let Some(bytes) = content(arguments).filter(|bytes| !bytes.is_empty()) else {
        return Ok(Value::strings(Vec::<Text>::new()));
    };
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    Ok(Value::strings(
        bytes.split(|byte| *byte == b'\n').map(Text::from),
    ))
}
