//! The kustomization file: its fields, and how it is read.
//!
//! A file is YAML in the v2 profile. Only its first document counts. The
//! deprecated fields that have an exact successor are moved there on
//! reading; `commonLabels`, `vars`, `patchesStrategicMerge` and
//! `patchesJson6902` keep their own steps in the build.

pub(crate) mod decode;
mod generator;
mod helm;
mod image;
mod label;
mod patch;
mod replacement;
mod selector;
mod var;

use std::collections::BTreeMap;

use rheostat_yaml::{Limits, Node, Profile, ReadError};

pub use decode::DecodeError;
use decode::{Decode as _, Field, Place, Reading, Record};
pub use generator::{ConfigMapArgs, GeneratorOptions, KvPairSources, SecretArgs};
pub use helm::{HelmChart, HelmChartArgs, HelmGlobals};
pub use image::{Image, Replica};
pub use label::Label;
pub use patch::{Patch, PatchOptions};
pub use replacement::{FieldOptions, Replacement, SourceSelector, TargetSelector};
pub use selector::Selector;
pub use var::{FieldSelector, LegacySortOptions, SortOptions, Var, VarTarget};

/// The names that a kustomization file may have, in order of preference.
pub const FILE_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

const KUSTOMIZATION_KIND: &str = "Kustomization";
const KUSTOMIZATION_VERSION: &str = "kustomize.config.k8s.io/v1beta1";
const COMPONENT_KIND: &str = "Component";
const COMPONENT_VERSION: &str = "kustomize.config.k8s.io/v1alpha1";

/// A kustomization file. Each field is documented at
/// <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/>.
#[derive(Debug, Clone, Default)]
#[expect(
    missing_docs,
    reason = "the fields are kustomize's own, documented there"
)]
pub struct Kustomization {
    pub api_version: String,
    pub kind: String,
    pub metadata: Option<ObjectMeta>,
    pub openapi: BTreeMap<String, String>,
    pub name_prefix: String,
    pub name_suffix: String,
    pub namespace: String,
    pub common_labels: BTreeMap<String, String>,
    pub labels: Vec<Label>,
    pub common_annotations: BTreeMap<String, String>,
    pub patches_strategic_merge: Vec<String>,
    pub patches_json6902: Vec<Patch>,
    pub patches: Vec<Patch>,
    pub images: Vec<Image>,
    pub image_tags: Vec<Image>,
    pub replacements: Vec<Replacement>,
    pub replicas: Vec<Replica>,
    pub vars: Vec<Var>,
    pub sort_options: Option<SortOptions>,
    pub resources: Vec<String>,
    pub components: Vec<String>,
    pub crds: Vec<String>,
    pub bases: Vec<String>,
    pub config_map_generator: Vec<ConfigMapArgs>,
    pub secret_generator: Vec<SecretArgs>,
    pub helm_globals: Option<HelmGlobals>,
    pub helm_charts: Vec<HelmChart>,
    pub helm_chart_inflation_generator: Vec<HelmChartArgs>,
    pub generator_options: Option<GeneratorOptions>,
    pub configurations: Vec<String>,
    pub generators: Vec<String>,
    pub transformers: Vec<String>,
    pub validators: Vec<String>,
    pub build_metadata: Vec<String>,
}

/// Metadata of a kustomization file. It has no effect.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectMeta {
    /// Name.
    pub name: String,
    /// Namespace.
    pub namespace: String,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Annotations.
    pub annotations: BTreeMap<String, String>,
}

/// How strictly a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// As kustomize reads: unknown fields are errors.
    Strict,
    /// As Flux reads the root file: unknown fields are dropped, and numbers
    /// stand for strings.
    Lenient,
}

/// Why a kustomization file is refused.
#[derive(Debug, Clone, thiserror::Error)]
pub enum KustfileError {
    /// It is no YAML.
    #[error("invalid Kustomization: error converting YAML to JSON")]
    Yaml(#[source] ReadError),
    /// A field is unknown or has a value of another type.
    #[error("invalid Kustomization")]
    Decode(#[source] DecodeError),
    /// It says nothing.
    #[error("kustomization.yaml is empty")]
    Empty,
    /// `kind` or `apiVersion` name something else.
    #[error("Failed to read kustomization file: {0}")]
    Type(String),
}

/// A kustomization file that has been read.
#[derive(Debug, Clone)]
pub struct Kustfile {
    /// Its fields, deprecated ones moved to their successors.
    pub kustomization: Kustomization,
    /// What its author should know.
    pub warnings: Vec<String>,
}

impl Kustfile {
    /// Reads a file.
    ///
    /// # Errors
    /// [`KustfileError`] when the text is no YAML, a field does not fit,
    /// nothing is said, or it is not a Kustomization or Component.
    pub fn read(bytes: &[u8], strictness: Strictness) -> Result<Self, KustfileError> {
        let node = parse(bytes)?;
        let mut kustomization = Kustomization::decoded(&node, strictness)?;
        let warnings = deprecations(&node);
        if says_nothing(&node) {
            return Err(KustfileError::Empty);
        }
        kustomization.fix();
        kustomization.check_type()?;
        Ok(Self {
            kustomization,
            warnings,
        })
    }
}

fn parse(bytes: &[u8]) -> Result<Node, KustfileError> {
    let node = rheostat_yaml::parse(bytes, Profile::V2, &Limits::default());
    let node = node.map_err(KustfileError::Yaml)?;
    Ok(node.unwrap_or_else(Node::null))
}

impl Kustomization {
    /// Reads a file as it is, for a caller that changes it before a build:
    /// nothing is [fixed](Self::fix), and it may say nothing.
    ///
    /// # Errors
    /// [`KustfileError`] when the text is no YAML or a field does not fit.
    pub fn read_as_is(bytes: &[u8], strictness: Strictness) -> Result<Self, KustfileError> {
        Self::decoded(&parse(bytes)?, strictness)
    }

    fn decoded(node: &Node, strictness: Strictness) -> Result<Self, KustfileError> {
        let reading = match strictness {
            Strictness::Strict => Reading::KUSTOMIZATION,
            Strictness::Lenient => Reading::LENIENT,
        };
        let mut kustomization = Self::default();
        let place = Place::root(Self::NAME, reading);
        kustomization
            .decode(node, &place)
            .map_err(KustfileError::Decode)?;
        Ok(kustomization)
    }

    /// Whether this is a component, which works on its parent's objects.
    pub fn is_component(&self) -> bool {
        self.kind == COMPONENT_KIND
    }

    /// Fills the type in, and moves deprecated fields to their successors.
    pub fn fix(&mut self) {
        if self.kind.is_empty() {
            KUSTOMIZATION_KIND.clone_into(&mut self.kind);
        }
        if self.api_version.is_empty() {
            self.required_version().clone_into(&mut self.api_version);
        }
        self.resources.append(&mut self.bases);
        self.images.append(&mut self.image_tags);
        for generator in &mut self.config_map_generator {
            generator.sources.fix();
        }
        for generator in &mut self.secret_generator {
            generator.args.sources.fix();
        }
        self.fix_helm();
    }

    fn fix_helm(&mut self) {
        let mut globals = HelmGlobals::default();
        for old in std::mem::take(&mut self.helm_chart_inflation_generator) {
            if !old.helm_home.is_empty() {
                globals.config_home.clone_from(&old.helm_home);
            }
            if !old.chart_home.is_empty() {
                globals.chart_home.clone_from(&old.chart_home);
            }
            self.helm_charts.push(old.into_chart());
        }
        if self.helm_globals.is_none() && globals != HelmGlobals::default() {
            self.helm_globals = Some(globals);
        }
    }

    fn required_version(&self) -> &'static str {
        if self.is_component() {
            COMPONENT_VERSION
        } else {
            KUSTOMIZATION_VERSION
        }
    }

    /// Asks for the kind and the version of a Kustomization or a Component.
    ///
    /// # Errors
    /// [`KustfileError::Type`] naming what it should be.
    pub fn check_type(&self) -> Result<(), KustfileError> {
        let mut faults = Vec::new();
        if self.kind != KUSTOMIZATION_KIND && self.kind != COMPONENT_KIND {
            faults.push(format!(
                "kind should be {KUSTOMIZATION_KIND} or {COMPONENT_KIND}"
            ));
        }
        let required = self.required_version();
        if self.api_version != required {
            faults.push(format!("apiVersion for {} should be {required}", self.kind));
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(KustfileError::Type(faults.join("; ")))
        }
    }
}

/// Whether a file holds nothing but its type. An empty list is something,
/// an empty text or null is nothing, as for Go's zero values; a deprecated
/// list that is moved leaves nothing behind.
fn says_nothing(node: &Node) -> bool {
    const MOVED: [&str; 3] = ["bases", "imagetags", "helmchartinflationgenerator"];
    let Node::Mapping(mapping) = node else {
        return true;
    };
    mapping.iter().all(|(key, value)| {
        let key = key.to_ascii_lowercase();
        let is_type = key == "kind" || key == "apiversion";
        let is_known = Kustomization::FIELDS.iter().any(|field| field.is(&key));
        let is_empty = match value {
            Node::Scalar(scalar) => scalar.is_null() || scalar.text().is_empty(),
            Node::Sequence(sequence) => sequence.items.is_empty() && MOVED.contains(&key.as_str()),
            Node::Mapping(_) => false,
        };
        is_type || !is_known || is_empty
    })
}

/// Warnings about deprecated fields that are given.
fn deprecations(node: &Node) -> Vec<String> {
    const SUCCESSORS: [(&str, &str, &str); 6] = [
        ("bases", "resources", ""),
        ("commonLabels", "labels", ""),
        ("imageTags", "images", ""),
        ("patchesJson6902", "patches", ""),
        ("patchesStrategicMerge", "patches", ""),
        ("vars", "replacements", "[EXPERIMENTAL] "),
    ];
    let Node::Mapping(mapping) = node else {
        return Vec::new();
    };
    let is_given = |name: &str| {
        mapping
            .iter()
            .any(|(key, value)| key.eq_ignore_ascii_case(name) && !value.is_null())
    };
    SUCCESSORS
        .iter()
        .filter(|(old, _, _)| is_given(old))
        .map(|(old, new, note)| {
            format!(
                "# Warning: '{old}' is deprecated. Please use '{new}' instead. \
                 {note}Run 'kustomize edit fix' to update your Kustomization automatically."
            )
        })
        .collect()
}

impl Record for Kustomization {
    const NAME: &'static str = "Kustomization";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("apiVersion", |k| &mut k.api_version),
        Field::new("kind", |k| &mut k.kind),
        Field::new("metadata", |k| &mut k.metadata),
        Field::new("openapi", |k| &mut k.openapi),
        Field::new("namePrefix", |k| &mut k.name_prefix),
        Field::new("nameSuffix", |k| &mut k.name_suffix),
        Field::new("namespace", |k| &mut k.namespace),
        Field::new("commonLabels", |k| &mut k.common_labels),
        Field::new("labels", |k| &mut k.labels),
        Field::new("commonAnnotations", |k| &mut k.common_annotations),
        Field::new("patchesStrategicMerge", |k| &mut k.patches_strategic_merge),
        Field::new("patchesJson6902", |k| &mut k.patches_json6902),
        Field::new("patches", |k| &mut k.patches),
        Field::new("images", |k| &mut k.images),
        Field::new("imageTags", |k| &mut k.image_tags),
        Field::new("replacements", |k| &mut k.replacements),
        Field::new("replicas", |k| &mut k.replicas),
        Field::new("vars", |k| &mut k.vars),
        Field::new("sortOptions", |k| &mut k.sort_options),
        Field::new("resources", |k| &mut k.resources),
        Field::new("components", |k| &mut k.components),
        Field::new("crds", |k| &mut k.crds),
        Field::new("bases", |k| &mut k.bases),
        Field::new("configMapGenerator", |k| &mut k.config_map_generator),
        Field::new("secretGenerator", |k| &mut k.secret_generator),
        Field::new("helmGlobals", |k| &mut k.helm_globals),
        Field::new("helmCharts", |k| &mut k.helm_charts),
        Field::new("helmChartInflationGenerator", |k| {
            &mut k.helm_chart_inflation_generator
        }),
        Field::new("generatorOptions", |k| &mut k.generator_options),
        Field::new("configurations", |k| &mut k.configurations),
        Field::new("generators", |k| &mut k.generators),
        Field::new("transformers", |k| &mut k.transformers),
        Field::new("validators", |k| &mut k.validators),
        Field::new("buildMetadata", |k| &mut k.build_metadata),
    ];
}

impl Record for ObjectMeta {
    const NAME: &'static str = "ObjectMeta";
    const FIELDS: &'static [Field<Self>] = &[
        Field::new("name", |m| &mut m.name),
        Field::new("namespace", |m| &mut m.namespace),
        Field::new("labels", |m| &mut m.labels),
        Field::new("annotations", |m| &mut m.annotations),
    ];
}
