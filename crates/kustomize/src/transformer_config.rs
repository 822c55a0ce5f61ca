//! The configuration of the transformers: which fields each works on.
//!
//! The defaults are kustomize's. `configurations` and `crds` add to them,
//! and what a base adds reaches the overlays that use it.

mod crds;
mod defaults;

use std::sync::{Arc, LazyLock};

use rheostat_manifest::Gvk;
use rheostat_yaml::{Limits, Node, Profile, ReadError};

pub use crds::CrdsError;
pub(crate) use crds::config_from_crds;

use crate::field_spec::{self, ConflictingFieldSpecs, FieldSpec};
use crate::kustfile::DecodeError;
use crate::kustfile::decode::{Field, Reading, Record, record};

/// Why a configuration is refused.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ConfigError {
    /// It is no YAML.
    #[error("error converting YAML to JSON of {file}")]
    Yaml {
        /// The file.
        file: String,
        /// What is wrong.
        #[source]
        source: ReadError,
    },
    /// A field is unknown or does not fit.
    #[error("error unmarshaling JSON of {file}: while decoding JSON")]
    Decode {
        /// The file.
        file: String,
        /// What is wrong.
        #[source]
        source: DecodeError,
    },
}

/// Reads a file that `configurations` names.
///
/// # Errors
/// [`ConfigError`] when the file is no YAML, or has unknown fields.
pub(crate) fn read_config(file: &str, bytes: &[u8]) -> Result<TransformerConfig, ConfigError> {
    let node = rheostat_yaml::parse(bytes, Profile::V2, &Limits::default()).map_err(|source| {
        let file = file.to_owned();
        ConfigError::Yaml { file, source }
    })?;
    let node = node.unwrap_or_else(Node::null);
    let mut config: TransformerConfig =
        record(&node, Reading::CONFIGURATION).map_err(|source| {
            let file = file.to_owned();
            ConfigError::Decode { file, source }
        })?;
    config.sort();
    Ok(config)
}

/// Field specs by transformer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TransformerConfig {
    /// Of `namePrefix`.
    pub name_prefix: Vec<FieldSpec>,
    /// Of `nameSuffix`.
    pub name_suffix: Vec<FieldSpec>,
    /// Of `namespace`, beside `metadata/namespace`.
    pub namespace: Vec<FieldSpec>,
    /// Of `commonLabels`, and of `labels` that go into selectors.
    pub common_labels: Vec<FieldSpec>,
    /// Of every entry of `labels`.
    pub labels: Vec<FieldSpec>,
    /// Of `labels` that go into templates.
    pub template_labels: Vec<FieldSpec>,
    /// Of `commonAnnotations`.
    pub common_annotations: Vec<FieldSpec>,
    /// Fields that hold names of other objects.
    pub name_reference: Vec<NameBackReferences>,
    /// Fields in which variables are replaced.
    pub var_reference: Vec<FieldSpec>,
    /// Of `images`.
    pub images: Vec<FieldSpec>,
    /// Of `replicas`.
    pub replicas: Vec<FieldSpec>,
}

/// The fields that hold names of objects of one type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NameBackReferences {
    /// The type that is referred to.
    pub gvk: Gvk,
    /// The fields that refer to it.
    pub referrers: Vec<FieldSpec>,
}

/// The configuration without any of a kustomization's own. The table never
/// changes, so that all builds share it.
pub(crate) fn default_config() -> Arc<TransformerConfig> {
    static DEFAULT: LazyLock<Arc<TransformerConfig>> =
        LazyLock::new(|| Arc::new(defaults::transformer_config()));
    Arc::clone(&DEFAULT)
}

impl TransformerConfig {
    /// Both configurations together. Where one is empty or they are the same
    /// value, the other is shared.
    ///
    /// # Errors
    /// [`ConflictingFieldSpecs`] when they disagree on a field.
    pub(crate) fn merged(
        this: &Arc<Self>,
        other: &Arc<Self>,
    ) -> Result<Arc<Self>, ConflictingFieldSpecs> {
        if Arc::ptr_eq(this, other) || **other == Self::default() {
            return Ok(Arc::clone(this));
        }
        if **this == Self::default() {
            return Ok(Arc::clone(other));
        }
        let mut merged = Self::clone(this);
        merged.merge(other)?;
        Ok(Arc::new(merged))
    }

    /// Adds the specs of another configuration.
    ///
    /// # Errors
    /// [`ConflictingFieldSpecs`] when they disagree on a field.
    pub(crate) fn merge(&mut self, other: &Self) -> Result<(), ConflictingFieldSpecs> {
        field_spec::merge(&mut self.name_prefix, &other.name_prefix)?;
        field_spec::merge(&mut self.name_suffix, &other.name_suffix)?;
        field_spec::merge(&mut self.namespace, &other.namespace)?;
        field_spec::merge(&mut self.common_annotations, &other.common_annotations)?;
        field_spec::merge(&mut self.common_labels, &other.common_labels)?;
        field_spec::merge(&mut self.labels, &other.labels)?;
        field_spec::merge(&mut self.template_labels, &other.template_labels)?;
        field_spec::merge(&mut self.var_reference, &other.var_reference)?;
        for references in &other.name_reference {
            self.merge_references(references)?;
        }
        field_spec::merge(&mut self.images, &other.images)?;
        field_spec::merge(&mut self.replicas, &other.replicas)?;
        self.sort();
        Ok(())
    }

    fn merge_references(
        &mut self,
        incoming: &NameBackReferences,
    ) -> Result<(), ConflictingFieldSpecs> {
        let mut same = self
            .name_reference
            .iter_mut()
            .filter(|present| present.gvk == incoming.gvk)
            .peekable();
        if same.peek().is_none() {
            self.name_reference.push(incoming.clone());
            return Ok(());
        }
        for present in same {
            field_spec::merge(&mut present.referrers, &incoming.referrers)?;
        }
        Ok(())
    }

    /// Orders everything by type. The order decides which of several rules
    /// for one field is tried first.
    fn sort(&mut self) {
        for specs in [
            &mut self.name_prefix,
            &mut self.name_suffix,
            &mut self.namespace,
            &mut self.common_labels,
            &mut self.labels,
            &mut self.template_labels,
            &mut self.common_annotations,
            &mut self.var_reference,
            &mut self.images,
            &mut self.replicas,
        ] {
            specs.sort_by(|a, b| a.gvk.legacy_cmp(&b.gvk));
        }
        self.name_reference.sort_by(|a, b| a.gvk.legacy_cmp(&b.gvk));
    }
}

impl Record for TransformerConfig {
    const NAME: &'static str = "TransformerConfig";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("namePrefix", |c| &mut c.name_prefix),
        Field::new("nameSuffix", |c| &mut c.name_suffix),
        Field::new("namespace", |c| &mut c.namespace),
        Field::new("commonLabels", |c| &mut c.common_labels),
        Field::new("labels", |c| &mut c.labels),
        Field::new("templateLabels", |c| &mut c.template_labels),
        Field::new("commonAnnotations", |c| &mut c.common_annotations),
        Field::new("nameReference", |c| &mut c.name_reference),
        Field::new("varReference", |c| &mut c.var_reference),
        Field::new("images", |c| &mut c.images),
        Field::new("replicas", |c| &mut c.replicas),
    ];
}

impl Record for NameBackReferences {
    const NAME: &'static str = "NameBackReferences";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("group", |n| &mut n.gvk.group),
        Field::new("version", |n| &mut n.gvk.version),
        Field::new("kind", |n| &mut n.gvk.kind),
        Field::new("fieldSpecs", |n| &mut n.referrers),
    ];
}
