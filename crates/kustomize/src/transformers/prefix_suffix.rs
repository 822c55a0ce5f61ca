//! `namePrefix` and `nameSuffix`.

use rheostat_manifest::ResId;
use rheostat_yaml::{Node, SmolStr};

use super::{Target, TransformError, Transformer};
use crate::field_setter::set_scalar;
use crate::field_spec::{Creation, FieldSpec};
use crate::openapi::OpenApi;
use crate::resmap::ResMap;

/// At which end of a name a text is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Affix {
    Prefix,
    Suffix,
}

/// Adds a text to the names of objects, and remembers it on them: names in
/// other objects are matched by the texts that both have got.
#[derive(Debug)]
pub(crate) struct PrefixSuffixTransformer {
    affix: Affix,
    text: SmolStr,
    targets: Vec<Target>,
}

impl PrefixSuffixTransformer {
    pub(crate) fn new(affix: Affix, text: &str, specs: &[FieldSpec]) -> Self {
        Self {
            affix,
            text: SmolStr::from(text),
            targets: Target::all(specs),
        }
    }

    fn changed(&self, text: &str) -> String {
        match self.affix {
            Affix::Prefix => format!("{}{text}", self.text),
            Affix::Suffix => format!("{text}{}", self.text),
        }
    }
}

/// Objects whose names others rely on.
fn keeps_its_name(original: &ResId) -> bool {
    match original.gvk.kind.as_str() {
        "CustomResourceDefinition" | "Namespace" => true,
        "APIService" => original.gvk.group == "apiregistration.k8s.io",
        _ => false,
    }
}

impl Transformer for PrefixSuffixTransformer {
    fn transform(&self, map: &mut ResMap, openapi: &OpenApi) -> Result<(), TransformError> {
        for resource in map.resources_mut() {
            let original = resource.original_id();
            if keeps_its_name(&original) {
                continue;
            }
            for target in &self.targets {
                if !original.gvk.is_selected(&target.gvk) {
                    continue;
                }
                if target.text == "metadata/name" && !self.text.is_empty() {
                    let trail = match self.affix {
                        Affix::Prefix => &mut resource.build.prefixes,
                        Affix::Suffix => &mut resource.build.suffixes,
                    };
                    trail.push(self.text.clone());
                    resource.store_previous_id();
                }
                target.visit(resource, Creation::String, &mut |field: &mut Node| {
                    let changed = self.changed(field.text().unwrap_or_default());
                    Ok(set_scalar(field, &changed)?)
                })?;
                resource.refresh_id(openapi);
            }
        }
        Ok(())
    }
}
