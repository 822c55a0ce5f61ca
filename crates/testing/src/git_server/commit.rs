//! A commit to be made, as a list of changes.

use std::fmt::Write;

/// A file mode of Git.
#[derive(Clone, Copy, Debug)]
enum Mode {
    Regular,
    Executable,
    Symlink,
}

#[derive(Clone, Debug)]
enum Change {
    Write {
        path: String,
        mode: Mode,
        content: Vec<u8>,
    },
    Delete {
        path: String,
    },
    DeleteAll,
}

/// Changes to the files of a branch, and what is said about them.
///
/// Author and committer are constant and the time advances by a second with each commit of a repository, so the same
/// commits have the same ids in every run.
#[derive(Clone, Debug)]
pub struct Commit {
    message: String,
    changes: Vec<Change>,
}

impl Commit {
    /// A commit without changes.
    pub fn new(message: &str) -> Self {
        Self {
            message: message.to_owned(),
            changes: Vec::new(),
        }
    }

    /// Writes a file.
    #[must_use]
    pub fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.write(path, Mode::Regular, content.as_ref())
    }

    /// Writes each of the files.
    #[must_use]
    pub fn files<P: AsRef<str>, C: AsRef<[u8]>>(
        self,
        files: impl IntoIterator<Item = (P, C)>,
    ) -> Self {
        files.into_iter().fold(self, |commit, (path, content)| {
            commit.file(path.as_ref(), content)
        })
    }

    /// Writes a file with the executable bit.
    #[must_use]
    pub fn executable(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.write(path, Mode::Executable, content.as_ref())
    }

    /// Writes a symbolic link.
    #[must_use]
    pub fn symlink(self, path: &str, target: &str) -> Self {
        self.write(path, Mode::Symlink, target.as_bytes())
    }

    /// Deletes a file or a folder.
    #[must_use]
    pub fn delete(mut self, path: &str) -> Self {
        self.changes.push(Change::Delete {
            path: path.to_owned(),
        });
        self
    }

    /// Deletes every file; those that are written afterwards remain.
    #[must_use]
    pub fn delete_all(mut self) -> Self {
        self.changes.push(Change::DeleteAll);
        self
    }

    fn write(mut self, path: &str, mode: Mode, content: &[u8]) -> Self {
        self.changes.push(Change::Write {
            path: path.to_owned(),
            mode,
            content: content.to_owned(),
        });
        self
    }

    /// The input of `git fast-import` that makes this commit on top of `parent`.
    pub(super) fn fast_import(
        &self,
        reference: &str,
        parent: Option<&str>,
        seconds: u64,
    ) -> Vec<u8> {
        let mut head = format!(
            "commit {reference}\ncommitter Rheostat <rheostat@example.com> {seconds} +0000\n"
        );
        let _ = writeln!(head, "data {}\n{}", self.message.len(), self.message);
        if let Some(parent) = parent {
            let _ = writeln!(head, "from {parent}");
        }
        let mut input = head.into_bytes();
        for change in &self.changes {
            match change {
                Change::DeleteAll => input.extend_from_slice(b"deleteall\n"),
                Change::Delete { path } => {
                    input.extend_from_slice(format!("D {}\n", quote(path)).as_bytes());
                }
                Change::Write {
                    path,
                    mode,
                    content,
                } => {
                    let mode = match mode {
                        Mode::Regular => "100644",
                        Mode::Executable => "100755",
                        Mode::Symlink => "120000",
                    };
                    input.extend_from_slice(
                        format!("M {mode} inline {}\ndata {}\n", quote(path), content.len())
                            .as_bytes(),
                    );
                    input.extend_from_slice(content);
                    input.push(b'\n');
                }
            }
        }
        input
    }
}

/// A path as `git fast-import` reads it when it may hold anything.
fn quote(path: &str) -> String {
    format!(
        "\"{}\"",
        path.replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n")
    )
}
