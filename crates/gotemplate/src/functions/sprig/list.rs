//! Lists.

use std::sync::Arc;

use super::{
    super::{
        arguments::{Answer, int, value},
        cast::{to_int, to_text, to_texts},
        eager, variadic,
    },
    defaults::is_empty,
};
use crate::{
    function::{CallError, Function, Type},
    numeric::size_to_int,
    runtime::Runtime,
    text::Text,
    value::{List, Value},
};

use Type::{Any, Int, String};

pub(super) static TABLE: &[Function] = &[
    eager("append", &[Any, Any], push),
    eager("chunk", &[Int, Any], chunk),
    eager("compact", &[Any], compact),
    variadic("concat", &[], Any, concat),
    eager("first", &[Any], first),
    eager("has", &[Any, Any], has),
    eager("initial", &[Any], initial),
    eager("join", &[String, Any], join),
    eager("last", &[Any], last),
    variadic("list", &[], Any, |_, arguments| {
        Ok(Value::list(arguments.to_vec()))
    }),
    eager("mustAppend", &[Any, Any], push),
    eager("mustChunk", &[Int, Any], chunk),
    eager("mustCompact", &[Any], compact),
    eager("mustFirst", &[Any], first),
    eager("mustHas", &[Any, Any], has),
    eager("mustInitial", &[Any], initial),
    eager("mustLast", &[Any], last),
    eager("mustPrepend", &[Any, Any], prepend),
    eager("mustPush", &[Any, Any], push),
    eager("mustRest", &[Any], rest),
    eager("mustReverse", &[Any], reverse),
    variadic("mustSlice", &[Any], Any, slice),
    eager("mustUniq", &[Any], uniq),
    variadic("mustWithout", &[Any], Any, without),
    eager("prepend", &[Any, Any], prepend),
    eager("push", &[Any, Any], push),
    eager("rest", &[Any], rest),
    eager("reverse", &[Any], reverse),
    variadic("slice", &[Any], Any, slice),
    eager("sortAlpha", &[Any], sort_alpha),
    eager("toStrings", &[Any], |_, arguments| {
        Ok(Value::strings(to_texts(&value(arguments, 0))?))
    }),
    variadic("tuple", &[], Any, |_, arguments| {
        Ok(Value::list(arguments.to_vec()))
    }),
    eager("uniq", &[Any], uniq),
    variadic("without", &[Any], Any, without),
];

/// The elements of a slice; what is none is refused with these words before the name of its kind.
fn items(list: &Value, refusal: &str) -> Result<Vec<Value>, CallError> {
    match list {
        Value::List(list) => Ok(list.to_vec()),
        Value::Bytes(bytes) => Ok(bytes.iter().map(|byte| Value::Uint8(*byte)).collect()),
        Value::Invalid | Value::Nil => Err(CallError::new(
            "runtime error: invalid memory address or nil pointer dereference",
        )),
        other => Err(CallError::new(format!("{refusal} {}", other.kind_name()))),
    }
}

fn push(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let mut items = items(&value(arguments, 0), "Cannot push on type")?;
    items.push(value(arguments, 1));
    Ok(Value::list(items))
}

fn prepend(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let mut items = items(&value(arguments, 0), "Cannot prepend on type")?;
    items.insert(0, value(arguments, 1));
    Ok(Value::list(items))
}

fn first(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let items = items(&value(arguments, 0), "Cannot find first on type")?;
    Ok(items.first().cloned().unwrap_or(Value::Nil))
}

fn last(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let items = items(&value(arguments, 0), "Cannot find last on type")?;
    Ok(items.last().cloned().unwrap_or(Value::Nil))
}

/// All but the first; a nil slice of an empty one.
fn rest(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let items = items(&value(arguments, 0), "Cannot find rest on type")?;
    Ok(items
        .split_first()
        .map_or_else(nil_list, |(_, rest)| Value::list(rest.to_vec())))
}

/// All but the last; a nil slice of an empty one.
fn initial(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let items = items(&value(arguments, 0), "Cannot find initial on type")?;
    Ok(items
        .split_last()
        .map_or_else(nil_list, |(_, rest)| Value::list(rest.to_vec())))
}

fn nil_list() -> Value {
    Value::List(Arc::new(List::nil()))
}

fn reverse(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let mut items = items(&value(arguments, 0), "Cannot find reverse on type")?;
    items.reverse();
    Ok(Value::list(items))
}

fn compact(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let mut items = items(&value(arguments, 0), "Cannot compact on type")?;
    items.retain(|item| !is_empty(item));
    Ok(Value::list(items))
}

fn uniq(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let mut unique: Vec<Value> = Vec::new();
    for item in items(&value(arguments, 0), "Cannot find uniq on type")? {
        if !unique.iter().any(|known| known.deep_equals(&item)) {
            unique.push(item);
        }
    }
    Ok(Value::list(unique))
}

fn without(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let mut items = items(&value(arguments, 0), "Cannot find without on type")?;
    let omitted = arguments.get(1..).unwrap_or_default();
    items.retain(|item| !omitted.iter().any(|omitted| omitted.deep_equals(item)));
    Ok(Value::list(items))
}

fn has(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let (needle, list) = (value(arguments, 0), value(arguments, 1));
    if list.is_nil() {
        return Ok(Value::Bool(false));
    }
    let items = items(&list, "Cannot find has on type")?;
    Ok(Value::Bool(
        items.iter().any(|item| item.deep_equals(&needle)),
    ))
}

fn concat(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let mut joined = Vec::new();
    for list in arguments {
        match list {
            Value::List(_) | Value::Bytes(_) | Value::Invalid | Value::Nil => {
                joined.append(&mut items(list, "")?);
            }
            other => {
                return Err(CallError::new(format!(
                    "Cannot concat type {} as list",
                    other.kind_name()
                )));
            }
        }
    }
    Ok(if joined.is_empty() {
        nil_list()
    } else {
        Value::list(joined)
    })
}

/// `slice LIST [START [END]]`; nil of an empty list.
fn slice(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let list = value(arguments, 0);
    let items = items(&list, "list should be type of slice or array but")?;
    if items.is_empty() {
        return Ok(Value::Nil);
    }
    let start = arguments.get(1).map_or(0, to_int);
    let end = arguments.get(2).map_or(size_to_int(items.len()), to_int);
    let bounds = usize::try_from(start)
        .ok()
        .zip(usize::try_from(end).ok())
        .filter(|(start, end)| start <= end);
    let Some(part) = bounds.and_then(|(start, end)| items.get(start..end)) else {
        return Err(CallError::new(
            "reflect.Value.Slice: slice index out of bounds",
        ));
    };
    Ok(match &list {
        Value::List(list) => Value::List(Arc::new(list.with_items(part.to_vec()))),
        Value::Bytes(_) => Value::Bytes(part_of_bytes(part)),
        _ => Value::list(part.to_vec()),
    })
}

fn part_of_bytes(part: &[Value]) -> Text {
    let byte = |value: &Value| match value {
        Value::Uint8(byte) => Some(*byte),
        _ => None,
    };
    part.iter().filter_map(byte).collect::<Vec<_>>().into()
}

fn chunk(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let items = items(&value(arguments, 1), "Cannot chunk type")?;
    let size = int(arguments, 0);
    let chunks = match usize::try_from(size).ok().filter(|size| *size > 0) {
        Some(size) => items
            .chunks(size)
            .map(|chunk| Value::list(chunk.to_vec()))
            .collect(),
        // Sprig's arithmetic makes one chunk of one element by a negative size, and none of a few.
        None if size < 0 && items.len() == 1 => vec![Value::list(items)],
        None if size < 0 && !items.is_empty() && 1 - size_to_int(items.len()) >= size => Vec::new(),
        None => return Err(CallError::new("runtime error: makeslice: len out of range")),
    };
    Ok(Value::List(Arc::new(List::typed("[]interface {}", chunks))))
}

fn join(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let separator = super::super::arguments::text(arguments, 0);
    let texts = to_texts(&value(arguments, 1))?;
    let size = texts.iter().map(|text| text.len()).sum::<usize>() + separator.len() * texts.len();
    runtime.charge(size).map_err(CallError::Limit)?;
    let parts: Vec<&[u8]> = texts.iter().map(|text| &**text).collect();
    Ok(Value::from(parts.join(&*separator)))
}

fn sort_alpha(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let list = value(arguments, 0);
    if !matches!(list, Value::List(_) | Value::Bytes(_)) {
        return Ok(Value::strings([to_text(&list)?]));
    }
    let mut texts = to_texts(&list)?;
    texts.sort();
    Ok(Value::strings(texts))
}
