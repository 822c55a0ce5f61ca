//! Charts: metadata, default values, templates, files and subcharts.

mod archive;
mod directory;
mod ignore;
mod load;
mod metadata;

use std::borrow::Cow;
use std::sync::Arc;

use parking_lot::RwLock;
use rheostat_gotemplate::{Map, ParsedText, Text};
use thiserror::Error;

use crate::manifest::KnownDocuments;

pub use archive::{ArchiveError, ArchiveLimits};
pub use directory::DirectoryError;
pub use metadata::{Dependency, ImportValues, Maintainer, Metadata, MetadataError};

/// Under how many names a file is kept parsed: aliases give a chart further ones, and no real chart has more than a few.
const MAX_NAMES: usize = 16;

/// A chart. Cloning is cheap, and clones share what neither changes.
#[derive(Debug, Clone)]
pub struct Chart {
    /// What Chart.yaml says.
    pub metadata: Metadata,
    /// What Chart.lock says.
    pub lock: Option<serde_json::Value>,
    /// The default values: values.yaml.
    pub values: Arc<Map>,
    /// The same as it was written, where there is such a file.
    pub values_text: Option<Text>,
    /// values.schema.json.
    pub schema: Option<Text>,
    /// The files below templates/.
    pub templates: Arc<[ChartFile]>,
    /// All other files, which templates see as `.Files`.
    pub files: Arc<[ChartFile]>,
    /// The charts below charts/.
    pub dependencies: Vec<Self>,
    /// When Chart.yaml was last changed, as an archive says it: in seconds since 1970.
    pub modified: Option<i64>,
    /// The same of values.schema.json.
    pub schema_modified: Option<i64>,
    /// What the last render has read of its documents.
    pub known_documents: KnownDocuments,
}

/// A file of a chart.
#[derive(Debug, Clone)]
pub struct ChartFile {
    /// Its path within the chart.
    pub name: Arc<str>,
    /// Its content, without a byte order mark. A custom resource definition stays in the chart's archive until it is read.
    pub data: Text,
    /// When it was last changed, as an archive says it: in seconds since 1970.
    pub modified: Option<i64>,
    /// The templates that it defines, by the name that it was parsed under, kept from one render to the next.
    parsed: Arc<RwLock<Vec<ParsedText>>>,
}

impl ChartFile {
    /// A file.
    pub fn new(name: impl Into<Arc<str>>, data: impl Into<Arc<[u8]>>) -> Self {
        Self::of_text(name, Text::from(data.into()))
    }

    fn of_text(name: impl Into<Arc<str>>, data: Text) -> Self {
        Self {
            name: name.into(),
            data,
            modified: None,
            parsed: Arc::default(),
        }
    }

    /// Its content as text, with U+FFFD in the place of invalid bytes.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        self.data.to_str()
    }

    /// What was parsed before under the same name.
    pub(crate) fn parsed(&self, name: &str) -> Option<ParsedText> {
        let parsed = self.parsed.read();
        parsed.iter().find(|parsed| parsed.name() == name).cloned()
    }

    /// Keeps what was parsed.
    pub(crate) fn keep_parsed(&self, text: ParsedText) {
        let mut parsed = self.parsed.write();
        if parsed.len() < MAX_NAMES {
            parsed.push(text);
        }
    }
}

/// A chart cannot be loaded.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// There is no Chart.yaml.
    #[error("Chart.yaml file is missing")]
    MissingChartYaml,
    /// A file of the chart does not read; the text is Helm's.
    #[error("cannot load {file}: {problem}")]
    File {
        /// The file's path.
        file: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Chart.yaml breaks a rule.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// The chart is of a format that Helm does not install.
    #[error("unsupported chart version")]
    Version,
    /// A chart below charts/ cannot be loaded.
    #[error("error unpacking subchart {entry} in {chart}: {cause}")]
    Subchart {
        /// The entry below charts/.
        entry: String,
        /// The chart that holds it.
        chart: String,
        /// Why.
        cause: Box<Self>,
    },
    /// An archive below charts/ is not a file.
    #[error("error unpacking subchart tar in {chart}: expected {entry}, got {found}")]
    SubchartArchive {
        /// The entry below charts/.
        entry: String,
        /// The chart that holds it.
        chart: String,
        /// The file that was found.
        found: String,
    },
    /// Charts nest too deeply.
    #[error("charts nest deeper than {0} levels")]
    TooDeep(usize),
    /// An archive does not read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A folder does not read.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}

impl Chart {
    /// Loads a chart from its files.
    ///
    /// # Errors
    /// [`LoadError`].
    pub fn from_files(files: Vec<ChartFile>) -> Result<Self, LoadError> {
        load::from_files(files)
    }

    /// Loads a chart from a gzipped archive.
    ///
    /// # Errors
    /// [`LoadError`].
    pub fn from_archive(bytes: &[u8], limits: ArchiveLimits) -> Result<Self, LoadError> {
        load::from_files(archive::files(bytes, limits)?)
    }

    /// What the Chart.yaml of a gzipped archive says. Of the other files only the names are looked at.
    ///
    /// # Errors
    /// [`LoadError`].
    pub fn metadata_of_archive(bytes: &[u8], limits: ArchiveLimits) -> Result<Metadata, LoadError> {
        let is_wanted = |name: &str| matches!(name, "Chart.yaml" | "requirements.yaml");
        load::metadata(&archive::some_files(bytes, limits, &is_wanted)?)
    }

    /// What the Chart.yaml in a folder of a tree says.
    ///
    /// # Errors
    /// [`LoadError`].
    pub fn metadata_of_directory(
        files: &dyn rheostat_tree::Files,
        root: &rheostat_tree::TreePath,
    ) -> Result<Metadata, LoadError> {
        load::metadata(&directory::some_files(
            files,
            root,
            &["Chart.yaml", "requirements.yaml"],
        )?)
    }

    /// Loads a chart from a folder of a tree, leaving out what its .helmignore names.
    ///
    /// # Errors
    /// [`LoadError`].
    pub fn from_directory(
        files: &dyn rheostat_tree::Files,
        root: &rheostat_tree::TreePath,
    ) -> Result<Self, LoadError> {
        load::from_files(directory::files(files, root)?)
    }

    /// The files of a gzipped archive, for [`Self::from_files`].
    ///
    /// # Errors
    /// [`LoadError::Archive`].
    pub fn files_of_archive(
        bytes: &[u8],
        limits: ArchiveLimits,
    ) -> Result<Vec<ChartFile>, LoadError> {
        Ok(archive::files(bytes, limits)?)
    }

    /// The files of a folder of a tree but for those that its .helmignore names, for [`Self::from_files`].
    ///
    /// # Errors
    /// [`LoadError::Directory`].
    pub fn files_of_directory(
        files: &dyn rheostat_tree::Files,
        root: &rheostat_tree::TreePath,
    ) -> Result<Vec<ChartFile>, LoadError> {
        Ok(directory::files(files, root)?)
    }

    /// The chart's name; an alias stands in its place.
    pub fn name(&self) -> &str {
        &self.metadata.name
    }

    /// Whether the chart only lends its templates to others.
    pub fn is_library(&self) -> bool {
        self.metadata.kind.eq_ignore_ascii_case("library")
    }

    /// The custom resource definitions under crds/, those of subcharts after the chart's own, with their full paths.
    pub fn crds(&self) -> Vec<(String, &ChartFile)> {
        let mut found = Vec::new();
        self.collect_crds(self.name(), &mut found);
        found
    }

    fn collect_crds<'c>(&'c self, path: &str, found: &mut Vec<(String, &'c ChartFile)>) {
        let has_extension = |name: &str| {
            [".yaml", ".yml", ".json"]
                .iter()
                .any(|extension| name.to_ascii_lowercase().ends_with(extension))
        };
        let own = self
            .files
            .iter()
            .filter(|file| file.name.starts_with("crds/") && has_extension(&file.name));
        found.extend(own.map(|file| (format!("{path}/{}", file.name), file)));
        for dependency in &self.dependencies {
            dependency.collect_crds(&format!("{path}/charts/{}", dependency.name()), found);
        }
    }
}

#[cfg(test)]
mod tests;
