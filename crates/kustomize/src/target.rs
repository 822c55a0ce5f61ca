//! One kustomization and the order of its steps.
//!
//! A kustomization gathers resources, adds generated objects, lets its
//! components work on them, and then transforms them. A base goes through
//! all of that with objects of its own; a component works on its parent's.
//! Hashes, name references and variables wait until everything is gathered.

mod charts;
mod context;
mod generate;
mod plugins;
mod transform;

use crate::accumulator::{Accumulator, MergeError, VarError};
use crate::build::chain;
use crate::generators::GeneratorError;
use crate::kustfile::{FILE_NAMES, Kustfile, KustfileError, Kustomization, Strictness};
use crate::loader::{LoadError, Loader};
use crate::name_ref::{self, NameRefError};
use crate::openapi::OpenApiError;
use crate::origin::Origin;
use crate::plugins::PluginError;
use crate::ref_var::{self, RefVarError};
use crate::remote::FetchError;
use crate::resmap::{ResMap, ResMapError};
use crate::resource::{Resource, ResourceError, read_resources, validate};
use crate::transformer_config::{ConfigError, CrdsError};
use crate::transformers::{HashTransformer, TransformError, Transformer as _};
pub use charts::ChartError;
pub(crate) use context::Context;

/// A kustomization to be built.
#[derive(Debug)]
pub(crate) struct Target<'a> {
    kustomization: Kustomization,
    file_name: String,
    loader: Loader<'a>,
}

/// Why a kustomization could not be built.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// There is no kustomization file.
    #[error(
        "unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '{0}'"
    )]
    NoKustomization(String),
    /// There are several.
    #[error("Found multiple kustomization files under: {0}")]
    ManyKustomizations(String),
    /// The file is refused.
    #[error(transparent)]
    Kustfile(#[from] KustfileError),
    /// Something could not be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A file holds something else than resources.
    #[error(transparent)]
    Resource(#[from] ResourceError),
    /// A file holds broken YAML.
    #[error("in File: {file}")]
    Malformed {
        /// The file.
        file: String,
        /// What is wrong.
        #[source]
        source: Box<ResourceError>,
    },
    /// Objects do not go together.
    #[error(transparent)]
    ResMap(#[from] ResMapError),
    /// What a base has gathered does not go together with the rest.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// Variables do not go together.
    #[error(transparent)]
    Var(#[from] VarError),
    /// A transformer configuration is refused.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A file of definitions is refused.
    #[error("loading CRDs")]
    Crds(#[from] CrdsError),
    /// Two configurations do not go together.
    #[error(transparent)]
    Conflict(#[from] crate::field_spec::ConflictingFieldSpecs),
    /// A generator failed.
    #[error(transparent)]
    Generator(#[from] GeneratorError),
    /// A transformer failed.
    #[error(transparent)]
    Transform(#[from] TransformError),
    /// Variables could not be replaced.
    #[error(transparent)]
    RefVar(#[from] RefVarError),
    /// A name reference could not be followed.
    #[error(transparent)]
    NameRef(#[from] NameRefError),
    /// An object configures no plugin.
    #[error(transparent)]
    Plugin(#[from] PluginError),
    /// A chart is not rendered.
    #[error(transparent)]
    Chart(#[from] ChartError),
    /// A chart could not be rendered.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// A validator changed something.
    #[error("validator shouldn't modify the resource map: {0}")]
    Validator(String),
    /// A schema cannot be had.
    #[error(transparent)]
    OpenApi(#[from] OpenApiError),
    /// More bases and components take part than is allowed.
    #[error("more than {limit} bases and components take part")]
    TooMany {
        /// The most that is allowed.
        limit: usize,
    },
    /// A component was named as a resource, or the reverse.
    #[error("{0}")]
    Kind(String),
    /// A component could not be built.
    #[error("{0}")]
    Component(String),
    /// Part of the build failed.
    #[error("{context}")]
    Within {
        /// Which part.
        context: String,
        /// Why.
        #[source]
        source: Box<Self>,
    },
}

impl TargetError {
    /// Says which part of the build failed.
    fn within(self, context: impl Into<String>) -> Self {
        Self::Within {
            context: context.into(),
            source: Box::new(self),
        }
    }

    fn is_malformed_yaml(&self) -> bool {
        match self {
            Self::Malformed { .. } => true,
            Self::Within { source, .. } => source.is_malformed_yaml(),
            _ => false,
        }
    }

    fn is_too_many(&self) -> bool {
        match self {
            Self::TooMany { .. } => true,
            Self::Within { source, .. } => source.is_too_many(),
            _ => false,
        }
    }

    fn load_error(&self) -> Option<&LoadError> {
        match self {
            Self::Load(error) => Some(error),
            Self::Within { source, .. } => source.load_error(),
            _ => None,
        }
    }
}

/// What a target inherits from those that led to it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Inherited {
    /// Where the target is, if origins are recorded.
    pub(crate) origin: Option<Origin>,
    /// Namespace for the charts of bases that have none.
    pub(crate) helm_namespace: String,
}

impl<'a> Target<'a> {
    /// Reads the kustomization file of a folder.
    pub(crate) fn load(loader: Loader<'a>, context: &Context<'_>) -> Result<Self, TargetError> {
        let mut found = None;
        for name in FILE_NAMES {
            if let Ok(bytes) = loader.load(name) {
                if found.is_some() {
                    return Err(TargetError::ManyKustomizations(loader.root()));
                }
                found = Some((name, bytes));
            }
        }
        let Some((name, bytes)) = found else {
            return Err(TargetError::NoKustomization(loader.root()));
        };
        let kustfile = Kustfile::read(&bytes, Strictness::Strict)?;
        context.warn(kustfile.warnings);
        Ok(Self::given(loader, name, kustfile.kustomization))
    }

    /// A kustomization that stands for the file of a folder.
    pub(crate) fn given(loader: Loader<'a>, file_name: &str, kustomization: Kustomization) -> Self {
        Self {
            kustomization,
            file_name: file_name.to_owned(),
            loader,
        }
    }

    /// What the file says.
    pub(crate) fn kustomization(&self) -> &Kustomization {
        &self.kustomization
    }

    /// Builds everything, with the steps that come last.
    pub(crate) fn make_customized_resmap(
        &self,
        context: &Context<'_>,
    ) -> Result<ResMap, TargetError> {
        context.set_schema(&self.kustomization, &self.loader)?;
        context.set_build_metadata(&self.kustomization.build_metadata);
        let inherited = Inherited {
            origin: context.records_origins().then(Origin::default),
            helm_namespace: String::new(),
        };
        let mut gathered = self.accumulate(Accumulator::default(), &inherited, context)?;
        let map = &mut gathered.resmap;
        HashTransformer.transform(map, &context.openapi())?;
        name_ref::fix_back_references(map, &gathered.config)?;
        ref_var::resolve(map, &gathered.vars, &gathered.config)?;
        drop_local(map)?;
        Ok(gathered.resmap)
    }

    /// Gathers resources, generates, lets components work, transforms.
    fn accumulate(
        &self,
        mut gathered: Accumulator,
        inherited: &Inherited,
        context: &Context<'_>,
    ) -> Result<Accumulator, TargetError> {
        let kustomization = &self.kustomization;
        self.loader.announce(&kustomization.resources);
        self.loader.announce(&kustomization.components);
        self.accumulate_resources(&mut gathered, &kustomization.resources, inherited, context)
            .map_err(|error| error.within("accumulating resources"))?;
        self.merge_configurations(&mut gathered)?;
        self.run_generators(&mut gathered, inherited, context)?;
        for path in &kustomization.components {
            gathered = self.accumulate_component(gathered, path, inherited, context)?;
        }
        self.run_transformers(&mut gathered, inherited, context)?;
        self.run_validators(&mut gathered, inherited, context)?;
        gathered
            .merge_vars(&kustomization.vars)
            .map_err(|error| TargetError::from(error).within("merging vars"))?;
        Ok(gathered)
    }

    /// Each path is tried as a file, and then as a folder or repository.
    fn accumulate_resources(
        &self,
        gathered: &mut Accumulator,
        paths: &[String],
        inherited: &Inherited,
        context: &Context<'_>,
    ) -> Result<(), TargetError> {
        for path in paths {
            let as_file = match self.accumulate_file(gathered, path, inherited, context) {
                Ok(()) => continue,
                Err(error) => error,
            };
            if as_file
                .load_error()
                .is_some_and(LoadError::settles_the_matter)
            {
                return Err(as_file);
            }
            let nested = |error: TargetError| {
                error.within(format!("accumulation err='{}'", chain(&as_file)))
            };
            let loader = match self.loader.base(path) {
                Ok(loader) => loader,
                Err(_) if as_file.is_malformed_yaml() => return Err(as_file),
                Err(error) => return Err(nested(error.into())),
            };
            let base = self
                .accumulate_base(loader, path, inherited, context)
                .map_err(nested)?;
            gathered.merge(base).map_err(|error| nested(error.into()))?;
        }
        Ok(())
    }

    fn accumulate_file(
        &self,
        gathered: &mut Accumulator,
        path: &str,
        inherited: &Inherited,
        context: &Context<'_>,
    ) -> Result<(), TargetError> {
        let read = || -> Result<Vec<Resource>, TargetError> {
            let bytes = self.loader.load(path)?;
            let resources = read_resources(&bytes, &context.openapi());
            let resources = resources.map_err(|error| malformed(error, path))?;
            let mut map = ResMap::default();
            map.append_all(resources)?;
            Ok(map.into_resources())
        };
        let mut resources =
            read().map_err(|e| e.within(format!("accumulating resources from '{path}'")))?;
        if let Some(origin) = &inherited.origin {
            let text = origin.join(path).to_text();
            for resource in &mut resources {
                resource.set_annotation(crate::origin::ORIGIN, &text);
            }
        }
        gathered.resmap.append_all(resources).map_err(|error| {
            TargetError::from(error).within(format!("merging resources from '{path}'"))
        })
    }

    /// Builds a base with objects of its own.
    fn accumulate_base(
        &self,
        loader: Loader<'_>,
        path: &str,
        inherited: &Inherited,
        context: &Context<'_>,
    ) -> Result<Accumulator, TargetError> {
        let root = loader.root();
        let (target, inherited) = self.enter(loader, path, inherited, context)?;
        if target.kustomization.is_component() {
            return Err(TargetError::Kind(format!(
                "expected kind != 'Component' for path '{root}'"
            )));
        }
        target
            .accumulate(Accumulator::default(), &inherited, context)
            .map_err(|error| error.within(format!("recursed accumulation of path '{root}'")))
    }

    /// Lets a component work on what was gathered so far.
    fn accumulate_component(
        &self,
        gathered: Accumulator,
        path: &str,
        inherited: &Inherited,
        context: &Context<'_>,
    ) -> Result<Accumulator, TargetError> {
        let quoted = |context: &str, text: &str| {
            let text = shortened(text);
            TargetError::Component(format!("accumulating components: {context}: {text:?}"))
        };
        let loader = self
            .loader
            .base(path)
            .map_err(|error| quoted("loader.New", &chain(&error)))?;
        let root = loader.root();
        let run = || {
            let (target, inherited) = self.enter(loader, path, inherited, context)?;
            if !target.kustomization.is_component() {
                let kind = &target.kustomization.kind;
                return Err(TargetError::Kind(format!(
                    "expected kind 'Component' for path '{root}' but got '{kind}'"
                )));
            }
            target
                .accumulate(gathered, &inherited, context)
                .map_err(|error| error.within(format!("recursed accumulation of path '{root}'")))
        };
        run().map_err(|error| {
            if error.is_too_many() {
                return error;
            }
            quoted("accumulateDirectory", &chain(&error))
        })
    }

    /// Reads the kustomization of a base or component.
    fn enter<'b>(
        &self,
        loader: Loader<'b>,
        path: &str,
        inherited: &Inherited,
        context: &Context<'_>,
    ) -> Result<(Target<'b>, Inherited), TargetError> {
        context.enter()?;
        let root = loader.root();
        let target = Target::load(loader, context)
            .map_err(|e| e.within(format!("couldn't make target for path '{root}'")))?;
        context.set_schema(&target.kustomization, &target.loader)?;
        let own = &self.kustomization.namespace;
        let helm_namespace = if own.is_empty() {
            &inherited.helm_namespace
        } else {
            own
        };
        let inherited = Inherited {
            origin: inherited.origin.as_ref().map(|origin| origin.join(path)),
            helm_namespace: helm_namespace.clone(),
        };
        Ok((target, inherited))
    }
}

/// Most bytes of a message that is quoted in another one. Each level of
/// components quotes the one below, which doubles the backslashes.
const MAX_QUOTED_BYTES: usize = 8 << 10;

/// The end of a long message, where the cause stands.
fn shortened(text: &str) -> &str {
    let start = text.len().saturating_sub(MAX_QUOTED_BYTES);
    let start = text.ceil_char_boundary(start);
    &text[start..]
}

/// Names the file, where it holds broken YAML.
fn malformed(error: ResourceError, path: &str) -> TargetError {
    match error {
        ResourceError::Malformed(_) | ResourceError::Undecodable(_) => TargetError::Malformed {
            file: path.to_owned(),
            source: Box::new(error),
        },
        other => other.into(),
    }
}

/// Drops objects that are only there for the build itself.
fn drop_local(map: &mut ResMap) -> Result<(), TargetError> {
    const LOCAL: &str = "config.kubernetes.io/local-config";
    for resource in map.resources() {
        validate(resource.node())?;
    }
    // Kustomize itself ends here with a runtime error.
    map.check_unique().map_err(|error| {
        TargetError::from(error).within("runtime error: two objects became one")
    })?;
    map.retain(|resource| {
        let mark = resource.annotation(LOCAL);
        !resource.is_empty() && mark.is_none_or(|value| value == "false")
    });
    Ok(())
}
