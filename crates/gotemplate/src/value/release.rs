//! The end of values that hold others.
//!
//! A template may nest maps and lists as deep as its steps last, and whoever lets go of the outermost one would need stack for
//! each level: they are taken apart one after another instead.

use std::{mem, sync::Arc};

use super::{List, Map, Value};

impl Drop for Map {
    fn drop(&mut self) {
        let mut waiting = Vec::new();
        self.give_up(&mut waiting);
        release(waiting);
    }
}

impl Drop for List {
    fn drop(&mut self) {
        let mut waiting = Vec::new();
        self.give_up(&mut waiting);
        release(waiting);
    }
}

impl List {
    fn give_up(&mut self, waiting: &mut Vec<Value>) {
        if self.items.iter().any(Value::holds_changeable) {
            let items = mem::take(&mut self.items).into_iter();
            waiting.extend(items.filter(Value::holds_changeable));
        }
    }
}

fn release(mut waiting: Vec<Value>) {
    while let Some(value) = waiting.pop() {
        // What others hold stays; what is empty by now ends without further levels.
        match value {
            Value::Map(map) => {
                if let Some(mut map) = Arc::into_inner(map) {
                    map.give_up(&mut waiting);
                }
            }
            Value::List(list) => {
                if let Some(mut list) = Arc::into_inner(list) {
                    list.give_up(&mut waiting);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Far more levels than a thread's stack would bear.
    const LEVELS: usize = 300_000;

    fn check(nest: impl Fn(Value) -> Value) {
        let value = (0..LEVELS).fold(Value::map(), |inner, _| nest(inner));
        let shared = value.clone();
        drop(value);
        assert!(shared.is_true());
    }

    #[test]
    fn deeply_nested_values_end_without_stack() {
        check(|inner| Value::from([("a", inner)].into_iter().collect::<Map>()));
        check(|inner| Value::list(vec![inner]));
    }
}
