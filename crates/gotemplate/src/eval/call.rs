//! Calls of functions and methods, and the check of their arguments against Go's parameter types.

use super::state::{At, Dot, Result, State};
use crate::{
    ast::{Operand, Term},
    error::Cause,
    function::{CallError, Evaluation, Function, Type},
    value::{Method, Value},
};

impl<'t> State<'t, '_, '_> {
    /// Calls a function with operands and the piped value; `node` is what its errors are told at.
    pub(super) fn call(
        &mut self,
        dot: &Dot,
        function: &'static Function,
        node: At<'t>,
        operands: &'t [Operand],
        last: Option<Value>,
    ) -> Result<Value> {
        self.step()?;
        self.check_count(function, function.name, operands.len(), last.is_some())?;
        match function.evaluation {
            Evaluation::Eager => {}
            Evaluation::And | Evaluation::Or => {
                return self.short_circuit(dot, function, operands, last);
            }
            Evaluation::Call => return self.refuse_call(dot, node, operands, last),
        }
        let mut arguments = Vec::with_capacity(operands.len() + usize::from(last.is_some()));
        self.arguments(dot, function, operands, last, &mut arguments)?;
        self.invoke(function, function.name, node, &arguments)
    }

    /// Calls a method of a receiver.
    pub(super) fn call_method(
        &mut self,
        dot: &Dot,
        method: Method,
        name: &str,
        (receiver, node): (Value, At<'t>),
        operands: &'t [Operand],
        last: Option<Value>,
    ) -> Result<Value> {
        self.step()?;
        self.check_count(method, name, operands.len(), last.is_some())?;
        let mut arguments = vec![receiver];
        self.arguments(dot, method, operands, last, &mut arguments)?;
        self.invoke(method, name, node, &arguments)
    }

    fn invoke(
        &mut self,
        function: &'static Function,
        name: &str,
        node: At<'t>,
        arguments: &[Value],
    ) -> Result<Value> {
        (function.implementation)(self, arguments).or_else(|error| {
            self.at(node);
            match error {
                CallError::Limit(limit) => self.reach(limit),
                error => self.raise(Cause::Call {
                    function: name.to_owned(),
                    error,
                }),
            }
        })
    }

    fn check_count(
        &self,
        function: &Function,
        name: &str,
        operands: usize,
        is_piped: bool,
    ) -> Result<()> {
        let fixed = function.parameters.len();
        let given = operands + usize::from(is_piped);
        if function.variadic.is_some() {
            if given < fixed {
                return self.fail(format!(
                    "wrong number of args for {name}: want at least {fixed} got {operands}"
                ));
            }
        } else if given != fixed {
            return self.fail(format!(
                "wrong number of args for {name}: want {fixed} got {given}"
            ));
        }
        Ok(())
    }

    /// `and` and `or`.
    fn short_circuit(
        &mut self,
        dot: &Dot,
        function: &Function,
        operands: &'t [Operand],
        last: Option<Value>,
    ) -> Result<Value> {
        let ends_at = function.evaluation == Evaluation::Or;
        let mut value = Value::Invalid;
        for operand in operands {
            value = self.argument(dot, Type::Reflected, operand)?;
            if value.is_true() == ends_at {
                return Ok(value);
            }
        }
        Ok(last.unwrap_or(value))
    }

    /// `call`, of something that cannot be called.
    fn refuse_call(
        &mut self,
        dot: &Dot,
        node: At<'t>,
        operands: &'t [Operand],
        last: Option<Value>,
    ) -> Result<Value> {
        let mut values = Vec::new();
        for operand in operands {
            values.push(self.argument(dot, Type::Reflected, operand)?);
        }
        values.extend(last);
        let name = operands
            .first()
            .map_or_else(String::new, ToString::to_string);
        let error = match values.first() {
            None | Some(Value::Invalid | Value::Nil) => CallError::new("call of nil"),
            Some(value) => {
                CallError::new(format!("non-function {name} of type {}", value.type_name()))
            }
        };
        self.at(node);
        self.raise(Cause::Call {
            function: "call".to_owned(),
            error,
        })
    }

    fn arguments(
        &mut self,
        dot: &Dot,
        function: &Function,
        operands: &'t [Operand],
        last: Option<Value>,
        arguments: &mut Vec<Value>,
    ) -> Result<()> {
        let type_of = |index: usize| {
            function
                .parameters
                .get(index)
                .copied()
                .or(function.variadic)
                .unwrap_or(Type::Any)
        };
        for (index, operand) in operands.iter().enumerate() {
            arguments.push(self.argument(dot, type_of(index), operand)?);
        }
        if let Some(last) = last {
            arguments.push(self.validate(last, type_of(operands.len()))?);
        }
        Ok(())
    }

    /// Evaluates an operand for a parameter of a type.
    fn argument(&mut self, dot: &Dot, expected: Type, operand: &'t Operand) -> Result<Value> {
        self.at(At::Operand(operand));
        let value = match &operand.term {
            Term::Dot => dot.value.clone(),
            Term::Nil if expected.can_be_nil() => {
                return Ok(if expected == Type::Reflected {
                    Value::Invalid
                } else {
                    expected.nil()
                });
            }
            Term::Nil => return self.fail(format!("cannot assign nil to {}", expected.name())),
            Term::Field(fields) => {
                self.fields(dot, fields, At::Operand(operand), (dot, &[], None))?
            }
            Term::Variable { name, slot, fields } => {
                let variable = self.variable(name, *slot)?;
                self.fields(&variable, fields, At::Operand(operand), (dot, &[], None))?
            }
            Term::Pipe(pipe) => self.pipeline(dot, pipe)?,
            Term::Function(function) => {
                self.call(dot, function, At::Operand(operand), &[], None)?
            }
            Term::Chain { base, fields } => {
                self.chain(dot, operand, base, fields, (dot, &[], None))?
            }
            Term::Bool(_) | Term::Number(_) | Term::String(_) => {
                return self.constant(expected, operand);
            }
        };
        self.validate(value, expected)
    }

    /// A constant as a value of the parameter's type.
    fn constant(&mut self, expected: Type, operand: &'t Operand) -> Result<Value> {
        match (expected, &operand.term) {
            (Type::Any | Type::Reflected | Type::Bool, Term::Bool(value)) => {
                Ok(Value::Bool(*value))
            }
            (Type::Any | Type::Reflected | Type::String, Term::String(constant)) => {
                Ok(constant.value.clone())
            }
            (Type::Any | Type::Reflected, Term::Number(number)) => {
                self.ideal_constant(operand, number)
            }
            (Type::Bool, _) => self.fail(format!("expected bool; found {operand}")),
            (Type::String, _) => self.fail(format!("expected string; found {operand}")),
            (Type::Int | Type::Int64, term) => match term {
                Term::Number(number) if number.int.is_some() => {
                    let value = number.int.unwrap_or_default();
                    Ok(if expected == Type::Int {
                        Value::Int(value)
                    } else {
                        Value::Int64(value)
                    })
                }
                _ => self.fail(format!("expected integer; found {operand}")),
            },
            (Type::Uint32, term) => match term {
                Term::Number(number) if number.uint.is_some() => {
                    Ok(Value::Uint64(number.uint.unwrap_or_default()))
                }
                _ => self.fail(format!("expected unsigned integer; found {operand}")),
            },
            (Type::Float, term) => match term {
                Term::Number(number) if number.float.is_some() => {
                    Ok(Value::Float(number.float.unwrap_or_default()))
                }
                _ => self.fail(format!("expected float; found {operand}")),
            },
            _ => self.fail(format!(
                "can't handle {operand} for arg of type {}",
                expected.name()
            )),
        }
    }

    /// Checks that a value can be passed to a parameter of a type.
    fn validate(&mut self, value: Value, expected: Type) -> Result<Value> {
        if matches!(value, Value::Invalid) {
            return match expected {
                Type::Reflected => Ok(Value::Invalid),
                expected if expected.can_be_nil() => Ok(expected.nil()),
                expected => self.fail(format!("invalid value; expected {}", expected.name())),
            };
        }
        if expected.accepts(&value) {
            return Ok(expected.convert(value));
        }
        // One pointer may be followed.
        let type_name = value.type_name();
        if type_name.strip_prefix('*') == Some(expected.name()) {
            return Ok(value);
        }
        self.fail(format!(
            "wrong type for value; expected {}; got {type_name}",
            expected.name()
        ))
    }
}
