//! From flags to a running controller.

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::Router;
use rheostat_api::{Kind, Object, metadata};
use rheostat_artifact::file_server;
use rheostat_artifact::storage::{Retention, Storage};
use rheostat_runtime::store::Selection;
use rheostat_runtime::{Context, Controller, ObjectRef, Role, Store, shell};
use rheostat_upstream::{Destination, client};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::args::{Args, HelmArgs, StorageArgs};
use crate::bucket::Buckets;
use crate::context::{HelmLimits, RegistryClients, SourceContext};
use crate::git_repository::GitRepositories;
use crate::helm_chart::{self, ChartSources, HelmCharts};
use crate::helm_repository::HelmRepositories;
use crate::oci_repository::OciRepositories;
use crate::source::{Source, SourceReconciler};

/// The names of this controller.
pub const ROLE: Role = Role {
    name: metadata::source::CONTROLLER,
    field_manager: metadata::source::CONTROLLER,
    version: env!("CARGO_PKG_VERSION"),
    concurrent: "2",
    reads_address_variables: true,
};

/// How long downloads may take to end, as in the reference.
const DOWNLOADS_GRACE: Duration = Duration::from_secs(5);

/// Runs until the process is told to stop.
///
/// # Errors
/// When a flag asks for what is not there, or the shell fails.
pub async fn run(args: Args) -> Result<()> {
    args.check()?;
    args.gates()?;
    let Args {
        runtime,
        storage,
        helm,
        ..
    } = args;
    shell::run(ROLE, &runtime, |context| lead(context, storage, helm)).await?;
    Ok(())
}

/// What this instance does once it may act.
async fn lead(context: Context, args: StorageArgs, helm: HelmArgs) -> Result<()> {
    let storage = Storage::open(&args.storage_path, &args.advertised_address())?;
    let work = args.work_folder();
    make_empty(&work).with_context(|| format!("make '{}' empty", work.display()))?;
    let listener = args
        .storage_addr
        .bind()
        .await
        .with_context(|| format!("listen on --storage-addr {}", args.storage_addr))?;
    let files = serve(
        listener,
        file_server::router(storage.root()),
        context.stop.clone(),
    );
    let sources = SourceContext {
        cluster: context.client.clone(),
        upstream: client::client(Destination::Upstream, None)?,
        registries: RegistryClients::new()?,
        storage,
        retention: Retention {
            ttl: args.artifact_retention_ttl,
            records: args.artifact_retention_records,
        },
        algorithm: args.artifact_digest_algo,
        helm: HelmLimits {
            index_bytes: helm.helm_index_max_size,
            chart_bytes: helm.helm_chart_max_size,
            file_bytes: helm.helm_chart_file_max_size,
        },
        work,
    };
    let of_charts = ChartSources {
        helm: watch(&context, |_| Vec::new()),
        git: watch(&context, |_| Vec::new()),
    };
    // Each is too large for the stack of all of them.
    let git = GitRepositories::new(sources.clone());
    let git = Box::pin(control(&context, of_charts.git.clone(), git, &sources).run());
    let helm = HelmRepositories::new(sources.clone());
    let helm = Box::pin(control(&context, of_charts.helm.clone(), helm, &sources).run());
    let oci = OciRepositories::new(sources.clone());
    let oci = watch_and_control(&context, oci, &sources);
    let bucket = watch_and_control(&context, Buckets, &sources);
    let charts = Box::pin(charts(&context, of_charts, &sources));
    let (served, (), (), (), (), ()) = tokio::join!(files, git, helm, oci, bucket, charts);
    served.context("serve artifacts")
}

/// Reconciles charts, as they are asked for and as their sources change.
async fn charts(context: &Context, of_charts: ChartSources, sources: &SourceContext) {
    let store = watch(context, helm_chart::references);
    let source = HelmCharts::new(sources.clone(), of_charts.clone());
    let controller = control(context, store.clone(), source, sources);
    helm_chart::on_sources(&of_charts, &store, &controller.waker());
    controller.run().await;
}

/// The objects of one kind that this instance reconciles.
fn watch<K: Kind>(context: &Context, index: fn(&Object<K>) -> Vec<ObjectRef>) -> Store<Object<K>> {
    let selection = Selection {
        labels: context.settings.label_selector.clone(),
        index,
        ..Selection::default()
    };
    Store::watch(context, selection)
}

/// A controller of the objects of one kind.
fn control<S: Source>(
    context: &Context,
    store: Store<Object<S::Kind>>,
    source: S,
    sources: &SourceContext,
) -> Controller<SourceReconciler<S>> {
    let reconciler = SourceReconciler::new(source, sources.clone());
    Controller::new(context, store, reconciler)
}

/// Reconciles the objects of a kind that nobody else looks at.
fn watch_and_control<S: Source>(
    context: &Context,
    source: S,
    sources: &SourceContext,
) -> Pin<Box<impl Future<Output = ()> + use<S>>> {
    let store = watch(context, |_| Vec::new());
    Box::pin(control(context, store, source, sources).run())
}

/// Serves until the controller stops; downloads that run then have a moment
/// to end.
async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) -> io::Result<()> {
    let server =
        axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned());
    let too_late = async {
        stop.cancelled().await;
        tokio::time::sleep(DOWNLOADS_GRACE).await;
    };
    tokio::select! {
        ended = server.into_future() => ended,
        () = too_late => Ok(()),
    }
}

/// Removes what a controller that was killed left in its work folder.
fn make_empty(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}
