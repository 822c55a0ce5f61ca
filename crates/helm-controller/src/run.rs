//! From flags to a running controller.

use std::collections::HashSet;
use std::sync::Arc;

use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use parking_lot::Mutex;
use rheostat_api::HelmRelease;
use rheostat_api::metadata::helm::CONTROLLER;
use rheostat_api::source::{OciRepository, OciRepositorySpec};
use rheostat_artifact::client::{FetchOptions, Fetcher};
use rheostat_cluster::{Cluster, Limits};
use rheostat_runtime::args::Gates;
use rheostat_runtime::store::Selection;
use rheostat_runtime::{Context, Controller, Role, Store, Waker, shell};
use rheostat_upstream::{Destination, client};

use crate::args::{
    ALLOW_DNS, Args, HELM3_DEFAULTS, NO_CONFIG_WATCHERS, NO_DIGEST_IN_VERSION, RETRY_BY_DEFAULT,
};
use crate::charts::Charts;
use crate::execute::Means;
use crate::metrics::Counts;
use crate::observe::Surroundings;
use crate::reconcile::HelmReleaseReconciler;
use crate::wake;

/// The names under which this controller acts.
pub const ROLE: Role = Role {
    name: CONTROLLER,
    field_manager: CONTROLLER,
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
        retries: args.release.http_retry,
        host: args.artifact_host(),
        ..FetchOptions::default()
    };
    let fetcher = Fetcher::new(client::client(Destination::ArtifactServer, None)?, options);
    let managed = releases(&context, context.settings.label_selector.clone());
    let surroundings = Arc::new(surroundings(&context, args, &managed));
    let counts = Counts::shown_in(&context.metrics);
    let reconciler = HelmReleaseReconciler {
        context: context.clone(),
        surroundings: Arc::clone(&surroundings),
        charts: Arc::new(Charts::new(fetcher, counts.clone())),
        means: means(&context, args, gates, counts),
        algorithm: args.release.snapshot_digest_algo,
        tracks_digests: !gates.is_on(NO_DIGEST_IN_VERSION),
    };
    // A pass that looks at its source before the sources are there would report it missing.
    let ready = async {
        surroundings.charts.ready().await;
        surroundings.repositories.ready().await;
        surroundings.releases.ready().await;
    };
    tokio::select! {
        () = ready => {}
        () = context.stop.cancelled() => return Ok(()),
    }
    let controller = Controller::new(&context, managed.clone(), reconciler);
    let waker = controller.waker();
    wake::on_dependencies(&surroundings, &waker);
    wake::on_sources(&surroundings, &managed, &waker);
    if !gates.is_on(NO_CONFIG_WATCHERS) {
        watch_configs(&context, args, &managed, &waker);
    }
    controller.run().await;
    Ok(())
}

fn surroundings(context: &Context, args: &Args, managed: &Store<HelmRelease>) -> Surroundings {
    // Another instance may reconcile what one of ours depends on.
    let is_sharded = !context.settings.label_selector.is_empty();
    let all = if is_sharded {
        releases(context, String::new())
    } else {
        managed.clone()
    };
    Surroundings {
        charts: Store::watch(context, Selection::default()),
        repositories: Store::watch(
            context,
            Selection {
                trim: |source: &mut OciRepository| source.spec = OciRepositorySpec::default(),
                ..Selection::default()
            },
        ),
        releases: all,
        awaiting: Mutex::new(HashSet::new()),
        is_cross_namespace_blocked: args.release.no_cross_namespace_refs,
        requeue_dependency: context.settings.requeue_dependency,
    }
}

fn releases(context: &Context, labels: String) -> Store<HelmRelease> {
    Store::watch(
        context,
        Selection {
            labels,
            trim: |_| {},
            index: wake::references,
        },
    )
}

/// Follows the ConfigMaps and Secrets that ask for it by a label; what is in them is read when it is needed.
fn watch_configs(context: &Context, args: &Args, managed: &Store<HelmRelease>, waker: &Waker) {
    let labels = args.runtime.watch_configs_label_selector.clone();
    let config_maps: Store<ConfigMap> = Store::watch(
        context,
        Selection {
            labels: labels.clone(),
            trim: |config: &mut ConfigMap| {
                config.data = None;
                config.binary_data = None;
            },
            ..Selection::default()
        },
    );
    let secrets: Store<Secret> = Store::watch(
        context,
        Selection {
            labels,
            trim: |secret: &mut Secret| secret.data = None,
            ..Selection::default()
        },
    );
    wake::on_configs(&config_maps, &secrets, managed, waker);
}

fn means(context: &Context, args: &Args, gates: &Gates, counts: Counts) -> Means {
    Means {
        cluster: Cluster::new(context.client.clone(), Limits::default()),
        default_account: args.release.default_service_account.clone(),
        resolves_names: gates.is_on(ALLOW_DNS),
        has_helm3_defaults: gates.is_on(HELM3_DEFAULTS),
        retries_by_default: gates.is_on(RETRY_BY_DEFAULT),
        counts,
    }
}
