//! The generators, transformers and validators that objects configure.

use super::{Context, Inherited, Target, TargetError};
use crate::accumulator::Accumulator;
use crate::origin::{self, ORIGIN, Origin};
use crate::plugins::{self, Generator, PluginError};
use crate::resmap::ResMap;
use crate::resource::{BuildAnnotations, Resource, read_resources};

impl Target<'_> {
    /// The objects that configure plugins: texts that hold them, or else
    /// paths of files and folders.
    pub(super) fn plugin_configs(
        &self,
        entries: &[String],
        inherited: &Inherited,
        context: &Context<'_>,
    ) -> Result<Vec<Resource>, TargetError> {
        let mut gathered = Accumulator::default();
        let mut paths = Vec::new();
        for entry in entries {
            let Ok(inline) = read_resources(entry.as_bytes(), &context.openapi()) else {
                paths.push(entry.clone());
                continue;
            };
            for mut config in inline {
                if let Some(origin) = &inherited.origin {
                    let origin = origin.join(&self.file_name);
                    config.set_annotation(ORIGIN, &origin.to_text());
                }
                gathered.resmap.append(config)?;
            }
        }
        self.accumulate_resources(&mut gathered, &paths, inherited, context)?;
        Ok(gathered.resmap.into_resources())
    }

    /// Adds the objects of `generators`.
    pub(super) fn run_plugin_generators(
        &self,
        gathered: &mut Accumulator,
        inherited: &Inherited,
        context: &Context<'_>,
    ) -> Result<(), TargetError> {
        let entries = &self.kustomization.generators;
        let configs = self
            .plugin_configs(entries, inherited, context)
            .map_err(|error| error.within("loading generator plugins"))?;
        for config in configs {
            let openapi = context.openapi();
            let resources = self
                .run_plugin_generator(&config, context)
                .map_err(|error| error.within("loading generator plugins"))?;
            for mut resource in resources {
                if let Some(origin) = Origin::of_plugin(&config) {
                    origin::annotate(&mut resource, &origin);
                }
                gathered
                    .resmap
                    .absorb(resource, &openapi)
                    .map_err(|error| {
                        TargetError::from(error)
                            .within(format!("merging from generator {}", config.id()))
                    })?;
            }
        }
        Ok(())
    }

    fn run_plugin_generator(
        &self,
        config: &Resource,
        context: &Context<'_>,
    ) -> Result<Vec<Resource>, TargetError> {
        match plugins::generator(config)? {
            Generator::Chart(plugin) => {
                self.check_chart(&plugin.chart, context)
                    .map_err(|error| PluginError::refused(config, error))?;
                self.inflate(&plugin.chart, &plugin.globals, context)
            }
            Generator::Object(kind) => {
                let openapi = context.openapi();
                let resource = plugins::generate(kind, config, &self.loader, &openapi)?;
                Ok(vec![resource])
            }
        }
    }

    /// Runs `validators`, which must change nothing but one label.
    pub(super) fn run_validators(
        &self,
        gathered: &mut Accumulator,
        inherited: &Inherited,
        context: &Context<'_>,
    ) -> Result<(), TargetError> {
        let entries = &self.kustomization.validators;
        for config in self.plugin_configs(entries, inherited, context)? {
            let openapi = context.openapi();
            for validator in plugins::transformers(&config, &self.loader, &openapi)? {
                let before = snapshot(&gathered.resmap);
                validator.transform(&mut gathered.resmap, &openapi)?;
                let mut after = gathered.resmap.clone();
                after.resources_mut().iter_mut().for_each(drop_validated_by);
                if snapshot(&after) != before {
                    return Err(TargetError::Validator(config.id().to_string()));
                }
            }
        }
        Ok(())
    }
}

/// All that a validator must leave alone, in an order that does not matter.
fn snapshot(map: &ResMap) -> Vec<(String, String, BuildAnnotations)> {
    let mut objects: Vec<_> = map
        .resources()
        .iter()
        .map(|resource| {
            let id = resource.id().to_string();
            let text = rheostat_yaml::emit::to_kustomize(resource.node());
            let text = text.unwrap_or_else(|error| error.to_string());
            (id, text, resource.build.clone())
        })
        .collect();
    objects.sort_by(|(a, ..), (b, ..)| a.cmp(b));
    objects
}

fn drop_validated_by(resource: &mut Resource) {
    const VALIDATED_BY: &str = "validated-by";
    if resource
        .labels()
        .is_some_and(|labels| labels.contains_key(VALIDATED_BY))
    {
        resource.remove_label(VALIDATED_BY);
    }
}
