//! From spec, Secrets and storage to what is to be fetched. Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use rheostat_api::source::oci_repository::{
    OciLayerOperation, OciLayerSelector, OciRepositoryRef, OciRepositorySpec,
};
use rheostat_api::source::registry::RegistryProvider;
use rheostat_api::{OciRepository, Reason};
use rheostat_gocompat::duration::Duration as GoDuration;
use rheostat_gocompat::regexp::Regexp;
use rheostat_gocompat::semver::Constraint;
use rheostat_oci::manifest::CHART_LAYER;
use rheostat_oci::{Login, Reference, RepositoryName};
use rheostat_upstream::Tls;

use super::observe::Observed;
use crate::source::{Halt, Stored};

/// The tag that is followed where the spec names nothing.
const DEFAULT_TAG: &str = "latest";
/// How long an answer may take where the spec does not say: the schema's
/// default.
const DEFAULT_TIMEOUT: Duration = Duration::from_mins(1);
/// What every URL begins with.
const SCHEME: &str = "oci://";

/// A spec that makes sense on its own.
#[derive(Debug, Clone)]
pub(super) struct Desired {
    repository: RepositoryName,
    wanted: Wanted,
    layer: Layer,
    timeout: Duration,
}

/// What is asked for in the repository.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// What a tag or a digest names.
    One(Reference),
    /// The tag with the highest version in a range.
    Version(Box<Range>),
}

/// A range of versions.
#[derive(Debug, Clone)]
pub struct Range {
    /// As the spec has it.
    pub text: String,
    /// As it is understood.
    pub constraint: Constraint,
    /// What a tag must match to be a version at all.
    pub filter: Option<Regexp>,
    /// Whether tags are versions of charts, in which `_` stands for `+`.
    pub is_of_charts: bool,
}

/// Which layer is taken, and what for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Its media type; without one, the first layer is taken.
    pub media_type: Option<String>,
    /// Whether its bytes are kept as they are, instead of what is in it.
    pub is_copied: bool,
}

/// What is to be fetched, and what is known already.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The repository.
    pub repository: RepositoryName,
    /// The URL as the spec has it, for messages.
    pub url: String,
    /// What is asked for there.
    pub wanted: Wanted,
    /// What of it is taken.
    pub layer: Layer,
    /// How long an answer may take.
    pub timeout: Duration,
    /// Who asks.
    pub login: Login,
    /// What TLS needs, where that is something of the object's own.
    pub tls: Option<Tls>,
    /// Whether the registry may do without TLS.
    pub is_insecure: bool,
    /// The spec's ignore rules.
    pub ignore: Option<String>,
    /// The artifact that is stored.
    pub stored: Option<Known>,
    /// Whether the stored artifact was made under the same spec, so that it
    /// need not be made again.
    pub is_current: bool,
}

/// What is known of the stored artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Its revision.
    pub revision: String,
    /// What it says of its origin.
    pub metadata: BTreeMap<String, String>,
}

impl Desired {
    /// Reads a spec.
    pub(super) fn parse(spec: &OciRepositorySpec) -> Result<Self, Halt> {
        check_supported(spec)?;
        let invalid = |problem: String| {
            Halt::stalled(
                Reason::UrlInvalid,
                format!("URL validation failed for '{}': {problem}", spec.url),
            )
        };
        let Some(name) = spec.url.strip_prefix(SCHEME) else {
            return Err(invalid(
                "URL must be in format 'oci://<domain>/<org>/<repo>'".to_owned(),
            ));
        };
        let repository = RepositoryName::parse(name).map_err(|error| invalid(error.to_string()))?;
        let layer = Layer::new(spec.layer_selector.as_ref())?;
        let none = OciRepositoryRef::default();
        let reference = spec.reference.as_ref().unwrap_or(&none);
        let is_of_charts = layer.media_type.as_deref() == Some(CHART_LAYER);
        Ok(Self {
            wanted: Wanted::parse(&spec.url, reference, is_of_charts)?,
            repository,
            layer,
            timeout: spec.timeout.map_or(DEFAULT_TIMEOUT, GoDuration::to_std),
        })
    }
}

/// Refuses fields that nothing here answers to yet.
fn check_supported(spec: &OciRepositorySpec) -> Result<(), Halt> {
    for (field, is_set) in [
        ("spec.verify", spec.verify.is_some()),
        ("spec.provider", spec.provider != RegistryProvider::Generic),
        ("spec.proxySecretRef", spec.proxy_secret_ref.is_some()),
    ] {
        if is_set {
            return Err(Halt::not_supported(field));
        }
    }
    Ok(())
}

impl Layer {
    fn new(selector: Option<&OciLayerSelector>) -> Result<Self, Halt> {
        let is_copied = match selector.and_then(|selector| selector.operation.as_ref()) {
            None | Some(OciLayerOperation::Extract) => false,
            Some(OciLayerOperation::Copy) => true,
            Some(OciLayerOperation::Other(_)) => {
                return Err(Halt::not_supported("spec.layerSelector.operation"));
            }
        };
        let media_type = selector.and_then(|selector| selector.media_type.clone());
        Ok(Self {
            media_type: media_type.filter(|name| !name.is_empty()),
            is_copied,
        })
    }
}

impl Wanted {
    /// The order in which the reference takes the fields: digest, semver,
    /// tag.
    fn parse(url: &str, reference: &OciRepositoryRef, is_of_charts: bool) -> Result<Self, Halt> {
        let set = |field: &Option<String>| field.clone().filter(|text| !text.is_empty());
        if let Some(digest) = set(&reference.digest) {
            let digest =
                Reference::digest(&digest).map_err(|error| no_digest(&error.to_string()))?;
            return Ok(Self::One(digest));
        }
        if let Some(text) = set(&reference.semver) {
            let filter = set(&reference.semver_filter)
                .map(|pattern| Regexp::compile(&pattern))
                .transpose()
                .map_err(|error| no_tag(url, &error.to_string()))?;
            let constraint = Constraint::parse(&text)
                .map_err(|error| no_tag(url, &format!("semver '{text}' parse error: {error}")))?;
            return Ok(Self::Version(Box::new(Range {
                text,
                constraint,
                filter,
                is_of_charts,
            })));
        }
        let tag = set(&reference.tag).unwrap_or_else(|| DEFAULT_TAG.to_owned());
        let tag = Reference::tag(&tag).map_err(|error| no_digest(&error.to_string()))?;
        Ok(Self::One(tag))
    }
}

/// The tags could not be read, or none of them is meant.
pub(super) fn no_tag(url: &str, cause: &str) -> Halt {
    Halt::fetch_failed(
        Reason::ReadOperationFailed,
        format!("failed to determine the artifact tag for '{url}': {cause}"),
    )
}

/// There is no digest behind a tag.
pub(super) fn no_digest(cause: &str) -> Halt {
    Halt::fetch_failed(
        Reason::OciArtifactPullFailed,
        format!("failed to determine artifact digest: {cause}"),
    )
}

/// The credentials, or what TLS needs, are of no use.
pub(super) fn no_transport(url: &str, cause: &str) -> Halt {
    Halt::fetch_failed(
        Reason::AuthenticationFailed,
        format!("failed to generate transport for '{url}': {cause}"),
    )
}

/// Decides what is to be fetched.
pub(super) fn plan(
    object: &OciRepository,
    observed: Observed,
    stored: &Stored,
) -> Result<Plan, Halt> {
    let Observed {
        desired,
        keyring,
        tls,
    } = observed;
    let spec = &object.spec;
    let tls = match tls {
        None => None,
        Some(data) => Some(Tls::from_secret(&data).map_err(|error| {
            let name = spec.cert_secret_ref.as_ref().map_or("", |r| &r.name);
            let secret = format!("secret '{}/{name}' {error}", object.namespace());
            no_transport(&spec.url, &secret)
        })?),
    };
    let known = stored.artifact.as_ref().map(|artifact| Known {
        revision: artifact.revision.clone(),
        metadata: artifact.metadata.clone(),
    });
    let is_current = object.status.as_ref().is_some_and(|status| {
        status.observed_ignore == spec.ignore
            && status.observed_layer_selector == spec.layer_selector
    });
    Ok(Plan {
        login: keyring.login(&desired.repository),
        repository: desired.repository,
        url: spec.url.clone(),
        wanted: desired.wanted,
        layer: desired.layer,
        timeout: desired.timeout,
        tls,
        is_insecure: spec.insecure,
        ignore: spec.ignore.clone(),
        stored: known,
        is_current,
    })
}

#[cfg(test)]
mod tests;
