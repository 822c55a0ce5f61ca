//! An operator for caches: it installs a chart for each `Cache`, upgrades it when the Cache changes, and uninstalls it.
//!
//! The chart under `chart/` is compiled in. The releases are Helm's: `helm list` and `helm rollback` work on them.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use futures::StreamExt as _;
use kube::runtime::controller::{Action, Controller};
use kube::runtime::finalizer::{Event, finalizer};
use kube::runtime::watcher;
use kube::{Api, Client, CustomResource, ResourceExt as _};
use rheostat_cluster::{Cluster, Limits};
use rheostat_helm::Chart;
use rheostat_helm::chart::ChartFile;
use rheostat_operators::{Failure, define, tell};
use rheostat_release::{Configuration, Install, Status, StorageError, Uninstall, Upgrade};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Map;

const MANAGER: &str = "cache-operator";
const FINALIZER: &str = "example.rheostat.dev/cache";

#[derive(CustomResource, Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[kube(
    group = "example.rheostat.dev",
    version = "v1",
    kind = "Cache",
    namespaced
)]
struct CacheSpec {
    /// How much it holds, in megabytes.
    megabytes: u32,
}

struct Operator {
    client: Client,
    cluster: Cluster,
    chart: Chart,
}

#[tokio::main]
async fn main() -> Result<()> {
    let client = Client::try_default().await?;
    define::<Cache>(&client, MANAGER).await?;
    let operator = Operator {
        client: client.clone(),
        cluster: Cluster::new(client.clone(), Limits::default()),
        chart: Chart::from_files(vec![
            ChartFile::new("Chart.yaml", *include_bytes!("../../chart/Chart.yaml")),
            ChartFile::new("values.yaml", *include_bytes!("../../chart/values.yaml")),
            ChartFile::new(
                "templates/deployment.yaml",
                *include_bytes!("../../chart/templates/deployment.yaml"),
            ),
        ])?,
    };
    Controller::new(Api::<Cache>::all(client), watcher::Config::default())
        .shutdown_on_signal()
        .run(reconcile, retry, operator.into())
        .for_each(tell)
        .await;
    Ok(())
}

async fn reconcile(cache: Arc<Cache>, operator: Arc<Operator>) -> Result<Action, Failure> {
    let namespace = cache.namespace().unwrap_or_default();
    let caches = Api::<Cache>::namespaced(operator.client.clone(), &namespace);
    let configuration = Configuration::new(operator.cluster.clone(), namespace, MANAGER);
    let outcome = finalizer(&caches, FINALIZER, cache, |event| async {
        match event {
            Event::Apply(cache) => operator.bring(&cache, &configuration).await?,
            Event::Cleanup(cache) => take_away(&cache, &configuration).await?,
        }
        Ok::<_, Failure>(Action::await_change())
    });
    outcome
        .await
        .map_err(|error| anyhow::Error::new(error).into())
}

fn retry(_: Arc<Cache>, _: &Failure, _: Arc<Operator>) -> Action {
    Action::requeue(Duration::from_secs(5))
}

impl Operator {
    /// Installs the chart, or upgrades it unless the last revision has these values.
    async fn bring(&self, cache: &Cache, configuration: &Configuration) -> Result<()> {
        let name = cache.name_any();
        let chart = self.chart.clone();
        let values = Map::from_iter([("megabytes".to_owned(), cache.spec.megabytes.into())]);
        match configuration.storage().last(&name).await {
            Ok(last) if *last.config == values && last.info.status == Status::Deployed => {}
            Ok(_) => {
                let upgrade = Upgrade::new(name, chart, values);
                upgrade.run(configuration).await?;
            }
            Err(StorageError::NotFound) => {
                let namespace = &configuration.storage_namespace;
                let install = Install::new(name, namespace, chart, values);
                install.run(configuration).await?;
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}

async fn take_away(cache: &Cache, configuration: &Configuration) -> Result<()> {
    let name = cache.name_any();
    if !configuration.storage().history(&name).await?.is_empty() {
        Uninstall::new(name).run(configuration).await?;
    }
    Ok(())
}
