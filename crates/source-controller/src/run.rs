//! From flags to a running controller.

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::Router;
use rheostat_api::metadata;
use rheostat_artifact::file_server;
use rheostat_artifact::storage::{Retention, Storage};
use rheostat_runtime::store::Selection;
use rheostat_runtime::{Context, Controller, Role, Store, shell};
use rheostat_upstream::{Destination, client};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::args::{Args, HelmArgs, StorageArgs};
use crate::bucket::Buckets;
use crate::context::{HelmLimits, RegistryClients, SourceContext};
use crate::git_repository::GitRepositories;
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
    // Each is too large for the stack of all of them.
    let git = Box::pin(drive(
        &context,
        GitRepositories::new(sources.clone()),
        &sources,
    ));
    let oci = Box::pin(drive(
        &context,
        OciRepositories::new(sources.clone()),
        &sources,
    ));
    let helm = Box::pin(drive(
        &context,
        HelmRepositories::new(sources.clone()),
        &sources,
    ));
    let bucket = Box::pin(drive(&context, Buckets, &sources));
    let (served, (), (), (), ()) = tokio::join!(files, git, oci, helm, bucket);
    served.context("serve artifacts")
}

/// Reconciles the objects of one kind until the controller stops.
async fn drive<S: Source>(context: &Context, source: S, sources: &SourceContext) {
    let selection = Selection {
        labels: context.settings.label_selector.clone(),
        ..Selection::default()
    };
    let store = Store::watch(context, selection);
    let reconciler = SourceReconciler::new(source, sources.clone());
    Controller::new(context, store, reconciler).run().await;
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
