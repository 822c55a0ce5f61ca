//! What happens to a release, and to the HelmChart made for it, when its HelmRelease is deleted.

use k8s_openapi::api::core::v1::ServiceAccount;
use kube::Api;
use rheostat_api::{ConditionType, Reason};
use rheostat_runtime::Interrupted;

use crate::desired::foreign_cluster;
use crate::draft::Draft;
use crate::outcome::{End, Stop};
use crate::reconcile::Work;

/// Takes away what is to go with the object.
pub async fn finalize(work: &Work<'_>, draft: &mut Draft) -> End {
    if work.object.spec.suspend {
        return End::Finalized;
    }
    match take_away(work, draft).await {
        Ok(()) => End::Finalized,
        Err(Stop::Ended(end)) => end,
        Err(Stop::Stopping) => End::Stopped,
    }
}

async fn take_away(work: &Work<'_>, draft: &mut Draft) -> Result<(), Stop> {
    if draft.status.storage_namespace.is_some() {
        let fields = foreign_cluster(&work.object.spec);
        if !fields.is_empty() {
            return Err(refused(draft, &fields).into());
        }
        if can_act(work, draft).await? {
            uninstall(work, draft).await?;
        }
        draft.status.history.clear();
        draft.status.storage_namespace = None;
    }
    let mut events = Vec::new();
    let deleted = work.templates().delete(draft, &mut events).await;
    work.tell(events);
    deleted.map_err(|(end, events)| {
        work.tell(events);
        end.into()
    })
}

/// Whether the identity that released is still there to uninstall. In a namespace that goes away it may be gone before.
async fn can_act(work: &Work<'_>, draft: &mut Draft) -> Result<bool, Stop> {
    let Some(account) = work.reconciler.means.account(work.object) else {
        return Ok(true);
    };
    let client = work.reconciler.context.client.clone();
    let api: Api<ServiceAccount> = Api::namespaced(client, work.object.namespace());
    match api.get_opt(account).await {
        Ok(found) => Ok(found.is_some()),
        Err(error) => {
            let error = format!(
                "failed to confirm ServiceAccount '{account}' can be used to uninstall release: {error}"
            );
            let mut conditions = draft.conditions();
            conditions.mark_false(ConditionType::Ready, Reason::UninstallFailed, &*error);
            Err(End::Failed { error }.into())
        }
    }
}

/// Ends the release that status knows, if it knows one.
///
/// # Errors
/// With the error of the uninstallation, which is to be tried again, or when the controller stops.
pub async fn uninstall(work: &Work<'_>, draft: &mut Draft) -> Result<(), Stop> {
    let latest = draft.status.history.first();
    let (Some(name), Some(namespace)) = (
        latest.map(|latest| latest.name.clone()),
        draft.status.storage_namespace.clone(),
    ) else {
        return Ok(());
    };
    let execution = work.execution(&namespace)?;
    let progress = draft.status.clone();
    let uninstalled = work
        .pass
        .step(|| progress, execution.uninstall(&name))
        .await;
    let (how, performed) = uninstalled.map_err(|interrupted| match interrupted {
        Interrupted::Stopping => Stop::Stopping,
        Interrupted::Deadline | Interrupted::Newer(_) => Stop::Ended(End::Failed {
            error: "the release was not uninstalled in time".to_owned(),
        }),
    })?;
    draft.now = work.pass.now();
    let came = work
        .recorder(work.digests())
        .uninstalled(draft, how, &performed);
    work.tell(came.events);
    came.error
        .map_or(Ok(()), |error| Err(End::Failed { error }.into()))
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
