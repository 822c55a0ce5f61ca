//! The tests of a release are run: its hooks of that name.

use std::time::Duration;

use rheostat_helm::manifest::HookEvent;
use rheostat_helm::release::{Release, ReleasedHook};

use super::check_name;
use crate::capabilities;
use crate::configuration::Configuration;
use crate::error::{ActionError, Cause};
use crate::hooks::Hooks;
use crate::settle::Wait;

/// Tests the newest revision of a release.
#[derive(Clone, Debug)]
pub struct Test {
    /// The release's name.
    pub name: String,
    /// How long each test may take. Five minutes by default.
    pub timeout: Duration,
    /// Tests to leave out, by name.
    pub excluded: Vec<String>,
    /// Tests to run, by name; all if there are none here.
    pub included: Vec<String>,
}

impl Test {
    /// All tests, as `helm test` runs them.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            timeout: Duration::from_mins(5),
            excluded: Vec::new(),
            included: Vec::new(),
        }
    }

    /// Runs the tests. The answer is the revision, whose hooks say how they went.
    ///
    /// # Errors
    /// With the release if a test failed, without one if there is none.
    pub async fn run(&self, configuration: &Configuration) -> Result<Release, ActionError> {
        let mut release = self
            .find(configuration)
            .await
            .map_err(Cause::before_record)?;
        let hooks = std::mem::take(&mut release.hooks);
        let (chosen, mut left_out): (Vec<ReleasedHook>, Vec<ReleasedHook>) =
            hooks.into_iter().partition(|hook| self.is_chosen(hook));
        release.hooks = chosen;
        let hooks = Hooks {
            configuration,
            are_off: false,
            timeout: self.timeout,
            wait: Wait::Objects,
            is_server: release.apply_method.is_server(),
        };
        let run = hooks.run(HookEvent::Test, &mut release).await;
        left_out.append(&mut release.hooks);
        release.hooks = left_out;
        let recorded = configuration.update_record(&release).await;
        match run.and(recorded) {
            Ok(()) => Ok(release),
            Err(cause) => Err(cause.after_record(release)),
        }
    }

    async fn find(&self, configuration: &Configuration) -> Result<Release, Cause> {
        capabilities::reach(&configuration.cluster).await?;
        check_name(&self.name)?;
        Ok(configuration.storage().last(&self.name).await?)
    }

    /// Whether a hook is run if it is a test. Hooks that are none are left out by names too, as in Helm, which changes only
    /// their place in the record.
    fn is_chosen(&self, hook: &ReleasedHook) -> bool {
        let is_named = |names: &[String]| names.contains(&hook.name);
        !is_named(&self.excluded) && (self.included.is_empty() || is_named(&self.included))
    }
}
