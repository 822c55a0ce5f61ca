//! Configuration files and generators of a target.

use std::sync::Arc;

use super::{Context, Inherited, Target, TargetError};
use crate::accumulator::Accumulator;
use crate::generators;
use crate::kustfile::{ConfigMapArgs, SecretArgs};
use crate::openapi::OpenApi;
use crate::origin;
use crate::resource::Resource;
use crate::transformer_config::{TransformerConfig, config_from_crds, default_config, read_config};

impl Target<'_> {
    /// Adds the defaults, `configurations` and `crds`.
    pub(super) fn merge_configurations(
        &self,
        gathered: &mut Accumulator,
    ) -> Result<(), TargetError> {
        let mut config = default_config();
        if !self.kustomization.configurations.is_empty() {
            let mut own = TransformerConfig::default();
            for path in &self.kustomization.configurations {
                own.merge(&read_config(path, &self.loader.load(path)?)?)?;
            }
            config = TransformerConfig::merged(&config, &Arc::new(own))?;
        }
        gathered.merge_config(&config)?;
        for path in &self.kustomization.crds {
            let content = self.loader.load(path)?;
            let config = config_from_crds(path, &content)?;
            gathered.merge_config(&Arc::new(config))?;
        }
        Ok(())
    }

    /// Adds generated objects: ConfigMaps, Secrets, charts, and those of
    /// `generators`.
    pub(super) fn run_generators(
        &self,
        gathered: &mut Accumulator,
        inherited: &Inherited,
        context: &Context<'_>,
    ) -> Result<(), TargetError> {
        let openapi = context.openapi();
        let generated = |kind: &str, mut resource: Resource| {
            if let Some(origin) = &inherited.origin {
                let origin = origin.of_builtin(kind, &self.file_name);
                origin::annotate(&mut resource, &origin);
            }
            resource
        };
        for args in &self.kustomization.config_map_generator {
            let args = self.with_global_options(args);
            let resource = generators::config_map(&args, &self.loader, &openapi)?;
            let resource = generated("ConfigMapGenerator", resource);
            absorb(gathered, resource, "ConfigMapGenerator", &openapi)?;
        }
        for secret in &self.kustomization.secret_generator {
            let secret = SecretArgs {
                args: self.with_global_options(&secret.args),
                secret_type: secret.secret_type.clone(),
            };
            let resource = generators::secret(&secret, &self.loader, &openapi)?;
            let resource = generated("SecretGenerator", resource);
            absorb(gathered, resource, "SecretGenerator", &openapi)?;
        }
        self.run_charts(gathered, inherited, context)?;
        self.run_plugin_generators(gathered, inherited, context)
    }

    fn with_global_options(&self, args: &ConfigMapArgs) -> ConfigMapArgs {
        let mut args = args.clone();
        if let Some(global) = &self.kustomization.generator_options {
            args.options = Some(args.options.unwrap_or_default().over(global));
        }
        args
    }
}

fn absorb(
    gathered: &mut Accumulator,
    resource: Resource,
    generator: &str,
    openapi: &OpenApi,
) -> Result<(), TargetError> {
    let name = resource.id().name.clone();
    gathered.resmap.absorb(resource, openapi).map_err(|error| {
        TargetError::from(error).within(format!("merging from generator {generator} {name}"))
    })
}
