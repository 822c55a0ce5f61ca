//! The status of each kind, as the driver needs it.

use rheostat_api::resource::ReconciledStatus;
use rheostat_api::{
    Artifact, BucketStatus, GitRepositoryStatus, HelmChartStatus, HelmRepositoryStatus,
    OciRepositoryStatus,
};

/// What the status of every source holds besides conditions.
pub trait SourceStatus: ReconciledStatus {
    /// The last artifact that was made.
    fn artifact(&self) -> Option<&Artifact>;
    /// Sets or clears it.
    fn set_artifact(&mut self, artifact: Option<Artifact>);
    /// The address of the link to the newest artifact, for kinds that have
    /// one.
    fn url(&self) -> Option<&str> {
        None
    }
    /// Sets or clears it.
    fn set_url(&mut self, _url: Option<String>) {}
}

impl SourceStatus for GitRepositoryStatus {
    fn artifact(&self) -> Option<&Artifact> {
        self.artifact.as_ref()
    }

    fn set_artifact(&mut self, artifact: Option<Artifact>) {
        self.artifact = artifact;
    }
}

/// Implements [`SourceStatus`] for a status with a link, whose fields have
/// the names that the toolkit gives them.
macro_rules! linked {
    ($status:ty) => {
        impl SourceStatus for $status {
            fn artifact(&self) -> Option<&Artifact> {
                self.artifact.as_ref()
            }

            fn set_artifact(&mut self, artifact: Option<Artifact>) {
                self.artifact = artifact;
            }

            fn url(&self) -> Option<&str> {
                self.url.as_deref()
            }

            fn set_url(&mut self, url: Option<String>) {
                self.url = url;
            }
        }
    };
}

linked!(BucketStatus);
linked!(HelmChartStatus);
linked!(HelmRepositoryStatus);
linked!(OciRepositoryStatus);
