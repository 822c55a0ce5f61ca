//! Answering what a build needs: bodies of URLs, Git repositories, charts.
//!
//! Repositories are fetched by the `git` program, so that its configuration
//! and credentials are those that people know. What was fetched is deleted
//! when the command ends.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use rheostat_kustomize::remote::{Answers, FetchError, Need, Repository};
use rheostat_kustomize::repo_spec::RepoSpec;
use rheostat_remote_base::file;
use rheostat_tree::TreePath;
use rheostat_upstream::{Client, Destination, client};
use tempfile::TempDir;

use super::charts::{self, ChartDefaults};
use crate::disk::{Disk, MAX_FILE_BYTES};

/// Longest time for the body of a URL. Kustomize itself waits for ever.
const HTTP_TIMEOUT: Duration = Duration::from_mins(2);
/// How often a running `git` is looked at.
const GIT_POLL: Duration = Duration::from_millis(10);

/// Fetches on behalf of a build.
#[derive(Debug)]
pub(super) struct Fetcher {
    chart_defaults: ChartDefaults,
    client: Option<Client>,
    /// Repositories that were fetched; they live as long as the fetcher.
    clones: Vec<TempDir>,
}

impl Fetcher {
    /// One that has fetched nothing yet.
    pub(super) fn new(chart_defaults: ChartDefaults) -> Self {
        Self {
            chart_defaults,
            client: None,
            clones: Vec::new(),
        }
    }

    /// Answers all needs, and says on standard error what it waits for.
    ///
    /// # Errors
    /// When fetching cannot even begin.
    pub(super) fn answer(&mut self, needs: &[Need], answers: &mut Answers) -> anyhow::Result<()> {
        for need in needs {
            match need {
                Need::File { url } => {
                    eprintln!("# fetching {url}");
                    let body = self.get(url)?;
                    answers.file(url, body);
                }
                Need::Repository(spec) => {
                    eprintln!("# fetching {}", spec.raw);
                    let clone = self.fetch(spec)?;
                    answers.repository(spec, clone);
                }
                Need::ChartFiles(source) => {
                    let refusal = FetchError::Failed(format!(
                        "fetching charts is not supported: unpack chart {:?} of {} into the \
                         chart home, with helm pull --untar",
                        source.name, source.repo
                    ));
                    answers.chart_files(source, Err(refusal));
                }
                Need::Chart(chart) => {
                    let text = charts::render(chart, &self.chart_defaults);
                    let text = text
                        .map(|text| Arc::from(text.into_bytes()))
                        .map_err(|error| {
                            let name = &chart.chart.name;
                            FetchError::Failed(format!("rendering chart {name:?}: {error:#}"))
                        });
                    answers.chart(chart, text);
                }
            }
        }
        Ok(())
    }

    fn get(&mut self, url: &str) -> anyhow::Result<Result<Arc<[u8]>, FetchError>> {
        if self.client.is_none() {
            // A provider that is installed already serves as well.
            let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
            self.client = Some(client::client(Destination::Upstream, None)?);
        }
        let client = self.client.clone().context("set up HTTP client")?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("start the runtime of the HTTP client")?;
        let limits = file::Limits {
            bytes: MAX_FILE_BYTES,
            time: HTTP_TIMEOUT,
        };
        Ok(runtime.block_on(file::fetch(&client, url, limits)))
    }

    fn fetch(&mut self, spec: &RepoSpec) -> anyhow::Result<Result<Repository, FetchError>> {
        let folder = tempfile::Builder::new()
            .prefix("kustomize-")
            .tempdir()
            .context("make a folder for a repository")?;
        let root = folder
            .path()
            .canonicalize()
            .context("find the folder of a repository")?;
        let answer = clone(spec, &root).map(|()| Repository {
            spec: spec.clone(),
            files: Arc::new(Disk::below(&root)),
            root: TreePath::root(),
            shown_as: root.display().to_string(),
        });
        self.clones.push(folder);
        Ok(answer)
    }
}

/// Fetches one commit into a folder, and its submodules.
fn clone(spec: &RepoSpec, folder: &Path) -> Result<(), FetchError> {
    let deadline = Instant::now() + spec.timeout;
    let url = spec.clone_spec();
    let reference = match spec.reference.as_str() {
        "" => "HEAD",
        reference => reference,
    };
    if url.starts_with('-') || reference.starts_with('-') {
        return Err(FetchError::Failed(format!(
            "git fetch failed: {url:?} or {reference:?} looks like an option"
        )));
    }
    git(&["init", "--quiet"], folder, deadline)?;
    git(&["remote", "add", "origin", &url], folder, deadline)?;
    git(&["fetch", "--depth=1", &url, reference], folder, deadline)?;
    git(&["checkout", "--quiet", "FETCH_HEAD"], folder, deadline)?;
    if spec.submodules {
        git(
            &["submodule", "update", "--init", "--recursive"],
            folder,
            deadline,
        )?;
    }
    Ok(())
}

/// Runs `git` in a folder until it ends or the deadline comes.
fn git(arguments: &[&str], folder: &Path, deadline: Instant) -> Result<(), FetchError> {
    let command = format!("git {}", arguments.join(" "));
    let fail = |problem: &str| FetchError::Failed(format!("failed to run '{command}': {problem}"));
    let mut child = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| fail(&format!("no 'git' program on path: {error}")))?;
    let mut messages = child.stderr.take();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        if let Some(messages) = &mut messages {
            // What cannot be read of a message is not shown.
            let _ = messages.read_to_string(&mut text);
        }
        text
    });
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if Instant::now() < deadline => std::thread::sleep(GIT_POLL),
            Ok(None) => {
                // A program that has just ended needs no end.
                let _ = child.kill();
                let _ = child.wait();
                return Err(fail("hit timeout"));
            }
            Err(error) => return Err(fail(&error.to_string())),
        }
    };
    let messages = reader.join().unwrap_or_default();
    if status.success() {
        Ok(())
    } else {
        Err(fail(&format!("{}: {status}", messages.trim())))
    }
}
