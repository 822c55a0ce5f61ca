//! Builtin plugins configured by objects: entries of `generators`,
//! `transformers` and `validators` whose API version is `builtin`.
//!
//! They get no default field specs, and read their configuration leniently.
//! Plugins of other API versions run programs in kustomize, and are refused.

mod config;

use rheostat_yaml::{Limits, Node, Profile};

pub(crate) use self::config::ChartGenerator;
use self::config::{
    Annotations, IamPolicy, ImageTag, Json6902, Labels, Namespace, PrefixSuffix, Replacements,
    ReplicaCount, StrategicMerge,
};
use crate::field_spec::FieldSpec;
use crate::generators::{self, GeneratorError};
use crate::kustfile::decode::{Reading, Record, record};
use crate::kustfile::{ConfigMapArgs, DecodeError, ObjectMeta, Patch, SecretArgs};
use crate::loader::Loader;
use crate::openapi::OpenApi;
use crate::resource::Resource;
use crate::target::ChartError;
use crate::transformers::{
    Affix, AnnotationsTransformer, HashTransformer, ImageTagTransformer, LabelTransformer,
    NamespaceTransformer, PatchError, PatchJson6902Transformer, PatchStrategicMergeTransformer,
    PatchTransformer, PrefixSuffixTransformer, ReplacementError, ReplacementTransformer,
    ReplicaCountTransformer, RoleBindingSubjects, TransformError, Transformer, ValueAddError,
    ValueAddTransformer,
};

/// Why an object configures no plugin.
#[derive(Debug, thiserror::Error)]
pub enum PluginError {
    /// It is of another API version than `builtin`.
    #[error("external plugins disabled; unable to load external plugin '{0}'")]
    External(String),
    /// There is no such plugin.
    #[error("unable to load builtin {0}")]
    Unknown(String),
    /// It configures a transformer where a generator is wanted.
    #[error("failed to load generator: plugin {0} not a generator")]
    NotAGenerator(String),
    /// It configures a generator where a transformer is wanted.
    #[error("plugin {0} not a transformer")]
    NotATransformer(String),
    /// The plugin is not supported here.
    #[error("builtin plugin {0} is not supported")]
    NotSupported(String),
    /// The plugin does not take its configuration.
    #[error("plugin {plugin} fails configuration")]
    Configuration {
        /// Identity of the configuration.
        plugin: String,
        /// What is wrong.
        #[source]
        source: Box<ConfigurationError>,
    },
    /// A generator failed.
    #[error(transparent)]
    Generator(#[from] GeneratorError),
}

/// Why a plugin does not take its configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    /// A field has the wrong type.
    #[error("error unmarshaling JSON: while decoding JSON")]
    Decode(#[from] DecodeError),
    /// Field specs are missing.
    #[error(transparent)]
    Transform(#[from] TransformError),
    /// The patch is refused.
    #[error(transparent)]
    Patch(#[from] PatchError),
    /// The replacements are refused.
    #[error(transparent)]
    Replacement(#[from] ReplacementError),
    /// The values are refused.
    #[error(transparent)]
    ValueAdd(#[from] ValueAddError),
    /// The chart is refused.
    #[error(transparent)]
    Chart(#[from] ChartError),
    /// There is no such choice of subjects.
    #[error(
        "invalid value {0:?} for setRoleBindingSubjects: must be one of \"defaultOnly\", \"none\" or \"allServiceAccounts\""
    )]
    Subjects(String),
}

type Configured<T> = Result<T, ConfigurationError>;

/// Makes the transformers that an object configures.
///
/// # Errors
/// [`PluginError`] when it configures none.
pub(crate) fn transformers(
    config: &Resource,
    loader: &Loader<'_>,
    openapi: &OpenApi,
) -> Result<Vec<Box<dyn Transformer>>, PluginError> {
    let kind = builtin_kind(config)?;
    let plugin = || config.original_id().to_string();
    if is_generator(kind) {
        return Err(PluginError::NotATransformer(plugin()));
    }
    let configured = match kind {
        "PrefixTransformer" => affixes(config, &[Affix::Prefix]),
        "SuffixTransformer" => affixes(config, &[Affix::Suffix]),
        "PrefixSuffixTransformer" => affixes(config, &[Affix::Prefix, Affix::Suffix]),
        _ => match transformer(kind, config, loader, openapi) {
            Some(configured) => configured.map(|transformer| vec![transformer]),
            None => return Err(PluginError::Unknown(config.id().gvk.to_string())),
        },
    };
    configured.map_err(|error| PluginError::refused(config, error))
}

/// What an object configures as a generator.
#[derive(Debug)]
pub(crate) enum Generator {
    /// One that makes an object by itself.
    Object(ObjectGenerator),
    /// A chart, whose objects the caller renders.
    Chart(Box<ChartGenerator>),
}

/// The generators that make one object.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ObjectGenerator {
    ConfigMap,
    Secret,
    IamPolicy,
}

/// Reads which generator an object configures.
///
/// # Errors
/// [`PluginError`] when it configures none.
pub(crate) fn generator(config: &Resource) -> Result<Generator, PluginError> {
    let kind = builtin_kind(config)?;
    match kind {
        "ConfigMapGenerator" => Ok(Generator::Object(ObjectGenerator::ConfigMap)),
        "SecretGenerator" => Ok(Generator::Object(ObjectGenerator::Secret)),
        "IAMPolicyGenerator" => Ok(Generator::Object(ObjectGenerator::IamPolicy)),
        "HelmChartInflationGenerator" => {
            let chart = read(config).and_then(|chart| {
                let globals = read(config)?;
                Ok(Box::new(ChartGenerator { chart, globals }))
            });
            let chart = chart.map_err(|error| PluginError::refused(config, error))?;
            Ok(Generator::Chart(chart))
        }
        other if is_transformer(other) => {
            Err(PluginError::NotAGenerator(config.original_id().to_string()))
        }
        _ => Err(PluginError::Unknown(config.id().gvk.to_string())),
    }
}

/// Makes the object that a generator's configuration describes.
///
/// # Errors
/// [`PluginError`] when the configuration is refused, or the generator fails.
pub(crate) fn generate(
    generator: ObjectGenerator,
    config: &Resource,
    loader: &Loader<'_>,
    openapi: &OpenApi,
) -> Result<Resource, PluginError> {
    let refused = |error: ConfigurationError| PluginError::refused(config, error);
    match generator {
        ObjectGenerator::ConfigMap => {
            let mut args: ConfigMapArgs = read(config).map_err(refused)?;
            name_from_metadata(&mut args, config).map_err(refused)?;
            args.sources.fix();
            Ok(generators::config_map(&args, loader, openapi)?)
        }
        ObjectGenerator::Secret => {
            let mut args: SecretArgs = read(config).map_err(refused)?;
            name_from_metadata(&mut args.args, config).map_err(refused)?;
            args.args.sources.fix();
            Ok(generators::secret(&args, loader, openapi)?)
        }
        ObjectGenerator::IamPolicy => {
            let policy: IamPolicy = read(config).map_err(refused)?;
            iam_policy(&policy, openapi)
        }
    }
}

impl PluginError {
    /// The plugin that an object configures does not take it.
    pub(crate) fn refused(config: &Resource, error: impl Into<ConfigurationError>) -> Self {
        Self::Configuration {
            plugin: config.original_id().to_string(),
            source: Box::new(error.into()),
        }
    }
}

fn builtin_kind(config: &Resource) -> Result<&str, PluginError> {
    let gvk = &config.id().gvk;
    if gvk.group.is_empty() && gvk.version == "builtin" {
        Ok(&gvk.kind)
    } else {
        let kind = config.original_id().gvk.kind;
        Err(PluginError::External(kind.to_string()))
    }
}

fn is_generator(kind: &str) -> bool {
    matches!(
        kind,
        "ConfigMapGenerator"
            | "SecretGenerator"
            | "IAMPolicyGenerator"
            | "HelmChartInflationGenerator"
    )
}

fn is_transformer(kind: &str) -> bool {
    matches!(
        kind,
        "AnnotationsTransformer"
            | "HashTransformer"
            | "ImageTagTransformer"
            | "LabelTransformer"
            | "NamespaceTransformer"
            | "PatchJson6902Transformer"
            | "PatchStrategicMergeTransformer"
            | "PatchTransformer"
            | "PrefixSuffixTransformer"
            | "PrefixTransformer"
            | "SuffixTransformer"
            | "ReplacementTransformer"
            | "ReplicaCountTransformer"
            | "ValueAddTransformer"
    )
}

fn read<T: Record + Default>(config: &Resource) -> Configured<T> {
    Ok(record(config.node(), Reading::LENIENT)?)
}

/// The transformer of a kind; none when there is no such kind.
fn transformer(
    kind: &str,
    config: &Resource,
    loader: &Loader<'_>,
    openapi: &OpenApi,
) -> Option<Configured<Box<dyn Transformer>>> {
    Some(match kind {
        "AnnotationsTransformer" => annotations(config),
        "HashTransformer" => Ok(Box::new(HashTransformer)),
        "ImageTagTransformer" => image_tag(config),
        "LabelTransformer" => labels(config),
        "NamespaceTransformer" => namespace(config),
        "PatchJson6902Transformer" => json6902(config, loader),
        "PatchStrategicMergeTransformer" => strategic_merge(config, loader, openapi),
        "PatchTransformer" => patch(config, loader, openapi),
        "ReplacementTransformer" => replacement(config, loader),
        "ReplicaCountTransformer" => replica_count(config),
        "ValueAddTransformer" => value_add(config, loader),
        _ => return None,
    })
}

fn annotations(config: &Resource) -> Configured<Box<dyn Transformer>> {
    let config: Annotations = read(config)?;
    let specs = &config.field_specs;
    Ok(Box::new(AnnotationsTransformer::new(
        &config.annotations,
        specs,
    )))
}

fn labels(config: &Resource) -> Configured<Box<dyn Transformer>> {
    let config: Labels = read(config)?;
    Ok(Box::new(LabelTransformer::new(
        &config.labels,
        &config.field_specs,
    )))
}

fn image_tag(config: &Resource) -> Configured<Box<dyn Transformer>> {
    let config: ImageTag = read(config)?;
    let specs = &config.field_specs;
    Ok(Box::new(ImageTagTransformer::new(&config.image_tag, specs)))
}

fn replica_count(config: &Resource) -> Configured<Box<dyn Transformer>> {
    let config: ReplicaCount = read(config)?;
    let specs = &config.field_specs;
    Ok(Box::new(ReplicaCountTransformer::new(
        &config.replica,
        specs,
    )))
}

fn namespace(config: &Resource) -> Configured<Box<dyn Transformer>> {
    let config: Namespace = read(config)?;
    let subjects = match config.set_role_binding_subjects.as_str() {
        "" | "defaultOnly" => RoleBindingSubjects::DefaultOnly,
        "allServiceAccounts" => RoleBindingSubjects::AllServiceAccounts,
        "none" => RoleBindingSubjects::None,
        other => return Err(ConfigurationError::Subjects(other.to_owned())),
    };
    let transformer = NamespaceTransformer::new(&config.metadata.namespace, &config.field_specs);
    Ok(Box::new(
        transformer.with_options(config.unset_only, subjects),
    ))
}

fn patch(
    config: &Resource,
    loader: &Loader<'_>,
    openapi: &OpenApi,
) -> Configured<Box<dyn Transformer>> {
    let patch: Patch = read(config)?;
    Ok(Box::new(PatchTransformer::new(&patch, loader, openapi)?))
}

fn strategic_merge(
    config: &Resource,
    loader: &Loader<'_>,
    openapi: &OpenApi,
) -> Configured<Box<dyn Transformer>> {
    let StrategicMerge { paths, patches } = read(config)?;
    let transformer = PatchStrategicMergeTransformer::new(&paths, &patches, loader, openapi)?;
    Ok(Box::new(transformer))
}

fn json6902(config: &Resource, loader: &Loader<'_>) -> Configured<Box<dyn Transformer>> {
    let config: Json6902 = read(config)?;
    let entry = Patch {
        path: config.path,
        patch: config.json_op,
        target: config.target,
        options: None,
    };
    Ok(Box::new(PatchJson6902Transformer::new(&entry, loader)?))
}

fn replacement(config: &Resource, loader: &Loader<'_>) -> Configured<Box<dyn Transformer>> {
    let config: Replacements = read(config)?;
    Ok(Box::new(ReplacementTransformer::new(
        &config.replacements,
        loader,
    )?))
}

fn value_add(config: &Resource, loader: &Loader<'_>) -> Configured<Box<dyn Transformer>> {
    Ok(Box::new(ValueAddTransformer::new(config.node(), loader)?))
}

fn affixes(config: &Resource, affixes: &[Affix]) -> Configured<Vec<Box<dyn Transformer>>> {
    let config: PrefixSuffix = read(config)?;
    let specs: Vec<FieldSpec> = config.field_specs.ok_or(TransformError::NoFieldSpecs)?;
    Ok(affixes
        .iter()
        .map(|affix| -> Box<dyn Transformer> {
            let text = match affix {
                Affix::Prefix => &config.prefix,
                Affix::Suffix => &config.suffix,
            };
            Box::new(PrefixSuffixTransformer::new(*affix, text, &specs))
        })
        .collect())
}

/// Takes name and namespace from the metadata where the arguments have none.
fn name_from_metadata(args: &mut ConfigMapArgs, config: &Resource) -> Configured<()> {
    let none = Node::mapping();
    let metadata = config.node().get("metadata").unwrap_or(&none);
    let metadata: ObjectMeta = record(metadata, Reading::LENIENT)?;
    if args.name.is_empty() {
        args.name = metadata.name;
    }
    if args.namespace.is_empty() {
        args.namespace = metadata.namespace;
    }
    Ok(())
}

/// A service account for one of a cloud provider.
fn iam_policy(policy: &IamPolicy, openapi: &OpenApi) -> Result<Resource, PluginError> {
    if policy.cloud != "gke" {
        return Err(PluginError::NotSupported(format!(
            "IAMPolicyGenerator: cloud provider {} not supported yet",
            policy.cloud
        )));
    }
    let mut text = format!(
        "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  annotations:\n    \
         iam.gke.io/gcp-service-account: {}@{}.iam.gserviceaccount.com\n  name: {}\n",
        policy.service_account.name, policy.service_account.project_id, policy.service.name
    );
    if !policy.service.namespace.is_empty() {
        text.push_str("  namespace: ");
        text.push_str(&policy.service.namespace);
        text.push('\n');
    }
    let parsed = rheostat_yaml::parse(text.as_bytes(), Profile::V3, &Limits::default());
    match parsed {
        Ok(Some(node)) => Ok(Resource::new(node, openapi)),
        Ok(None) | Err(_) => Err(PluginError::NotSupported(
            "IAMPolicyGenerator: a name is no YAML".to_owned(),
        )),
    }
}
