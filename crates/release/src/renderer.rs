//! Making manifests of a chart, with what templates may ask of the world outside.

use std::net::ToSocketAddrs;
use std::sync::Arc;
use std::time::Duration;

use rand::Rng as _;
use rheostat_cluster::{Cluster, MapperError, Target};
use rheostat_gotemplate::{Host, Map, Value};
use rheostat_helm::{Chart, RenderOptions, Rendered};
use serde_json::Value as Json;
use tokio::runtime::Handle;

use crate::blocking;
use crate::configuration::Configuration;
use crate::error::Cause;

/// How deep an object that is looked up may nest.
const MAX_DEPTH: usize = 200;

/// Makes manifests of a chart. An own one may render after [`HelmRenderer`] what that gives: post-rendering.
pub trait Renderer: Send + Sync {
    /// Renders a chart with the user's values. It runs on a thread on which it may take its time.
    ///
    /// # Errors
    /// The chart cannot be rendered. The text is the action's.
    fn render(
        &self,
        chart: &Chart,
        values: &Arc<Map>,
        options: &RenderOptions,
        host: &mut dyn Host,
    ) -> Result<Rendered, Box<dyn std::error::Error + Send + Sync>>;
}

/// Renders as Helm does.
#[derive(Clone, Copy, Debug)]
pub struct HelmRenderer;

impl Renderer for HelmRenderer {
    fn render(
        &self,
        chart: &Chart,
        values: &Arc<Map>,
        options: &RenderOptions,
        host: &mut dyn Host,
    ) -> Result<Rendered, Box<dyn std::error::Error + Send + Sync>> {
        Ok(rheostat_helm::render(chart, values, options, host)?)
    }
}

/// Renders a chart with the configuration's renderer.
pub(crate) async fn render(
    configuration: &Configuration,
    chart: &Chart,
    values: &Arc<Map>,
    options: RenderOptions,
) -> Result<Rendered, Cause> {
    let mut world = World {
        cluster: configuration.cluster.clone(),
        runtime: Handle::current(),
        resolves_names: configuration.resolves_names,
    };
    let renderer = Arc::clone(&configuration.renderer);
    let (chart, values) = (chart.clone(), Arc::clone(values));
    blocking::run(move || renderer.render(&chart, &values, &options, &mut world))
        .await
        .map_err(Cause::Render)
}

/// What templates may ask: the clock, randomness, the cluster and the DNS.
struct World {
    cluster: Cluster,
    runtime: Handle,
    resolves_names: bool,
}

impl Host for World {
    fn now(&mut self) -> i128 {
        jiff::Timestamp::now().as_nanosecond()
    }

    fn random(&mut self, buffer: &mut [u8]) {
        rand::rng().fill_bytes(buffer);
    }

    fn lookup(&mut self, [api_version, kind, namespace, name]: [&str; 4]) -> Result<Value, String> {
        self.runtime
            .block_on(look_up(&self.cluster, [api_version, kind, namespace, name]))
    }

    fn resolve(&mut self, name: &str) -> Result<String, String> {
        if !self.resolves_names {
            return Ok(String::new());
        }
        let addresses = (name, 0).to_socket_addrs();
        let first = addresses.ok().and_then(|mut addresses| addresses.next());
        Ok(first.map_or_else(String::new, |address| address.ip().to_string()))
    }
}

/// An object by its name, else a list of all of its kind; an empty map for what is not there.
async fn look_up(
    cluster: &Cluster,
    [api_version, kind, namespace, name]: [&str; 4],
) -> Result<Value, String> {
    let resource = match cluster.mapper().exact(api_version, kind).await {
        Ok(resource) => resource,
        Err(MapperError::NoMatch { .. }) => return unknown(cluster, api_version, kind).await,
        Err(error) => return Err(error.to_string()),
    };
    if !name.is_empty() {
        let target = Target::new(resource, Some(namespace), name);
        let target = target.map_err(|error| error.to_string())?;
        let found = cluster.get(&target).await;
        return match found.map_err(|error| error.to_string())? {
            Some(object) => Ok(value(object, 0)),
            None => Ok(Value::map()),
        };
    }
    let within = Some(namespace).filter(|namespace| resource.namespaced && !namespace.is_empty());
    let items = match cluster.list(&resource, within, "").await {
        Ok(items) => items,
        Err(error) if error.is_not_found() => return Ok(Value::map()),
        Err(error) => return Err(error.to_string()),
    };
    let items = items.into_iter().map(|mut item| {
        // Items of a list do not say what they are; those that Helm sees do.
        item["apiVersion"] = api_version.into();
        item["kind"] = kind.into();
        value(item, 0)
    });
    let list = [
        ("apiVersion", Value::from(api_version)),
        ("kind", Value::from(format!("{kind}List"))),
        ("metadata", Value::map()),
        ("items", Value::list(items.collect())),
    ];
    Ok(Value::from(list.into_iter().collect::<Map>()))
}

/// A kind that the cluster does not serve has no objects. Helm takes it for an error if the cluster does not serve its group in
/// that version at all.
async fn unknown(cluster: &Cluster, api_version: &str, kind: &str) -> Result<Value, String> {
    let served = cluster.mapper().api_versions(Duration::MAX).await;
    let served = served.map_err(|error| error.to_string())?;
    if served.iter().any(|served| served == api_version) {
        return Ok(Value::map());
    }
    Err(format!(
        "unable to get apiresource from unstructured: {api_version}, Kind={kind}: the server could not find the requested resource"
    ))
}

/// An object as a client of Kubernetes reads it: whole numbers are integers.
fn value(json: Json, depth: usize) -> Value {
    match json {
        Json::Number(ref number) => match number.as_i64() {
            Some(whole) => Value::Int64(whole),
            None => Value::from(json),
        },
        Json::Array(items) if depth < MAX_DEPTH => Value::list(
            items
                .into_iter()
                .map(|item| value(item, depth + 1))
                .collect(),
        ),
        Json::Object(fields) if depth < MAX_DEPTH => {
            let fields = fields.into_iter();
            let map: Map = fields
                .map(|(key, field)| (key, value(field, depth + 1)))
                .collect();
            Value::from(map)
        }
        other => Value::from(other),
    }
}
