//! From spec, Secret and storage to what is to be fetched. Pure.

use std::time::Duration;

use rheostat_api::source::git_repository::{GitProvider, GitRepositoryRef, GitRepositorySpec};
use rheostat_api::{ConditionType, GitRepository, GitRepositoryStatus, Reason};
use rheostat_git::{On, Reference};
use rheostat_gocompat::duration::Duration as GoDuration;
use rheostat_upstream::Credentials;
use rheostat_upstream::credentials::{SecretData, certificate_authorities};
use url::Url;

use super::observe::Observed;
use crate::source::{Halt, Source as _, Stored, has_failed};

/// The branch that is followed where the spec names nothing.
const DEFAULT_BRANCH: &str = "master";
/// How long Git may take where the spec does not say: the schema's default.
const DEFAULT_TIMEOUT: Duration = Duration::from_mins(1);

/// A spec that makes sense on its own.
#[derive(Debug, Clone)]
pub(super) struct Desired {
    url: Url,
    reference: Reference,
    /// Whether revisions keep the full name of the reference.
    is_named: bool,
    timeout: Duration,
}

/// What is to be fetched, and what is known already.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The repository.
    pub url: Url,
    /// The URL as the spec has it, for messages.
    pub display_url: String,
    /// What is asked for there.
    pub reference: Reference,
    /// Whether revisions keep the full name of the reference.
    pub is_named: bool,
    /// How long Git may take.
    pub timeout: Duration,
    /// How requests are authenticated.
    pub credentials: Credentials,
    /// Certificate authorities to trust besides the system's.
    pub authorities: Option<Vec<u8>>,
    /// The spec's ignore rules.
    pub ignore: Option<String>,
    /// What is stored and still what the spec asks for.
    pub known: Option<Known>,
}

/// An artifact that need not be made again if upstream still has its
/// revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The revision.
    pub revision: String,
    /// Whether a listing is proof enough. Where not, the commit is fetched,
    /// for its message is announced.
    pub by_listing: bool,
}

impl Desired {
    /// Reads a spec.
    pub(super) fn parse(spec: &GitRepositorySpec) -> Result<Self, Halt> {
        check_supported(spec)?;
        let url = Url::parse(&spec.url).map_err(|error| {
            Halt::stalled(
                Reason::UrlInvalid,
                format!("failed to parse url '{}': {error}", spec.url),
            )
        })?;
        if url.scheme() == "ssh" {
            return Err(Halt::not_supported("spec.url with the scheme ssh"));
        }
        let none = GitRepositoryRef::default();
        let reference = spec.reference.as_ref().unwrap_or(&none);
        let (reference, is_named) = parse_reference(reference)?;
        Ok(Self {
            url,
            reference,
            is_named,
            timeout: spec.timeout.map_or(DEFAULT_TIMEOUT, GoDuration::to_std),
        })
    }
}

/// Refuses fields that nothing here answers to yet.
fn check_supported(spec: &GitRepositorySpec) -> Result<(), Halt> {
    let is_generic = matches!(spec.provider, None | Some(GitProvider::Generic));
    for (field, is_set) in [
        ("spec.include", !spec.include.is_empty()),
        ("spec.recurseSubmodules", spec.recurse_submodules),
        ("spec.sparseCheckout", !spec.sparse_checkout.is_empty()),
        ("spec.verify", spec.verify.is_some()),
        ("spec.provider", !is_generic),
        (
            "spec.serviceAccountName",
            spec.service_account_name.is_some(),
        ),
        ("spec.proxySecretRef", spec.proxy_secret_ref.is_some()),
    ] {
        if is_set {
            return Err(Halt::not_supported(field));
        }
    }
    Ok(())
}

/// The order in which the reference takes the fields: commit, name, tag,
/// semver, branch. Whether revisions keep the full name comes with it.
fn parse_reference(reference: &GitRepositoryRef) -> Result<(Reference, bool), Halt> {
    let set = |field: &Option<String>| field.clone().filter(|text| !text.is_empty());
    let failed = |error: rheostat_git::ReferenceError| checkout_failed(&error.to_string());
    let name = set(&reference.name);
    let branch = set(&reference.branch);
    if let Some(hash) = set(&reference.commit) {
        let is_named = name.is_some();
        let on = match (name, branch) {
            (Some(name), _) => On::Name(name),
            (None, Some(branch)) => On::Branch(branch),
            (None, None) => On::AnyBranch,
        };
        return Ok((Reference::Commit { hash, on }, is_named));
    }
    if let Some(name) = name {
        return Ok((Reference::name(&name).map_err(failed)?, true));
    }
    if let Some(tag) = set(&reference.tag) {
        return Ok((Reference::Tag(tag), false));
    }
    if let Some(range) = set(&reference.semver) {
        return Ok((Reference::semver(&range).map_err(failed)?, false));
    }
    let branch = branch.unwrap_or_else(|| DEFAULT_BRANCH.to_owned());
    Ok((Reference::Branch(branch), false))
}

/// A failure of Git, which another try may overcome.
pub(super) fn checkout_failed(cause: &str) -> Halt {
    Halt::fetch_failed(
        Reason::GitOperationFailed,
        format!("failed to checkout and determine revision: {cause}"),
    )
}

/// Decides what is to be fetched.
pub(super) fn plan(
    object: &GitRepository,
    observed: Observed,
    stored: &Stored,
) -> Result<Plan, Halt> {
    let Observed { desired, secret } = observed;
    let is_tls = desired.url.scheme() == "https";
    let credentials = credentials(object, &secret, is_tls)?;
    // Plain http has no use for them, whatever they are.
    let authorities = certificate_authorities(&secret).filter(|_| is_tls);
    let known = known(object, &desired.reference, stored);
    Ok(Plan {
        url: desired.url,
        display_url: object.spec.url.clone(),
        reference: desired.reference,
        is_named: desired.is_named,
        timeout: desired.timeout,
        credentials,
        authorities: authorities.map(<[u8]>::to_vec),
        ignore: object.spec.ignore.clone(),
        known,
    })
}

fn credentials(
    object: &GitRepository,
    secret: &SecretData,
    is_tls: bool,
) -> Result<Credentials, Halt> {
    let name = object
        .spec
        .secret_ref
        .as_ref()
        .map_or("", |r| r.name.as_str());
    let name = format!("{}/{name}", object.namespace());
    if secret.contains_key("githubAppID") {
        return Err(Halt::fetch_failed(
            Reason::InvalidProviderConfiguration,
            format!("secretRef '{name}' has github app data but provider is not set to github"),
        ));
    }
    if is_tls && (secret.contains_key("tls.crt") || secret.contains_key("tls.key")) {
        let field = format!("client certificate (tls.crt, tls.key) of spec.secretRef '{name}'");
        return Err(Halt::not_supported(&field));
    }
    Credentials::from_secret(secret).map_err(|error| {
        Halt::fetch_failed(
            Reason::AuthenticationFailed,
            format!("failed to configure authentication options: secret '{name}': {error}"),
        )
    })
}

/// What is stored, if nothing of the spec that goes into an artifact has
/// changed since.
fn known(object: &GitRepository, reference: &Reference, stored: &Stored) -> Option<Known> {
    let status = object.status.as_ref()?;
    let artifact = stored.artifact.as_ref()?;
    let is_announced = object
        .condition(&ConditionType::ArtifactInStorage)
        .is_some_and(rheostat_api::Condition::is_true);
    if !is_announced || has_other_content(object, status) {
        return None;
    }
    // These references are never told to be unchanged, so that what they say
    // when a failure ends needs the commit.
    let is_pinned = matches!(
        reference,
        Reference::Commit { .. } | Reference::SemVer { .. }
    );
    let is_recovering = has_failed(object, super::GitRepositories::FAILURES);
    Some(Known {
        revision: artifact.revision.clone(),
        by_listing: !(is_pinned && is_recovering),
    })
}

/// Whether the artifact was made under another spec.
fn has_other_content(object: &GitRepository, status: &GitRepositoryStatus) -> bool {
    object.spec.ignore != status.observed_ignore
        || status.observed_recurse_submodules
        || !status.observed_include.is_empty()
        || !status.included_artifacts.is_empty()
        || !status.observed_sparse_checkout.is_empty()
}

#[cfg(test)]
mod tests;
