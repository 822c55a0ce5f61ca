//! Slash-separated paths as Go's package `path` treats them; `path/filepath` on Unix gives the same answers.
//!
//! All of it is text: nothing looks at a file system.

mod pattern;

pub use pattern::{PatternError, matches};

/// The shortest equivalent path: no doubled slash, no `.`, no `..` that can be taken back; an empty path reads `.`.
pub fn clean(path: &str) -> String {
    let is_rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if is_rooted => {}
            other => parts.push(other),
        }
    }
    match (is_rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

/// The last element, without trailing slashes; `.` for an empty path, `/` for one of slashes only.
pub fn base(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() {
        return "/";
    }
    trimmed.rsplit('/').next().unwrap_or(trimmed)
}

/// All but the last element, cleaned.
pub fn dir(path: &str) -> String {
    clean(&path[..path.rfind('/').map_or(0, |slash| slash + 1)])
}

/// What the last element has from its last dot on, or nothing.
pub fn ext(path: &str) -> &str {
    let start = path.rfind('/').map_or(0, |slash| slash + 1);
    path[start..]
        .rfind('.')
        .map_or("", |dot| &path[start + dot..])
}

/// Whether the path begins at the root.
pub fn is_abs(path: &str) -> bool {
    path.starts_with('/')
}

/// Joins the elements that are not empty and cleans the result; nothing joined is empty.
pub fn join(elements: &[&str]) -> String {
    let parts: Vec<&str> = elements
        .iter()
        .copied()
        .filter(|element| !element.is_empty())
        .collect();
    if parts.is_empty() {
        String::new()
    } else {
        clean(&parts.join("/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, cleaned: &str, last: &str, parent: &str, extension: &str) {
        assert_eq!(clean(path), cleaned, "clean {path:?}");
        assert_eq!(base(path), last, "base {path:?}");
        assert_eq!(dir(path), parent, "dir {path:?}");
        assert_eq!(ext(path), extension, "ext {path:?}");
    }

    #[test]
    fn paths_are_taken_apart_as_in_go() {
        check("", ".", ".", ".", "");
        check("/", "/", "/", "/", "");
        check("a/b.tar.gz", "a/b.tar.gz", "b.tar.gz", "a", ".gz");
        check("/a//b/../c/", "/a/c", "c", "/a/c", "");
        check("../../a", "../../a", "a", "../..", "");
        check("/../a", "/a", "a", "/", "");
        check("a/..", ".", "..", "a", ".");
        check("a.d/b", "a.d/b", "b", "a.d", "");
    }

    #[test]
    fn joining_leaves_out_empty_elements() {
        assert_eq!(join(&["a", "", "../b", "c"]), "b/c");
        assert_eq!(join(&["", ""]), "");
        assert_eq!(join(&["", "/a"]), "/a");
    }
}
