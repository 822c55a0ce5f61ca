//! `labels` and `commonLabels`.

use std::collections::BTreeMap;

use rheostat_yaml::SmolStr;

use super::{Target, TransformError, Transformer};
use crate::field_setter::set_entry;
use crate::field_spec::{Creation, FieldSpec};
use crate::openapi::OpenApi;
use crate::resmap::ResMap;
use crate::resource::Resource;

/// Adds labels to all objects, and to selectors and templates in them.
#[derive(Debug)]
pub(crate) struct LabelTransformer(Entries);

impl LabelTransformer {
    pub(crate) fn new(labels: &BTreeMap<String, String>, specs: &[FieldSpec]) -> Self {
        Self(Entries::new(labels, specs))
    }
}

impl Transformer for LabelTransformer {
    fn transform(&self, map: &mut ResMap, _: &OpenApi) -> Result<(), TransformError> {
        self.0.set(map)
    }
}

/// Keys and values, and the mappings that they go to.
#[derive(Debug)]
pub(super) struct Entries {
    pairs: Vec<(String, SmolStr)>,
    targets: Vec<Target>,
}

impl Entries {
    pub(super) fn new(pairs: &BTreeMap<String, String>, specs: &[FieldSpec]) -> Self {
        let shared = |(key, value): (&String, &String)| (key.clone(), SmolStr::from(value));
        Self {
            pairs: pairs.iter().map(shared).collect(),
            targets: Target::all(specs),
        }
    }

    pub(super) fn set(&self, map: &mut ResMap) -> Result<(), TransformError> {
        if self.pairs.is_empty() {
            return Ok(());
        }
        for index in 0..map.resources().len() {
            self.set_in(map.resource_with_same_id_mut(index))?;
        }
        Ok(())
    }

    fn set_in(&self, resource: &mut Resource) -> Result<(), TransformError> {
        let marks = resource.shared.reserve(self.pairs.len());
        let mut added = vec![0_usize; self.pairs.len()];
        for target in &self.targets {
            target.visit(resource, Creation::Mapping, &mut |field| {
                for (index, (key, value)) in self.pairs.iter().enumerate() {
                    added[index] += usize::from(set_entry(field, key, value, marks[index])?);
                }
                Ok(())
            })?;
        }
        for (index, (_, value)) in self.pairs.iter().enumerate() {
            if added[index] > 1 {
                resource.shared.add(marks[index], value);
            }
        }
        Ok(())
    }
}
