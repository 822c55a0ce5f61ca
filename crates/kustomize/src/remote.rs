//! What a build needs from outside of its file tree.
//!
//! The engine fetches nothing. A build that meets something remote without
//! an answer ends with the list of what it needs; the caller fetches that
//! and builds again with the answers.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use rheostat_tree::{Digest, Files, Tree, TreePath};

use crate::kustfile::HelmChart;
use crate::loader::is_remote_file;
use crate::repo_spec::RepoSpec;

/// Something that a build needs from its caller.
#[derive(Debug, Clone)]
pub enum Need {
    /// The body behind a URL, by GET.
    File {
        /// The URL.
        url: String,
    },
    /// The files of a repository at a ref.
    Repository(RepoSpec),
    /// The files of a chart that lies in a chart repository.
    ChartFiles(ChartSource),
    /// A rendered chart.
    Chart(Box<ChartNeed>),
}

/// Where a chart is to be had.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChartSource {
    /// URL of the repository.
    pub repo: String,
    /// Name of the chart.
    pub name: String,
    /// Version of the chart, or a range of versions; empty means the newest.
    pub version: String,
    /// Whether versions that are not stable count.
    pub devel: bool,
}

/// A chart to be rendered.
#[derive(Debug, Clone)]
pub struct ChartNeed {
    /// What the kustomization says about the chart.
    pub chart: HelmChart,
    /// The files of the chart.
    pub files: Tree,
    /// Texts of values, each of which goes over those before it.
    pub values: Vec<Arc<[u8]>>,
}

/// Answers to needs, gathered over the steps of a build.
#[derive(Debug, Default)]
pub struct Answers {
    files: BTreeMap<String, Result<Arc<[u8]>, FetchError>>,
    repositories: BTreeMap<String, Result<Repository, FetchError>>,
    chart_files: BTreeMap<ChartSource, Result<Tree, FetchError>>,
    charts: BTreeMap<String, Result<Arc<[u8]>, FetchError>>,
}

/// A repository that was fetched.
pub struct Repository {
    /// What was asked for.
    pub spec: RepoSpec,
    /// Its files.
    pub files: Arc<dyn Files + Send + Sync>,
    /// The folder of `files` that is the repository.
    pub root: TreePath,
    /// Path of the root of `files` in messages.
    pub shown_as: String,
}

/// Why something remote is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The caller has not been asked yet.
    #[error("not fetched yet")]
    Pending,
    /// The server answered with another status than 2xx.
    #[error("HTTP Error: status code {code} ({text})")]
    Status {
        /// The status.
        code: u16,
        /// Its name.
        text: String,
    },
    /// The URL is that of a repository, not of a file.
    #[error("URL is a git repository")]
    IsRepository,
    /// The caller could not fetch it, or may not.
    #[error("{0}")]
    Failed(String),
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repository")
            .field("spec", &self.spec)
            .finish_non_exhaustive()
    }
}

impl Answers {
    /// Whether nothing was answered.
    pub fn is_empty(&self) -> bool {
        let Self {
            files,
            repositories,
            chart_files,
            charts,
        } = self;
        files.is_empty() && repositories.is_empty() && chart_files.is_empty() && charts.is_empty()
    }

    /// Answers a [`Need::File`].
    pub fn file(&mut self, url: &str, answer: Result<Arc<[u8]>, FetchError>) {
        self.files.insert(url.to_owned(), answer);
    }

    /// Answers a [`Need::Repository`].
    pub fn repository(&mut self, spec: &RepoSpec, answer: Result<Repository, FetchError>) {
        self.repositories.insert(spec.raw.clone(), answer);
    }

    /// Answers a [`Need::ChartFiles`].
    pub fn chart_files(&mut self, source: &ChartSource, answer: Result<Tree, FetchError>) {
        self.chart_files.insert(source.clone(), answer);
    }

    /// Answers a [`Need::Chart`] with the text that Helm prints.
    pub fn chart(&mut self, need: &ChartNeed, answer: Result<Arc<[u8]>, FetchError>) {
        self.charts.insert(need.key(), answer);
    }
}

impl ChartNeed {
    /// Equal for equal needs.
    fn key(&self) -> String {
        let files = self.files.digest(&TreePath::root());
        let values: Vec<Digest> = self.values.iter().map(|text| Digest::of(text)).collect();
        format!("{:?} {files:?} {values:?}", self.chart)
    }
}

/// The answers, and what is still needed.
#[derive(Debug)]
pub(crate) struct Remotes<'a> {
    answers: &'a Answers,
    needs: RefCell<Vec<Need>>,
}

impl<'a> Remotes<'a> {
    pub(crate) fn new(answers: &'a Answers) -> Self {
        Self {
            answers,
            needs: RefCell::default(),
        }
    }

    pub(crate) fn into_needs(self) -> Vec<Need> {
        self.needs.into_inner()
    }

    /// Notes what a reference will need. Nothing else is done with it yet.
    pub(crate) fn announce(&self, reference: &str) {
        if is_remote_file(reference) {
            let _ = self.file(reference);
        } else if let Ok(spec) = RepoSpec::parse(reference) {
            let _ = self.repository(&spec);
        }
    }

    /// The body behind a URL. A status that says no, for a URL that can be a
    /// repository, is no error of its own: the repository is tried next.
    pub(crate) fn file(&self, url: &str) -> Result<Arc<[u8]>, FetchError> {
        match self.answers.files.get(url) {
            Some(Err(FetchError::Status { .. })) if RepoSpec::parse(url).is_ok() => {
                Err(FetchError::IsRepository)
            }
            Some(answer) => answer.clone(),
            None => Err(self.need(Need::File {
                url: url.to_owned(),
            })),
        }
    }

    pub(crate) fn repository(&self, spec: &RepoSpec) -> Result<&'a Repository, FetchError> {
        match self.answers.repositories.get(&spec.raw) {
            Some(answer) => answer.as_ref().map_err(Clone::clone),
            None => Err(self.need(Need::Repository(spec.clone()))),
        }
    }

    pub(crate) fn chart_files(&self, source: ChartSource) -> Result<Tree, FetchError> {
        match self.answers.chart_files.get(&source) {
            Some(answer) => answer.clone(),
            None => Err(self.need(Need::ChartFiles(source))),
        }
    }

    pub(crate) fn chart(&self, need: ChartNeed) -> Result<Arc<[u8]>, FetchError> {
        match self.answers.charts.get(&need.key()) {
            Some(answer) => answer.clone(),
            None => Err(self.need(Need::Chart(Box::new(need)))),
        }
    }

    fn need(&self, need: Need) -> FetchError {
        let key = need.key();
        let mut needs = self.needs.borrow_mut();
        if !needs.iter().any(|present| present.key() == key) {
            needs.push(need);
        }
        FetchError::Pending
    }
}

impl std::fmt::Display for Need {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File { url } => f.write_str(url),
            Self::Repository(spec) => f.write_str(&spec.raw),
            Self::ChartFiles(source) => write!(f, "chart {} of {}", source.name, source.repo),
            Self::Chart(need) => write!(f, "chart {}", need.chart.name),
        }
    }
}

impl Need {
    /// Equal for equal needs.
    fn key(&self) -> String {
        match self {
            Self::File { url } => format!("file {url}"),
            Self::Repository(spec) => format!("repository {}", spec.raw),
            Self::ChartFiles(source) => format!("chart files {source:?}"),
            Self::Chart(chart) => format!("chart {}", chart.key()),
        }
    }
}
