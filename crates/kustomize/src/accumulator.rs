//! What a kustomization has gathered: objects, transformer configuration,
//! variables.

use std::sync::Arc;

use rheostat_manifest::{Gvk, ResId};

use crate::field_spec::ConflictingFieldSpecs;
use crate::kustfile::Var;
use crate::resmap::{ResMap, ResMapError};
use crate::transformer_config::TransformerConfig;

/// Objects, and what is needed to work on them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Accumulator {
    pub(crate) resmap: ResMap,
    pub(crate) config: Arc<TransformerConfig>,
    /// Variables, sorted by name.
    pub(crate) vars: Vec<Var>,
}

/// Why variables do not go together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VarError {
    /// There are two of one name.
    #[error("var '{0}' already encountered")]
    Repeated(String),
    /// Several objects fit.
    #[error("found {count} resId matches for var {name} (unable to disambiguate)")]
    Ambiguous {
        /// Name of the variable.
        name: String,
        /// Number of objects.
        count: usize,
    },
    /// No object fits.
    #[error("var '{0}' cannot be mapped to a field in the set of known resources")]
    Unmapped(String),
    /// The object has no such field.
    #[error("field specified in var '{name}' not found in corresponding resource: {path}")]
    NoField {
        /// Name of the variable.
        name: String,
        /// Path of the field.
        path: String,
    },
}

/// Why two accumulations do not go together.
#[derive(Debug, Clone, thiserror::Error)]
pub enum MergeError {
    /// Two objects have the same identity.
    #[error(transparent)]
    ResMap(#[from] ResMapError),
    /// Two configurations disagree.
    #[error("merging config")]
    Config(#[from] ConflictingFieldSpecs),
    /// Two variables have the same name.
    #[error(transparent)]
    Var(#[from] VarError),
}

impl Accumulator {
    /// Adds all that a base has gathered.
    pub(crate) fn merge(&mut self, other: Self) -> Result<(), MergeError> {
        if self.resmap.resources().is_empty() {
            self.resmap = other.resmap;
        } else {
            self.resmap.append_all(other.resmap.into_resources())?;
        }
        self.merge_config(&other.config)?;
        for var in other.vars {
            self.add_var(var)?;
        }
        Ok(())
    }

    /// Adds transformer configuration.
    pub(crate) fn merge_config(
        &mut self,
        config: &Arc<TransformerConfig>,
    ) -> Result<(), ConflictingFieldSpecs> {
        self.config = TransformerConfig::merged(&self.config, config)?;
        Ok(())
    }

    /// Adds the variables of a kustomization, and marks the objects that
    /// they read.
    pub(crate) fn merge_vars(&mut self, vars: &[Var]) -> Result<(), VarError> {
        for var in vars {
            let matches = self.matches(var);
            match matches.as_slice() {
                [] => {}
                [index] => {
                    let resource = self.resmap.resource_with_same_id_mut(*index);
                    resource.ref_var_names.push(var.name.clone());
                }
                several => {
                    return Err(VarError::Ambiguous {
                        name: var.name.clone(),
                        count: several.len(),
                    });
                }
            }
        }
        vars.iter().try_for_each(|var| self.add_var(var.clone()))
    }

    fn matches(&mut self, var: &Var) -> Vec<usize> {
        let (group, version) = var.objref.group_version();
        // Kustomize does not look the scope up here, so that a namespace for
        // a type outside of namespaces matches nothing.
        let target = ResId {
            gvk: Gvk::new(group, version, var.objref.kind.as_str()),
            name: var.objref.name.as_str().into(),
            namespace: var.objref.namespace.as_str().into(),
            is_cluster_scoped: false,
        };
        let any_namespace = target.namespace.is_empty();
        let fits = |id: &ResId| {
            if any_namespace {
                target.has_same_gvk_and_name(id)
            } else {
                target == *id
            }
        };
        let candidates = self.resmap.indices_of_name(&target.name).to_vec();
        let resources = self.resmap.resources();
        let has_match = |index: &usize| {
            let resource = &resources[*index];
            resource.previous_ids().any(|id| fits(&id)) || fits(resource.id())
        };
        candidates.into_iter().filter(has_match).collect()
    }

    fn add_var(&mut self, var: Var) -> Result<(), VarError> {
        match self
            .vars
            .binary_search_by(|present| present.name.cmp(&var.name))
        {
            Ok(_) => Err(VarError::Repeated(var.name)),
            Err(index) => {
                self.vars.insert(index, var);
                Ok(())
            }
        }
    }
}
