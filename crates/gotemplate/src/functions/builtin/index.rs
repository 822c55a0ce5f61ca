//! `index` and `slice`.

use rheostat_gocompat::strconv;

use crate::{
    function::CallError,
    functions::arguments::Answer,
    numeric::size_to_int,
    runtime::Runtime,
    value::{List, Value},
};

pub(super) fn index(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let Some((first, indexes)) = arguments.split_first().filter(|(first, _)| !first.is_nil())
    else {
        return Err(CallError::new("index of untyped nil"));
    };
    let mut item = first.clone();
    for index in indexes {
        item = match &item {
            Value::Invalid | Value::Nil => return Err(CallError::new("index of nil pointer")),
            Value::List(list) => at(index, list.len(), |position| list.get(position).cloned())?,
            Value::String(text) | Value::Bytes(text) => at(index, text.len(), |position| {
                text.get(position).map(|byte| Value::Uint8(*byte))
            })?,
            Value::Map(map) => match index {
                Value::String(key) => map.get(key).unwrap_or_else(|| (map.map_type().zero)()),
                Value::Invalid | Value::Nil => {
                    return Err(CallError::new("value is nil; should be of type string"));
                }
                other => {
                    return Err(CallError::new(format!(
                        "value has type {}; should be string",
                        other.type_name()
                    )));
                }
            },
            other => {
                return Err(CallError::new(format!(
                    "can't index item of type {}",
                    other.type_name()
                )));
            }
        };
    }
    Ok(item)
}

fn at(index: &Value, len: usize, element: impl Fn(usize) -> Option<Value>) -> Answer {
    let position = position(index, len)?;
    element(position).ok_or_else(|| CallError::new("reflect: slice index out of range"))
}

/// An index into something of a length; the length itself is allowed, since slices may end there.
fn position(index: &Value, len: usize) -> Result<usize, CallError> {
    let number = match index {
        Value::Int(number) | Value::Int64(number) => *number,
        Value::Uint8(number) => i64::from(*number),
        Value::Uint64(number) => i64::try_from(*number).unwrap_or(-1),
        Value::Invalid | Value::Nil => {
            return Err(CallError::new("cannot index slice/array with nil"));
        }
        other => {
            return Err(CallError::new(format!(
                "cannot index slice/array with type {}",
                other.type_name()
            )));
        }
    };
    match usize::try_from(number) {
        Ok(position) if position <= len => Ok(position),
        _ => Err(CallError::new(format!("index out of range: {number}"))),
    }
}

pub(super) fn slice(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let Some((item, indexes)) = arguments.split_first().filter(|(item, _)| !item.is_nil()) else {
        return Err(CallError::new("slice of untyped nil"));
    };
    if indexes.len() > 3 {
        return Err(CallError::new(format!(
            "too many slice indexes: {}",
            indexes.len()
        )));
    }
    let len = match item {
        Value::String(_) if indexes.len() == 3 => {
            return Err(CallError::new("cannot 3-index slice a string"));
        }
        Value::String(text) | Value::Bytes(text) => text.len(),
        Value::List(list) => list.len(),
        other => {
            return Err(CallError::new(format!(
                "can't slice item of type {}",
                other.type_name()
            )));
        }
    };
    let mut bounds = [0, len, len];
    for (bound, index) in bounds.iter_mut().zip(indexes) {
        *bound = position(index, len)?;
    }
    let [start, end, capacity] = bounds;
    for (lower, upper) in [(start, end), (end, capacity)] {
        if lower > upper {
            return Err(CallError::new(format!(
                "invalid slice index: {} > {}",
                size_to_int(lower),
                size_to_int(upper)
            )));
        }
    }
    Ok(match item {
        Value::String(text) => Value::String(text[start..end].into()),
        Value::Bytes(text) => Value::Bytes(text[start..end].into()),
        Value::List(list) => Value::List(std::sync::Arc::new(List::typed(
            list.element(),
            list[start..end].to_vec(),
        ))),
        other => {
            return Err(CallError::new(format!(
                "can't slice item of type {}",
                strconv::quote_str(&other.type_name())
            )));
        }
    })
}
