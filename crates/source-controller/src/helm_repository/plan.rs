//! From spec, Secrets and storage to what is to be fetched. Pure.

use rheostat_api::HelmRepository;
use rheostat_artifact::digest::Digest;

use super::access::{Access, Secrets};
use crate::source::{Halt, Stored};

/// What is to be fetched, and what is known already.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The repository, and how it is reached.
    pub(super) access: Access,
    /// The address as the spec has it, for messages.
    pub(super) display_url: String,
    /// The index that is stored.
    pub(super) known: Option<Known>,
}

/// An index that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    /// The digest of the index as it was downloaded.
    pub(super) revision: Digest,
    /// Bytes of the artifact.
    pub(super) size: Option<u64>,
}

/// Decides what is to be fetched.
pub(super) fn plan(
    object: &HelmRepository,
    secrets: &Secrets,
    stored: &Stored,
) -> Result<Plan, Halt> {
    let access = Access::new(object, secrets)?;
    let known = stored.artifact.as_ref().and_then(|artifact| {
        Some(Known {
            revision: artifact.revision.parse().ok()?,
            size: artifact.size.and_then(|size| u64::try_from(size).ok()),
        })
    });
    Ok(Plan {
        access,
        display_url: object.spec.url.clone(),
        known,
    })
}
