//! How the lists of each type are merged.
//!
//! A strategic merge patch cannot be applied without knowing which lists are maps in disguise and by which keys. That
//! is what remains of an OpenAPI document here: types, their fields, and the merge keys of lists.
//!
//! [`Schema::kubernetes`] is what kustomize embeds (Kubernetes 1.21.2). [`Schema::from_openapi`] reads a document that
//! a user brings.

mod openapi;
mod text;

use std::collections::HashMap;
use std::sync::OnceLock;

use smol_str::SmolStr;

pub use self::openapi::SchemaError;
use crate::Gvk;
use crate::scope::Scope;

/// Types and the resources that they describe.
#[derive(Debug, Default)]
pub struct Schema {
    definitions: Vec<Source>,
    /// Definition of each API version and kind.
    resources: HashMap<(SmolStr, SmolStr), usize>,
    /// Scopes that the paths of an OpenAPI document tell.
    scopes: HashMap<(SmolStr, SmolStr), Scope>,
}

/// A definition that was read, or one that is read when it is first asked for: a patch needs few of the hundreds.
#[derive(Debug)]
enum Source {
    Read(Definition),
    Text {
        fields: &'static str,
        read: OnceLock<Definition>,
    },
}

/// The fields of an object.
#[derive(Debug, Default)]
struct Definition {
    fields: HashMap<SmolStr, Shape>,
    /// The type of fields that are not named.
    additional: Option<Shape>,
}

/// What a field holds.
#[derive(Debug)]
enum Shape {
    /// A scalar, or an object without known fields.
    Leaf,
    /// A definition by its index; `None` for one that does not exist.
    Reference(Option<usize>),
    List {
        /// `None` if the list is replaced as a whole.
        merge: Option<MergeKeys>,
        items: Box<Self>,
    },
    Object(Box<Definition>),
}

/// The fields by which the elements of a list are told apart; none for a set of scalars.
pub type MergeKeys = Vec<SmolStr>;

/// A type within a schema.
#[derive(Clone, Copy, Debug)]
pub struct Type<'s> {
    schema: &'s Schema,
    shape: TypeShape<'s>,
}

#[derive(Clone, Copy, Debug)]
enum TypeShape<'s> {
    Leaf,
    Object(&'s Definition),
    List {
        merge: Option<&'s MergeKeys>,
        items: &'s Shape,
    },
}

impl Schema {
    /// The schema that kustomize embeds. Its index is read at the first call, each definition when it
    /// is needed.
    pub fn kubernetes() -> &'static Self {
        static KUBERNETES: OnceLock<Schema> = OnceLock::new();
        KUBERNETES.get_or_init(|| text::read(include_str!("schema/kubernetes.txt")))
    }

    /// Reads an OpenAPI v2 document: `definitions`, and `paths` for the scopes.
    ///
    /// # Errors
    /// [`SchemaError`] when the document is not one, or nests too deeply.
    pub fn from_openapi(document: &serde_json::Value) -> Result<Self, SchemaError> {
        openapi::read(document)
    }

    /// The type of a resource.
    pub fn resource(&self, api_version: &str, kind: &str) -> Option<Type<'_>> {
        let definition = self.resources.get(&(api_version.into(), kind.into()))?;
        Some(Type {
            schema: self,
            shape: TypeShape::Object(self.definition(*definition)),
        })
    }

    /// Where objects of a type live, if the document tells.
    pub fn scope(&self, gvk: &Gvk) -> Option<Scope> {
        self.scopes
            .get(&(gvk.api_version().into(), gvk.kind.clone()))
            .copied()
    }

    fn definition(&self, number: usize) -> &Definition {
        match &self.definitions[number] {
            Source::Read(definition) => definition,
            Source::Text { fields, read } => read.get_or_init(|| text::definition(fields)),
        }
    }

    fn resolve<'s>(&'s self, shape: &'s Shape) -> Option<Type<'s>> {
        let shape = match shape {
            Shape::Leaf => TypeShape::Leaf,
            Shape::Reference(definition) => TypeShape::Object(self.definition((*definition)?)),
            Shape::List { merge, items } => TypeShape::List {
                merge: merge.as_ref(),
                items,
            },
            Shape::Object(definition) => TypeShape::Object(definition),
        };
        Some(Type {
            schema: self,
            shape,
        })
    }
}

impl<'s> Type<'s> {
    /// The type of a field, if this is an object that knows it.
    pub fn field(&self, name: &str) -> Option<Self> {
        let TypeShape::Object(definition) = self.shape else {
            return None;
        };
        let shape = definition
            .fields
            .get(name)
            .or(definition.additional.as_ref())?;
        self.schema.resolve(shape)
    }

    /// The type of the elements, if this is a list.
    pub fn elements(&self) -> Option<Self> {
        let TypeShape::List { items, .. } = self.shape else {
            return None;
        };
        self.schema.resolve(items)
    }

    /// The merge keys, if this is a list that is merged.
    pub fn merge_keys(&self) -> Option<&'s MergeKeys> {
        match self.shape {
            TypeShape::List { merge, .. } => merge,
            TypeShape::Leaf | TypeShape::Object(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(api_version: &str, kind: &str, path: &[&str]) -> Option<MergeKeys> {
        let resource = Schema::kubernetes().resource(api_version, kind);
        let last = path.iter().try_fold(resource?, |found, name| match *name {
            "[]" => found.elements(),
            name => found.field(name),
        });
        last?.merge_keys().cloned()
    }

    fn check(api_version: &str, kind: &str, path: &str, expected: Option<&[&str]>) {
        let path: Vec<_> = path.split('/').collect();
        let expected =
            expected.map(|keys| keys.iter().copied().map(SmolStr::from).collect::<Vec<_>>());
        assert_eq!(keys(api_version, kind, &path), expected, "{kind} {path:?}");
    }

    #[test]
    fn merge_keys_of_builtin_types() {
        let containers = "spec/template/spec/containers";
        check("apps/v1", "Deployment", containers, Some(&["name"]));
        check(
            "apps/v1",
            "Deployment",
            &format!("{containers}/[]/args"),
            None,
        );
        check("apps/v1", "Deployment", "metadata/finalizers", Some(&[]));
        check("v1", "Service", "spec/ports", Some(&["port", "protocol"]));
        check("batch/v2", "Job", containers, None);
    }
}
