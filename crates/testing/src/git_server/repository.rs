//! A bare repository of the server, written to without a work tree.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};

use super::commit::Commit;

/// Keeps the machine's and the user's configuration out of every `git` that is run here.
pub(super) const GIT_ENVIRONMENT: [(&str, &str); 7] = [
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_AUTHOR_NAME", "Rheostat"),
    ("GIT_AUTHOR_EMAIL", "rheostat@example.com"),
    ("GIT_COMMITTER_NAME", "Rheostat"),
    ("GIT_COMMITTER_EMAIL", "rheostat@example.com"),
];

/// 2026-01-01T00:00:00Z, the time of a repository's first commit.
const FIRST_COMMIT_SECONDS: u64 = 1_767_225_600;

/// A bare repository on a Git server.
#[derive(Clone, Debug)]
pub struct Repository {
    folder: PathBuf,
}

impl Repository {
    pub(super) fn init(root: &Path, name: &str) -> Result<Self> {
        let repository = Self {
            folder: root.join(format!("{name}.git")),
        };
        std::fs::create_dir_all(&repository.folder)
            .with_context(|| format!("creating {name}.git"))?;
        repository.git(&["init", "--quiet", "--bare", "--initial-branch=main"])?;
        repository.git(&["config", "http.receivepack", "true"])?;
        Ok(repository)
    }

    /// Commits onto a branch, which is created when it is not there, and returns the commit's id.
    ///
    /// # Errors
    /// `git` could not be run, or refused.
    pub fn commit(&self, branch: &str, commit: &Commit) -> Result<String> {
        let reference = format!("refs/heads/{branch}");
        let parent = self.resolve(&reference).ok();
        let count = match &parent {
            Some(parent) => self
                .git(&["rev-list", "--count", parent])?
                .parse()
                .context("counting commits")?,
            None => 0,
        };
        let input = commit.fast_import(&reference, parent.as_deref(), FIRST_COMMIT_SECONDS + count);
        self.fed_git(&["fast-import", "--quiet"], &input)?;
        self.resolve(&reference)
    }

    /// Sets a lightweight tag, moving it if it is there.
    ///
    /// # Errors
    /// The revision does not exist.
    pub fn tag(&self, name: &str, revision: &str) -> Result<()> {
        self.git(&["tag", "--force", name, revision]).map(drop)
    }

    /// Sets an annotated tag, moving it if it is there.
    ///
    /// # Errors
    /// The revision does not exist.
    pub fn annotated_tag(&self, name: &str, revision: &str, message: &str) -> Result<()> {
        self.git(&[
            "tag",
            "--force",
            "--annotate",
            "--message",
            message,
            name,
            revision,
        ])
        .map(drop)
    }

    /// Points a reference, such as `refs/pull/1/head`, at a revision.
    ///
    /// # Errors
    /// The revision does not exist or the reference is malformed.
    pub fn set_reference(&self, reference: &str, revision: &str) -> Result<()> {
        self.git(&["update-ref", reference, revision]).map(drop)
    }

    /// Deletes a reference.
    ///
    /// # Errors
    /// `git` refused.
    pub fn delete_reference(&self, reference: &str) -> Result<()> {
        self.git(&["update-ref", "-d", reference]).map(drop)
    }

    /// The id of the object that a revision names.
    ///
    /// # Errors
    /// There is none.
    pub fn resolve(&self, revision: &str) -> Result<String> {
        self.git(&[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            revision,
        ])
    }

    /// The folder of the bare repository.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs `git` in the repository and returns its output without the last line end.
    ///
    /// # Errors
    /// It failed; the text holds what it said.
    pub fn git(&self, arguments: &[&str]) -> Result<String> {
        self.fed_git(arguments, b"")
    }

    fn fed_git(&self, arguments: &[&str], input: &[u8]) -> Result<String> {
        let output = self
            .run(arguments, input)
            .with_context(|| format!("running git {}", arguments.join(" ")))?;
        if !output.status.success() {
            bail!(
                "git {}: {}",
                arguments.join(" "),
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        Ok(String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned())
    }

    fn run(&self, arguments: &[&str], input: &[u8]) -> std::io::Result<Output> {
        let mut child = Command::new("git")
            .args(arguments)
            .current_dir(&self.folder)
            .envs(GIT_ENVIRONMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input)?;
        }
        child.wait_with_output()
    }
}
