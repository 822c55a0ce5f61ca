//! Variables (deprecated): `$(NAME)` in the fields that may hold them.
//!
//! A field that is nothing but a variable takes the type of its value;
//! elsewhere the value becomes text. `$$` stands for `$`. Variables without
//! a value of their own are left as they are.

mod expand;

use std::collections::BTreeMap;

use rheostat_gocompat::strconv;
use rheostat_yaml::{Node, Scalar, SmolStr, Tag};

use crate::accumulator::VarError;
use crate::field_path;
use crate::field_spec::{Creation, WalkError};
use crate::kustfile::Var;
use crate::resmap::ResMap;
use crate::transformer_config::TransformerConfig;
use crate::transformers::{Target, TransformError};

/// Why variables could not be replaced.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RefVarError {
    /// A variable has no value.
    #[error(transparent)]
    Var(#[from] VarError),
    /// A field that may hold variables is of the wrong kind.
    #[error(transparent)]
    Field(#[from] TransformError),
}

/// The value of a variable.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Text(SmolStr),
    Int(i64),
    Float(f64),
    Bool(bool),
    /// A collection. It replaces nothing.
    Other,
}

/// Replaces all variables.
///
/// # Errors
/// [`RefVarError`] when a variable has no value, or a field is of the wrong
/// kind.
pub(crate) fn resolve(
    map: &mut ResMap,
    vars: &[Var],
    config: &TransformerConfig,
) -> Result<(), RefVarError> {
    if vars.is_empty() {
        return Ok(());
    }
    let mut values = BTreeMap::new();
    for var in vars {
        values.insert(var.name.as_str(), value_of(var, map)?);
    }
    let targets = Target::all(&config.var_reference);
    map.forget();
    for index in 0..map.resources().len() {
        let resource = map.resource_with_same_id_mut(index);
        for target in &targets {
            target.visit(resource, Creation::Nothing, &mut |field| {
                replace(field, &values)
            })?;
            resource.sync_shared();
        }
    }
    Ok(())
}

/// The value of a variable, from the object that was marked with its name.
fn value_of(var: &Var, map: &ResMap) -> Result<Value, VarError> {
    let is_marked = |names: &[String]| names.contains(&var.name);
    let resource = map
        .resources()
        .iter()
        .find(|resource| is_marked(&resource.ref_var_names))
        .ok_or_else(|| VarError::Unmapped(var.name.clone()))?;
    let path = match var.fieldref.field_path.as_str() {
        "" => "metadata.name",
        path => path,
    };
    let no_field = || VarError::NoField {
        name: var.name.clone(),
        path: path.to_owned(),
    };
    let parts = with_indices(field_path::split(path));
    let found = field_path::look_up(resource.node(), &parts).map_err(|_| no_field())?;
    read(found.ok_or_else(no_field)?).ok_or_else(no_field)
}

/// Splits `containers[0]` into its name and its index.
fn with_indices(parts: Vec<String>) -> Vec<String> {
    let mut result = Vec::with_capacity(parts.len());
    for part in parts {
        let split = part
            .strip_suffix(']')
            .and_then(|inner| inner.rsplit_once('['));
        match split {
            Some((name, index))
                if !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                if !name.is_empty() {
                    result.push(name.to_owned());
                }
                result.push(index.to_owned());
            }
            _ => result.push(part),
        }
    }
    result
}

/// The value of a node by its type; none when its text does not fit.
fn read(node: &Node) -> Option<Value> {
    let Node::Scalar(scalar) = node else {
        return Some(Value::Other);
    };
    let text = scalar.text();
    match scalar.tag() {
        Tag::Int => text.parse().ok().map(Value::Int),
        Tag::Float => text.parse().ok().map(Value::Float),
        Tag::Bool => match text {
            "true" | "True" | "TRUE" => Some(Value::Bool(true)),
            "false" | "False" | "FALSE" => Some(Value::Bool(false)),
            _ => None,
        },
        _ => Some(Value::Text(scalar.shared_text())),
    }
}

/// Replaces the variables in a field: a text, the values of a mapping, or
/// the elements of a list.
fn replace(field: &mut Node, values: &BTreeMap<&str, Value>) -> Result<(), WalkError> {
    match field {
        Node::Scalar(_) => replace_text(field, values),
        Node::Mapping(mapping) => {
            for entry in &mut mapping.entries {
                if !is_text(&entry.key) {
                    return Err(WalkError::Setter(format!(
                        "invalid map key: value='{}', tag='{}'",
                        entry.key.text(),
                        entry.key.tag().short()
                    )));
                }
                replace_text(&mut entry.value, values);
            }
        }
        Node::Sequence(sequence) => {
            for item in &mut sequence.items {
                if !item.as_scalar().is_some_and(is_text) {
                    return Err(WalkError::Setter(
                        "invalid value type expect a string".to_owned(),
                    ));
                }
                replace_text(item, values);
            }
        }
    }
    Ok(())
}

fn is_text(scalar: &Scalar) -> bool {
    matches!(scalar.tag(), Tag::Str)
}

fn replace_text(node: &mut Node, values: &BTreeMap<&str, Value>) {
    let Some(scalar) = node.as_scalar().filter(|scalar| is_text(scalar)) else {
        return;
    };
    let position = scalar.position;
    let mut changed = match expand::expand(scalar.text(), values) {
        Value::Text(text) => Scalar::string(text),
        Value::Int(number) => Scalar::int(number),
        Value::Bool(value) => Scalar::bool(value),
        Value::Float(number) => {
            Scalar::new(strconv::format_float(number, 'f', None, 64), Tag::Float)
        }
        Value::Other => return,
    };
    changed.position = position;
    *node = Node::Scalar(changed);
}
