//! The kind `GitRepository`.
//!
//! Not supported yet, and refused by name: `include`, `recurseSubmodules`,
//! `sparseCheckout`, `verify`, `provider` other than `generic`,
//! `proxySecretRef`, client certificates, and SSH.

mod content;
mod fetch;
mod observe;
mod plan;

use rheostat_api::source::git_repository::GitRepositoryKind;
use rheostat_api::{ConditionType, GitRepository, GitRepositoryStatus, Reason};

pub use plan::Plan;

use crate::context::SourceContext;
use crate::source::{Fetched, Halt, Source, Stored};

/// Reconciles GitRepositories.
#[derive(Debug)]
pub struct GitRepositories {
    context: SourceContext,
}

impl GitRepositories {
    /// With what all sources share.
    pub fn new(context: SourceContext) -> Self {
        Self { context }
    }
}

impl Source for GitRepositories {
    type Kind = GitRepositoryKind;
    type Observed = observe::Observed;
    type Plan = Plan;
    /// A new artifact was made under the spec.
    type Note = ();

    const FAILURES: &'static [ConditionType] = &[
        ConditionType::FetchFailed,
        ConditionType::IncludeUnavailable,
        ConditionType::StorageOperationFailed,
    ];
    const UNCHANGED: Reason = Reason::GitOperationSucceeded;
    const LINK: Option<&'static str> = None;

    async fn observe(&self, object: &GitRepository) -> Result<observe::Observed, Halt> {
        observe::observe(&self.context.cluster, object).await
    }

    fn plan(
        &self,
        object: &GitRepository,
        observed: observe::Observed,
        stored: &Stored,
    ) -> Result<Plan, Halt> {
        plan::plan(object, observed, stored)
    }

    async fn fetch(&self, plan: Plan) -> Result<Fetched<()>, Halt> {
        fetch::fetch(&self.context, plan).await
    }

    fn write((): &(), object: &GitRepository, status: &mut GitRepositoryStatus) {
        status.observed_ignore.clone_from(&object.spec.ignore);
        status.observed_recurse_submodules = false;
        status.observed_include.clear();
        status.included_artifacts.clear();
        status.observed_sparse_checkout.clear();
        status.source_verification_mode = None;
    }
}
