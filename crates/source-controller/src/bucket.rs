//! The kind `Bucket`, of which nothing is supported yet: an object says so,
//! and can be suspended and deleted.

use std::convert::Infallible;

use rheostat_api::source::bucket::BucketKind;
use rheostat_api::{Bucket, BucketStatus, ConditionType, Reason};

use crate::source::{Fetched, Halt, Source, Stored};

/// Refuses Buckets.
#[derive(Debug)]
pub struct Buckets;

impl Source for Buckets {
    type Kind = BucketKind;
    /// Nothing is ever observed, planned or noted.
    type Observed = Infallible;
    type Plan = Infallible;
    type Note = Infallible;

    const FAILURES: &'static [ConditionType] = &[
        ConditionType::FetchFailed,
        ConditionType::StorageOperationFailed,
    ];
    const UNCHANGED: Reason = Reason::ArtifactUpToDate;
    const LINK: Option<&'static str> = Some("latest.tar.gz");

    async fn observe(&self, _object: &Bucket) -> Result<Infallible, Halt> {
        Err(Halt::not_supported("kind Bucket"))
    }

    fn plan(
        &self,
        _object: &Bucket,
        observed: Infallible,
        _stored: &Stored,
    ) -> Result<Infallible, Halt> {
        match observed {}
    }

    async fn fetch(&self, plan: Infallible) -> Result<Fetched<Infallible>, Halt> {
        match plan {}
    }

    fn write(note: &Infallible, _object: &Bucket, _status: &mut BucketStatus) {
        match *note {}
    }
}
