//! Clean relative paths: the only way to name something in a tree.

use std::fmt;
use std::sync::Arc;

/// Longest path in bytes: `PATH_MAX` of Linux.
const MAX_BYTES: usize = 4096;
/// Most segments of a path. It bounds every recursion over a tree.
const MAX_SEGMENTS: usize = 255;

/// A path below the root of a tree: segments joined by `/`, none of them
/// empty, `.` or `..`. The root itself is the empty path.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreePath(Arc<str>);

/// Why a text is no path of a tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// The path starts with `/`.
    #[error("path {0:?} is absolute")]
    Absolute(String),
    /// A `..` leads out of the tree.
    #[error("path {0:?} leaves the tree")]
    Escapes(String),
    /// The path holds a NUL byte.
    #[error("path {0:?} holds a NUL byte")]
    Nul(String),
    /// The path has over 4096 bytes or over 255 segments.
    #[error("path of {bytes} bytes is too long")]
    TooLong {
        /// Length in bytes of the text that was refused.
        bytes: usize,
    },
}

impl TreePath {
    /// The root of a tree.
    pub fn root() -> Self {
        Self(Arc::from(""))
    }

    /// Reads a relative path. `.`, `..` and empty segments are resolved by
    /// the text alone.
    ///
    /// # Errors
    /// When the path is absolute, leaves the root, holds a NUL byte or is
    /// too long.
    pub fn new(text: &str) -> Result<Self, PathError> {
        Self::root().join(text)
    }

    /// Reads a path as if the root of the tree were the root of a file
    /// system: a leading `/` is ignored and `..` stops at the root.
    ///
    /// # Errors
    /// When the path holds a NUL byte or is too long.
    pub fn clamped(text: &str) -> Result<Self, PathError> {
        check_text(text)?;
        let mut segments = Vec::new();
        for segment in text.split('/') {
            match segment {
                "" | "." => {}
                ".." => {
                    segments.pop();
                }
                name => segments.push(name),
            }
        }
        Self::from_segments(&segments)
    }

    /// The path that `text` names when read in the folder `self`.
    ///
    /// # Errors
    /// As for [`TreePath::new`].
    pub fn join(&self, text: &str) -> Result<Self, PathError> {
        check_text(text)?;
        if text.starts_with('/') {
            return Err(PathError::Absolute(text.to_owned()));
        }
        let mut segments: Vec<&str> = self.segments().collect();
        for segment in text.split('/') {
            match segment {
                "" | "." => {}
                ".." => {
                    if segments.pop().is_none() {
                        return Err(PathError::Escapes(text.to_owned()));
                    }
                }
                name => segments.push(name),
            }
        }
        Self::from_segments(&segments)
    }

    /// The path as text; empty for the root.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The names from the root down.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter(|segment| !segment.is_empty())
    }

    /// The last name; empty for the root.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The folder that holds this path; none for the root.
    pub fn parent(&self) -> Option<Self> {
        if self.is_root() {
            return None;
        }
        Some(match self.0.rsplit_once('/') {
            Some((parent, _)) => Self(Arc::from(parent)),
            None => Self::root(),
        })
    }

    /// The first `count` segments, or the whole path when it has fewer.
    #[must_use]
    pub fn prefix(&self, count: usize) -> Self {
        let segments: Vec<&str> = self.segments().take(count).collect();
        Self(Arc::from(segments.join("/")))
    }

    /// Whether this path is `folder` or lies below it.
    pub fn is_within(&self, folder: &Self) -> bool {
        match self.0.strip_prefix(&*folder.0) {
            Some(rest) => rest.is_empty() || folder.is_root() || rest.starts_with('/'),
            None => false,
        }
    }

    /// The text that leads from the folder `from` to this path, with `..`
    /// where needed; `.` when they are equal.
    pub fn relative_to(&self, from: &Self) -> String {
        let here: Vec<&str> = self.segments().collect();
        let there: Vec<&str> = from.segments().collect();
        let common = here.iter().zip(&there).take_while(|(a, b)| a == b).count();
        let mut parts = vec![".."; there.len() - common];
        parts.extend(&here[common..]);
        if parts.is_empty() {
            ".".to_owned()
        } else {
            parts.join("/")
        }
    }

    fn from_segments(segments: &[&str]) -> Result<Self, PathError> {
        let text = segments.join("/");
        if text.len() > MAX_BYTES || segments.len() > MAX_SEGMENTS {
            return Err(PathError::TooLong { bytes: text.len() });
        }
        Ok(Self(Arc::from(text)))
    }
}

/// Bounds the work before anything is split.
fn check_text(text: &str) -> Result<(), PathError> {
    if text.len() > MAX_BYTES {
        return Err(PathError::TooLong { bytes: text.len() });
    }
    if text.contains('\0') {
        return Err(PathError::Nul(text.to_owned()));
    }
    Ok(())
}

impl fmt::Display for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_root() { "." } else { &self.0 })
    }
}

impl fmt::Debug for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(folder: &str, text: &str, expected: Result<&str, &PathError>) {
        let folder = TreePath::new(folder).expect("a folder of the table");
        let joined = folder.join(text);
        assert_eq!(
            joined.as_ref().map(TreePath::as_str),
            expected,
            "{folder:?} {text:?}"
        );
    }

    #[test]
    fn join_resolves_by_text_alone() {
        check("", "", Ok(""));
        check("a/b", ".", Ok("a/b"));
        check("a/b", "../c/./d//e/", Ok("a/c/d/e"));
        check("a/b", "../..", Ok(""));
        check(
            "a",
            "../../b",
            Err(&PathError::Escapes("../../b".to_owned())),
        );
        check("a", "/b", Err(&PathError::Absolute("/b".to_owned())));
        check("a", "b\0c", Err(&PathError::Nul("b\0c".to_owned())));
        check(
            "a",
            &"x/".repeat(300),
            Err(&PathError::TooLong { bytes: 601 }),
        );
        check(
            "",
            &"x".repeat(5000),
            Err(&PathError::TooLong { bytes: 5000 }),
        );
    }

    #[test]
    fn clamped_paths_stop_at_the_root() {
        for (text, expected) in [("/../a", "a"), ("../../a/../b", "b"), ("./", ""), ("/", "")] {
            assert_eq!(TreePath::clamped(text).map(|path| path.to_string()), {
                let path = TreePath::new(expected).expect("a path of the table");
                Ok(path.to_string())
            });
        }
    }

    #[test]
    fn containment_is_by_segment() {
        for (path, folder, expected) in [
            ("a/b", "a", true),
            ("a", "a", true),
            ("ab", "a", false),
            ("a", "", true),
            ("", "a", false),
        ] {
            let path = TreePath::new(path).expect("a path of the table");
            let folder = TreePath::new(folder).expect("a folder of the table");
            assert_eq!(path.is_within(&folder), expected, "{path} in {folder}");
        }
    }

    #[test]
    fn relative_paths_lead_back() {
        for (path, from, expected) in [
            ("a/b/c", "a", "b/c"),
            ("a", "a/b", ".."),
            ("x/y", "a/b", "../../x/y"),
            ("a", "a", "."),
        ] {
            let path = TreePath::new(path).expect("a path of the table");
            let from = TreePath::new(from).expect("a path of the table");
            assert_eq!(path.relative_to(&from), expected);
            assert_eq!(from.join(expected), Ok(path));
        }
    }
}
