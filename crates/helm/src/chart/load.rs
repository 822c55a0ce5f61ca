//! A chart out of its files.

use std::{collections::BTreeMap, sync::Arc};

use rheostat_gocompat::path;
use rheostat_gotemplate::Map;

use super::{ArchiveLimits, Chart, ChartFile, LoadError, Metadata, archive};
use crate::{manifest::KnownDocuments, values};

/// How deep charts may nest in charts/. Helm has no bound; real charts have three levels.
const MAX_DEPTH: usize = 50;

pub(super) fn from_files(files: Vec<ChartFile>) -> Result<Chart, LoadError> {
    load(files, 0)
}

/// A file's text as YAML, told with its name where it does not read.
fn read_yaml(file: &ChartFile) -> Result<serde_json::Value, LoadError> {
    values::read_json(&file.data).map_err(|problem| cannot_load(&file.name, &problem))
}

fn cannot_load(file: &str, problem: &dyn ToString) -> LoadError {
    LoadError::File {
        file: file.to_owned(),
        problem: problem.to_string(),
    }
}

fn load(files: Vec<ChartFile>, depth: usize) -> Result<Chart, LoadError> {
    if depth > MAX_DEPTH {
        return Err(LoadError::TooDeep(MAX_DEPTH));
    }
    let mut metadata = read_metadata(&files)?;
    let (mut values, mut values_text) = (Arc::new(Map::new()), None);
    let (mut schema, mut lock) = (None, None);
    let (mut modified, mut schema_modified) = (None, None);
    let (mut templates, mut others) = (Vec::new(), Vec::new());
    let mut subcharts: BTreeMap<String, Vec<ChartFile>> = BTreeMap::new();
    for file in files {
        match file.name.as_ref() {
            "Chart.yaml" => modified = file.modified,
            "Chart.lock" => lock = Some(read_yaml(&file)?),
            "values.yaml" => {
                values = values::read_documents(&file.data)
                    .map_err(|error| cannot_load(&file.name, &error))?;
                values_text = Some(file.data.clone());
            }
            "values.schema.json" => {
                schema = Some(file.data.clone());
                schema_modified = file.modified;
            }
            "requirements.yaml" | "requirements.lock" => {
                let json = read_yaml(&file)?;
                if file.name.ends_with(".yaml") {
                    metadata
                        .merge(&json)
                        .map_err(|problem| cannot_load(&file.name, &problem))?;
                } else {
                    lock = Some(json);
                }
                if metadata.api_version == "v1" {
                    others.push(file);
                }
            }
            name if name.starts_with("templates/") => templates.push(file),
            name if name.starts_with("charts/") && path::ext(name) != ".prov" => {
                let name = &name["charts/".len()..];
                let entry = name.split('/').next().unwrap_or(name).to_owned();
                subcharts.entry(entry).or_default().push(ChartFile {
                    name: name.into(),
                    ..file
                });
            }
            _ => others.push(file),
        }
    }
    metadata.validate()?;
    let dependencies = load_subcharts(subcharts, &metadata.name, depth)?;
    Ok(Chart {
        metadata,
        lock,
        values,
        values_text,
        schema,
        templates: templates.into(),
        files: others.into(),
        dependencies,
        modified,
        schema_modified,
        known_documents: KnownDocuments::default(),
    })
}

/// What Chart.yaml says, and requirements.yaml of older charts, by Helm's rules.
pub(super) fn metadata(files: &[ChartFile]) -> Result<Metadata, LoadError> {
    let mut metadata = read_metadata(files)?;
    let requirements = files
        .iter()
        .find(|file| file.name.as_ref() == "requirements.yaml");
    if let Some(file) = requirements {
        metadata
            .merge(&read_yaml(file)?)
            .map_err(|problem| cannot_load(&file.name, &problem))?;
    }
    metadata.validate()?;
    Ok(metadata)
}

fn read_metadata(files: &[ChartFile]) -> Result<Metadata, LoadError> {
    let file = files
        .iter()
        .find(|file| file.name.as_ref() == "Chart.yaml")
        .ok_or(LoadError::MissingChartYaml)?;
    let mut metadata = Metadata::default();
    metadata
        .merge(&read_yaml(file)?)
        .map_err(|problem| cannot_load(&file.name, &problem))?;
    if metadata.api_version.is_empty() {
        "v1".clone_into(&mut metadata.api_version);
    }
    if !matches!(metadata.api_version.as_str(), "v1" | "v2") {
        return Err(LoadError::Version);
    }
    Ok(metadata)
}

fn load_subcharts(
    subcharts: BTreeMap<String, Vec<ChartFile>>,
    chart: &str,
    depth: usize,
) -> Result<Vec<Chart>, LoadError> {
    let mut dependencies = Vec::new();
    for (entry, files) in subcharts {
        if entry.starts_with(['_', '.']) {
            continue;
        }
        let loaded = if path::ext(&entry) == ".tgz" {
            let Some(file) = files.first().filter(|file| file.name.as_ref() == entry) else {
                let found = files
                    .first()
                    .map_or_else(String::new, |file| file.name.to_string());
                return Err(LoadError::SubchartArchive {
                    entry,
                    chart: chart.to_owned(),
                    found,
                });
            };
            archive::files(&file.data, ArchiveLimits::default())
                .map_err(LoadError::Archive)
                .and_then(|files| load(files, depth + 1))
        } else {
            let inner = files.into_iter().filter_map(|file| {
                let name = file.name.split_once('/')?.1.into();
                Some(ChartFile { name, ..file })
            });
            load(inner.collect(), depth + 1)
        };
        dependencies.push(loaded.map_err(|cause| LoadError::Subchart {
            entry,
            chart: chart.to_owned(),
            cause: Box::new(cause),
        })?);
    }
    Ok(dependencies)
}
