//! The kind `HelmRepository`.
//!
//! Of a repository over HTTP the index is kept. A place in a registry only
//! stands for itself: it gets neither finalizer nor status, and
//! [`helm_chart`](crate::helm_chart) reads it.

mod access;
mod fetch;
mod plan;

use rheostat_api::source::helm_repository::{HelmRepositoryKind, HelmRepositoryType};
use rheostat_api::{ConditionType, HelmRepository, HelmRepositoryStatus, Reason};

pub use access::{Access, AccessError, Secrets};
pub use plan::Plan;

use crate::context::SourceContext;
use crate::source::{Fetched, Halt, Source, Stored};

/// Reconciles HelmRepositories.
#[derive(Debug)]
pub struct HelmRepositories {
    context: SourceContext,
}

impl HelmRepositories {
    /// With what all sources share.
    pub fn new(context: SourceContext) -> Self {
        Self { context }
    }
}

/// Whether a repository is a place in a registry.
pub(crate) fn is_registry(object: &HelmRepository) -> bool {
    object.spec.r#type == Some(HelmRepositoryType::Oci)
}

impl Source for HelmRepositories {
    type Kind = HelmRepositoryKind;
    type Observed = Secrets;
    type Plan = Plan;
    type Note = ();

    const FAILURES: &'static [ConditionType] = &[
        ConditionType::FetchFailed,
        ConditionType::StorageOperationFailed,
    ];
    const UNCHANGED: Reason = Reason::ArtifactUpToDate;
    const LINK: Option<&'static str> = Some("index.yaml");

    fn is_static(object: &HelmRepository) -> bool {
        is_registry(object)
    }

    async fn observe(&self, object: &HelmRepository) -> Result<Secrets, Halt> {
        access::parse_url(object)?;
        let secrets = Secrets::read(&self.context.cluster, object).await;
        secrets.map_err(Halt::from)
    }

    fn plan(
        &self,
        object: &HelmRepository,
        observed: Secrets,
        stored: &Stored,
    ) -> Result<Plan, Halt> {
        plan::plan(object, &observed, stored)
    }

    async fn fetch(&self, plan: Plan) -> Result<Fetched<()>, Halt> {
        fetch::fetch(&self.context, plan).await
    }

    fn write((): &(), _object: &HelmRepository, _status: &mut HelmRepositoryStatus) {}
}
