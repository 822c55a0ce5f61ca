//! Which subcharts take part, under which names, and which of their values the parent takes over.

use std::sync::Arc;

use rheostat_gocompat::semver::{Constraint, Version};
use rheostat_gotemplate::{Map, Value};

use crate::{
    chart::{Chart, Dependency, ImportValues},
    values::{CoalesceError, coalesce, merge_all, merge_tables, path_value, table},
};

/// How deep charts are followed; the loader stops before that.
const MAX_DEPTH: usize = 100;

/// Whether a version lies in a range; neither may be malformed.
pub fn is_compatible(constraint: &str, version: &str) -> bool {
    let parsed = Constraint::parse(constraint)
        .ok()
        .zip(Version::parse(version).ok());
    parsed.is_some_and(|(constraint, version)| constraint.matches(&version))
}

/// The dependencies that Chart.yaml names and charts/ lacks.
pub fn missing(chart: &Chart) -> Vec<&str> {
    let has = |dependency: &&Dependency| {
        !chart
            .dependencies
            .iter()
            .any(|subchart| subchart.name() == dependency.name)
    };
    chart
        .metadata
        .dependencies
        .iter()
        .filter(has)
        .map(|dependency| dependency.name.as_str())
        .collect()
}

/// Renames and drops subcharts as tags, conditions and aliases say, then imports values from those that are left.
///
/// # Errors
/// [`CoalesceError`].
pub fn process(
    chart: &mut Chart,
    user: &Arc<Map>,
    warnings: &mut Vec<String>,
) -> Result<(), CoalesceError> {
    enable(chart, user, "", 0, warnings)?;
    import(chart, 0, warnings)
}

fn enable(
    chart: &mut Chart,
    user: &Map,
    path: &str,
    depth: usize,
    warnings: &mut Vec<String>,
) -> Result<(), CoalesceError> {
    // Without dependencies in Chart.yaml, all of charts/ takes part, and nothing below it is looked at.
    if chart.metadata.dependencies.is_empty() || depth > MAX_DEPTH {
        return Ok(());
    }
    chart.dependencies = named(chart);
    for dependency in &mut chart.metadata.dependencies {
        if !dependency.alias.is_empty() {
            dependency.name.clone_from(&dependency.alias);
        }
        dependency.enabled = true;
    }
    let values = coalesce(chart, user, warnings)?;
    apply_tags(&mut chart.metadata.dependencies, &values, warnings);
    apply_conditions(&mut chart.metadata.dependencies, &values, path, warnings);
    let disabled: Vec<String> = chart
        .metadata
        .dependencies
        .iter()
        .filter(|dependency| !dependency.enabled)
        .map(|dependency| dependency.name.clone())
        .collect();
    chart
        .dependencies
        .retain(|subchart| !disabled.iter().any(|name| name == subchart.name()));
    chart
        .metadata
        .dependencies
        .retain(|dependency| !disabled.contains(&dependency.name));
    for subchart in &mut chart.dependencies {
        let path = format!("{path}{}.", subchart.name());
        enable(subchart, &values, &path, depth + 1, warnings)?;
    }
    Ok(())
}

/// The charts of charts/ that Chart.yaml does not name, then one for each dependency, under its alias.
fn named(chart: &Chart) -> Vec<Chart> {
    let asks_for = |dependency: &Dependency, subchart: &Chart| {
        subchart.name() == dependency.name
            && is_compatible(&dependency.version, &subchart.metadata.version)
    };
    let declared = &chart.metadata.dependencies;
    let is_undeclared = |subchart: &&Chart| {
        !declared
            .iter()
            .any(|dependency| asks_for(dependency, subchart))
    };
    let mut charts: Vec<Chart> = chart
        .dependencies
        .iter()
        .filter(is_undeclared)
        .cloned()
        .collect();
    for dependency in declared {
        if let Some(subchart) = chart
            .dependencies
            .iter()
            .find(|subchart| asks_for(dependency, subchart))
        {
            let mut subchart = subchart.clone();
            if !dependency.alias.is_empty() {
                subchart.metadata.name.clone_from(&dependency.alias);
            }
            charts.push(subchart);
        }
    }
    charts
}

/// A dependency takes part if one of its tags is true or none is set.
fn apply_tags(dependencies: &mut [Dependency], values: &Arc<Map>, warnings: &mut Vec<String>) {
    let Some(tags) = table(values, "tags") else {
        return;
    };
    for dependency in dependencies {
        let (mut has_true, mut has_false) = (false, false);
        for tag in &dependency.tags {
            match tags.get(tag.as_bytes()) {
                Some(Value::Bool(true)) => has_true = true,
                Some(Value::Bool(false)) => has_false = true,
                Some(_) => warnings.push(format!(
                    "returned non-bool value tag={tag} chart={}",
                    dependency.name
                )),
                None => {}
            }
        }
        dependency.enabled = has_true || !has_false;
    }
}

/// The first of a dependency's conditions that names a boolean decides.
fn apply_conditions(
    dependencies: &mut [Dependency],
    values: &Arc<Map>,
    path: &str,
    warnings: &mut Vec<String>,
) {
    for dependency in dependencies {
        for condition in dependency
            .condition
            .trim()
            .split(',')
            .filter(|condition| !condition.is_empty())
        {
            match path_value(values, &format!("{path}{condition}")) {
                Some(Value::Bool(enabled)) => {
                    dependency.enabled = enabled;
                    break;
                }
                Some(_) => warnings.push(format!(
                    "returned non-bool value path={condition} chart={}",
                    dependency.name
                )),
                None => {}
            }
        }
    }
}

/// Imports values from the children upwards, below what each chart has itself.
fn import(
    chart: &mut Chart,
    depth: usize,
    warnings: &mut Vec<String>,
) -> Result<(), CoalesceError> {
    if depth > MAX_DEPTH {
        return Ok(());
    }
    for subchart in &mut chart.dependencies {
        import(subchart, depth + 1, warnings)?;
    }
    if chart.metadata.dependencies.is_empty() {
        return Ok(());
    }
    // The merge shows the values of the children; its warnings were given before.
    let values = merge_all(chart, &Map::new(), &mut Vec::new())?;
    let imported = Arc::new(Map::new());
    for dependency in &chart.metadata.dependencies {
        for import in &dependency.import_values {
            let (child, parent) = match import {
                ImportValues::Export(name) => (format!("exports.{name}"), "."),
                ImportValues::Table { child, parent } => (child.clone(), parent.as_str()),
            };
            match table(&values, &format!("{}.{child}", dependency.name)) {
                Some(found) => merge_tables(&imported, &placed(&found, parent), warnings),
                None => warnings.push(format!(
                    "ImportValues missing table from chart chart={} table={child}",
                    dependency.name
                )),
            }
        }
    }
    let values = Arc::new(
        values
            .deep_copy(crate::values::MAX_DEPTH)
            .ok_or(CoalesceError::TooDeep)?,
    );
    merge_tables(&values, &imported, warnings);
    chart.values = values;
    Ok(())
}

/// A table at a dotted path; `.` is the root.
fn placed(found: &Arc<Map>, path: &str) -> Arc<Map> {
    if path == "." {
        return Arc::clone(found);
    }
    path.rsplit('.').fold(Arc::clone(found), |inner, key| {
        Arc::new([(key, Value::Map(inner))].into_iter().collect())
    })
}
