//! The right to write, which ends at a moment of the monotonic clock unless it is extended.

use std::{future::Future, sync::Arc};

use parking_lot::Mutex;
use tokio::time::Instant;
use tower::BoxError;

/// A write that was not sent, or whose answer was not waited for, because somebody else may act by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not written: this instance does not hold the lease")]
pub struct WriteRefused;

/// The right to write. Clones share it.
#[derive(Debug, Clone)]
pub struct Authority {
    grant: Arc<Mutex<Grant>>,
}

#[derive(Debug, Clone, Copy)]
enum Grant {
    Always,
    Until(Instant),
    Never,
}

impl Authority {
    /// The right of an instance that is alone, or that others do not have to heed.
    pub fn unlimited() -> Self {
        Self {
            grant: Arc::new(Mutex::new(Grant::Always)),
        }
    }

    /// No right yet: it comes with the lease.
    pub fn none() -> Self {
        Self {
            grant: Arc::new(Mutex::new(Grant::Never)),
        }
    }

    /// Grants the right until `deadline`, instead of what was granted before.
    pub fn extend(&self, deadline: Instant) {
        *self.grant.lock() = Grant::Until(deadline);
    }

    /// Takes the right away for good.
    pub fn revoke(&self) {
        *self.grant.lock() = Grant::Never;
    }

    /// True while writing is allowed.
    pub fn is_held(&self) -> bool {
        match *self.grant.lock() {
            Grant::Always => true,
            Grant::Until(deadline) => Instant::now() < deadline,
            Grant::Never => false,
        }
    }

    /// Runs a write for as long as the right holds.
    ///
    /// # Errors
    /// [`WriteRefused`] if the right was not there or ended first; else what the write answers.
    pub(super) async fn while_held<T>(
        &self,
        write: impl Future<Output = Result<T, BoxError>>,
    ) -> Result<T, BoxError> {
        let mut write = std::pin::pin!(write);
        loop {
            // A grant that is extended meanwhile is looked at again when the old one ends.
            let grant = *self.grant.lock();
            match grant {
                Grant::Always => return write.await,
                Grant::Until(deadline) if Instant::now() < deadline => {
                    if let Ok(answer) = tokio::time::timeout_at(deadline, &mut write).await {
                        return answer;
                    }
                }
                Grant::Until(_) | Grant::Never => return Err(Box::new(WriteRefused)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    async fn write(authority: &Authority, takes: Duration) -> Result<(), String> {
        let write = async {
            tokio::time::sleep(takes).await;
            Ok(())
        };
        authority
            .while_held(write)
            .await
            .map_err(|error| error.to_string())
    }

    fn in_millis(millis: u64) -> Instant {
        Instant::now() + Duration::from_millis(millis)
    }

    #[tokio::test]
    async fn writes_need_a_right_that_lasts() {
        let authority = Authority::none();
        let refused = Err(WriteRefused.to_string());
        assert_eq!(write(&authority, Duration::ZERO).await, refused);
        authority.extend(in_millis(20));
        assert_eq!(write(&authority, Duration::ZERO).await, Ok(()));
        assert_eq!(
            write(&authority, Duration::from_mins(1)).await,
            refused,
            "lost in the middle of a write"
        );
        assert_eq!(write(&Authority::unlimited(), Duration::ZERO).await, Ok(()));
    }

    #[tokio::test]
    async fn a_right_that_is_extended_in_time_goes_on() {
        let authority = Authority::none();
        authority.extend(in_millis(50));
        let extended = async {
            authority.extend(in_millis(60_000));
            std::future::pending::<()>().await;
        };
        tokio::select! {
            answer = write(&authority, Duration::from_millis(100)) => assert_eq!(answer, Ok(())),
            () = extended => {}
        }
    }
}
