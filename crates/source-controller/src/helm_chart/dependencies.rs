//! The dependencies that a chart in a source lacks: which they are (pure), and
//! how they are had.

use rheostat_api::HelmRepository;
use rheostat_gocompat::semver::{Constraint, Version};
use rheostat_helm::Chart;
use rheostat_helm::chart::{ArchiveLimits, Dependency};
use rheostat_helm::index::{self, Index};
use rheostat_tree::{Files, Kind, Tree, TreePath};
use url::Url;

use super::ChartSources;
use super::failure::Step;
use super::registry::{self, Registry};
use crate::context::SourceContext;
use crate::helm_repository::{Access, Secrets};
use crate::source::{Halt, blocking};

/// Where a chart stands in its source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// The source.
    pub(super) tree: &'a Tree,
    /// The chart's folder.
    pub(super) folder: &'a TreePath,
    /// The namespace that repositories are looked for in.
    pub(super) namespace: &'a str,
}

/// The dependencies that are declared and not there: none if there are as many
/// charts as are asked for, and else those whose names no chart has. What is
/// locked counts more than what is declared. (pure)
pub(super) fn missing(chart: &Chart) -> Result<Vec<Dependency>, Halt> {
    let locked = chart.lock.as_ref().map(Dependency::locked).transpose();
    let locked = locked.map_err(|problem| Step::Dependencies.failed(problem))?;
    let wanted = locked.unwrap_or_else(|| chart.metadata.dependencies.clone());
    if wanted.len() == chart.dependencies.len() {
        return Ok(Vec::new());
    }
    let is_there = |wanted: &Dependency| {
        let mut charts = chart.dependencies.iter();
        charts.any(|chart| chart.name() == wanted.name)
    };
    Ok(wanted
        .into_iter()
        .filter(|wanted| !is_there(wanted))
        .collect())
}

/// Gets a dependency.
pub(super) async fn get(
    context: &SourceContext,
    sources: &ChartSources,
    place: Place<'_>,
    wanted: &Dependency,
) -> Result<Chart, Halt> {
    let name = if wanted.alias.is_empty() {
        &wanted.name
    } else {
        &wanted.alias
    };
    let repository = wanted.repository.as_str();
    if repository.is_empty() || repository.starts_with("file://") {
        return local(place, wanted).map_err(|problem| {
            Step::Dependencies.failed(format!(
                "failed to add local dependency '{name}': {problem}"
            ))
        });
    }
    let remote = Remote {
        context,
        sources,
        namespace: place.namespace,
        wanted,
    };
    remote.get().await.map_err(|problem| {
        Step::Dependencies.failed(format!(
            "failed to add remote dependency '{name}': {problem}"
        ))
    })
}

/// A chart of the same source. (pure)
fn local(place: Place<'_>, wanted: &Dependency) -> Result<Chart, String> {
    let told = |error: &dyn std::fmt::Display| error.to_string();
    let repository = &wanted.repository;
    let relative = match repository.strip_prefix("file://") {
        Some(path) => format!("{}/{path}", place.folder),
        None => format!("{}/charts/{}", place.folder, wanted.name),
    };
    let path = TreePath::clamped(&relative).map_err(|error| told(&error))?;
    let found = place.tree.resolve(&path).map_err(|error| told(&error))?;
    let Some((path, kind)) = found else {
        return Err(format!(
            "no chart found at '/{path}' (reference '{repository}')"
        ));
    };
    let range = Constraint::parse(&wanted.version).map_err(|error| {
        format!(
            "invalid version/constraint format '{}': {error}",
            wanted.version
        )
    })?;
    let loaded = match kind {
        Kind::Directory => Chart::from_directory(place.tree, &path),
        Kind::File => {
            let bytes = place.tree.read(&path).map_err(|error| told(&error))?;
            Chart::from_archive(&bytes, ArchiveLimits::default())
        }
    };
    let chart = loaded.map_err(|error| {
        format!("failed to load chart from '/{path}' (reference '{repository}'): {error}")
    })?;
    let version = Version::parse(&chart.metadata.version).map_err(|error| told(&error))?;
    if !range.matches(&version) {
        return Err(format!(
            "can't get a valid version for constraint '{}'",
            wanted.version
        ));
    }
    Ok(chart)
}

/// A dependency in a repository or a registry.
struct Remote<'a> {
    context: &'a SourceContext,
    sources: &'a ChartSources,
    namespace: &'a str,
    wanted: &'a Dependency,
}

impl Remote<'_> {
    async fn get(&self) -> Result<Chart, String> {
        let address = &self.wanted.repository;
        if address.starts_with('@') || address.starts_with("alias:") {
            return Err(format!(
                "aliased repository dependency is not supported: {address}"
            ));
        }
        let url = Url::parse(address)
            .map_err(|error| format!("failed to parse url '{address}': {error}"))?;
        let known = self.known(&url);
        let bytes = match url.scheme() {
            "oci" => self.pull_from_registry(known.as_deref()).await?,
            "http" | "https" => self.pull_from_repository(url, known.as_deref()).await?,
            other => return Err(format!("scheme \"{other}\" not supported")),
        };
        let limits = self.context.helm.archive_limits();
        blocking(move || Chart::from_archive(&bytes, limits))
            .await
            .map_err(|error| format!("failed to load downloaded archive: {error}"))
    }

    /// The HelmRepository in the same namespace that has the address.
    fn known(&self, url: &Url) -> Option<std::sync::Arc<HelmRepository>> {
        let normal = |text: &str| text.trim_end_matches('/').to_owned();
        let wanted = normal(url.as_str());
        self.sources.helm.list().into_iter().find(|repository| {
            repository.namespace() == self.namespace
                && Url::parse(&repository.spec.url).is_ok_and(|url| normal(url.as_str()) == wanted)
        })
    }

    async fn pull_from_repository(
        &self,
        url: Url,
        known: Option<&HelmRepository>,
    ) -> Result<Vec<u8>, String> {
        let told = |error: &dyn std::fmt::Display| error.to_string();
        let access = match known {
            None => Access::anonymous(url),
            Some(known) => {
                let secrets = Secrets::read(&self.context.cluster, known).await;
                let access = secrets.and_then(|secrets| Access::new(known, &secrets));
                access.map_err(|error| told(&error))?
            }
        };
        let repository = access.connect(&self.context.upstream);
        let repository = repository.map_err(|error| told(&error))?;
        let limits = self.context.helm;
        let bytes = repository.index(limits.index_bytes).await;
        let bytes = bytes.map_err(|error| told(&error))?;
        let Dependency { name, version, .. } = self.wanted.clone();
        let chosen = blocking(move || {
            let index = Index::parse(&bytes).map_err(|error| error.to_string())?;
            let mut json = Vec::new();
            index
                .write_json(&mut json)
                .map_err(|error| error.to_string())?;
            let versions = index::versions(&json, &name).map_err(|error| error.to_string())?;
            let chosen = index::choose(&name, versions.as_deref(), &version);
            chosen.cloned().map_err(|error| error.to_string())
        });
        let chosen = chosen.await.map_err(|problem| self.not_found(&problem))?;
        let bytes = repository.chart(&chosen, limits.chart_bytes).await;
        bytes.map_err(|error| {
            format!(
                "chart download of version '{}' failed: {error}",
                chosen.version
            )
        })
    }

    async fn pull_from_registry(&self, known: Option<&HelmRepository>) -> Result<Vec<u8>, String> {
        let registry = match known {
            None => Registry::anonymous(&self.wanted.repository),
            Some(known) => {
                let registry = Registry::read(self.context, known).await;
                registry.map_err(|halt| halt.told.message)?
            }
        };
        let Dependency { name, version, .. } = self.wanted;
        let place = registry::Place::new(self.context, &registry, name)?;
        let version = place.choose(version).await;
        let version = version.map_err(|problem| self.not_found(&problem))?;
        let bytes = place.pull(&version, self.context.helm.chart_bytes).await;
        bytes.map_err(|problem| format!("chart download of version '{version}' failed: {problem}"))
    }

    fn not_found(&self, problem: &str) -> String {
        let Dependency {
            name,
            version,
            repository,
            ..
        } = self.wanted;
        format!("failed to get chart '{name}' version '{version}' from '{repository}': {problem}")
    }
}
