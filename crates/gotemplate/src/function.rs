//! Functions as templates see them: a name, Go's parameter types and what they do.

use std::{collections::HashMap, fmt, sync::Arc};

use thiserror::Error;

use crate::{
    error::{ExecError, ParseError},
    eval::Limit,
    runtime::Runtime,
    value::{List, Map, MapType, Value},
};

/// What a function does with arguments that have passed the check of their types.
pub type Implementation = fn(&mut dyn Runtime, &[Value]) -> Result<Value, CallError>;

/// A function that templates can call.
pub struct Function {
    /// The name, as error texts give it.
    pub name: &'static str,
    /// The types of the parameters.
    pub parameters: &'static [Type],
    /// The type of further arguments, where any number may follow.
    pub variadic: Option<Type>,
    /// The code.
    pub implementation: Implementation,
    /// How the evaluator treats it.
    pub evaluation: Evaluation,
}

/// Which functions the language itself knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evaluation {
    /// All arguments are evaluated before the call.
    Eager,
    /// `and`: up to the first argument that is false.
    And,
    /// `or`: up to the first argument that is true.
    Or,
    /// `call`: refused with the text of its first argument, since no value is a function.
    Call,
}

/// Go's type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// `interface {}`.
    Any,
    /// `reflect.Value`: the value as the evaluator has it, also when there is none.
    Reflected,
    /// `bool`.
    Bool,
    /// `int`.
    Int,
    /// `int64`.
    Int64,
    /// `uint32`, which only a constant can be.
    Uint32,
    /// `float64`.
    Float,
    /// `string`.
    String,
    /// `[]string`.
    Strings,
    /// `[]interface {}`.
    List,
    /// `map[string]interface {}`.
    Map,
    /// `map[string]string`.
    StringMap,
    /// Any other type by its name; arguments must have exactly that type.
    Named(&'static str),
}

impl Type {
    /// Go's name of the type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "interface {}",
            Self::Reflected => "reflect.Value",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Int64 => "int64",
            Self::Uint32 => "uint32",
            Self::Float => "float64",
            Self::String => "string",
            Self::Strings => "[]string",
            Self::List => "[]interface {}",
            Self::Map => "map[string]interface {}",
            Self::StringMap => "map[string]string",
            Self::Named(name) => name,
        }
    }

    /// Whether nil can stand for a value of the type.
    pub fn can_be_nil(self) -> bool {
        match self {
            Self::Any
            | Self::Reflected
            | Self::Strings
            | Self::List
            | Self::Map
            | Self::StringMap => true,
            Self::Named(name) => name.starts_with('*'),
            Self::Bool | Self::Int | Self::Int64 | Self::Uint32 | Self::Float | Self::String => {
                false
            }
        }
    }

    /// What stands for nil: a nil slice or map where the type is one.
    pub(crate) fn nil(self) -> Value {
        match self {
            Self::Map => Value::from(Map::nil()),
            Self::List => Value::List(Arc::new(List::nil())),
            Self::Strings => Value::List(Arc::new(List::nil_of("string"))),
            _ => Value::Nil,
        }
    }

    /// The value as the function sees it: of a named type whose values Go assigns to the parameter's, it has the latter.
    pub(crate) fn convert(self, value: Value) -> Value {
        match (self, value) {
            (Self::Map, Value::Map(map)) if map.map_type().name != Self::Map.name() => {
                Value::Map(Arc::new(map.retyped(MapType::any())))
            }
            (_, value) => value,
        }
    }

    /// Whether Go would assign the value, which is one, to a parameter of this type.
    pub fn accepts(self, value: &Value) -> bool {
        match (self, value) {
            (Self::Any | Self::Reflected, _)
            | (Self::Bool, Value::Bool(_))
            | (Self::Int, Value::Int(_))
            | (Self::Int64, Value::Int64(_))
            | (Self::Float, Value::Float(_))
            | (Self::String, Value::String(_)) => true,
            (Self::Strings, Value::List(list)) => list.element() == "string",
            (Self::List, Value::List(list)) => list.holds_any(),
            (Self::Map, Value::Map(map)) => map.map_type().is_plain,
            (Self::StringMap, Value::Map(map)) => map.map_type().name == "map[string]string",
            (Self::Named(name), value) => !value.is_nil() && value.type_name() == name,
            _ => false,
        }
    }
}

/// Why a function failed; what the evaluator puts behind `error calling NAME:`.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum CallError {
    /// The function's own message.
    #[error("{0}")]
    Message(String),
    /// `fail` or `required`: a message that the author of the template meant for its user.
    #[error("{0}")]
    Failed(String),
    /// A template that the function executed failed.
    #[error("{0}")]
    Exec(Box<ExecError>),
    /// A template that the function parsed is malformed.
    #[error("{0}")]
    Parse(Box<ParseError>),
    /// A failure with words before it.
    #[error("{context}{source}")]
    Within {
        /// The words, with what separates them from the failure.
        context: String,
        /// The failure.
        source: Box<Self>,
    },
    /// Execution has reached a bound.
    #[error("{0}")]
    Limit(Limit),
}

impl CallError {
    /// A function's own message.
    pub fn new(message: impl Into<String>) -> Self {
        Self::Message(message.into())
    }

    /// The same failure with words before it.
    #[must_use]
    pub fn within(self, context: impl Into<String>) -> Self {
        Self::Within {
            context: context.into(),
            source: Box::new(self),
        }
    }
}

impl From<rheostat_gocompat::fmt::TooDeep> for CallError {
    fn from(error: rheostat_gocompat::fmt::TooDeep) -> Self {
        Self::Message(error.to_string())
    }
}

impl From<Box<ExecError>> for CallError {
    fn from(error: Box<ExecError>) -> Self {
        Self::Exec(error)
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// The functions that a template set may call, by name.
#[derive(Debug, Clone, Default)]
pub struct Functions {
    by_name: Arc<HashMap<&'static str, &'static Function>>,
}

impl Functions {
    /// A set from tables; of two functions of one name the later holds.
    pub fn new(tables: &[&'static [Function]]) -> Self {
        let functions = tables.iter().flat_map(|table| table.iter());
        Self {
            by_name: Arc::new(
                functions
                    .map(|function| (function.name, function))
                    .collect(),
            ),
        }
    }

    /// The function of a name.
    pub fn get(&self, name: &str) -> Option<&'static Function> {
        self.by_name.get(name).copied()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_name.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }
}
