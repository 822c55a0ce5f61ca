//! The sources that Kustomizations are built from, of all kinds, as watches keep them.
//!
//! Of a source only its artifact counts, whichever controller made it. Absent: `ExternalArtifact`,
//! whose gate is off.

use rheostat_api::{
    Artifact, Bucket, BucketStatus, GitRepository, GitRepositoryStatus, Kind, Object,
    OciRepository, OciRepositoryStatus,
};
use rheostat_runtime::store::Selection;
use rheostat_runtime::{Context, ObjectKey, Store};

use crate::wake::SourceWaker;

/// A status that names an artifact.
pub trait Offering {
    /// The newest artifact.
    fn artifact(&self) -> Option<&Artifact>;
}

impl Offering for BucketStatus {
    fn artifact(&self) -> Option<&Artifact> {
        self.artifact.as_ref()
    }
}

impl Offering for GitRepositoryStatus {
    fn artifact(&self) -> Option<&Artifact> {
        self.artifact.as_ref()
    }
}

impl Offering for OciRepositoryStatus {
    fn artifact(&self) -> Option<&Artifact> {
        self.artifact.as_ref()
    }
}

/// The stores of all kinds of sources.
#[derive(Clone, Debug)]
pub struct Sources {
    /// Buckets.
    pub buckets: Store<Bucket>,
    /// Git repositories.
    pub git: Store<GitRepository>,
    /// Repositories of registries.
    pub oci: Store<OciRepository>,
}

impl Sources {
    /// Starts watching all kinds.
    pub fn watch(context: &Context) -> Self {
        Self {
            buckets: watch(context),
            git: watch(context),
            oci: watch(context),
        }
    }

    /// Resolves once everything that was there at the start is known.
    pub async fn ready(&self) {
        let Self { buckets, git, oci } = self;
        tokio::join!(buckets.ready(), git.ready(), oci.ready());
    }

    /// Wakes Kustomizations whenever a source has something new.
    pub fn wake(&self, waker: &SourceWaker) {
        let Self { buckets, git, oci } = self;
        waker.clone().follow(buckets);
        waker.clone().follow(git);
        waker.clone().follow(oci);
    }
}

/// The artifact of a source, where it has one.
///
/// # Errors
/// When there is no such source, in the words of the API server.
pub fn artifact_in<K>(store: &Store<Object<K>>, key: &ObjectKey) -> Result<Option<Artifact>, String>
where
    K: Kind<Status: Offering>,
{
    match store.get(key) {
        Some(source) => Ok(artifact_of(&source).cloned()),
        None => Err(format!(
            "{}.{} \"{}\" not found",
            K::KIND,
            K::GROUP,
            key.name
        )),
    }
}

/// The artifact that a source names.
pub fn artifact_of<K: Kind<Status: Offering>>(source: &Object<K>) -> Option<&Artifact> {
    source.status.as_ref()?.artifact()
}

/// Sources are watched for their status alone.
fn watch<K: Kind>(context: &Context) -> Store<Object<K>> {
    let selection = Selection {
        trim: |source: &mut Object<K>| source.spec = K::Spec::default(),
        ..Selection::default()
    };
    Store::watch(context, selection)
}
