//! Chart.yaml read strictly: fields that it does not have are found.

use serde_json::Value as Json;

const CHART: &[&str] = &[
    "name",
    "home",
    "sources",
    "version",
    "description",
    "keywords",
    "maintainers",
    "icon",
    "apiVersion",
    "condition",
    "tags",
    "appVersion",
    "deprecated",
    "annotations",
    "kubeVersion",
    "dependencies",
    "type",
];
const MAINTAINER: &[&str] = &["name", "email", "url"];
const DEPENDENCY: &[&str] = &[
    "name",
    "version",
    "repository",
    "condition",
    "tags",
    "enabled",
    "import-values",
    "alias",
];

/// Refuses the first field that is unknown, in the order of the names.
pub(super) fn check(json: &Json) -> Result<(), String> {
    let Json::Object(fields) = json else {
        return Ok(());
    };
    let mut sorted: Vec<_> = fields.iter().collect();
    sorted.sort_by_key(|(name, _)| *name);
    for (name, value) in sorted {
        known(name, CHART)?;
        let inner = match name.to_ascii_lowercase().as_str() {
            "maintainers" => MAINTAINER,
            "dependencies" => DEPENDENCY,
            _ => continue,
        };
        for item in value.as_array().into_iter().flatten() {
            let mut names: Vec<_> = item
                .as_object()
                .into_iter()
                .flat_map(|item| item.keys())
                .collect();
            names.sort();
            for name in names {
                known(name, inner)?;
            }
        }
    }
    Ok(())
}

fn known(name: &str, fields: &[&str]) -> Result<(), String> {
    if fields.iter().any(|field| field.eq_ignore_ascii_case(name)) {
        return Ok(());
    }
    let name = rheostat_gocompat::strconv::quote_str(name);
    Err(format!(
        "error unmarshaling JSON: while decoding JSON: json: unknown field {name}"
    ))
}
