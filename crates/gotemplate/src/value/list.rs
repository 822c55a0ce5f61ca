//! Slices.

use std::{borrow::Cow, ops::Deref};

use super::Value;

/// A slice of Go. It never changes: what Go's functions append to, they copy first.
#[derive(Debug, Clone)]
pub struct List {
    element: &'static str,
    is_nil: bool,
    items: Vec<Value>,
}

/// The element type of a slice that holds anything.
const ANY: &str = "interface {}";

impl List {
    /// A `[]interface {}`.
    pub fn new(items: Vec<Value>) -> Self {
        Self {
            element: ANY,
            is_nil: false,
            items,
        }
    }

    /// A slice whose elements have one type, such as `string`.
    pub fn typed(element: &'static str, items: Vec<Value>) -> Self {
        Self {
            element,
            is_nil: false,
            items,
        }
    }

    /// A nil `[]interface {}`, which is empty and reads `null` in JSON.
    pub fn nil() -> Self {
        Self {
            element: ANY,
            is_nil: true,
            items: Vec::new(),
        }
    }

    /// The Go type of the elements.
    pub fn element(&self) -> &'static str {
        self.element
    }

    /// Whether the elements may be anything.
    pub fn holds_any(&self) -> bool {
        self.element == ANY
    }

    /// Whether it is a nil slice.
    pub fn is_nil(&self) -> bool {
        self.is_nil
    }

    /// Go's name of the type.
    pub fn type_name(&self) -> Cow<'static, str> {
        match self.element {
            ANY => "[]interface {}".into(),
            "string" => "[]string".into(),
            element => format!("[]{element}").into(),
        }
    }
}

impl Deref for List {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.items
    }
}
