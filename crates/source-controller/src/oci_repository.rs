//! The kind `OCIRepository`.
//!
//! Not supported yet, and refused by name: `verify`, `provider` other than
//! `generic`, and `proxySecretRef`.

mod content;
mod fetch;
mod observe;
mod plan;

use rheostat_api::source::oci_repository::OciRepositoryKind;
use rheostat_api::{ConditionType, OciRepository, OciRepositoryStatus, Reason};

pub use plan::Plan;

use crate::context::SourceContext;
use crate::source::{Fetched, Halt, Source, Stored};

/// Reconciles OCIRepositories.
#[derive(Debug)]
pub struct OciRepositories {
    context: SourceContext,
}

impl OciRepositories {
    /// With what all sources share.
    pub fn new(context: SourceContext) -> Self {
        Self { context }
    }
}

impl Source for OciRepositories {
    type Kind = OciRepositoryKind;
    type Observed = observe::Observed;
    type Plan = Plan;
    /// A new artifact was made under the spec.
    type Note = ();

    const FAILURES: &'static [ConditionType] = &[
        ConditionType::FetchFailed,
        ConditionType::StorageOperationFailed,
    ];
    const UNCHANGED: Reason = Reason::ArtifactUpToDate;
    const LINK: Option<&'static str> = Some("latest.tar.gz");

    async fn observe(&self, object: &OciRepository) -> Result<observe::Observed, Halt> {
        observe::observe(&self.context.cluster, object).await
    }

    fn plan(
        &self,
        object: &OciRepository,
        observed: observe::Observed,
        stored: &Stored,
    ) -> Result<Plan, Halt> {
        plan::plan(object, observed, stored)
    }

    async fn fetch(&self, plan: Plan) -> Result<Fetched<()>, Halt> {
        fetch::fetch(&self.context, plan).await
    }

    fn write((): &(), object: &OciRepository, status: &mut OciRepositoryStatus) {
        status.observed_ignore.clone_from(&object.spec.ignore);
        status
            .observed_layer_selector
            .clone_from(&object.spec.layer_selector);
    }
}
