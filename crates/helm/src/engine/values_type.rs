//! `common.Values`, the type of `.Values`, with its methods.

use std::sync::Arc;

use rheostat_gotemplate::{CallError, Evaluation, Function, Map, MapType, Runtime, Type, Value};

/// The type of `.Values` and of the objects that hold it.
pub(super) static VALUES: MapType = MapType {
    name: "common.Values",
    is_plain: true,
    zero: || Value::Nil,
    methods: &[
        ("AsMap", &AS_MAP),
        ("PathValue", &PATH_VALUE),
        ("Table", &TABLE),
        ("YAML", &YAML),
    ],
};

static PLAIN: MapType = MapType::ANY;

static AS_MAP: Function = method("AsMap", &[], as_map);
static PATH_VALUE: Function = method("PathValue", &[Type::String], path_value);
static TABLE: Function = method("Table", &[Type::String], table);
static YAML: Function = method("YAML", &[], yaml);

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

fn receiver(arguments: &[Value]) -> Arc<Map> {
    match arguments.first() {
        Some(Value::Map(map)) => Arc::clone(map),
        _ => Arc::new(Map::new()),
    }
}

fn name(arguments: &[Value]) -> String {
    match arguments.get(1) {
        Some(Value::String(text)) => text.to_str().into_owned(),
        _ => String::new(),
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "all implementations have one signature"
)]
fn as_map(_: &mut dyn Runtime, arguments: &[Value]) -> Result<Value, CallError> {
    let map = receiver(arguments);
    Ok(if map.is_empty() {
        Value::map()
    } else {
        Value::Map(Arc::new(map.retyped(&PLAIN)))
    })
}

fn table(_: &mut dyn Runtime, arguments: &[Value]) -> Result<Value, CallError> {
    let mut table = receiver(arguments);
    for key in name(arguments).split('.') {
        match table.get(key.as_bytes()) {
            Some(Value::Map(next)) => table = next,
            _ => {
                return Err(CallError::new(format!(
                    "{} is not a table",
                    rheostat_gocompat::strconv::quote_str(key)
                )));
            }
        }
    }
    Ok(Value::Map(Arc::new(table.retyped(&VALUES))))
}

fn path_value(_: &mut dyn Runtime, arguments: &[Value]) -> Result<Value, CallError> {
    let path = name(arguments);
    if path.is_empty() {
        return Err(CallError::new("YAML path cannot be empty"));
    }
    let key = path.rsplit('.').next().unwrap_or(&path);
    let missing = || {
        CallError::new(format!(
            "{} is not a value",
            rheostat_gocompat::strconv::quote_str(key)
        ))
    };
    crate::values::path_value(&receiver(arguments), &path).ok_or_else(missing)
}

fn yaml(_: &mut dyn Runtime, arguments: &[Value]) -> Result<Value, CallError> {
    arguments
        .first()
        .unwrap_or(&Value::Nil)
        .to_yaml()
        .map(Value::from)
        .map_err(CallError::new)
}
