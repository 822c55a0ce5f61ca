//! Merging of maps, with the habits of mergo 1.0.

use std::sync::Arc;

use super::{
    super::arguments::{Answer, map, value},
    defaults::is_empty,
};
use crate::{
    function::CallError,
    runtime::Runtime,
    value::{Map, Value},
};

/// How deep maps are merged; nothing that YAML or JSON can say is deeper.
const MAX_DEPTH: usize = rheostat_gocompat::fmt::MAX_DEPTH;

/// Fills what the first map lacks, or has empty, from the others.
pub(super) fn merge(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    merge_all(arguments, false)
}

/// Overwrites the first map by the others, empty values included.
pub(super) fn merge_overwrite(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    merge_all(arguments, true)
}

fn merge_all(arguments: &[Value], overwrites: bool) -> Answer {
    let Some(target) = map(arguments, 0) else {
        // A nil map is made where there is something to put into it.
        let target = Arc::new(Map::new());
        merge_sources(&target, arguments, overwrites)?;
        return Ok(Value::Map(target));
    };
    merge_sources(&target, arguments, overwrites)?;
    Ok(value(arguments, 0))
}

fn merge_sources(
    target: &Arc<Map>,
    arguments: &[Value],
    overwrites: bool,
) -> Result<(), CallError> {
    for index in 1..arguments.len() {
        if let Some(source) = map(arguments, index) {
            merge_into(target, &source, overwrites, 0)?;
        }
    }
    Ok(())
}

fn merge_into(
    target: &Arc<Map>,
    source: &Arc<Map>,
    overwrites: bool,
    depth: usize,
) -> Result<(), CallError> {
    if depth > MAX_DEPTH {
        return Err(CallError::new("value nests too deeply to be merged"));
    }
    if target.is_same(source) {
        return Ok(());
    }
    for (key, value) in source.entries() {
        if value.is_nil() {
            if overwrites {
                target.insert(key, value);
            }
            continue;
        }
        let present = target.get(&key);
        if let (Value::Map(value), Some(Value::Map(present))) = (&value, &present) {
            merge_into(present, value, overwrites, depth + 1)?;
            if !present.is_empty() {
                continue;
            }
        }
        // What is nested is shared with the source, so that a later `set` changes both.
        if overwrites || present.as_ref().is_none_or(is_empty) {
            target.insert(key, value);
        }
    }
    Ok(())
}
