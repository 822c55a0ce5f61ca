//! What the configurations of builtin plugins hold.

use std::collections::BTreeMap;

use crate::field_spec::FieldSpec;
use crate::kustfile::decode::{Field, Record};
use crate::kustfile::{HelmChart, HelmGlobals, Image, ObjectMeta, Replacement, Replica, Selector};

#[derive(Debug, Default)]
pub(super) struct Annotations {
    pub(super) annotations: BTreeMap<String, String>,
    pub(super) field_specs: Vec<FieldSpec>,
}

/// A chart, and what it would share with others: one configuration holds
/// both.
#[derive(Debug, Default)]
pub(crate) struct ChartGenerator {
    pub(crate) chart: HelmChart,
    pub(crate) globals: HelmGlobals,
}

#[derive(Debug, Default)]
pub(super) struct Labels {
    pub(super) labels: BTreeMap<String, String>,
    pub(super) field_specs: Vec<FieldSpec>,
}

#[derive(Debug, Default)]
pub(super) struct ImageTag {
    pub(super) image_tag: Image,
    pub(super) field_specs: Vec<FieldSpec>,
}

#[derive(Debug, Default)]
pub(super) struct ReplicaCount {
    pub(super) replica: Replica,
    pub(super) field_specs: Vec<FieldSpec>,
}

#[derive(Debug, Default)]
pub(super) struct Namespace {
    pub(super) metadata: ObjectMeta,
    pub(super) field_specs: Vec<FieldSpec>,
    pub(super) unset_only: bool,
    pub(super) set_role_binding_subjects: String,
}

#[derive(Debug, Default)]
pub(super) struct PrefixSuffix {
    pub(super) prefix: String,
    pub(super) suffix: String,
    pub(super) field_specs: Option<Vec<FieldSpec>>,
}

#[derive(Debug, Default)]
pub(super) struct StrategicMerge {
    pub(super) paths: Vec<String>,
    pub(super) patches: String,
}

#[derive(Debug, Default)]
pub(super) struct Json6902 {
    pub(super) target: Option<Selector>,
    pub(super) path: String,
    pub(super) json_op: String,
}

#[derive(Debug, Default)]
pub(super) struct Replacements {
    pub(super) replacements: Vec<Replacement>,
}

#[derive(Debug, Default)]
pub(super) struct IamPolicy {
    pub(super) cloud: String,
    pub(super) service: KubernetesService,
    pub(super) service_account: ServiceAccount,
}

#[derive(Debug, Default)]
pub(super) struct KubernetesService {
    pub(super) name: String,
    pub(super) namespace: String,
}

#[derive(Debug, Default)]
pub(super) struct ServiceAccount {
    pub(super) name: String,
    pub(super) project_id: String,
}

impl Record for Annotations {
    const NAME: &'static str = "AnnotationsTransformerPlugin";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("annotations", |c| &mut c.annotations),
        Field::new("fieldSpecs", |c| &mut c.field_specs),
    ];
}

impl Record for Labels {
    const NAME: &'static str = "LabelTransformerPlugin";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("labels", |c| &mut c.labels),
        Field::new("fieldSpecs", |c| &mut c.field_specs),
    ];
}

impl Record for ImageTag {
    const NAME: &'static str = "ImageTagTransformerPlugin";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("imageTag", |c| &mut c.image_tag),
        Field::new("fieldSpecs", |c| &mut c.field_specs),
    ];
}

impl Record for ReplicaCount {
    const NAME: &'static str = "ReplicaCountTransformerPlugin";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("replica", |c| &mut c.replica),
        Field::new("fieldSpecs", |c| &mut c.field_specs),
    ];
}

impl Record for Namespace {
    const NAME: &'static str = "NamespaceTransformerPlugin";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("metadata", |c| &mut c.metadata),
        Field::new("fieldSpecs", |c| &mut c.field_specs),
        Field::new("unsetOnly", |c| &mut c.unset_only),
        Field::new("setRoleBindingSubjects", |c| {
            &mut c.set_role_binding_subjects
        }),
    ];
}

impl Record for PrefixSuffix {
    const NAME: &'static str = "PrefixTransformerPlugin";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("prefix", |c| &mut c.prefix),
        Field::new("suffix", |c| &mut c.suffix),
        Field::new("fieldSpecs", |c| &mut c.field_specs),
    ];
}

impl Record for StrategicMerge {
    const NAME: &'static str = "PatchStrategicMergeTransformerPlugin";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("paths", |c| &mut c.paths),
        Field::new("patches", |c| &mut c.patches),
    ];
}

impl Record for Json6902 {
    const NAME: &'static str = "PatchJson6902TransformerPlugin";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("target", |c| &mut c.target),
        Field::new("path", |c| &mut c.path),
        Field::new("jsonOp", |c| &mut c.json_op),
    ];
}

impl Record for Replacements {
    const NAME: &'static str = "ReplacementTransformerPlugin";
    const FIELDS: &'static [Field<Self>] = &[Field::new("replacements", |c| &mut c.replacements)];
}

impl Record for IamPolicy {
    const NAME: &'static str = "IAMPolicyGeneratorPlugin";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("cloud", |c| &mut c.cloud),
        Field::new("kubernetesService", |c| &mut c.service),
        Field::new("serviceAccount", |c| &mut c.service_account),
    ];
}

impl Record for KubernetesService {
    const NAME: &'static str = "KubernetesService";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("name", |c| &mut c.name),
        Field::new("namespace", |c| &mut c.namespace),
    ];
}

impl Record for ServiceAccount {
    const NAME: &'static str = "ServiceAccount";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("name", |c| &mut c.name),
        Field::new("projectId", |c| &mut c.project_id),
    ];
}
