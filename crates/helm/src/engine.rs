//! Execution of a chart's templates.

mod files;
mod message;
mod values_type;

use std::{cmp::Reverse, collections::BTreeMap, sync::Arc};

use rheostat_gocompat::path;
use rheostat_gotemplate::{
    Executor, Host, Limits, Map, TemplateSet, Text, Value, functions, without_no_value,
};
use thiserror::Error;

use crate::{
    capabilities::release_value,
    chart::{Chart, ChartFile},
    render::RenderOptions,
};

/// What Helm calls its set of templates, which error texts show.
const SET_NAME: &str = "gotpl";

/// The templates of a chart cannot be executed; the text is Helm's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct EngineError {
    message: String,
}

/// The objects that all templates of a render share.
#[derive(Debug, Clone)]
pub struct TopLevel {
    /// `.Release`.
    pub release: Value,
    /// `.Capabilities`.
    pub capabilities: Value,
    /// `.Values` of the root.
    pub values: Arc<Map>,
}

impl TopLevel {
    /// The objects for a release, and the root's values, which are coalesced.
    pub fn new(options: &RenderOptions, values: Arc<Map>) -> Self {
        Self {
            release: release_value(options),
            capabilities: options.capabilities.to_value(),
            values,
        }
    }
}

/// Executes the templates of a chart and its subcharts; answers the output of each by its path.
///
/// Partials, whose names begin with `_`, are parsed and put out nothing. A template that was parsed by an earlier render of
/// the same chart is not parsed again.
///
/// # Errors
/// [`EngineError`].
pub fn execute(
    chart: &Chart,
    top: &TopLevel,
    limits: Limits,
    host: &mut dyn Host,
) -> Result<BTreeMap<String, Text>, EngineError> {
    let mut templates = Vec::new();
    collect(chart, chart.name(), None, top, &mut templates);
    // Deeper templates first, so that those of parents, parsed later, replace their definitions.
    templates.sort_by_cached_key(|template| {
        let depth = template.path.matches('/').count();
        Reverse((depth, template.path.clone()))
    });
    let set = parse(&templates)?;
    let mut executor = Executor::new(&set, SET_NAME, host).with_limits(limits);
    let mut outputs = BTreeMap::new();
    for template in &templates {
        if path::base(&template.path).starts_with('_') {
            continue;
        }
        let description = Map::typed(&values_type::VALUES);
        description.insert("Name", template.path.as_str());
        description.insert("BasePath", template.base_path.as_str());
        template.scope.insert("Template", description);
        let data = Value::Map(Arc::new(template.scope.retyped(&values_type::VALUES)));
        let output = executor
            .execute(&template.path, &data)
            .map_err(|error| EngineError {
                message: message::exec(&error),
            })?;
        outputs.insert(template.path.clone(), without_no_value(output));
    }
    Ok(outputs)
}

/// A template with what it is executed on.
struct Renderable<'c> {
    path: String,
    base_path: String,
    file: &'c ChartFile,
    scope: Arc<Map>,
}

fn parse(templates: &[Renderable<'_>]) -> Result<TemplateSet, EngineError> {
    let mut set = TemplateSet::new(functions::helm());
    for template in templates {
        if let Some(parsed) = template.file.parsed(&template.path) {
            set.add(&parsed);
            continue;
        }
        let text = template.file.text();
        let parsed = set
            .parse_text(&template.path, &text)
            .map_err(|error| EngineError {
                message: message::parse(&template.path, &error.to_string()),
            })?;
        set.add(&parsed);
        template.file.keep_parsed(parsed);
    }
    Ok(set)
}

/// Gathers the templates of a chart and its subcharts; answers the objects that the chart's own see.
fn collect<'c>(
    chart: &'c Chart,
    full_path: &str,
    parent: Option<&Map>,
    top: &TopLevel,
    templates: &mut Vec<Renderable<'c>>,
) -> Arc<Map> {
    let metadata = chart.metadata.to_map();
    metadata.insert("IsRoot", parent.is_none());
    let values = match parent {
        None => Some(Arc::clone(&top.values)),
        Some(parent) => subchart_values(parent, chart.name()),
    };
    let values = values.map_or_else(
        || Map::typed(&values_type::VALUES),
        |values| values.retyped(&values_type::VALUES),
    );
    let subcharts = Arc::new(Map::new());
    let scope = Map::new();
    scope.insert("Chart", metadata);
    scope.insert("Files", files::to_map(&chart.files));
    scope.insert("Release", top.release.clone());
    scope.insert("Capabilities", top.capabilities.clone());
    scope.insert("Values", values);
    scope.insert("Subcharts", Value::Map(Arc::clone(&subcharts)));
    let scope = Arc::new(scope);
    for subchart in &chart.dependencies {
        let path = format!("{full_path}/charts/{}", subchart.name());
        let inner = collect(subchart, &path, Some(&scope), top, templates);
        subcharts.insert(subchart.name(), Value::Map(inner));
    }
    for file in chart.templates.iter() {
        if chart.is_library() && !path::base(&file.name).starts_with('_') {
            continue;
        }
        templates.push(Renderable {
            path: path::join(&[full_path, &file.name]),
            base_path: path::join(&[full_path, "templates"]),
            file,
            scope: Arc::clone(&scope),
        });
    }
    scope
}

/// The part of the parent's values under the subchart's name, which is read as a dotted path.
fn subchart_values(parent: &Map, name: &str) -> Option<Arc<Map>> {
    let Some(Value::Map(values)) = parent.get(b"Values") else {
        return None;
    };
    crate::values::table(&values, name)
}
