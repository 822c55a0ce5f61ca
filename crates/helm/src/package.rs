//! From a chart to its archive, with the entries that `helm package` writes, in its order.
//!
//! The bytes depend on the chart alone: there are no times in them. Chart.yaml is written anew, subcharts that came as archives are
//! unpacked, and everything else stays as it was read.
//!
//! Absent: provenance files.

use std::io;
use std::sync::Arc;

use flate2::{Compression, GzBuilder, write::GzEncoder};
use rheostat_gotemplate::{Map, Value};
use rheostat_yaml::emit;
use tar::{Builder, Header};
use thiserror::Error;

use crate::chart::{Chart, ChartFile};

/// Mode of every file.
const MODE: u32 = 0o644;

/// A chart cannot be packaged.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PackageError {
    /// There is no values.yaml whose place other values could take.
    #[error("failed to locate values file: values.yaml")]
    NoValuesFile,
    /// A file cannot be written as YAML.
    #[error("cannot write {file}: {problem}")]
    Yaml {
        /// The file.
        file: &'static str,
        /// Why.
        problem: String,
    },
    /// The archive cannot be written, because a name does not fit.
    #[error("write archive")]
    Write(#[from] io::Error),
}

impl Chart {
    /// Puts other default values in the place of the chart's.
    ///
    /// # Errors
    /// Where the chart has no values.yaml, or the values cannot be written.
    pub fn replace_values(&mut self, values: Arc<Map>) -> Result<(), PackageError> {
        if self.values_text.is_none() {
            return Err(PackageError::NoValuesFile);
        }
        let text = if values.is_empty() {
            String::new()
        } else {
            let json = Value::Map(Arc::clone(&values)).to_json();
            to_yaml(
                "values.yaml",
                &json.map_err(|problem| yaml("values.yaml", &problem))?,
            )?
        };
        self.values_text = Some(text.into_bytes().into());
        self.values = values;
        Ok(())
    }

    /// Writes the chart as an archive.
    ///
    /// # Errors
    /// [`PackageError`].
    pub fn package(&self) -> Result<Vec<u8>, PackageError> {
        let gzip = GzBuilder::new()
            .mtime(0)
            .comment("Helm")
            // "Unknown", so that the platform does not show.
            .operating_system(255)
            .write(Vec::new(), Compression::default());
        let mut archive = Builder::new(gzip);
        self.append_to(&mut archive, "")?;
        Ok(archive.into_inner()?.finish()?)
    }

    /// Charts that were loaded nest no deeper than loading allows.
    fn append_to(
        &self,
        archive: &mut Builder<GzEncoder<Vec<u8>>>,
        prefix: &str,
    ) -> Result<(), PackageError> {
        let base = format!("{prefix}{}", self.name());
        let is_first_format = self.metadata.api_version == "v1";
        append(
            archive,
            &base,
            "Chart.yaml",
            self.chart_yaml(is_first_format)?.as_bytes(),
        )?;
        if let Some(lock) = self.lock.as_ref().filter(|_| !is_first_format) {
            append(
                archive,
                &base,
                "Chart.lock",
                to_yaml("Chart.lock", lock)?.as_bytes(),
            )?;
        }
        if let Some(text) = &self.values_text {
            append(archive, &base, "values.yaml", text)?;
        }
        if let Some(schema) = &self.schema {
            append(archive, &base, "values.schema.json", schema)?;
        }
        for ChartFile { name, data, .. } in self.templates.iter().chain(self.files.iter()) {
            append(archive, &base, name, data)?;
        }
        for dependency in &self.dependencies {
            dependency.append_to(archive, &format!("{base}/charts/"))?;
        }
        Ok(())
    }

    /// In the first format the dependencies stand in a file of their own.
    fn chart_yaml(&self, is_first_format: bool) -> Result<String, PackageError> {
        let mut declared = self.metadata.declared();
        if is_first_format {
            declared.dependencies.clear();
        }
        let json = serde_json::to_value(&declared);
        to_yaml(
            "Chart.yaml",
            &json.map_err(|problem| yaml("Chart.yaml", &problem))?,
        )
    }
}

fn append(
    archive: &mut Builder<GzEncoder<Vec<u8>>>,
    base: &str,
    name: &str,
    data: &[u8],
) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_mode(MODE);
    header.set_size(data.len() as u64);
    archive.append_data(&mut header, format!("{base}/{name}"), data)
}

fn to_yaml(file: &'static str, json: &serde_json::Value) -> Result<String, PackageError> {
    emit::to_yaml(json).map_err(|problem| yaml(file, &problem))
}

fn yaml(file: &'static str, problem: &dyn ToString) -> PackageError {
    PackageError::Yaml {
        file,
        problem: problem.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::ArchiveLimits;
    use crate::values;

    fn chart(files: &[(&str, &str)]) -> Chart {
        let files = files
            .iter()
            .map(|(name, text)| ChartFile::new(*name, text.as_bytes()));
        Chart::from_files(files.collect()).expect("a chart")
    }

    fn demo() -> Chart {
        chart(&[
            (
                "Chart.yaml",
                "version: 1.0.0\nname: demo\napiVersion: v2\ndependencies:\n\
                 - {name: sub, version: 0.x, repository: '', import-values: [data]}\n",
            ),
            ("Chart.lock", "digest: sha256:1\ndependencies: []\n"),
            ("values.yaml", "a: 1 # kept\n"),
            ("templates/a.yaml", "a: {{ .Values.a }}\n"),
            ("README.md", "read\n"),
            ("charts/sub/Chart.yaml", "{name: sub, version: 0.1.0}\n"),
            ("charts/sub/values.yaml", "x: 1\n"),
        ])
    }

    fn listed(archive: &[u8]) -> Vec<(String, String)> {
        let mut reader = tar::Archive::new(flate2::read::GzDecoder::new(archive));
        let entries = reader.entries().expect("an archive").map(|entry| {
            let mut entry = entry.expect("an entry");
            let mut text = String::new();
            io::Read::read_to_string(&mut entry, &mut text).expect("text");
            (entry.path().expect("a path").display().to_string(), text)
        });
        entries.collect()
    }

    #[test]
    fn a_chart_keeps_its_files() {
        let archive = demo().package().expect("it can be packaged");
        let files = listed(&archive);
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        let expected = [
            "demo/Chart.yaml",
            "demo/Chart.lock",
            "demo/values.yaml",
            "demo/templates/a.yaml",
            "demo/README.md",
            "demo/charts/sub/Chart.yaml",
            "demo/charts/sub/values.yaml",
        ];
        assert_eq!(names, expected);
        let yaml = "apiVersion: v2\ndependencies:\n- import-values:\n  - data\n  name: sub\n  repository: \"\"\n  \
                    version: 0.x\nname: demo\nversion: 1.0.0\n";
        assert_eq!(files[0].1, yaml);
        assert_eq!(files[2].1, "a: 1 # kept\n");
        assert_eq!(archive, demo().package().expect("it can be packaged"));
        let again = Chart::from_archive(&archive, ArchiveLimits::default()).expect("it loads");
        assert_eq!(again.dependencies.len(), 1);
    }

    #[test]
    fn other_values_take_the_place_of_the_file() {
        let mut chart = demo();
        let values = values::read_first_document(b"{b: 2, c: null}").expect("values");
        chart.replace_values(values).expect("there is a file");
        let files = listed(&chart.package().expect("it can be packaged"));
        assert_eq!(files[2].1, "b: 2\nc: null\n");
        chart
            .replace_values(Arc::new(Map::new()))
            .expect("there is a file");
        let files = listed(&chart.package().expect("it can be packaged"));
        assert_eq!(files[2].1, "");
        let mut bare = self::chart(&[("Chart.yaml", "{name: bare, version: 1.0.0}")]);
        let refused = bare.replace_values(Arc::new(Map::new()));
        assert!(matches!(refused, Err(PackageError::NoValuesFile)));
    }

    #[test]
    fn dependencies_of_the_first_format_stay_in_their_file() {
        let chart = chart(&[
            ("Chart.yaml", "{name: old, version: 1.0.0}"),
            (
                "requirements.yaml",
                "dependencies: [{name: sub, repository: ''}]",
            ),
        ]);
        let files = listed(&chart.package().expect("it can be packaged"));
        assert_eq!(files[0].1, "apiVersion: v1\nname: old\nversion: 1.0.0\n");
        assert_eq!(files[1].0, "old/requirements.yaml");
    }
}
