//! Gets the chart from where it is, unless the stored one will do.

use std::io::Read as _;

use rheostat_artifact::digest::Digest;
use rheostat_artifact::extract::{self, Limits};
use rheostat_artifact::storage::Storage;
use rheostat_helm::Chart;
use rheostat_helm::index::{self, ChartVersion};
use rheostat_tree::{Files, Kind, Tree, TreePath};

use super::build::{self, Built, Identity};
use super::dependencies::{self, Place};
use super::failure::{Step, no_access, unknown};
use super::observe::{Observed, StoredArtifact};
use super::plan::{Plan, Wanted};
use super::registry::{self, Registry};
use super::{ChartSources, Note};
use crate::context::{HelmLimits, SourceContext};
use crate::helm_repository::Access;
use crate::source::{Fetched, Halt, blocking};

/// Gets the chart that the plan names.
pub(super) async fn fetch(
    context: &SourceContext,
    sources: &ChartSources,
    plan: Plan,
) -> Result<Fetched<Note>, Halt> {
    let Plan { origin, wanted } = plan;
    match origin {
        Observed::Repository { access, index } => {
            from_repository(context, *access, index, wanted).await
        }
        Observed::Registry(registry) => from_registry(context, &registry, wanted).await,
        Observed::Tree {
            artifact,
            namespace,
        } => {
            let tree = {
                let storage = context.storage.clone();
                blocking(move || unpacked(&storage, &artifact)).await?
            };
            let local = Local {
                context,
                sources,
                tree,
                namespace,
                wanted,
            };
            local.build().await
        }
    }
}

async fn from_repository(
    context: &SourceContext,
    access: Access,
    artifact: StoredArtifact,
    wanted: Wanted,
) -> Result<Fetched<Note>, Halt> {
    let (storage, chart, range) = (
        context.storage.clone(),
        wanted.chart.clone(),
        wanted.range.clone(),
    );
    let chosen = blocking(move || choose(&storage, &artifact, &chart, &range)).await?;
    let identity = Identity::new(&chosen.name, &chosen.version, &wanted.metadata)?;
    let is_packaged = !wanted.metadata.is_empty();
    if let Some(known) = identity.known(&wanted, is_packaged) {
        return Ok(known);
    }
    let repository = access.connect(&context.upstream).map_err(no_access)?;
    let archive = repository.chart(&chosen, context.helm.chart_bytes).await;
    let archive = archive.map_err(|error| not_downloaded(&error))?;
    built(context.helm, archive, identity, wanted).await
}

/// Chooses a version in a stored index. It blocks.
fn choose(
    storage: &Storage,
    artifact: &StoredArtifact,
    chart: &str,
    range: &str,
) -> Result<ChartVersion, Halt> {
    const FAILED: &str = "failed to get chart version for remote reference";
    let json = read(storage, artifact)?;
    let versions = index::versions(&json, chart);
    let versions = versions.map_err(|error| Step::Pull.failed(format!("{FAILED}: {error}")))?;
    let chosen = index::choose(chart, versions.as_deref(), range);
    chosen
        .cloned()
        .map_err(|error| Step::Reference.failed(format!("{FAILED}: {error}")))
}

async fn from_registry(
    context: &SourceContext,
    registry: &Registry,
    wanted: Wanted,
) -> Result<Fetched<Note>, Halt> {
    let place = registry::Place::new(context, registry, &wanted.chart);
    let place = place.map_err(|problem| Step::Reference.failed(problem))?;
    let version = place.choose(&wanted.range).await.map_err(|problem| {
        Step::Pull.failed(format!(
            "failed to get chart version for remote reference: {problem}"
        ))
    })?;
    let identity = Identity::new(&wanted.chart, &version, &wanted.metadata)?;
    let is_packaged = !wanted.metadata.is_empty();
    if let Some(known) = identity.known(&wanted, is_packaged) {
        return Ok(known);
    }
    let archive = place.pull(&version, context.helm.chart_bytes).await;
    let archive = archive.map_err(|problem| not_downloaded(&problem))?;
    built(context.helm, archive, identity, wanted).await
}

fn not_downloaded(problem: &dyn std::fmt::Display) -> Halt {
    Step::Pull.failed(format!(
        "failed to download chart for remote reference: {problem}"
    ))
}

async fn built(
    limits: HelmLimits,
    archive: Vec<u8>,
    identity: Identity,
    wanted: Wanted,
) -> Result<Fetched<Note>, Halt> {
    let limits = limits.archive_limits();
    let built = blocking(move || build::of_archive(archive, identity, &wanted, limits)).await;
    built.map(Built::into_fetched)
}

/// The bytes of a stored artifact, if they have its digest. It blocks.
fn read(storage: &Storage, artifact: &StoredArtifact) -> Result<Vec<u8>, Halt> {
    let failed = |problem: &dyn std::fmt::Display| {
        let message = format!("failed to open source artifact: {problem}");
        unknown(Halt::fetch_failed(
            rheostat_api::Reason::ReadOperationFailed,
            message,
        ))
    };
    let mut bytes = Vec::new();
    let mut file = storage
        .open_artifact(&artifact.path)
        .map_err(|error| failed(&rheostat_upstream::failure::chain(&error)))?;
    file.read_to_end(&mut bytes)
        .map_err(|error| failed(&error))?;
    let expected: Digest = artifact.digest.parse().map_err(|error| failed(&error))?;
    if Digest::of(expected.algorithm(), &bytes) != expected {
        return Err(failed(&"its digest is another one"));
    }
    Ok(bytes)
}

/// The files of a stored artifact. It blocks.
fn unpacked(storage: &Storage, artifact: &StoredArtifact) -> Result<Tree, Halt> {
    let bytes = read(storage, artifact)?;
    extract::tar_gz(&bytes[..], &Limits::default()).map_err(|error| {
        let problem = rheostat_upstream::failure::chain(&error);
        let message = format!("artifact untar error: {problem}");
        unknown(Halt::fetch_failed(rheostat_api::Reason::Failed, message))
    })
}

/// A chart in the artifact of another source.
struct Local<'a> {
    context: &'a SourceContext,
    sources: &'a ChartSources,
    tree: Tree,
    namespace: String,
    wanted: Wanted,
}

impl Local<'_> {
    async fn build(self) -> Result<Fetched<Note>, Halt> {
        let refused = |problem: String| Step::Reference.failed(problem);
        let path = TreePath::clamped(&self.wanted.chart);
        let path = path.map_err(|error| refused(error.to_string()))?;
        let found = self.tree.resolve(&path);
        match found.map_err(|error| refused(error.to_string()))? {
            Some((path, Kind::Directory)) => self.of_folder(&path).await,
            Some((path, Kind::File)) => self.of_archive(&path),
            None => Err(refused(format!("no chart found at '/{path}'"))),
        }
    }

    /// A chart that was packaged before.
    fn of_archive(&self, path: &TreePath) -> Result<Fetched<Note>, Halt> {
        let refused = |problem: String| Step::Reference.failed(problem);
        let limits = self.context.helm;
        let bytes = self.tree.read(path);
        let bytes = bytes.map_err(|error| refused(error.to_string()))?;
        if bytes.len() as u64 > limits.chart_bytes {
            return Err(refused(format!(
                "size of chart '/{path}' exceeds the limit of {} bytes",
                limits.chart_bytes
            )));
        }
        let metadata = Chart::metadata_of_archive(&bytes, limits.archive_limits());
        let metadata = metadata.map_err(|error| refused(error.to_string()))?;
        let wanted = &self.wanted;
        let identity = Identity::new(&metadata.name, &metadata.version, &wanted.metadata)?;
        if let Some(known) = identity.known(wanted, !wanted.metadata.is_empty()) {
            return Ok(known);
        }
        if wanted.metadata.is_empty() {
            let built =
                build::of_archive(bytes.to_vec(), identity, wanted, limits.archive_limits());
            return built.map(Built::into_fetched);
        }
        let merged = self.merged()?;
        let chart = Chart::from_archive(&bytes, limits.archive_limits());
        let chart = chart.map_err(|error| Step::Package.failed(error))?;
        build::package(chart, identity, merged, 0).map(Built::into_fetched)
    }

    /// A chart as a folder, whose dependencies may be missing.
    async fn of_folder(self, folder: &TreePath) -> Result<Fetched<Note>, Halt> {
        let metadata = Chart::metadata_of_directory(&self.tree, folder);
        let metadata = metadata.map_err(|error| Step::Reference.failed(error))?;
        let wanted = &self.wanted;
        let identity = Identity::new(&metadata.name, &metadata.version, &wanted.metadata)?;
        if let Some(known) = identity.known(wanted, true) {
            return Ok(known);
        }
        let merged = self.merged()?;
        let chart = Chart::from_directory(&self.tree, folder);
        let mut chart = chart.map_err(|error| Step::Package.failed(error))?;
        let missing = dependencies::missing(&chart)?;
        let place = Place {
            tree: &self.tree,
            folder,
            namespace: &self.namespace,
        };
        for dependency in &missing {
            let found = dependencies::get(self.context, self.sources, place, dependency).await?;
            chart.dependencies.push(found);
        }
        let count = missing.len();
        blocking(move || build::package(chart, identity, merged, count))
            .await
            .map(Built::into_fetched)
    }

    /// The values of the files that are asked for, if any are.
    fn merged(&self) -> Result<Option<build::Merged>, Halt> {
        if self.wanted.values_files.is_empty() {
            return Ok(None);
        }
        build::merged_of_tree(&self.tree, &self.wanted).map(Some)
    }
}
