//! What the spec says about an action, in the words of the action. (pure)

use std::time::Duration;

use rheostat_api::helm::action::{
    CrdsPolicy, DeletionPropagation, Install as InstallSpec, Rollback as RollbackSpec,
    ServerSideApplyMode, Test as TestSpec, Uninstall as UninstallSpec, Upgrade as UpgradeSpec,
};
use rheostat_gocompat::duration::Duration as GoDuration;
use rheostat_release::{
    DefinitionPolicy, Definitions, Install, Propagation, Rollback, ServerSideApply, Test,
    Uninstall, Upgrade, ValuesPolicy, Wait,
};

use super::{Execution, Wanted};
use crate::next::Step;
use crate::post_render::origin;

/// How many records are kept where the spec does not say.
const MAX_HISTORY: usize = 5;

impl Execution<'_> {
    /// How long the operations of a step may take.
    pub fn timeout(&self, step: &Step) -> Duration {
        let spec = &self.object.spec;
        let given = match step {
            Step::Install => spec.install.as_ref().and_then(|action| action.timeout),
            Step::Upgrade => spec.upgrade.as_ref().and_then(|action| action.timeout),
            Step::Rollback { .. } => spec.rollback.as_ref().and_then(|action| action.timeout),
            Step::Uninstall => spec.uninstall.as_ref().and_then(|action| action.timeout),
            Step::Test => spec.test.as_ref().and_then(|action| action.timeout),
            Step::Unlock | Step::CorrectDrift(_) => None,
        };
        given.map_or(self.desired.timeout, GoDuration::to_std)
    }

    pub(super) fn install_options(&self, wanted: &Wanted) -> Install {
        let spec = &self.object.spec;
        let given: InstallSpec = spec.install.clone().unwrap_or_default();
        let is_server_side = given
            .server_side_apply
            .unwrap_or(!self.means.has_helm3_defaults);
        let has_target = spec
            .target_namespace
            .as_ref()
            .is_some_and(|n| !n.is_empty());
        let mut action = Install::new(
            &*self.desired.release_name,
            &*self.desired.release_namespace,
            wanted.chart.clone(),
            wanted.values.clone(),
        );
        action.timeout = self.timeout(&Step::Install);
        action.wait = wait(given.disable_wait, given.disable_wait_for_jobs);
        action.disables_hooks = given.disable_hooks;
        action.takes_ownership = !given.disable_take_ownership;
        action.skips_schema = given.disable_schema_validation;
        action.is_server_side = is_server_side;
        action.forces_conflicts = is_server_side;
        action.replaces = given.replace;
        action.creates_namespace = given.create_namespace && has_target;
        action.definitions = self.definitions(given.crds.as_ref());
        action
    }

    pub(super) fn upgrade_options(&self, wanted: &Wanted) -> Upgrade {
        let given: UpgradeSpec = self.object.spec.upgrade.clone().unwrap_or_default();
        let mut action = Upgrade::new(
            &*self.desired.release_name,
            wanted.chart.clone(),
            wanted.values.clone(),
        );
        action.values_policy = if given.preserve_values {
            ValuesPolicy::Reuse
        } else {
            ValuesPolicy::Reset
        };
        action.timeout = self.timeout(&Step::Upgrade);
        action.wait = wait(given.disable_wait, given.disable_wait_for_jobs);
        action.disables_hooks = given.disable_hooks;
        action.takes_ownership = !given.disable_take_ownership;
        action.skips_schema = given.disable_schema_validation;
        action.server_side_apply = server_side_apply(given.server_side_apply.as_ref());
        action.forces_conflicts = true;
        action.forces_replace = given.force;
        action.cleans_up_on_fail = given.cleanup_on_fail;
        action.max_history = self.max_history();
        action.definitions = self.definitions(given.crds.as_ref());
        action
    }

    pub(super) fn rollback_options(&self, name: &str, version: i64) -> Rollback {
        let given: RollbackSpec = self.object.spec.rollback.clone().unwrap_or_default();
        let mut action = Rollback::new(name, version);
        action.timeout = self.timeout(&Step::Rollback { version });
        action.wait = wait(given.disable_wait, given.disable_wait_for_jobs);
        action.disables_hooks = given.disable_hooks;
        action.server_side_apply = server_side_apply(given.server_side_apply.as_ref());
        action.forces_conflicts = true;
        action.forces_replace = given.force;
        action.cleans_up_on_fail = given.cleanup_on_fail;
        action.max_history = self.max_history();
        action
    }

    pub(super) fn uninstall_options(&self, name: &str) -> Uninstall {
        let given: UninstallSpec = self.object.spec.uninstall.clone().unwrap_or_default();
        let mut action = Uninstall::new(name);
        action.timeout = self.timeout(&Step::Uninstall);
        action.wait = wait(given.disable_wait, true);
        action.disables_hooks = given.disable_hooks;
        action.keeps_history = given.keep_history;
        action.propagation = match given.deletion_propagation {
            Some(DeletionPropagation::Foreground) => Propagation::Foreground,
            Some(DeletionPropagation::Orphan) => Propagation::Orphan,
            Some(DeletionPropagation::Background | DeletionPropagation::Other(_)) | None => {
                Propagation::Background
            }
        };
        action
    }

    pub(super) fn test_options(&self) -> Test {
        let given: TestSpec = self.object.spec.test.clone().unwrap_or_default();
        let mut action = Test::new(&*self.desired.release_name);
        action.timeout = self.timeout(&Step::Test);
        let (excluded, included) = given.filters.into_iter().partition(|filter| filter.exclude);
        let names = |filters: Vec<rheostat_api::helm::action::TestFilter>| {
            filters.into_iter().map(|filter| filter.name).collect()
        };
        action.excluded = names(excluded);
        action.included = names(included);
        action
    }

    /// Definitions are created by default, in an upgrade, too.
    fn definitions(&self, policy: Option<&CrdsPolicy>) -> Definitions {
        Definitions {
            policy: match policy {
                Some(CrdsPolicy::Skip) => DefinitionPolicy::Skip,
                Some(CrdsPolicy::CreateReplace) => DefinitionPolicy::CreateReplace,
                Some(CrdsPolicy::Create | CrdsPolicy::Other(_)) | None => DefinitionPolicy::Create,
            },
            labels: origin(&self.desired.key),
        }
    }

    fn max_history(&self) -> usize {
        let given = self.object.spec.max_history;
        given.map_or(MAX_HISTORY, |given| {
            usize::try_from(given).unwrap_or_default()
        })
    }
}

fn wait(is_disabled: bool, is_disabled_for_jobs: bool) -> Wait {
    match (is_disabled, is_disabled_for_jobs) {
        (true, _) => Wait::Nothing,
        (false, true) => Wait::Objects,
        (false, false) => Wait::ObjectsAndJobs,
    }
}

fn server_side_apply(mode: Option<&ServerSideApplyMode>) -> ServerSideApply {
    match mode {
        Some(ServerSideApplyMode::Enabled) => ServerSideApply::Enabled,
        Some(ServerSideApplyMode::Disabled) => ServerSideApply::Disabled,
        Some(ServerSideApplyMode::Auto | ServerSideApplyMode::Other(_)) | None => {
            ServerSideApply::Auto
        }
    }
}
