//! One operation: its fields, and what it does to a document.

use serde_json::{Map, Value};

use super::PatchError;
use super::growth::Growth;
use super::pointer::{self, Container};

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationKind {
    /// Sets a key, or inserts an element.
    Add,
    /// Takes a key or an element away.
    Remove,
    /// Sets a key or an element, present or not.
    Replace,
    /// Takes a value away and adds it elsewhere.
    Move,
    /// Adds a value that is elsewhere, too.
    Copy,
    /// Fails if a value is not there.
    Test,
}

impl OperationKind {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "add" => Self::Add,
            "remove" => Self::Remove,
            "replace" => Self::Replace,
            "move" => Self::Move,
            "copy" => Self::Copy,
            "test" => Self::Test,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Replace => "replace",
            Self::Move => "move",
            Self::Copy => "copy",
            Self::Test => "test",
        }
    }
}

/// An operation as it was written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Operation {
    fields: Map<String, Value>,
}

impl Operation {
    pub(super) fn new(fields: Map<String, Value>) -> Self {
        Self { fields }
    }

    /// What it does; `None` if `op` is missing or unknown.
    pub fn kind(&self) -> Option<OperationKind> {
        OperationKind::of(self.fields.get("op")?.as_str()?)
    }

    /// Where it does it.
    pub fn path(&self) -> Option<&str> {
        self.fields.get("path")?.as_str()
    }

    /// What it adds or compares; null if nothing is given.
    fn value(&self) -> Value {
        self.fields.get("value").cloned().unwrap_or_default()
    }

    pub(super) fn apply(
        &self,
        document: &mut Value,
        growth: &mut Growth,
    ) -> Result<(), PatchError> {
        let Some(kind) = self.kind() else {
            let name = self
                .fields
                .get("op")
                .and_then(Value::as_str)
                .unwrap_or("unknown");
            return Err(PatchError::Operation(format!("Unexpected kind: {name}")));
        };
        match kind {
            OperationKind::Add => {
                let path = self.path_of(kind)?;
                let value = self.value();
                Growth::check_depth(kind.name(), path, &value)?;
                let place = locate(
                    document,
                    path,
                    kind,
                    &format!("doc is missing path: {path:?}"),
                )?;
                refuse(kind, path, place.container.add(&place.key, value))
            }
            OperationKind::Remove => {
                let path = self.path_of(kind)?;
                let place = locate(
                    document,
                    path,
                    kind,
                    &format!("doc is missing path: {path:?}"),
                )?;
                refuse(kind, path, place.container.remove(&place.key).map(drop))
            }
            OperationKind::Replace => self.replace(document),
            OperationKind::Move => self.shift(document),
            OperationKind::Copy => self.copy(document, growth),
            OperationKind::Test => self.test(document),
        }
    }

    fn path_of(&self, kind: OperationKind) -> Result<&str, PatchError> {
        let problem = match kind {
            OperationKind::Add | OperationKind::Remove | OperationKind::Copy => "",
            OperationKind::Replace | OperationKind::Move | OperationKind::Test => {
                "operation missing path field: "
            }
        };
        self.path().ok_or_else(|| {
            let kind = kind.name();
            PatchError::Operation(format!(
                "{kind} operation failed to decode path: {problem}missing value"
            ))
        })
    }

    fn source_of(&self, kind: OperationKind) -> Result<&str, PatchError> {
        self.fields.get("from").and_then(Value::as_str).ok_or_else(|| {
            let kind = kind.name();
            PatchError::Operation(format!(
                "{kind} operation failed to decode from: operation, missing from field: missing value"
            ))
        })
    }

    fn replace(&self, document: &mut Value) -> Result<(), PatchError> {
        let kind = OperationKind::Replace;
        let path = self.path_of(kind)?;
        if path.is_empty() {
            let value = self.value();
            if !value.is_object() && !value.is_array() {
                let problem = "replace operation value must be object or array".to_owned();
                return Err(PatchError::Operation(problem));
            }
            *document = value;
            return Ok(());
        }
        let value = self.value();
        Growth::check_depth(kind.name(), path, &value)?;
        let mut place = locate(
            document,
            path,
            kind,
            &format!("doc is missing path: {path}"),
        )?;
        if place.container.get(&place.key).is_err() {
            return Err(PatchError::Missing {
                operation: kind.name(),
                problem: format!("doc is missing key: {path}"),
            });
        }
        // The reference words this one as if it were a removal.
        refuse(
            OperationKind::Remove,
            path,
            place.container.set(&place.key, value),
        )
    }

    /// Moves a value. The reference names the last key in its messages where it names the path elsewhere.
    fn shift(&self, document: &mut Value) -> Result<(), PatchError> {
        let kind = OperationKind::Move;
        let from = self.source_of(kind)?;
        let place = locate(
            document,
            from,
            kind,
            &format!("doc is missing from path: {from}"),
        )?;
        let value = refuse(
            kind,
            &place.key,
            place
                .container
                .get(&place.key)
                .map(Option::<&Value>::cloned),
        )?;
        refuse(kind, &place.key, place.container.remove(&place.key))?;
        let path = self.path_of(kind)?;
        let value = value.unwrap_or_default();
        Growth::check_depth(kind.name(), path, &value)?;
        let place = locate(
            document,
            path,
            kind,
            &format!("doc is missing destination path: {path}"),
        )?;
        refuse(kind, path, place.container.add(&place.key, value))
    }

    fn copy(&self, document: &mut Value, growth: &mut Growth) -> Result<(), PatchError> {
        let kind = OperationKind::Copy;
        let from = self.source_of(kind)?;
        let place = locate(
            document,
            from,
            kind,
            &format!("doc is missing from path: {from}"),
        )?;
        let value = place
            .container
            .get(&place.key)
            .map(Option::<&Value>::cloned);
        let value = value.map_err(|problem| {
            PatchError::Operation(format!("error in copy for from: '{from}': {problem}"))
        })?;
        let value = value.unwrap_or_default();
        let path = self.path_of(kind)?;
        growth.count(kind.name(), &value)?;
        Growth::check_depth(kind.name(), path, &value)?;
        let place = locate(
            document,
            path,
            kind,
            &format!("doc is missing destination path: {path}"),
        )?;
        let added = place.container.add(&place.key, value);
        added.map_err(|problem| {
            PatchError::Operation(format!("error while adding value during copy: {problem}"))
        })
    }

    fn test(&self, document: &mut Value) -> Result<(), PatchError> {
        let kind = OperationKind::Test;
        let path = self.path_of(kind)?;
        let is_equal = if path.is_empty() {
            *document == self.value()
        } else {
            let place = locate(document, path, kind, &format!("is missing path: {path}"))?;
            let found = refuse(
                kind,
                path,
                place
                    .container
                    .get(&place.key)
                    .map(Option::<&Value>::cloned),
            )?;
            found.unwrap_or_default() == self.value()
        };
        if is_equal {
            Ok(())
        } else {
            Err(PatchError::TestFailed {
                path: path.to_owned(),
            })
        }
    }
}

/// A container and the key in it that a path names.
struct Place<'d> {
    container: Container<'d>,
    key: String,
}

fn locate<'d>(
    document: &'d mut Value,
    path: &str,
    kind: OperationKind,
    problem: &str,
) -> Result<Place<'d>, PatchError> {
    match pointer::find(document, path) {
        Some((container, key)) => Ok(Place { container, key }),
        None => Err(PatchError::Missing {
            operation: kind.name(),
            problem: problem.to_owned(),
        }),
    }
}

fn refuse<T>(kind: OperationKind, path: &str, result: Result<T, String>) -> Result<T, PatchError> {
    result.map_err(|problem| PatchError::Refused {
        operation: kind.name(),
        path: path.to_owned(),
        problem,
    })
}
