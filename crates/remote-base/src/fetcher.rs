//! The answers to the needs of one build.

use std::path::PathBuf;
use std::time::Duration;

use rheostat_kustomize::remote::{Answers, FetchError, Need};
use rheostat_upstream::Client;

use crate::file;
use crate::repository::{self, Place};

/// How much one build may fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For each file behind a URL.
    pub file: file::Limits,
    /// Most bytes that a Git server may send for a repository, and that the
    /// files of a repository may have.
    pub repository_bytes: u64,
    /// Longest time for a repository, whatever its URL asks for.
    pub repository_time: Duration,
    /// Most files and repositories of a build.
    pub count: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file: file::Limits {
                // What the YAML reader takes.
                bytes: 32 << 20,
                time: Duration::from_mins(1),
            },
            // As much as an unpacked artifact.
            repository_bytes: 512 << 20,
            // The default `spec.timeout` of a GitRepository, five times.
            repository_time: Duration::from_mins(5),
            // The largest of public kustomizations names forty.
            count: 256,
        }
    }
}

/// Fetches for one build.
#[derive(Debug)]
pub struct Fetcher {
    client: Client,
    work: PathBuf,
    limits: Limits,
    fetched: usize,
}

impl Fetcher {
    /// One that has fetched nothing yet. What is under way lies below `work`.
    pub fn new(client: Client, work: PathBuf, limits: Limits) -> Self {
        Self {
            client,
            work,
            limits,
            fetched: 0,
        }
    }

    /// Answers all needs, one after another. What cannot be had is answered
    /// with the reason.
    pub async fn answer(&mut self, needs: &[Need], answers: &mut Answers) {
        for need in needs {
            match need {
                Need::File { url } => {
                    let body = match self.count_one() {
                        Ok(()) => file::fetch(&self.client, url, self.limits.file).await,
                        Err(refused) => Err(refused),
                    };
                    answers.file(url, body);
                }
                Need::Repository(spec) => {
                    let repository = match self.count_one() {
                        Ok(()) => repository::fetch(spec, &self.place()).await,
                        Err(refused) => Err(refused),
                    };
                    answers.repository(spec, repository);
                }
                Need::ChartFiles(source) => answers.chart_files(source, Err(no_charts())),
                Need::Chart(chart) => answers.chart(chart, Err(no_charts())),
            }
        }
    }

    fn count_one(&mut self) -> Result<(), FetchError> {
        self.fetched += 1;
        if self.fetched > self.limits.count {
            return Err(FetchError::Failed(format!(
                "a build may fetch at most {} files and repositories",
                self.limits.count
            )));
        }
        Ok(())
    }

    fn place(&self) -> Place<'_> {
        Place {
            client: &self.client,
            work: &self.work,
            limits: &self.limits,
        }
    }
}

fn no_charts() -> FetchError {
    FetchError::Failed("charts are not rendered here".to_owned())
}
