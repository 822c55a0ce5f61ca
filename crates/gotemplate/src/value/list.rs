//! Slices.

use std::{borrow::Cow, ops::Deref};

use super::{Method, Value};

/// A slice of Go. It never changes: what Go's functions append to, they copy first.
#[derive(Debug, Clone)]
pub struct List {
    element: &'static str,
    is_nil: bool,
    named: Option<&'static ListType>,
    pub(super) items: Vec<Value>,
}

/// A named slice type with methods.
#[derive(Debug)]
pub struct ListType {
    /// Go's name, such as `common.VersionSet`.
    pub name: &'static str,
    /// The Go type of the elements.
    pub element: &'static str,
    /// Methods by name.
    pub methods: &'static [(&'static str, Method)],
}

/// The element type of a slice that holds anything.
const ANY: &str = "interface {}";

impl List {
    /// A `[]interface {}`.
    pub fn new(items: Vec<Value>) -> Self {
        Self {
            element: ANY,
            is_nil: false,
            named: None,
            items,
        }
    }

    /// A slice whose elements have one type, such as `string`.
    pub fn typed(element: &'static str, items: Vec<Value>) -> Self {
        Self {
            element,
            is_nil: false,
            named: None,
            items,
        }
    }

    /// A nil `[]interface {}`, which is empty and reads `null` in JSON.
    pub fn nil() -> Self {
        Self::nil_of(ANY)
    }

    /// A nil slice whose elements have one type.
    pub fn nil_of(element: &'static str) -> Self {
        Self {
            element,
            is_nil: true,
            named: None,
            items: Vec::new(),
        }
    }

    /// A slice of a named type.
    pub fn named(kind: &'static ListType, items: Vec<Value>) -> Self {
        Self {
            element: kind.element,
            is_nil: false,
            named: Some(kind),
            items,
        }
    }

    /// Other elements under the same type.
    #[must_use]
    pub fn with_items(&self, items: Vec<Value>) -> Self {
        Self {
            element: self.element,
            is_nil: false,
            named: self.named,
            items,
        }
    }

    /// A method of its type.
    pub fn method(&self, name: &[u8]) -> Option<Method> {
        let mut methods = self.named?.methods.iter();
        methods
            .find(|(known, _)| known.as_bytes() == name)
            .map(|(_, method)| *method)
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
        if let Some(kind) = self.named {
            return kind.name.into();
        }
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
