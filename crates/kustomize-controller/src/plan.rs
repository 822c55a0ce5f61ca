//! What is to be on the cluster: the manifests of a path, built, marked and brought to their normal
//! form. (pure)

mod overlay;
mod packed;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use rheostat_api::Kustomization;
use rheostat_api::metadata::kustomize::{DECRYPT, DISABLED};
use rheostat_apply::normalize::normalize;
use rheostat_apply::{Object, ObjectError, Owner};
use rheostat_kustomize::remote::{Answers, Need};
use rheostat_render::CommonMetadata;
use rheostat_render::kustomization::{self, BuildError, Overlay};
use rheostat_tree::{ReadSet, Tree, TreePath};

use self::packed::Packed;
use crate::desired::Desired;

/// What is to be on the cluster.
#[derive(Debug)]
pub struct Plan {
    objects: Vec<Packed>,
    /// The digest of the manifests as they were built.
    pub digest: String,
    /// A Secret that is still encrypted, because of which nothing may be applied.
    pub encrypted: Option<String>,
}

/// How far a plan has come.
#[derive(Debug)]
pub enum Step {
    /// It is made.
    Done(Box<Built>),
    /// It needs what is not in the tree; plan again with the answers.
    Needs(Vec<Need>),
}

/// A plan, and what it was made from.
#[derive(Clone, Debug)]
pub struct Built {
    /// The plan.
    pub plan: Arc<Plan>,
    inputs: Inputs,
    /// Whether something from outside of the tree went into it, which may be another today.
    has_remote_bases: bool,
    /// What the build looked at: where none of it changed, neither did the plan.
    read_set: Arc<ReadSet>,
}

/// What a plan is made from.
#[derive(Debug)]
pub struct Request {
    inputs: Inputs,
    tree: Tree,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The manifests could not be built.
    #[error("{}", .0.report())]
    Build(Box<BuildError>),
    /// What was built is no object.
    #[error("failed to decode Kubernetes apiVersion, kind and name: {0}")]
    Object(#[from] ObjectError),
}

/// The part of a request besides the tree.
#[derive(Clone, Debug, PartialEq)]
struct Inputs {
    root: TreePath,
    overlay: Overlay,
    owner: Owner,
    common: CommonMetadata,
}

impl Plan {
    /// The objects.
    pub fn objects(&self) -> Vec<Object> {
        self.objects.iter().map(Packed::unpack).collect()
    }
}

impl Built {
    /// What the build looked at.
    pub fn read_set(&self) -> Arc<ReadSet> {
        Arc::clone(&self.read_set)
    }
}

impl Request {
    /// What a Kustomization asks to be made of a path in a tree.
    pub fn new(object: &Kustomization, desired: &Desired, tree: Tree, root: TreePath) -> Self {
        Self {
            inputs: Inputs {
                root,
                overlay: overlay::overlay(&object.spec),
                owner: desired.owner(),
                common: overlay::common_metadata(&object.spec),
            },
            tree,
        }
    }
}

/// Builds the manifests and prepares them, unless `last` answers the request already.
///
/// # Errors
/// Failed: `BuildFailed`.
pub fn plan(request: &Request, last: Option<Built>, answers: &Answers) -> Result<Step, PlanError> {
    let Request { inputs, tree } = request;
    if let Some(last) = last
        && last.inputs == *inputs
        && !last.has_remote_bases
        && last.read_set.holds_in(tree)
    {
        return Ok(Step::Done(Box::new(last)));
    }
    let request = kustomization::Request {
        files: tree,
        directory: &inputs.root,
        overlay: &inputs.overlay,
        root_name: "",
    };
    let step = kustomization::step(&request, answers).map_err(|e| PlanError::Build(Box::new(e)))?;
    let built = match step {
        kustomization::Step::Done(built) => built,
        kustomization::Step::Needs(needs) => return Ok(Step::Needs(needs)),
    };
    let objects: Result<Vec<Object>, ObjectError> = built
        .objects
        .into_iter()
        .map(|value| Ok(prepared(Object::new(value)?, inputs)))
        .collect();
    let objects = objects?;
    let encrypted = objects.iter().find(|object| is_encrypted(object));
    let plan = Plan {
        encrypted: encrypted.map(ToString::to_string),
        digest: built.digest,
        objects: objects.into_iter().map(Packed::new).collect(),
    };
    Ok(Step::Done(Box::new(Built {
        plan: Arc::new(plan),
        inputs: inputs.clone(),
        has_remote_bases: !answers.is_empty(),
        read_set: Arc::new(built.read_set),
    })))
}

/// Marks an object as the Kustomization's and brings it to its normal form. Common metadata comes
/// last: it overrides even the owner's labels.
fn prepared(mut object: Object, inputs: &Inputs) -> Object {
    inputs.owner.label(&mut object);
    normalize(&mut object);
    for (key, value) in &inputs.common.labels {
        object.set_label(key, value);
    }
    for (key, value) in &inputs.common.annotations {
        object.set_annotation(key, value);
    }
    object
}

/// Whether a Secret still is what SOPS made of it, and nobody says that this is as it should be.
fn is_encrypted(object: &Object) -> bool {
    let is_secret = object.api_version() == "v1" && object.kind() == "Secret";
    let is_exempt = object
        .annotation(DECRYPT)
        .is_some_and(|value| value.eq_ignore_ascii_case(DISABLED));
    is_secret && !is_exempt && object.value().get("sops").is_some()
}
