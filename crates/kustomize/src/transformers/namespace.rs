//! `namespace`.

use std::collections::HashSet;

use rheostat_yaml::{Node, Scalar, SmolStr};

use super::{Target, TransformError, Transformer};
use crate::field_setter::{WrongNodeKind, set_tagged};
use crate::field_spec::{Creation, FieldSpec, WalkError};
use crate::openapi::OpenApi;
use crate::resmap::ResMap;
use crate::resource::Resource;

/// Puts all objects into one namespace.
///
/// Objects that are known to live outside of namespaces keep out; a
/// Namespace is renamed; the subjects of role bindings follow a rule of
/// their own.
#[derive(Debug)]
pub(crate) struct NamespaceTransformer {
    namespace: SmolStr,
    metadata: Target,
    targets: Vec<Target>,
    unset_only: bool,
    subjects: RoleBindingSubjects,
}

/// Which subjects of role bindings are put into the namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum RoleBindingSubjects {
    /// Those that are named `default`.
    #[default]
    DefaultOnly,
    /// All service accounts.
    AllServiceAccounts,
    /// None.
    None,
}

const METADATA_NAMESPACE: &str = "metadata/namespace";
const METADATA_NAME: &str = "metadata/name";
const SUBJECTS_NAMESPACE: &str = "subjects/namespace";

impl NamespaceTransformer {
    pub(crate) fn new(namespace: &str, specs: &[FieldSpec]) -> Self {
        Self {
            namespace: SmolStr::from(namespace),
            metadata: Target::new(&FieldSpec::created_in_any(METADATA_NAMESPACE)),
            targets: Target::all(specs),
            unset_only: false,
            subjects: RoleBindingSubjects::default(),
        }
    }

    pub(crate) fn with_options(self, unset_only: bool, subjects: RoleBindingSubjects) -> Self {
        Self {
            unset_only,
            subjects,
            ..self
        }
    }

    fn set(&self, field: &mut Node) -> Result<(), WalkError> {
        let has_value = match &*field {
            Node::Scalar(scalar) => !scalar.is_null() && !scalar.text().is_empty(),
            Node::Sequence(_) | Node::Mapping(_) => false,
        };
        if self.unset_only && has_value {
            return Ok(());
        }
        Ok(set_tagged(field, Scalar::string(self.namespace.clone()))?)
    }

    /// Puts one object into the namespace. Its identity is not refreshed.
    pub(super) fn apply(&self, resource: &mut Resource) -> Result<(), TransformError> {
        let mut set = |field: &mut Node| self.set(field);
        if !resource.id().is_cluster_scoped {
            self.metadata.visit(resource, Creation::String, &mut set)?;
        }
        if is_binding(resource.kind()) {
            self.apply_to_subjects(resource)?;
        }
        for target in &self.targets {
            if !Self::is_special(target, resource) {
                target
                    .visit(resource, Creation::String, &mut set)
                    .map_err(|error| TransformError::Namespace(Box::new(error)))?;
            }
        }
        Ok(())
    }

    /// Whether a target is taken care of elsewhere, or not for this object.
    fn is_special(target: &Target, resource: &Resource) -> bool {
        let gvk = &resource.id().gvk;
        match target.text.as_str() {
            METADATA_NAMESPACE => true,
            METADATA_NAME => !gvk.group.is_empty() || gvk.version != "v1",
            SUBJECTS_NAMESPACE => is_binding(&gvk.kind) && is_binding(&target.gvk.kind),
            _ => false,
        }
    }

    fn apply_to_subjects(&self, resource: &mut Resource) -> Result<(), TransformError> {
        let (field, wanted) = match self.subjects {
            RoleBindingSubjects::DefaultOnly => ("name", "default"),
            RoleBindingSubjects::AllServiceAccounts => ("kind", "ServiceAccount"),
            RoleBindingSubjects::None => return Ok(()),
        };
        let object = resource.id().to_string();
        let Some(subjects) = resource.node_mut().get_mut("subjects") else {
            return Ok(());
        };
        self.set_in_subjects(subjects, field, wanted)
            .map_err(|error| TransformError::Field {
                path: "subjects".to_owned(),
                object,
                problem: error.to_string(),
            })
    }

    fn set_in_subjects(
        &self,
        subjects: &mut Node,
        field: &str,
        wanted: &str,
    ) -> Result<(), WalkError> {
        let items = match subjects {
            Node::Sequence(sequence) => &mut sequence.items,
            other if other.is_null() => return Ok(()),
            other => return Err(WrongNodeKind::new("SequenceNode", other).into()),
        };
        for subject in items {
            if subject.get(field).and_then(Node::text) != Some(wanted) {
                continue;
            }
            if let Node::Mapping(subject) = subject {
                self.set(subject.get_or_insert_with("namespace", || Node::string("")))?;
            }
        }
        Ok(())
    }
}

fn is_binding(kind: &str) -> bool {
    matches!(kind, "RoleBinding" | "ClusterRoleBinding")
}

impl Transformer for NamespaceTransformer {
    fn transform(&self, map: &mut ResMap, openapi: &OpenApi) -> Result<(), TransformError> {
        if self.namespace.is_empty() {
            return Ok(());
        }
        for resource in map.resources_mut() {
            if resource.is_empty() || resource.build.helm_generated {
                continue;
            }
            resource.store_previous_id();
            self.apply(resource)?;
            resource.refresh_id(openapi);
        }
        let mut ids = HashSet::with_capacity(map.resources().len());
        for resource in map.resources() {
            if !ids.insert(resource.id()) {
                return Err(TransformError::NamespaceConflict(resource.id().to_string()));
            }
        }
        Ok(())
    }
}
