//! A program that runs the whole kustomize-controller beside a controller of its own.
//!
//! It gives every `Tenant` a namespace and a Kustomization in it, and the embedded controller does the rest. Flags are
//! those of kustomize-controller.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, anyhow};
use futures::StreamExt as _;
use kube::api::{Patch, PatchParams};
use kube::runtime::controller::{Action, Controller};
use kube::runtime::watcher;
use kube::{Api, Client, CustomResource, Resource, ResourceExt as _};
use rheostat_api::{GitRepository, Kustomization};
use rheostat_kustomize_controller::{args::Args, run};
use rheostat_operators::{Failure, define, tell};
use rheostat_runtime::{args, shell};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const MANAGER: &str = "platform";

#[derive(CustomResource, Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[kube(
    group = "example.rheostat.dev",
    version = "v1",
    kind = "Tenant",
    namespaced
)]
#[serde(rename_all = "camelCase")]
struct TenantSpec {
    /// The GitRepository, in the Tenant's namespace, with what the tenant wants.
    repository: String,
    /// The folder in it.
    path: String,
}

#[tokio::main]
async fn main() -> Result<()> {
    let args: Args = args::parse(run::ROLE).unwrap_or_else(|error| error.exit());
    shell::start_log(&args.runtime);
    let client = Client::try_default().await?;
    define::<Tenant>(&client, MANAGER).await?;
    let tenants = Controller::new(
        Api::<Tenant>::all(client.clone()),
        watcher::Config::default(),
    )
    .owns(
        Api::<Kustomization>::all(client.clone()),
        watcher::Config::default(),
    )
    .run(
        reconcile,
        |_, _, _| Action::requeue(Duration::from_secs(5)),
        Arc::new(client),
    )
    .for_each(tell);
    // The embedded controller listens to signals; when it has stopped, so has the program.
    tokio::select! {
        outcome = run::run(args) => outcome,
        () = tenants => Err(anyhow!("the controller of Tenants ended")),
    }
}

async fn reconcile(tenant: Arc<Tenant>, client: Arc<Client>) -> Result<Action, Failure> {
    let namespace = tenant.namespace().unwrap_or_default();
    let kustomizations = Api::<Kustomization>::namespaced(Client::clone(&client), &namespace);
    kustomizations
        .patch(
            &tenant.name_any(),
            &PatchParams::apply(MANAGER).force(),
            &Patch::Apply(kustomization(&tenant)),
        )
        .await
        .map_err(anyhow::Error::new)?;
    Ok(Action::await_change())
}

/// What the embedded controller is asked for. It goes when the Tenant goes, and its finalizer takes with it what it
/// applied.
fn kustomization(tenant: &Tenant) -> Value {
    json!({
        "apiVersion": Kustomization::api_version(&()),
        "kind": Kustomization::kind(&()),
        "metadata": {"name": tenant.name_any(), "ownerReferences": [tenant.controller_owner_ref(&())]},
        "spec": {
            "interval": "10m",
            "path": tenant.spec.path,
            "prune": true,
            "namePrefix": format!("{}-", tenant.name_any()),
            "targetNamespace": tenant.namespace(),
            "sourceRef": {"kind": GitRepository::kind(&()), "name": tenant.spec.repository},
        },
    })
}
