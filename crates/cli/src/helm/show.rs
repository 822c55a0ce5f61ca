//! `rheostat helm show`.

use anyhow::anyhow;
use clap::{Args, Subcommand};
use rheostat_helm::{Chart, show};

use super::chart;

/// Show information of a chart.
#[derive(Debug, Args)]
pub(super) struct Show {
    #[command(subcommand)]
    part: Part,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// Show all information of the chart.
    All(Named),
    /// Show the chart's definition.
    Chart(Named),
    /// Show the chart's custom resource definitions.
    Crds(Named),
    /// Show the chart's README.
    Readme(Named),
    /// Show the chart's values.
    Values(Named),
}

#[derive(Debug, Args)]
struct Named {
    /// The chart: a folder or an archive.
    chart: String,
}

impl Show {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let (Part::All(named)
        | Part::Chart(named)
        | Part::Crds(named)
        | Part::Readme(named)
        | Part::Values(named)) = &self.part;
        let files = chart::files(&named.chart)?;
        let chart = Chart::from_files(files.clone())?;
        let values = files.iter().find(|file| &*file.name == "values.yaml");
        let values = values.map(|file| String::from_utf8_lossy(&file.data).into_owned());
        let text = match &self.part {
            Part::All(_) => {
                let mut text = definition(&chart)?;
                text.push_str("---\n");
                text.push_str(&self::values(values.as_deref()));
                let readme = readme(&chart);
                if !readme.is_empty() {
                    text.extend(["---\n", &readme]);
                }
                text.push_str(&crds(&chart));
                text
            }
            Part::Chart(_) => definition(&chart)?,
            Part::Crds(_) => crds(&chart),
            Part::Readme(_) => readme(&chart),
            Part::Values(_) => self::values(values.as_deref()),
        };
        print!("{text}");
        Ok(())
    }
}

fn definition(chart: &Chart) -> anyhow::Result<String> {
    let text = show::definition(chart).map_err(|error| anyhow!(error))?;
    Ok(format!("{text}\n"))
}

fn values(text: Option<&str>) -> String {
    text.map(|text| format!("{text}\n")).unwrap_or_default()
}

fn readme(chart: &Chart) -> String {
    let readme = show::readme(chart).map(|file| String::from_utf8_lossy(&file.data));
    readme.map(|text| format!("{text}\n")).unwrap_or_default()
}

/// Definitions, each after a separator, which may be its own.
fn crds(chart: &Chart) -> String {
    let mut text = String::new();
    for (_, file) in chart.crds() {
        let data = String::from_utf8_lossy(&file.data);
        if !data.starts_with("---") {
            text.push_str("---\n");
        }
        text.extend([&data, "\n"]);
    }
    text
}
