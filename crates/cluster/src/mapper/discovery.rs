//! Reads discovery: aggregated in two requests, or group by group from servers that lack that.

use std::collections::HashMap;
use std::sync::Arc;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::APIResourceList;
use kube::Client;
use kube::core::discovery::v2::{APIGroupDiscovery, APIResourceDiscovery};

use crate::mapper::Kinds;
use crate::resource::Resource;

/// Every kind that the server serves.
pub(super) async fn read(client: &Client) -> Result<Kinds, kube::Error> {
    match aggregated(client).await {
        Ok(kinds) if !kinds.is_empty() => Ok(kinds),
        // An old server answers with a list of another kind, or not at all.
        Ok(_) | Err(kube::Error::SerdeError(_)) => group_by_group(client).await,
        Err(kube::Error::Api(status)) if matches!(status.code, 404 | 406) => {
            group_by_group(client).await
        }
        Err(error) => Err(error),
    }
}

async fn aggregated(client: &Client) -> Result<Kinds, kube::Error> {
    let (groups, core) = tokio::try_join!(
        client.list_api_groups_aggregated(),
        client.list_core_api_versions_aggregated(),
    )?;
    let mut kinds = HashMap::new();
    for group in core.items.into_iter().chain(groups.items) {
        add_group(&mut kinds, group);
    }
    Ok(kinds)
}

fn add_group(kinds: &mut Kinds, group: APIGroupDiscovery) {
    let name = group.metadata.and_then(|m| m.name).unwrap_or_default();
    for served in group.versions {
        let Some(version) = served.version else {
            continue;
        };
        for resource in served.resources {
            add_resource(kinds, &name, &version, resource);
        }
    }
}

fn add_resource(kinds: &mut Kinds, group: &str, version: &str, found: APIResourceDiscovery) {
    let kind = found.response_kind.and_then(|kind| kind.kind);
    let (Some(kind), Some(plural)) = (kind, found.resource) else {
        return;
    };
    add(
        kinds,
        Resource {
            group: group.to_owned(),
            version: version.to_owned(),
            namespaced: found.scope.as_deref() == Some("Namespaced"),
            kind,
            plural,
        },
    );
}

async fn group_by_group(client: &Client) -> Result<Kinds, kube::Error> {
    let mut kinds = HashMap::new();
    for version in client.list_core_api_versions().await?.versions {
        let list = client.list_core_api_resources(&version).await?;
        add_list(&mut kinds, "", &version, list);
    }
    for group in client.list_api_groups().await?.groups {
        let preferred = group.preferred_version.map(|p| p.group_version);
        let mut versions: Vec<_> = group.versions;
        versions.sort_by_key(|v| Some(&v.group_version) != preferred.as_ref());
        for version in versions {
            let list = client
                .list_api_group_resources(&version.group_version)
                .await?;
            add_list(&mut kinds, &group.name, &version.version, list);
        }
    }
    Ok(kinds)
}

fn add_list(kinds: &mut Kinds, group: &str, version: &str, list: APIResourceList) {
    // A slash marks a subresource.
    for found in list.resources.into_iter().filter(|r| !r.name.contains('/')) {
        add(
            kinds,
            Resource {
                group: group.to_owned(),
                version: version.to_owned(),
                kind: found.kind,
                plural: found.name,
                namespaced: found.namespaced,
            },
        );
    }
}

fn add(kinds: &mut Kinds, resource: Resource) {
    let key = (resource.group.clone(), resource.kind.clone());
    kinds.entry(key).or_default().push(Arc::new(resource));
}
