//! Asks the registry, and takes what is new.

use std::collections::BTreeMap;
use std::fs::File;

use rheostat_api::Reason;
use rheostat_api::artifact::ORIGIN_REVISION;
use rheostat_artifact::digest::Digest;
use rheostat_oci::{Access, Descriptor, Manifest, Reference, Repository, versions};
use rheostat_upstream::{Client, Destination, client, failure};

use super::content::{Copied, unpacked};
use super::plan::{Layer, Plan, Range, Wanted, no_digest, no_tag, no_transport};
use crate::context::SourceContext;
use crate::source::{Content, Fetched, Filtered, Found, Halt, New, News, Told, blocking};

/// The annotation that says where an artifact was made from, by the name that
/// the OCI image specification gives it.
const ORIGIN_SOURCE: &str = "org.opencontainers.image.source";

/// Most bytes of a layer: as many as those who fetch artifacts take by
/// default.
const MAX_LAYER_BYTES: u64 = 256 * 1024 * 1024;

/// What the reference turned out to name.
struct Resolved {
    digest: Digest,
    revision: String,
    /// The reference with the repository, for messages.
    display: String,
}

/// Fetches what the plan names, unless its digest shows nothing new.
pub(super) async fn fetch(context: &SourceContext, plan: Plan) -> Result<Fetched<()>, Halt> {
    let client = client(context, &plan)?;
    let access = Access {
        client,
        login: plan.login.clone(),
        is_insecure: plan.is_insecure,
        patience: plan.timeout,
    };
    let repository = Repository::new(plan.repository.clone(), access);
    let resolved = resolve(&repository, &plan).await?;
    if let Some(stored) = &plan.stored
        && stored.revision == resolved.revision
        && plan.is_current
    {
        let found = found(&plan, &resolved, &stored.metadata);
        return Ok(Fetched::UpToDate(found));
    }
    let is_new = plan
        .stored
        .as_ref()
        .is_none_or(|stored| stored.revision != resolved.revision);
    let pulled = pull(context, &repository, &plan, &resolved).await;
    let (metadata, layer) = pulled.map_err(|halt| Halt {
        news: is_new.then(|| {
            Box::new(News {
                revision: resolved.revision.clone(),
                told: news(&resolved),
            })
        }),
        ..halt
    })?;
    Ok(Fetched::New(New {
        found: found(&plan, &resolved, &metadata),
        file_name: format!("{}.tar.gz", resolved.digest),
        metadata,
        content: layer,
        note: (),
        remarks: Vec::new(),
    }))
}

fn client(context: &SourceContext, plan: &Plan) -> Result<Client, Halt> {
    match &plan.tls {
        Some(tls) => client::client_with(Destination::Registry, tls)
            .map_err(|error| no_transport(&plan.url, &failure::chain(&error))),
        None if plan.is_insecure => Ok(context.registries.unverified.clone()),
        None => Ok(context.registries.verified.clone()),
    }
}

/// Finds out what the reference names at the moment.
async fn resolve(repository: &Repository, plan: &Plan) -> Result<Resolved, Halt> {
    let reference = match &plan.wanted {
        Wanted::One(reference) => reference.clone(),
        Wanted::Version(range) => highest(repository, range)
            .await
            .map_err(|cause| no_tag(&plan.url, &cause))?,
    };
    let digest = repository
        .digest(&reference)
        .await
        .map_err(|error| no_digest(&failure::chain(&error)))?;
    let revision = match &reference {
        Reference::Tag(tag) => format!("{tag}@{digest}"),
        Reference::Digest(digest) => digest.to_string(),
    };
    Ok(Resolved {
        digest,
        revision,
        display: reference.display(repository.name()),
    })
}

async fn highest(repository: &Repository, range: &Range) -> Result<Reference, String> {
    let tags = repository.tags().await.map_err(|error| error.to_string())?;
    let filter = range.filter.as_ref();
    let versions = tags
        .iter()
        .map(String::as_str)
        .filter(|tag| filter.is_none_or(|filter| filter.is_match(tag)));
    let version = if range.is_of_charts {
        versions::of_chart_tag
    } else {
        versions::of_tag
    };
    let tag = versions::highest(versions, &range.constraint, version)
        .ok_or_else(|| format!("no match found for semver: {}", range.text))?;
    Reference::tag(tag).map_err(|error| error.to_string())
}

/// What a pull brings: what is noted about the artifact, and its content.
type Pulled = (BTreeMap<String, String>, Box<dyn Content>);

async fn pull(
    context: &SourceContext,
    repository: &Repository,
    plan: &Plan,
    resolved: &Resolved,
) -> Result<Pulled, Halt> {
    let reference = Reference::Digest(resolved.digest.clone());
    let artifact = repository.artifact(&reference).await.map_err(|error| {
        Halt::fetch_failed(
            Reason::OciArtifactPullFailed,
            format!(
                "failed to pull artifact from '{}': {}",
                plan.url,
                failure::chain(&error)
            ),
        )
    })?;
    let layer = take(context, repository, plan, &artifact.manifest)
        .await
        .map_err(|problem| Halt::fetch_failed(Reason::OciArtifactLayerOperationFailed, problem))?;
    Ok((artifact.manifest.annotations, layer))
}

/// Takes the layer that the spec asks for. Failures are told in words.
async fn take(
    context: &SourceContext,
    repository: &Repository,
    plan: &Plan,
    manifest: &Manifest,
) -> Result<Box<dyn Content>, String> {
    let descriptor = select(&plan.layer, manifest)?;
    let doing = if plan.layer.is_copied {
        "failed to copy layer from artifact"
    } else {
        "failed to extract layer contents from artifact"
    };
    let file = download(context, repository, descriptor)
        .await
        .map_err(|problem| format!("{doing}: {problem}"))?;
    if plan.layer.is_copied {
        return Ok(Box::new(Copied(file)));
    }
    let listing = blocking(move || unpacked(file))
        .await
        .map_err(|error| format!("{doing}: {}", failure::chain(&error)))?;
    let ignore = plan.ignore.clone();
    Ok(Box::new(Filtered { listing, ignore }))
}

fn select<'m>(wanted: &Layer, manifest: &'m Manifest) -> Result<&'m Descriptor, String> {
    let first = manifest
        .layers
        .first()
        .ok_or("no layers found in artifact")?;
    match &wanted.media_type {
        None => Ok(first),
        Some(media_type) => manifest.layer(media_type).ok_or_else(|| {
            format!("failed to find layer with media type '{media_type}' in artifact")
        }),
    }
}

/// Puts a layer into a file that goes with its last handle.
async fn download(
    context: &SourceContext,
    repository: &Repository,
    layer: &Descriptor,
) -> Result<File, String> {
    let work = context.work.clone();
    let file = blocking(move || tempfile::tempfile_in(work)).await;
    let file = file.map_err(|error| format!("create file for the layer: {error}"))?;
    let handle = file.try_clone().map_err(|error| error.to_string())?;
    let mut output = tokio::fs::File::from_std(handle);
    repository
        .blob(layer, MAX_LAYER_BYTES, &mut output)
        .await
        .map_err(|error| failure::chain(&error))?;
    Ok(file)
}

fn found(plan: &Plan, resolved: &Resolved, metadata: &BTreeMap<String, String>) -> Found {
    let revision = resolved.revision.clone();
    let mut announcement = format!(
        "stored artifact with revision '{revision}' from '{}'",
        plan.url
    );
    let get = |key: &str| metadata.get(key).filter(|text| !text.is_empty());
    if let (Some(source), Some(origin)) = (get(ORIGIN_SOURCE), get(ORIGIN_REVISION)) {
        let origin = format!(", origin source '{source}', origin revision '{origin}'");
        announcement.push_str(&origin);
    }
    Found {
        success: Told::new(
            Reason::Succeeded,
            format!("stored artifact for digest '{revision}'"),
        ),
        news: news(resolved),
        announcement,
        revision,
    }
}

fn news(resolved: &Resolved) -> Told {
    Told::new(
        Reason::NewRevision,
        format!(
            "new revision '{}' for '{}'",
            resolved.revision, resolved.display
        ),
    )
}
