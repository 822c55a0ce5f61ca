//! What `helm show` tells of a chart.

use crate::chart::{Chart, ChartFile};

/// Where a chart explains itself, in any case of letters.
const README_NAMES: [&str; 3] = ["readme.md", "readme.txt", "readme"];

/// Chart.yaml as Helm writes it: what it has read of it, by the names of its fields.
///
/// # Errors
/// The YAML emitter's complaint.
pub fn definition(chart: &Chart) -> Result<String, String> {
    let json =
        serde_json::to_value(chart.metadata.declared()).map_err(|error| error.to_string())?;
    rheostat_yaml::emit::to_yaml(&json).map_err(|error| error.to_string())
}

/// The file in which the chart explains itself.
pub fn readme(chart: &Chart) -> Option<&ChartFile> {
    let is_readme = |file: &&ChartFile| {
        README_NAMES
            .iter()
            .any(|name| file.name.eq_ignore_ascii_case(name))
    };
    chart.files.iter().find(is_readme)
}
