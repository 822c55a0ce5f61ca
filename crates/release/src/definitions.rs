//! The definitions of custom resources that a chart brings in crds/.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rheostat_gotemplate::Map;
use rheostat_helm::{Chart, dependencies};
use serde_json::Value;

use crate::configuration::Configuration;
use crate::error::Cause;
use crate::objects::{self, Object};
use crate::settle::{self, Wait};
use crate::writer::{ClientWrite, Method, Updated, Writer};

/// How long definitions may take until they are in effect; Helm's fixed value.
const TIMEOUT: Duration = Duration::from_mins(1);

/// What is done with definitions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Definitions {
    /// Whether they are applied.
    pub policy: DefinitionPolicy,
    /// Labels that they get.
    pub labels: BTreeMap<String, String>,
}

/// Whether definitions are applied. None is ever deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DefinitionPolicy {
    /// They are left alone.
    Skip,
    /// Those that are not there are created. With server-side apply those that are there are brought to what the chart says,
    /// as Helm's way of creating does it.
    #[default]
    Create,
    /// Those that are not there are created, and those that are there are replaced.
    CreateReplace,
}

/// Applies the definitions of a chart and of the subcharts that take part, one file after another, and waits until they are in
/// effect. What is no definition in these files is passed over.
pub(crate) async fn apply(
    configuration: &Configuration,
    chart: &Chart,
    values: &Arc<Map>,
    how: &Apply<'_>,
) -> Result<(), Cause> {
    if how.definitions.policy == DefinitionPolicy::Skip || chart.crds().is_empty() {
        return Ok(());
    }
    let mut chart = chart.clone();
    dependencies::process(&mut chart, values, &mut Vec::new())
        .map_err(|error| Cause::Render(Box::new(error)))?;
    let mut applied = Vec::new();
    for (_, file) in chart.crds() {
        let text = String::from_utf8_lossy(&file.data);
        let objects = how.read(configuration, &text).await;
        let mut objects = objects.map_err(|error| failed(&file.name, &error))?;
        how.write(configuration, &mut objects)
            .await
            .map_err(|error| failed(&file.name, &error))?;
        applied.extend(objects);
    }
    settle::healthy(configuration, &applied, how.wait, TIMEOUT).await
}

/// How definitions are applied.
#[derive(Debug)]
pub(crate) struct Apply<'a> {
    pub(crate) definitions: &'a Definitions,
    /// The release's namespace.
    pub(crate) namespace: &'a str,
    pub(crate) is_server: bool,
    pub(crate) wait: Wait,
}

impl Apply<'_> {
    async fn read(
        &self,
        configuration: &Configuration,
        text: &str,
    ) -> Result<Vec<Object>, objects::BuildError> {
        let mut objects = objects::build(&configuration.cluster, text, self.namespace).await?;
        objects.retain(|object| object.kind() == "CustomResourceDefinition");
        for object in &mut objects {
            for (key, label) in &self.definitions.labels {
                let metadata = &mut object.value["metadata"];
                if !metadata["labels"].is_object() {
                    metadata["labels"] = Value::Object(serde_json::Map::new());
                }
                metadata["labels"][key] = label.as_str().into();
            }
        }
        Ok(objects)
    }

    async fn write(
        &self,
        configuration: &Configuration,
        objects: &mut [Object],
    ) -> Result<(), Cause> {
        let writer = Writer {
            configuration,
            method: if self.is_server {
                Method::Server { is_forced: true }
            } else {
                Method::Client(ClientWrite::Replace)
            },
            keeps_answers: self.wait != Wait::Nothing,
        };
        for object in objects {
            if !self.is_server && self.definitions.policy == DefinitionPolicy::Create {
                let live = configuration.cluster.get_metadata(&object.target).await;
                if matches!(live, Ok(Some(_))) {
                    continue;
                }
            }
            let one = std::slice::from_mut(object);
            writer
                .update(&[], one, false, &mut Updated::default())
                .await?;
        }
        Ok(())
    }
}

fn failed(file: &str, problem: &dyn ToString) -> Cause {
    Cause::Definition {
        file: file.to_owned(),
        problem: problem.to_string(),
    }
}
