//! Fields of maps and objects, and methods.

use rheostat_gocompat::strconv;

use super::{
    MissingKey,
    state::{At, Dot, Result, State},
};
use crate::{
    ast::{Operand, Term},
    text::Text,
    value::{Map, Method, Value},
};

/// What a method at the end of a chain of fields is called with: the dot for its arguments, they, and the piped value.
pub(super) type MethodArguments<'d, 't> = (&'d Dot, &'t [Operand], Option<Value>);

impl<'t> State<'t, '_, '_> {
    /// `(pipeline).Field.Field`.
    pub(super) fn chain(
        &mut self,
        dot: &Dot,
        whole: &'t Operand,
        base: &'t Operand,
        fields: &'t [Text],
        arguments: MethodArguments<'_, 't>,
    ) -> Result<Value> {
        self.at(At::Operand(whole));
        let receiver = match &base.term {
            Term::Nil => return self.fail(format!("indirection through explicit nil in {whole}")),
            Term::Pipe(pipe) => {
                self.at(At::Operand(base));
                self.pipeline(dot, pipe)?
            }
            Term::Function(function) => {
                self.at(At::Operand(base));
                self.call(dot, function, At::Operand(base), &[], None)?
            }
            _ => {
                return self.fail(format!(
                    "can't evaluate command {}",
                    strconv::quote_str(&base.to_string())
                ));
            }
        };
        self.fields(&Dot::plain(receiver), fields, At::Operand(whole), arguments)
    }

    /// Follows fields from a receiver; the last may be a method that takes arguments.
    pub(super) fn fields(
        &mut self,
        receiver: &Dot,
        fields: &[Text],
        node: At<'t>,
        (dot, arguments, last): MethodArguments<'_, 't>,
    ) -> Result<Value> {
        let Some((final_field, fields)) = fields.split_last() else {
            return Ok(receiver.value.clone());
        };
        let mut reached: Option<Dot> = None;
        for field in fields {
            let receiver = reached.as_ref().unwrap_or(receiver);
            let value = self.field(receiver, field, node, (dot, &[], None))?;
            let is_boxed = matches!(&receiver.value, Value::Map(map) if matches!((map.map_type().zero)(), Value::Nil));
            reached = Some(Dot { value, is_boxed });
        }
        let receiver = reached.as_ref().unwrap_or(receiver);
        self.field(receiver, final_field, node, (dot, arguments, last))
    }

    fn field(
        &mut self,
        receiver: &Dot,
        name: &Text,
        node: At<'t>,
        (dot, arguments, last): MethodArguments<'_, 't>,
    ) -> Result<Value> {
        if let Some(method) = method(&receiver.value, name) {
            let called = name.to_str();
            return self.call_method(
                dot,
                method,
                &called,
                (receiver.value.clone(), node),
                arguments,
                last,
            );
        }
        let has_arguments = !arguments.is_empty() || last.is_some();
        match &receiver.value {
            Value::Invalid if self.shared.missing_key == MissingKey::Error => {
                return self.fail(format!(
                    "nil data; no entry for key {}",
                    strconv::quote(name)
                ));
            }
            Value::Invalid => return Ok(Value::Invalid),
            Value::Nil => {
                return self.fail(format!("nil pointer evaluating interface {{}}.{name}"));
            }
            Value::Map(_) if has_arguments => {
                return self.fail(format!("{name} is not a method but has arguments"));
            }
            Value::Map(map) => return self.key(map, name),
            Value::Object(object) => {
                if let Some(value) = object.field(&name.to_str()) {
                    if has_arguments {
                        return self.fail(format!(
                            "{name} has arguments but cannot be invoked as function"
                        ));
                    }
                    return Ok(value);
                }
            }
            _ => {}
        }
        let type_name = if receiver.is_boxed {
            "interface {}".into()
        } else {
            receiver.value.type_name()
        };
        self.fail(format!("can't evaluate field {name} in type {type_name}"))
    }

    fn key(&mut self, map: &Map, name: &Text) -> Result<Value> {
        match (map.get(name), self.shared.missing_key) {
            (Some(value), _) => Ok(value),
            (None, MissingKey::Invalid) => Ok(Value::Invalid),
            (None, MissingKey::Zero) => Ok((map.map_type().zero)()),
            (None, MissingKey::Error) => {
                self.fail(format!("map has no entry for key {}", strconv::quote(name)))
            }
        }
    }
}

/// A method of a value's type; methods stand before keys and fields of the same name.
fn method(value: &Value, name: &Text) -> Option<Method> {
    match value {
        Value::Map(map) => {
            let mut methods = map.map_type().methods.iter();
            methods
                .find(|(known, _)| known.as_bytes() == &**name)
                .map(|(_, method)| *method)
        }
        Value::List(items) => items.method(name),
        Value::Object(object) => object.method(&name.to_str()),
        _ => None,
    }
}
