//! The source of a chart, and the Secrets by which it is reached.

use std::sync::Arc;

use rheostat_api::source::helm_chart::ChartSourceKind;
use rheostat_api::{Artifact, ConditionType, HelmChart, HelmRepository, Reason};
use rheostat_artifact::storage::{ArtifactPath, Folder};
use rheostat_runtime::{EventType, ObjectKey};

use super::ChartSources;
use super::failure::no_access;
use super::registry::Registry;
use crate::context::SourceContext;
use crate::helm_repository::{self, Access, Secrets};
use crate::source::{Halt, Mark, Retry, Told};

/// Where a chart is.
#[derive(Debug, Clone)]
pub enum Observed {
    /// In a repository over HTTP.
    Repository {
        /// How it is reached.
        access: Box<Access>,
        /// Its index.
        index: StoredArtifact,
    },
    /// In a registry.
    Registry(Box<Registry>),
    /// In the artifact of another source.
    Tree {
        /// The artifact.
        artifact: StoredArtifact,
        /// The namespace that repositories of dependencies are looked for in.
        namespace: String,
    },
}

/// An artifact of another object in the storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredArtifact {
    /// Where it is stored.
    pub(super) path: ArtifactPath,
    /// Its revision.
    pub(super) revision: String,
    /// Its digest.
    pub(super) digest: String,
}

impl Observed {
    /// The revision of the source's artifact; a registry has none.
    pub(super) fn source_revision(&self) -> Option<&str> {
        match self {
            Self::Repository { index, .. } => Some(&index.revision),
            Self::Tree { artifact, .. } => Some(&artifact.revision),
            Self::Registry(_) => None,
        }
    }
}

/// Looks the source up, and reads its Secrets.
pub(super) async fn observe(
    context: &SourceContext,
    sources: &ChartSources,
    object: &HelmChart,
) -> Result<Observed, Halt> {
    check_supported(object)?;
    let reference = &object.spec.source_ref;
    let key = ObjectKey::new(object.namespace(), &*reference.name);
    match &reference.kind {
        ChartSourceKind::HelmRepository => {
            sources.helm.ready().await;
            let source = sources.helm.get(&key).ok_or_else(|| unavailable(object))?;
            repository(context, object, &source).await
        }
        ChartSourceKind::GitRepository => {
            sources.git.ready().await;
            let source = sources.git.get(&key).ok_or_else(|| unavailable(object))?;
            let status = source.status.as_ref();
            let artifact = status.and_then(|status| status.artifact.as_ref());
            Ok(Observed::Tree {
                artifact: stored(context, object, artifact)?,
                namespace: object.namespace().to_owned(),
            })
        }
        ChartSourceKind::Bucket => Err(Halt::not_supported("spec.sourceRef.kind Bucket")),
        ChartSourceKind::Other(kind) => Err(unsupported(kind)),
    }
}

/// Refuses fields that nothing here answers to yet.
fn check_supported(object: &HelmChart) -> Result<(), Halt> {
    if object.spec.verify.is_some() {
        return Err(Halt::not_supported("spec.verify"));
    }
    Ok(())
}

async fn repository(
    context: &SourceContext,
    object: &HelmChart,
    source: &Arc<HelmRepository>,
) -> Result<Observed, Halt> {
    if helm_repository::is_registry(source) {
        let registry = Registry::read(context, source).await;
        return Ok(Observed::Registry(Box::new(registry?)));
    }
    let status = source.status.as_ref();
    let artifact = status.and_then(|status| status.artifact.as_ref());
    let index = stored(context, object, artifact)?;
    let secrets = Secrets::read(&context.cluster, source).await;
    let access = secrets.and_then(|secrets| Access::new(source, &secrets));
    Ok(Observed::Repository {
        access: Box::new(access.map_err(no_access)?),
        index,
    })
}

/// The source's artifact, if it is in the storage, in the source's own folder.
fn stored(
    context: &SourceContext,
    object: &HelmChart,
    artifact: Option<&Artifact>,
) -> Result<StoredArtifact, Halt> {
    let reference = &object.spec.source_ref;
    let folder = Folder::new(reference.kind.as_str(), object.namespace(), &reference.name);
    let found = artifact.and_then(|artifact| {
        let path = ArtifactPath::from_status(&artifact.path).ok()?;
        let is_own = folder.is_ok_and(|folder| folder.holds(&path));
        let is_there = context.storage.open_artifact(&path).is_ok();
        (is_own && is_there).then(|| StoredArtifact {
            path,
            revision: artifact.revision.clone(),
            digest: artifact.digest.clone(),
        })
    });
    found.ok_or_else(|| Halt {
        event: EventType::Trace,
        ..Halt::fetch_failed(
            Reason::NoSourceArtifact,
            format!(
                "no artifact available for {} source '{}'",
                reference.kind, reference.name
            ),
        )
    })
}

fn unavailable(object: &HelmChart) -> Halt {
    let reference = &object.spec.source_ref;
    Halt::fetch_failed(
        Reason::SourceUnavailable,
        format!(
            "failed to get source: {}.source.toolkit.fluxcd.io \"{}\" not found",
            reference.kind, reference.name
        ),
    )
}

fn unsupported(kind: &str) -> Halt {
    let message = format!("failed to get source: unsupported source kind '{kind}'");
    Halt {
        condition: Some(Box::new(Mark {
            condition: ConditionType::FetchFailed,
            told: Told::new(Reason::SourceUnavailable, &*message),
        })),
        retry: Retry::Never,
        ..Halt::fetch_failed(Reason::UnsupportedSourceKind, message)
    }
}
