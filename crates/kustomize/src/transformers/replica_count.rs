//! `replicas`.

use rheostat_yaml::{Node, Scalar, Tag};

use super::{Target, TransformError, Transformer};
use crate::field_setter::set_tagged;
use crate::field_spec::{Creation, FieldSpec};
use crate::kustfile::Replica;
use crate::openapi::OpenApi;
use crate::resmap::ResMap;

/// Sets the number of replicas of the objects that have or had a name.
#[derive(Debug)]
pub(crate) struct ReplicaCountTransformer {
    replica: Replica,
    targets: Vec<Target>,
}

impl ReplicaCountTransformer {
    pub(crate) fn new(replica: &Replica, specs: &[FieldSpec]) -> Self {
        Self {
            replica: replica.clone(),
            targets: Target::all(specs),
        }
    }
}

impl Transformer for ReplicaCountTransformer {
    fn transform(&self, map: &mut ResMap, _: &OpenApi) -> Result<(), TransformError> {
        let candidates = map.indices_of_name(&self.replica.name).to_vec();
        let count = Scalar::new(self.replica.count.to_string(), Tag::Int);
        let mut found = false;
        for target in &self.targets {
            for index in &candidates {
                let resource = map.resource_with_same_id_mut(*index);
                let is_meant = resource
                    .previous_ids()
                    .chain([resource.id().clone()])
                    .any(|id| id.name == self.replica.name && id.gvk.is_selected(&target.gvk));
                if !is_meant {
                    continue;
                }
                found = true;
                target.visit(resource, Creation::Int, &mut |field: &mut Node| {
                    Ok(set_tagged(field, count.clone())?)
                })?;
            }
        }
        if found {
            return Ok(());
        }
        let types: Vec<String> = self.targets.iter().map(|t| t.gvk.to_string()).collect();
        Err(TransformError::NoReplicas {
            name: self.replica.name.clone(),
            types: types.join(" "),
        })
    }
}
