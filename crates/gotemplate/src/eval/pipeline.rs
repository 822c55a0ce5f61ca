//! Pipelines and commands.

use super::state::{At, Dot, Result, State};
use crate::{
    ast::{Command, Declared, Number, Operand, Pipe, Term},
    value::Value,
};

impl<'t> State<'t, '_, '_> {
    /// Evaluates the commands, each with the result of the one before it, and sets the variables.
    pub(super) fn pipeline(&mut self, dot: &Dot, pipe: &'t Pipe) -> Result<Value> {
        self.at(At::Pipe(pipe));
        let mut last = None;
        for command in &pipe.commands {
            // What comes out of an `interface {}` is the thing inside, and nothing where it is nil.
            last = Some(match self.command(dot, command, last)? {
                Value::Nil => Value::Invalid,
                value => value,
            });
        }
        let value = last.unwrap_or_default();
        for variable in &pipe.variables {
            self.set_variable(variable, Dot::plain(value.clone()))?;
        }
        Ok(value)
    }

    pub(super) fn set_variable(&mut self, variable: &Declared, value: Dot) -> Result<()> {
        let slot = variable.slot.map(|slot| slot as usize);
        match slot.and_then(|slot| self.variables.get_mut(slot)) {
            Some(slot) => {
                *slot = Some(value);
                Ok(())
            }
            None => self.fail(format!("undefined variable: {}", variable.name)),
        }
    }

    fn command(&mut self, dot: &Dot, command: &'t Command, last: Option<Value>) -> Result<Value> {
        let Some((first, arguments)) = command.operands.split_first() else {
            return self.fail("empty command");
        };
        match &first.term {
            Term::Field(fields) => {
                self.at(At::Operand(first));
                return self.fields(dot, fields, At::Operand(first), (dot, arguments, last));
            }
            Term::Chain { base, fields } => {
                return self.chain(dot, first, base, fields, (dot, arguments, last));
            }
            Term::Function(function) => {
                self.at(At::Operand(first));
                return self.call(dot, function, At::Command(command), arguments, last);
            }
            Term::Pipe(pipe) => {
                self.check_no_arguments(first, arguments, last.as_ref())?;
                return self.pipeline(dot, pipe);
            }
            Term::Variable { name, slot, fields } => {
                self.at(At::Operand(first));
                let variable = self.variable(name, *slot)?;
                if fields.is_empty() {
                    self.check_no_arguments(first, arguments, last.as_ref())?;
                    return Ok(variable.value);
                }
                return self.fields(
                    &variable,
                    fields,
                    At::Operand(first),
                    (dot, arguments, last),
                );
            }
            _ => {}
        }
        self.at(At::Operand(first));
        self.check_no_arguments(first, arguments, last.as_ref())?;
        match &first.term {
            Term::Bool(value) => Ok(Value::Bool(*value)),
            Term::Dot => Ok(dot.value.clone()),
            Term::Number(number) => self.ideal_constant(first, number),
            Term::String(constant) => Ok(constant.value.clone()),
            _ => self.fail("nil is not a command"),
        }
    }

    fn check_no_arguments(
        &self,
        first: &Operand,
        arguments: &[Operand],
        last: Option<&Value>,
    ) -> Result<()> {
        if arguments.is_empty() && last.is_none() {
            return Ok(());
        }
        self.fail(format!("can't give argument to non-function {first}"))
    }

    pub(super) fn variable(&self, name: &str, slot: Option<u32>) -> Result<Dot> {
        match slot.and_then(|slot| self.variables.get(slot as usize)) {
            Some(Some(value)) => Ok(value.clone()),
            _ => self.fail(format!("undefined variable: {name}")),
        }
    }

    /// A constant where its text alone decides the type.
    pub(super) fn ideal_constant(
        &mut self,
        operand: &'t Operand,
        number: &Number,
    ) -> Result<Value> {
        self.at(At::Operand(operand));
        if let Some((real, imaginary)) = number.complex {
            return Ok(Value::Complex(real, imaginary));
        }
        let text = number.literal.as_ref();
        let is_hexadecimal = (text.starts_with("0x") || text.starts_with("0X"))
            && text.len() > 2
            && !text.contains(['p', 'P']);
        let is_integral =
            is_hexadecimal || text.starts_with('\'') || !text.contains(['.', 'e', 'E', 'p', 'P']);
        if let Some(value) = number.float.filter(|_| !is_integral) {
            return Ok(Value::Float(value));
        }
        match number.int {
            Some(value) => Ok(Value::Int(value)),
            None => self.fail(format!("{text} overflows int")),
        }
    }
}
