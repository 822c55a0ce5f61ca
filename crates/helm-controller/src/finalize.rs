//! What happens to a release, and to the HelmChart made for it, when its HelmRelease is deleted.

use rheostat_api::{ConditionType, Reason};
use rheostat_runtime::Interrupted;

use crate::desired::foreign_identity;
use crate::draft::Draft;
use crate::outcome::End;
use crate::reconcile::Work;

/// Takes away what is to go with the object.
pub async fn finalize(work: &Work<'_>, draft: &mut Draft) -> End {
    if work.object.spec.suspend {
        return End::Finalized;
    }
    if draft.status.storage_namespace.is_some() {
        let fields = foreign_identity(&work.object.spec);
        if !fields.is_empty() {
            return refused(draft, &fields);
        }
        match uninstall(work, draft).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return End::Failed { error },
            Err(Interrupted::Stopping) => return End::Stopped,
            Err(Interrupted::Deadline | Interrupted::Newer(_)) => {
                return End::Failed {
                    error: "the release was not uninstalled in time".to_owned(),
                };
            }
        }
        draft.status.history.clear();
        draft.status.storage_namespace = None;
    }
    let mut events = Vec::new();
    let deleted = work.templates().delete(draft, &mut events).await;
    work.tell(events);
    match deleted {
        Ok(()) => End::Finalized,
        Err((end, events)) => {
            work.tell(events);
            end
        }
    }
}

/// Ends the release that status knows, if it knows one.
///
/// # Errors
/// Interrupted, or with the error of the uninstallation, which is to be tried again.
pub async fn uninstall(
    work: &Work<'_>,
    draft: &mut Draft,
) -> Result<Result<(), String>, Interrupted> {
    let latest = draft.status.history.first();
    let (Some(name), Some(namespace)) = (
        latest.map(|latest| latest.name.clone()),
        draft.status.storage_namespace.clone(),
    ) else {
        return Ok(Ok(()));
    };
    let execution = work.execution(&namespace);
    let progress = draft.status.clone();
    let uninstalled = work
        .pass
        .step(|| progress, execution.uninstall(&name))
        .await;
    let (how, performed) = uninstalled?;
    draft.now = work.pass.now();
    let came = work
        .recorder(work.digests())
        .uninstalled(draft, how, &performed);
    work.tell(came.events);
    Ok(came.error.map_or(Ok(()), Err))
}

fn refused(draft: &mut Draft, fields: &[&str]) -> End {
    let error = format!(
        "cannot uninstall the release, not supported yet: {}; \
         suspend the HelmRelease to leave it where it is",
        fields.join(", ")
    );
    let mut conditions = draft.conditions();
    conditions.mark_false(ConditionType::Ready, Reason::UninstallFailed, &*error);
    End::Failed { error }
}
