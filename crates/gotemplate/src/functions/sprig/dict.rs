//! Maps.

use std::sync::Arc;

use super::{
    super::{
        arguments::{Answer, map, string, text, value},
        cast::to_text,
        eager, variadic,
    },
    merge,
};
use crate::{
    function::{CallError, Function, Type},
    runtime::Runtime,
    value::{Map, Value},
};

use Type::{Any, String};

pub(super) static TABLE: &[Function] = &[
    variadic("dict", &[], Any, dict),
    variadic("dig", &[], Any, dig),
    eager("get", &[Type::Map, String], get),
    eager("hasKey", &[Type::Map, String], has_key),
    variadic("keys", &[], Type::Map, keys),
    variadic("merge", &[Type::Map], Type::Map, merge::merge),
    variadic(
        "mergeOverwrite",
        &[Type::Map],
        Type::Map,
        merge::merge_overwrite,
    ),
    variadic("mustMerge", &[Type::Map], Type::Map, merge::merge),
    variadic(
        "mustMergeOverwrite",
        &[Type::Map],
        Type::Map,
        merge::merge_overwrite,
    ),
    variadic("omit", &[Type::Map], String, omit),
    variadic("pick", &[Type::Map], String, pick),
    variadic("pluck", &[String], Type::Map, pluck),
    eager("set", &[Type::Map, String, Any], set),
    eager("unset", &[Type::Map, String], unset),
    eager("values", &[Type::Map], values),
];

fn dict(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let map = Map::new();
    for pair in arguments.chunks(2) {
        let [key, rest @ ..] = pair else { continue };
        // A key that is left alone at the end gets an empty string.
        map.insert(
            to_text(key)?,
            rest.first().cloned().unwrap_or_else(|| Value::from("")),
        );
    }
    Ok(Value::from(map))
}

fn get(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let found = map(arguments, 0).and_then(|map| map.get(&text(arguments, 1)));
    Ok(found.unwrap_or_else(|| Value::from("")))
}

fn has_key(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    Ok(Value::Bool(
        map(arguments, 0).is_some_and(|map| map.contains_key(&text(arguments, 1))),
    ))
}

fn set(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let Some(map) = map(arguments, 0) else {
        return Err(CallError::new("assignment to entry in nil map"));
    };
    map.insert(text(arguments, 1), value(arguments, 2));
    Ok(plain(&map, arguments))
}

fn unset(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let Some(map) = map(arguments, 0) else {
        return Ok(Value::Nil);
    };
    map.remove(&text(arguments, 1));
    Ok(plain(&map, arguments))
}

/// The map as it was given.
fn plain(_: &Arc<Map>, arguments: &[Value]) -> Value {
    value(arguments, 0)
}

/// Go gives the keys in a random order; they are sorted here, which is one of those orders.
fn keys(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let keys = arguments.iter().filter_map(|argument| match argument {
        Value::Map(map) => Some(map.keys()),
        _ => None,
    });
    Ok(Value::strings(keys.flatten()))
}

/// In the order of the keys, for the same reason.
fn values(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let entries = map(arguments, 0)
        .map(|map| map.entries())
        .unwrap_or_default();
    Ok(Value::list(
        entries.into_iter().map(|(_, value)| value).collect(),
    ))
}

fn pluck(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let key = text(arguments, 0);
    let found = (1..arguments.len()).filter_map(|index| map(arguments, index)?.get(&key));
    Ok(Value::list(found.collect()))
}

fn pick(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let picked = Map::new();
    if let Some(map) = map(arguments, 0) {
        for index in 1..arguments.len() {
            let key = text(arguments, index);
            if let Some(value) = map.get(&key) {
                picked.insert(key, value);
            }
        }
    }
    Ok(Value::from(picked))
}

fn omit(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let omitted: Vec<_> = (1..arguments.len())
        .map(|index| text(arguments, index))
        .collect();
    let entries = map(arguments, 0)
        .map(|map| map.entries())
        .unwrap_or_default();
    Ok(Value::from(
        entries
            .into_iter()
            .filter(|(key, _)| !omitted.contains(key))
            .collect::<Map>(),
    ))
}

/// Follows keys into a map: `dig KEY… DEFAULT MAP`. The texts of its failures are those of Go's type assertions.
fn dig(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let [keys @ .., default, last] = arguments else {
        return Err(CallError::new("dig needs at least three arguments"));
    };
    if keys.is_empty() {
        return Err(CallError::new("dig needs at least three arguments"));
    }
    let mut current = as_exact_map(last)?;
    let mut texts = Vec::with_capacity(keys.len());
    for (index, key) in keys.iter().enumerate() {
        if !matches!(key, Value::String(_)) {
            return Err(assertion(key, "string"));
        }
        texts.push(string(keys, index));
    }
    for (index, key) in texts.iter().enumerate() {
        let Some(value) = current.get(key.as_bytes()) else {
            return Ok(default.clone());
        };
        if index + 1 == texts.len() {
            return Ok(value);
        }
        current = as_exact_map(&value)?;
    }
    Ok(default.clone())
}

fn as_exact_map(value: &Value) -> Result<Arc<Map>, CallError> {
    match value {
        Value::Map(map) if map.map_type().name == "map[string]interface {}" => Ok(Arc::clone(map)),
        other => Err(assertion(other, "map[string]interface {}")),
    }
}

fn assertion(value: &Value, expected: &str) -> CallError {
    let actual = if value.is_nil() {
        "nil".into()
    } else {
        value.type_name()
    };
    CallError::new(format!(
        "interface conversion: interface {{}} is {actual}, not {expected}"
    ))
}
