//! A chart repository over HTTP: each folder of a folder, packed as `helm package` packs it, and their index.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::routing::get;
use flate2::Compression;
use flate2::write::GzEncoder;
use rheostat_yaml::{Limits, Profile, json, parse_stream};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A running chart repository. Dropping it stops it.
#[derive(Debug)]
pub(super) struct ChartServer {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl ChartServer {
    /// Serves the charts in a folder, as they are now.
    ///
    /// # Errors
    /// A chart cannot be read, or there is no port.
    pub(super) async fn start(folder: &Path) -> Result<Self> {
        let mut entries = Map::new();
        let mut router = Router::new();
        for entry in
            fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?
        {
            let chart = entry
                .with_context(|| format!("reading {}", folder.display()))?
                .path();
            let mut metadata = metadata(&chart.join("Chart.yaml"))?;
            let name = metadata["name"].as_str().unwrap_or_default().to_owned();
            let version = metadata["version"].as_str().unwrap_or_default();
            let file = format!("{name}-{version}.tgz");
            let archive = pack(&chart, &name)?;
            router = router.route(&format!("/{file}"), get(move || async { archive }));
            metadata["urls"] = json!([file]);
            entries.insert(name, json!([metadata]));
        }
        let index = json!({"apiVersion": "v1", "entries": entries}).to_string();
        let router = router.route("/index.yaml", get(move || async { index }));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .context("binding the chart server")?;
        let address = listener.local_addr().context("binding the chart server")?;
        let task = tokio::spawn(async move {
            // It only ends when the task is aborted.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, task })
    }

    /// The address of the repository.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for ChartServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn metadata(file: &Path) -> Result<Value> {
    let reading = || format!("reading {}", file.display());
    let content = fs::read(file).with_context(reading)?;
    let documents =
        parse_stream(&content, Profile::V2, &Limits::default()).with_context(reading)?;
    let document = documents.first().with_context(reading)?;
    json::from_node(document, Profile::V2).with_context(reading)
}

fn pack(chart: &Path, name: &str) -> Result<Vec<u8>> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    let packed = archive.append_dir_all(name, chart);
    packed.with_context(|| format!("packing {}", chart.display()))?;
    let compressed = archive.into_inner().context("packing a chart")?;
    compressed.finish().context("packing a chart")
}
