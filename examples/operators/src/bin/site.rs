//! An operator for web sites: what a `Site` says is laid over the kustomization under `site/`, and applied.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use futures::StreamExt as _;
use kube::api::{Patch, PatchParams};
use kube::runtime::controller::{Action, Controller};
use kube::runtime::watcher;
use kube::{Api, Client, CustomResource, Resource as _, ResourceExt as _};
use rheostat_apply::{Applier, ApplyOptions, Inventory, Object, Owner, Policy, Pruner, normalize};
use rheostat_cluster::{Cluster, Limits};
use rheostat_operators::{Failure, define, tell};
use rheostat_render::kustomization::{self as kustomize, Overlay, Request};
use rheostat_tree::{Tree, TreePath};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const GROUP: &str = "example.rheostat.dev";
const MANAGER: &str = "site-operator";
const ROOT: &[u8] = include_bytes!("../../site/kustomization.yaml");
const MANIFESTS: &[u8] = include_bytes!("../../site/manifests.yaml");

#[derive(CustomResource, Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[kube(
    group = "example.rheostat.dev",
    version = "v1",
    kind = "Site",
    namespaced,
    status = "SiteStatus"
)]
struct SiteSpec {
    /// The version of nginx that serves the site.
    version: String,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
struct SiteStatus {
    /// What was applied for the Site.
    #[schemars(schema_with = "rheostat_operators::any")]
    inventory: Inventory,
}

struct Operator {
    client: Client,
    cluster: Cluster,
    files: Tree,
    policy: Policy,
}

#[tokio::main]
async fn main() -> Result<()> {
    let client = Client::try_default().await?;
    define::<Site>(&client, MANAGER).await?;
    let root = (TreePath::new("kustomization.yaml")?, ROOT);
    let manifests = (TreePath::new("manifests.yaml")?, MANIFESTS);
    let operator = Operator {
        client: client.clone(),
        cluster: Cluster::new(client.clone(), Limits::default()),
        files: Tree::from_files([root, manifests])?,
        policy: Policy::new(MANAGER, GROUP),
    };
    Controller::new(Api::<Site>::all(client), watcher::Config::default())
        .shutdown_on_signal()
        .run(reconcile, retry, operator.into())
        .for_each(tell)
        .await;
    Ok(())
}

async fn reconcile(site: Arc<Site>, operator: Arc<Operator>) -> Result<Action, Failure> {
    operator.bring(&site).await?;
    Ok(Action::await_change())
}

fn retry(_: Arc<Site>, _: &Failure, _: Arc<Operator>) -> Action {
    Action::requeue(Duration::from_secs(5))
}

impl Operator {
    /// Brings the cluster to what a Site says.
    async fn bring(&self, site: &Site) -> Result<()> {
        let before = site.status.clone().unwrap_or_default().inventory;
        let objects = objects(site, &self.files)?;
        let options = ApplyOptions::default();
        let applied = Applier::new(&self.cluster, &self.policy, &objects, options)
            .apply_all(&objects, &before, |larger| self.record(site, larger))
            .await?;
        let wanted = applied.log.inventory();
        let pruner = Pruner {
            cluster: &self.cluster,
            owner: &owner(site),
            switches: &self.policy.switches,
        };
        let gone = pruner.prune(&before.without(&wanted)).await;
        self.record(site, wanted.joined(&gone.survivors())).await?;
        ensure!(gone.failures.is_empty(), "{}", gone.errors());
        Ok(())
    }

    async fn record(&self, site: &Site, inventory: Inventory) -> kube::Result<()> {
        let sites =
            Api::<Site>::namespaced(self.client.clone(), &site.namespace().unwrap_or_default());
        let patch = Patch::Merge(json!({"status": {"inventory": inventory}}));
        sites
            .patch_status(&site.name_any(), &PatchParams::default(), &patch)
            .await?;
        Ok(())
    }
}

/// What the kustomization and the Site say. The objects go when the Site goes.
fn objects(site: &Site, files: &Tree) -> Result<Vec<Object>> {
    let overlay = Overlay {
        target_namespace: site.namespace().unwrap_or_default(),
        name_prefix: format!("{}-", site.name_any()),
        images: vec![kustomize::Image {
            name: "nginx".to_owned(),
            new_tag: site.spec.version.clone(),
            ..kustomize::Image::default()
        }],
        ..Overlay::default()
    };
    let request = Request {
        files,
        directory: &TreePath::root(),
        overlay: &overlay,
        root_name: "",
    };
    let prepare = |mut value: Value| {
        value["metadata"]["ownerReferences"] = json!([site.controller_owner_ref(&())]);
        let mut object = Object::new(value)?;
        owner(site).label(&mut object);
        normalize::normalize(&mut object);
        Ok(object)
    };
    let built = kustomize::build(&request)?;
    built.objects.into_iter().map(prepare).collect()
}

fn owner(site: &Site) -> Owner {
    Owner {
        group: GROUP.to_owned(),
        name: site.name_any(),
        namespace: site.namespace().unwrap_or_default(),
    }
}
