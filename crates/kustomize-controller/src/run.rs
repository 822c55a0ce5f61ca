//! From flags to a running controller.

use std::collections::HashSet;
use std::num::NonZero;
use std::sync::Arc;
use std::thread;

use parking_lot::Mutex;
use rheostat_api::Kustomization;
use rheostat_api::metadata::kustomize::{CONTROLLER, STATUS_MANAGER};
use rheostat_apply::{Policy, Takeover};
use rheostat_artifact::client::{FetchOptions, Fetcher};
use rheostat_cluster::{Cluster, Limits};
use rheostat_runtime::args::Gates;
use rheostat_runtime::store::Selection;
use rheostat_runtime::{Context, Controller, Role, Store, shell};
use rheostat_upstream::{Destination, client};
use tokio::sync::Semaphore;

use crate::args::{Args, CANCEL_HEALTH_CHECK, DISABLE_FAIL_FAST};
use crate::desired::switches;
use crate::execute::Means;
use crate::memory::Memories;
use crate::observe::Surroundings;
use crate::reconcile::KustomizationReconciler;
use crate::remote_bases::RemoteBases;
use crate::sources::Sources;
use crate::trees::Trees;
use crate::wake::{self, SourceWaker};

/// The names under which this controller acts.
pub const ROLE: Role = Role {
    name: CONTROLLER,
    field_manager: STATUS_MANAGER,
    version: env!("CARGO_PKG_VERSION"),
    concurrent: "4",
    reads_address_variables: false,
};

/// Runs the controller until it is told to stop or loses its lease.
///
/// # Errors
/// When a flag is not supported, or the controller cannot run.
pub async fn run(args: Args) -> anyhow::Result<()> {
    args.check()?;
    let gates = args.gates()?;
    let control = |context| control(context, &args, &gates);
    shell::run(ROLE, &args.runtime, control).await?;
    Ok(())
}

async fn control(context: Context, args: &Args, gates: &Gates) -> anyhow::Result<()> {
    let options = FetchOptions {
        retries: args.apply.http_retry,
        host: args.artifact_host(),
        ..FetchOptions::default()
    };
    let fetcher = Fetcher::new(client::client(Destination::ArtifactServer, None)?, options);
    let trees = Arc::new(Trees::new(fetcher));
    let managed = kustomizations(&context, context.settings.label_selector.clone());
    let surroundings = Arc::new(surroundings(&context, args, &managed));
    let memories = Arc::new(Memories::default());
    let reconciler = KustomizationReconciler {
        surroundings: Arc::clone(&surroundings),
        trees: Arc::clone(&trees),
        memories: Arc::clone(&memories),
        remote_bases: remote_bases(args)?,
        means: means(&context, args, gates),
        builders: Semaphore::new(thread::available_parallelism().map_or(1, NonZero::get)),
    };
    // A pass that looks at its source before the sources are there would report it missing.
    let ready = async {
        surroundings.sources.ready().await;
        surroundings.kustomizations.ready().await;
    };
    tokio::select! {
        () = ready => {}
        () = context.stop.cancelled() => return Ok(()),
    }
    let controller = Controller::new(&context, managed.clone(), reconciler);
    let waker = controller.waker();
    wake::on_dependencies(&surroundings, &waker);
    let sources = SourceWaker {
        managed,
        trees,
        memories,
        waker,
    };
    surroundings.sources.wake(&sources);
    controller.run().await;
    Ok(())
}

fn remote_bases(args: &Args) -> anyhow::Result<RemoteBases> {
    if args.apply.no_remote_bases {
        return Ok(RemoteBases::Refused);
    }
    Ok(RemoteBases::Fetched {
        client: client::client(Destination::Upstream, None)?,
        work: args.work_folder(),
    })
}

fn surroundings(context: &Context, args: &Args, managed: &Store<Kustomization>) -> Surroundings {
    // Another instance may reconcile what one of ours depends on.
    let is_sharded = !context.settings.label_selector.is_empty();
    let all = if is_sharded {
        kustomizations(context, String::new())
    } else {
        managed.clone()
    };
    Surroundings {
        sources: Sources::watch(context),
        kustomizations: all,
        awaiting: Mutex::new(HashSet::new()),
        is_cross_namespace_blocked: args.apply.no_cross_namespace_refs,
        requeue_dependency: context.settings.requeue_dependency,
    }
}

fn kustomizations(context: &Context, labels: String) -> Store<Kustomization> {
    Store::watch(
        context,
        Selection {
            labels,
            trim: |_| {},
            index: wake::references,
        },
    )
}

fn means(context: &Context, args: &Args, gates: &Gates) -> Means {
    Means {
        cluster: Cluster::new(context.client.clone(), Limits::default()),
        policy: Policy {
            manager: CONTROLLER.to_owned(),
            takeover: takeover(&args.apply.override_manager),
            switches: switches(),
            concurrency: usize::from(args.apply.concurrent_ssa),
        },
        switches: switches(),
        custom_stage_kinds: args.apply.stage_kinds(),
        is_failing_fast: !gates.is_on(DISABLE_FAIL_FAST),
        is_wait_cancelled_by_newer: gates.is_on(CANCEL_HEALTH_CHECK),
    }
}

/// Whose fields become ours: those of kubectl, those that we set before there was server-side
/// apply, and those of whom the operator names.
fn takeover(overridden: &[String]) -> Takeover {
    let mut managers = vec![
        ("kubectl".to_owned(), "Apply"),
        ("kubectl".to_owned(), "Update"),
        ("before-first-apply".to_owned(), "Update"),
        (CONTROLLER.to_owned(), "Update"),
    ];
    for name in overridden {
        managers.push((name.clone(), "Apply"));
        managers.push((name.clone(), "Update"));
    }
    let annotations = [
        "kubectl.kubernetes.io/last-applied-configuration",
        "kustomize.toolkit.fluxcd.io/checksum",
        "fluxcd.io/sync-checksum",
    ];
    Takeover {
        managers,
        annotations: annotations.map(str::to_owned).to_vec(),
        labels: vec!["fluxcd.io/sync-gc-mark".to_owned()],
        updater: None,
    }
}
