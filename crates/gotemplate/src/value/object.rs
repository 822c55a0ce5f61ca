//! Typed values that a host puts before templates: structs and pointers with fields and methods.

use std::fmt::Debug;

use super::{Kind, Value};
use crate::function::Function;

/// A struct, or a pointer to one.
pub trait Object: Debug + Send + Sync {
    /// Go's name of the type, such as `*common.Capabilities`.
    fn type_name(&self) -> &'static str;

    /// Whether it is a struct or a pointer to one.
    fn kind(&self) -> Kind {
        Kind::Struct
    }

    /// The exported fields in the order of their declaration.
    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    /// All fields as `fmt` prints them, the unexported ones too.
    fn printed_fields(&self) -> Vec<(&'static str, Value)> {
        self.fields()
    }

    /// An exported field by name.
    fn field(&self, name: &str) -> Option<Value> {
        self.fields()
            .into_iter()
            .find_map(|(known, value)| (known == name).then_some(value))
    }

    /// A method by name.
    fn method(&self, _name: &str) -> Option<Method> {
        None
    }

    /// The text of its `String` or `Error` method as functions see it: by value.
    fn text(&self) -> Option<String> {
        None
    }

    /// The text that an action prints. It differs from [`Self::text`] where the method belongs to the pointer, since an
    /// action takes the address of what it can.
    fn printed_text(&self) -> Option<String> {
        self.text()
    }

    /// The string that stands for it in JSON, where its type says so; otherwise its fields do.
    fn json_text(&self) -> Option<String> {
        None
    }

    /// Whether `if` takes it for true; structs and pointers to them always are.
    fn is_true(&self) -> bool {
        true
    }

    /// The number behind a type that is one, such as a duration.
    fn number(&self) -> Option<i64> {
        None
    }

    /// The object for those who know its Rust type.
    fn as_any(&self) -> &dyn std::any::Any;
}

/// A method: a function that takes the receiver before its other arguments, which its signature does not count.
pub type Method = &'static Function;
