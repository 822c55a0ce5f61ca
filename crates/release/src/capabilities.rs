//! What charts may know of the cluster.

use std::time::Duration;

use rheostat_cluster::{Cluster, ServerVersion};
use rheostat_helm::{Capabilities, KubeVersion};

use crate::error::Cause;

/// How old the list of kinds may be. Helm reads it anew for every action, which costs more than all else that an action asks;
/// a kind that a chart asks for right after its definition was made is found two seconds later at most.
const MAX_AGE: Duration = Duration::from_secs(2);

/// Asks the server for its version, and with that whether it can be reached.
pub(crate) async fn reach(cluster: &Cluster) -> Result<ServerVersion, Cause> {
    cluster.version().await.map_err(Cause::Unreachable)
}

/// What the cluster can do.
pub(crate) async fn of(cluster: &Cluster, version: ServerVersion) -> Result<Capabilities, Cause> {
    let api_versions = cluster.mapper().api_versions(MAX_AGE).await;
    Ok(Capabilities {
        kube_version: KubeVersion {
            // A version that was read from a cluster is not normalised by Helm either.
            normalized: version.git_version.clone(),
            version: version.git_version,
            major: version.major,
            minor: version.minor,
        },
        api_versions: api_versions.map_err(Cause::Capabilities)?,
    })
}
