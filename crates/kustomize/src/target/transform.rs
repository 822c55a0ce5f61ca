//! Transformers and validators of a target.

use super::{Context, Inherited, Target, TargetError};
use crate::accumulator::Accumulator;
use crate::field_spec::{self, FieldSpec};
use crate::kustfile::Label;
use crate::origin::{self, Origin};
use crate::transformer_config::TransformerConfig;
use crate::transformers::{
    Affix, AnnotationsTransformer, ImageTagTransformer, LabelTransformer, NamespaceTransformer,
    PrefixSuffixTransformer, ReplicaCountTransformer, Transformer,
};

/// A transformer, and what is recorded of it.
struct Planned {
    transformer: Box<dyn Transformer>,
    origin: Option<Origin>,
}

impl Target<'_> {
    /// Runs the transformers in kustomize's order, whatever the order of the
    /// fields in the file.
    pub(super) fn run_transformers(
        &self,
        gathered: &mut Accumulator,
        inherited: &Inherited,
        context: &Context<'_>,
    ) -> Result<(), TargetError> {
        let planned = self.builtin_transformers(&gathered.config, inherited)?;
        for Planned {
            transformer,
            origin,
        } in planned
        {
            let map = &mut gathered.resmap;
            transformer.transform(map, &context.openapi())?;
            if let Some(origin) = &origin {
                origin::record_transformation(map, origin);
            }
            map.drop_empties();
        }
        Ok(())
    }

    /// Runs `validators`, which must change nothing.
    pub(super) fn run_validators(
        &self,
        _gathered: &mut Accumulator,
        _inherited: &Inherited,
        _context: &Context<'_>,
    ) -> Result<(), TargetError> {
        if self.kustomization.validators.is_empty() {
            Ok(())
        } else {
            Err(TargetError::NotSupported("validators"))
        }
    }

    fn builtin_transformers(
        &self,
        config: &TransformerConfig,
        inherited: &Inherited,
    ) -> Result<Vec<Planned>, TargetError> {
        let kustomization = &self.kustomization;
        for (field, is_given) in [
            ("patches", !kustomization.patches.is_empty()),
            (
                "patchesStrategicMerge",
                !kustomization.patches_strategic_merge.is_empty(),
            ),
            (
                "patchesJson6902",
                !kustomization.patches_json6902.is_empty(),
            ),
            ("replacements", !kustomization.replacements.is_empty()),
            ("transformers", !kustomization.transformers.is_empty()),
        ] {
            if is_given {
                return Err(TargetError::NotSupported(field));
            }
        }
        let mut planned = Vec::new();
        let mut plan = |kind: &str, transformer: Box<dyn Transformer>| {
            let origin = inherited.origin.as_ref();
            planned.push(Planned {
                transformer,
                origin: origin.map(|origin| origin.of_builtin(kind, &self.file_name)),
            });
        };
        if !kustomization.namespace.is_empty() {
            let namespace = NamespaceTransformer::new(&kustomization.namespace, &config.namespace);
            plan("NamespaceTransformer", Box::new(namespace));
        }
        for (kind, affix, text, specs) in [
            (
                "PrefixTransformer",
                Affix::Prefix,
                &kustomization.name_prefix,
                &config.name_prefix,
            ),
            (
                "SuffixTransformer",
                Affix::Suffix,
                &kustomization.name_suffix,
                &config.name_suffix,
            ),
        ] {
            if !text.is_empty() {
                plan(
                    kind,
                    Box::new(PrefixSuffixTransformer::new(affix, text, specs)),
                );
            }
        }
        if !kustomization.labels.is_empty() || !kustomization.common_labels.is_empty() {
            for label in &kustomization.labels {
                let specs = label_specs(label, config)?;
                plan(
                    "LabelTransformer",
                    Box::new(LabelTransformer::new(&label.pairs, &specs)),
                );
            }
            let common = LabelTransformer::new(&kustomization.common_labels, &config.common_labels);
            plan("LabelTransformer", Box::new(common));
        }
        if !kustomization.common_annotations.is_empty() {
            let annotations = AnnotationsTransformer::new(
                &kustomization.common_annotations,
                &config.common_annotations,
            );
            plan("AnnotationsTransformer", Box::new(annotations));
        }
        for replica in &kustomization.replicas {
            let replicas = ReplicaCountTransformer::new(replica, &config.replicas);
            plan("ReplicaCountTransformer", Box::new(replicas));
        }
        for image in &kustomization.images {
            let images = ImageTagTransformer::new(image, &config.images);
            plan("ImageTagTransformer", Box::new(images));
        }
        Ok(planned)
    }
}

/// The fields that an entry of `labels` goes to.
fn label_specs(label: &Label, config: &TransformerConfig) -> Result<Vec<FieldSpec>, TargetError> {
    let mut specs = label.fields.clone();
    field_spec::merge(&mut specs, &config.labels)?;
    if label.include_selectors {
        field_spec::merge(&mut specs, &config.common_labels)?;
    } else {
        if label.include_templates {
            field_spec::merge(&mut specs, &config.template_labels)?;
        }
        field_spec::merge(&mut specs, &[FieldSpec::created_in_any("metadata/labels")])?;
    }
    Ok(specs)
}
