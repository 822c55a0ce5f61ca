//! A build from outside: what goes in, what comes out.

use std::error::Error;

use rheostat_tree::{Files, ReadSet, Recorder, TreePath};
use rheostat_yaml::Node;

use crate::kustfile::Kustomization;
use crate::loader::{LoadError, LoadRestrictions, Loader};
use crate::origin::{ORIGIN, TRANSFORMATIONS};
use crate::remote::{Answers, Need, Remotes};
use crate::repo_spec::RepoSpec;
use crate::resource::Resource;
use crate::target::{Context, Target, TargetError};
use crate::transformers::{LabelTransformer, SortError, SortOrderTransformer, Transformer as _};

/// What to build.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The file tree.
    pub files: &'a dyn Files,
    /// Where the build starts.
    pub start: Start<'a>,
    /// How to build.
    pub options: &'a Options,
}

/// Where a build starts.
#[derive(Debug, Clone, Copy)]
pub enum Start<'a> {
    /// At the kustomization file in a folder of the tree.
    Directory(&'a TreePath),
    /// In a folder of the tree, at a kustomization that stands for the file
    /// there. It must have been [fixed](Kustomization::fix).
    Kustomization {
        /// The folder.
        directory: &'a TreePath,
        /// Name of the file that the kustomization stands for.
        file_name: &'a str,
        /// What the file says.
        kustomization: &'a Kustomization,
    },
    /// In a repository.
    Repository(&'a RepoSpec),
}

/// How to build.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// Which files may be read.
    pub load_restrictions: LoadRestrictions,
    /// The order of the result, unless the kustomization says one.
    pub order: Order,
    /// Whether charts may be asked for.
    pub enable_helm: bool,
    /// Whether all objects get the label that says what built them. The
    /// kustomization may ask for it too.
    pub add_managed_by_label: bool,
    /// What `openapi.path` does to the schemas that are built in.
    pub custom_schemas: CustomSchemas,
    /// Name of the tree's root in messages. If it is a path from the root of
    /// a file system, references below that path lead into the tree.
    pub absolute_root: String,
}

/// The order of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// As the objects were read and generated.
    #[default]
    Input,
    /// Dependencies first, as `kustomize build` does by default.
    Legacy,
}

/// What custom schemas do to those that are built in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CustomSchemas {
    /// They take their place, as on kustomize's command line.
    #[default]
    Replace,
    /// They add to them, as in Flux.
    Add,
}

/// How far a build has come.
#[derive(Debug)]
pub enum Step {
    /// It is done.
    Done(Built),
    /// It needs answers; build again with them.
    Needs(Vec<Need>),
}

/// The result of a build.
#[derive(Debug)]
pub struct Built {
    resources: Vec<Resource>,
    /// What the build depends on in the file tree.
    pub read_set: ReadSet,
    /// What the author of the kustomization should know.
    pub warnings: Vec<String>,
}

/// Why a build failed. [`BuildError::report`] is the whole story.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The folder at which it starts is not there.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The kustomization could not be built.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The order is not known.
    #[error(transparent)]
    Sort(#[from] SortError),
    /// An object cannot be printed.
    #[error("printing {object}")]
    Print {
        /// The object.
        object: String,
        /// What is wrong.
        #[source]
        source: rheostat_yaml::json::JsonError,
    },
    /// Something remote is needed and the caller gave no answers.
    #[error("remote resources are needed: {0}")]
    Needs(String),
}

impl BuildError {
    /// The message with all its causes.
    pub fn report(&self) -> String {
        chain(self)
    }
}

/// A message with all its causes.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let next = cause.to_string();
        text.push_str(": ");
        text.push_str(&next);
        source = cause.source();
    }
    text
}

/// What builds, as the managed-by label has it: the version of kustomize
/// whose behaviour this is.
const MANAGED_BY: &str = "kustomize-v5.8.1";
const MANAGED_BY_LABEL: &str = "app.kubernetes.io/managed-by";

/// Builds as far as the answers lead.
///
/// # Errors
/// [`BuildError`] when the kustomization cannot be built.
pub fn step(request: &Request<'_>, answers: &Answers) -> Result<Step, BuildError> {
    let recorder = Recorder::new(request.files);
    let remotes = Remotes::new(answers);
    let context = Context::new(request.options);
    let result = run(request, &recorder, &remotes, &context);
    let needs = remotes.into_needs();
    if !needs.is_empty() {
        return Ok(Step::Needs(needs));
    }
    Ok(Step::Done(Built {
        resources: result?,
        read_set: recorder.into_read_set(),
        warnings: context.into_warnings(),
    }))
}

/// Builds what needs nothing remote.
///
/// # Errors
/// [`BuildError`] when the kustomization cannot be built, or needs something
/// remote.
pub fn build(request: &Request<'_>) -> Result<Built, BuildError> {
    match step(request, &Answers::default())? {
        Step::Done(built) => Ok(built),
        Step::Needs(needs) => {
            let names: Vec<String> = needs.iter().map(ToString::to_string).collect();
            Err(BuildError::Needs(names.join(", ")))
        }
    }
}

fn run(
    request: &Request<'_>,
    files: &dyn Files,
    remotes: &Remotes<'_>,
    context: &Context<'_>,
) -> Result<Vec<Resource>, BuildError> {
    let options = request.options;
    let loader = |directory: &TreePath| {
        Loader::new(
            files,
            remotes,
            directory,
            options.load_restrictions,
            &options.absolute_root,
        )
    };
    let (loader, given) = match request.start {
        Start::Directory(directory) => (loader(directory)?, None),
        Start::Kustomization {
            directory,
            file_name,
            kustomization,
        } => (loader(directory)?, Some((file_name, kustomization))),
        Start::Repository(spec) => (Loader::in_repository(remotes, spec)?, None),
    };
    let target = match given {
        Some((file_name, kustomization)) => Target::given(loader, file_name, kustomization.clone()),
        None => Target::load(loader, context)?,
    };
    let mut map = target.make_customized_resmap(context)?;
    let kustomization = target.kustomization();
    match (&kustomization.sort_options, options.order) {
        (Some(sort), _) => SortOrderTransformer::new(sort)?.sort(&mut map),
        (None, Order::Legacy) => SortOrderTransformer::legacy().sort(&mut map),
        (None, Order::Input) => {}
    }
    let asks_for = |option: &str| {
        kustomization
            .build_metadata
            .iter()
            .any(|name| name == option)
    };
    if options.add_managed_by_label || asks_for("managedByLabel") {
        let label = [(MANAGED_BY_LABEL.to_owned(), MANAGED_BY.to_owned())].into();
        let specs = [crate::field_spec::FieldSpec::created_in_any(
            "metadata/labels",
        )];
        LabelTransformer::new(&label, &specs)
            .transform(&mut map, &context.openapi())
            .map_err(TargetError::from)?;
    }
    let mut dropped = Vec::new();
    if !asks_for("originAnnotations") {
        dropped.push(ORIGIN);
    }
    if !asks_for("transformerAnnotations") {
        dropped.push(TRANSFORMATIONS);
    }
    let mut resources = map.into_resources();
    for resource in &mut resources {
        resource.finish_annotations(&dropped);
    }
    Ok(resources)
}

impl Built {
    /// The objects.
    pub fn resources(&self) -> &[Resource] {
        &self.resources
    }

    /// The objects, given away.
    pub fn into_nodes(self) -> impl Iterator<Item = Node> {
        self.resources.into_iter().map(Resource::into_node)
    }

    /// All objects as kustomize prints them, `---` between two.
    ///
    /// # Errors
    /// [`BuildError::Print`] when an object cannot be expressed as JSON.
    pub fn to_yaml(&self) -> Result<String, BuildError> {
        let mut text = String::new();
        for (index, resource) in self.resources.iter().enumerate() {
            if index > 0 {
                text.push_str("---\n");
            }
            rheostat_yaml::emit::to_kustomize_into(resource.node(), &mut text).map_err(
                |source| BuildError::Print {
                    object: resource.id().to_string(),
                    source,
                },
            )?;
        }
        Ok(text)
    }
}

impl std::fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request")
            .field("start", &self.start)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
