//! Transformers and validators of a target.

use super::{Context, Inherited, Target, TargetError};
use crate::accumulator::Accumulator;
use crate::field_spec::{self, FieldSpec};
use crate::kustfile::Label;
use crate::openapi::OpenApi;
use crate::origin::{self, Origin};
use crate::plugins;
use crate::transformer_config::TransformerConfig;
use crate::transformers::{
    Affix, AnnotationsTransformer, ImageTagTransformer, LabelTransformer, NamespaceTransformer,
    PatchJson6902Transformer, PatchStrategicMergeTransformer, PatchTransformer,
    PrefixSuffixTransformer, ReplacementTransformer, ReplicaCountTransformer, TransformError,
    Transformer,
};

/// Transformers in the order in which they run, each with what is recorded
/// of it.
struct Plan<'t> {
    steps: Vec<(Box<dyn Transformer>, Option<Origin>)>,
    file_name: &'t str,
    origin: Option<&'t Origin>,
}

impl Plan<'_> {
    fn add(&mut self, kind: &str, transformer: impl Transformer + 'static) {
        let origin = self
            .origin
            .map(|origin| origin.of_builtin(kind, self.file_name));
        self.steps.push((Box::new(transformer), origin));
    }

    /// Adds a transformer whose configuration may be refused.
    fn configure<T, E>(&mut self, kind: &str, configured: Result<T, E>) -> Result<(), TargetError>
    where
        T: Transformer + 'static,
        TransformError: From<E>,
    {
        let transformer = configured.map_err(|error| {
            TargetError::from(TransformError::from(error))
                .within(format!("trouble configuring builtin {kind}"))
        })?;
        self.add(kind, transformer);
        Ok(())
    }
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
        let mut plan = Plan {
            steps: Vec::new(),
            file_name: &self.file_name,
            origin: inherited.origin.as_ref(),
        };
        let config = &gathered.config;
        self.plan_patches(&mut plan, &context.openapi())?;
        self.plan_names(&mut plan, config);
        self.plan_labels(&mut plan, config)?;
        self.plan_values(&mut plan, config)?;
        self.plan_plugins(&mut plan, inherited, context)?;
        for (transformer, origin) in plan.steps {
            let map = &mut gathered.resmap;
            transformer.transform(map, &context.openapi())?;
            map.sync_shared();
            if let Some(origin) = &origin {
                origin::record_transformation(map, origin);
            }
            map.drop_empties();
        }
        Ok(())
    }

    fn plan_patches(&self, plan: &mut Plan<'_>, openapi: &OpenApi) -> Result<(), TargetError> {
        let paths = &self.kustomization.patches_strategic_merge;
        if !paths.is_empty() {
            let patches = PatchStrategicMergeTransformer::new(paths, "", &self.loader, openapi);
            plan.configure("PatchStrategicMergeTransformer", patches)?;
        }
        for patch in &self.kustomization.patches {
            let patch = PatchTransformer::new(patch, &self.loader, openapi);
            plan.configure("PatchTransformer", patch)?;
        }
        Ok(())
    }

    fn plan_names(&self, plan: &mut Plan<'_>, config: &TransformerConfig) {
        let kustomization = &self.kustomization;
        if !kustomization.namespace.is_empty() {
            let namespace = NamespaceTransformer::new(&kustomization.namespace, &config.namespace);
            plan.add("NamespaceTransformer", namespace);
        }
        let (prefix, suffix) = (&kustomization.name_prefix, &kustomization.name_suffix);
        if !prefix.is_empty() {
            let specs = &config.name_prefix;
            let prefix = PrefixSuffixTransformer::new(Affix::Prefix, prefix, specs);
            plan.add("PrefixTransformer", prefix);
        }
        if !suffix.is_empty() {
            let specs = &config.name_suffix;
            let suffix = PrefixSuffixTransformer::new(Affix::Suffix, suffix, specs);
            plan.add("SuffixTransformer", suffix);
        }
    }

    fn plan_labels(
        &self,
        plan: &mut Plan<'_>,
        config: &TransformerConfig,
    ) -> Result<(), TargetError> {
        let kustomization = &self.kustomization;
        let common = &kustomization.common_labels;
        if !kustomization.labels.is_empty() || !common.is_empty() {
            for label in &kustomization.labels {
                let specs = label_specs(label, config)?;
                plan.add(
                    "LabelTransformer",
                    LabelTransformer::new(&label.pairs, &specs),
                );
            }
            // Kustomize has this one even where it has nothing to do.
            plan.add(
                "LabelTransformer",
                LabelTransformer::new(common, &config.common_labels),
            );
        }
        let annotations = &kustomization.common_annotations;
        if !annotations.is_empty() {
            let specs = &config.common_annotations;
            plan.add(
                "AnnotationsTransformer",
                AnnotationsTransformer::new(annotations, specs),
            );
        }
        Ok(())
    }

    fn plan_values(
        &self,
        plan: &mut Plan<'_>,
        config: &TransformerConfig,
    ) -> Result<(), TargetError> {
        let kustomization = &self.kustomization;
        for patch in &kustomization.patches_json6902 {
            let patch = PatchJson6902Transformer::new(patch, &self.loader);
            plan.configure("PatchJson6902Transformer", patch)?;
        }
        for replica in &kustomization.replicas {
            let replicas = ReplicaCountTransformer::new(replica, &config.replicas);
            plan.add("ReplicaCountTransformer", replicas);
        }
        for image in &kustomization.images {
            plan.add(
                "ImageTagTransformer",
                ImageTagTransformer::new(image, &config.images),
            );
        }
        if !kustomization.replacements.is_empty() {
            let entries = &kustomization.replacements;
            let replacements = ReplacementTransformer::new(entries, &self.loader);
            plan.configure("ReplacementTransformer", replacements)?;
        }
        Ok(())
    }

    fn plan_plugins(
        &self,
        plan: &mut Plan<'_>,
        inherited: &Inherited,
        context: &Context<'_>,
    ) -> Result<(), TargetError> {
        let entries = &self.kustomization.transformers;
        for config in self.plugin_configs(entries, inherited, context)? {
            let transformers = plugins::transformers(&config, &self.loader, &context.openapi())?;
            let last = transformers.len();
            for (index, transformer) in transformers.into_iter().enumerate() {
                // Several transformers of one configuration are recorded once.
                let is_last = index + 1 == last;
                let origin = Origin::of_plugin(&config).filter(|_| is_last);
                plan.steps.push((transformer, origin));
            }
        }
        Ok(())
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
