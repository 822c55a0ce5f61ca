//! The actions, one file each, and what several of them do in the same way.

mod install;
mod rollback;
mod test;
mod uninstall;
mod upgrade;

use std::collections::BTreeMap;
use std::sync::Arc;

use rheostat_cluster::ServerVersion;
use rheostat_gotemplate::{Map, Value};
use rheostat_helm::release::{ApplyMethod, ReleasedChart, name};
use rheostat_helm::{Chart, RenderOptions, Rendered};
use serde_json::{Map as JsonMap, Value as Json};

use crate::capabilities;
use crate::configuration::Configuration;
use crate::error::Cause;
use crate::objects::{self, Object};
use crate::ownership::Owner;
use crate::renderer;

pub use install::Install;
pub use rollback::Rollback;
pub use test::Test;
pub use uninstall::{Uninstall, Uninstalled};
pub use upgrade::{Upgrade, ValuesPolicy};

/// Whether objects are written by server-side apply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ServerSideApply {
    /// As the release was written before.
    #[default]
    Auto,
    /// By the server.
    Enabled,
    /// By the client.
    Disabled,
}

impl ServerSideApply {
    fn is_server(self, before: ApplyMethod) -> bool {
        match self {
            Self::Auto => before.is_server(),
            Self::Enabled => true,
            Self::Disabled => false,
        }
    }
}

/// How a release is written, as its record says it.
fn method(is_server: bool) -> ApplyMethod {
    if is_server {
        ApplyMethod::Server
    } else {
        ApplyMethod::Client
    }
}

fn check_name(name: &str) -> Result<(), Cause> {
    name::validate(name).map_err(|problem| Cause::Name {
        name: name.to_owned(),
        problem,
    })
}

fn check_labels(labels: &BTreeMap<String, String>) -> Result<(), Cause> {
    let is_system = |key: &String| name::SYSTEM_LABELS.contains(&key.as_str());
    if labels.keys().any(is_system) {
        return Err(Cause::SystemLabel);
    }
    Ok(())
}

/// Values as templates see them.
fn to_map(values: &JsonMap<String, Json>) -> Arc<Map> {
    match Value::from(Json::Object(values.clone())) {
        Value::Map(map) => map,
        _ => Arc::new(Map::new()),
    }
}

/// What is rendered, beside the chart and the values.
struct Render<'a> {
    name: &'a str,
    namespace: &'a str,
    revision: i64,
    is_upgrade: bool,
    skips_schema: bool,
    server: ServerVersion,
}

impl Render<'_> {
    async fn run(
        &self,
        configuration: &Configuration,
        chart: &Chart,
        values: &Arc<Map>,
    ) -> Result<(Rendered, Arc<ReleasedChart>), Cause> {
        let options = RenderOptions {
            name: self.name.to_owned(),
            namespace: self.namespace.to_owned(),
            revision: self.revision,
            is_upgrade: self.is_upgrade,
            capabilities: capabilities::of(&configuration.cluster, self.server.clone()).await?,
            skips_schema: self.skips_schema,
            ..RenderOptions::default()
        };
        let rendered = renderer::render(configuration, chart, values, options).await?;
        let remembered =
            ReleasedChart::new(&rendered.chart).map_err(|problem| Cause::Render(problem.into()))?;
        Ok((rendered, Arc::new(remembered)))
    }
}

/// The objects of a manifest, as they are.
async fn build(
    configuration: &Configuration,
    manifest: &str,
    namespace: &str,
    what: &'static str,
) -> Result<Vec<Object>, Cause> {
    let objects = objects::build(&configuration.cluster, manifest, namespace).await;
    objects.map_err(|problem| Cause::Build {
        manifest: what,
        problem,
    })
}

fn mark(objects: &mut [Object], owner: Owner<'_>) {
    for object in objects {
        owner.mark(&mut object.value);
    }
}
