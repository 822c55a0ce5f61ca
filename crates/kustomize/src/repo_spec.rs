//! Git URLs, in all the forms that kustomize reads.
//!
//! A URL names a repository, a folder in it and, in its query, a ref. The
//! split between repository and folder is made at `_git/`, at `//`, after
//! `.git`, or after two segments, whichever applies first.
//!
//! Absent: cloning. The engine hands the spec to its caller.

use std::time::Duration;

/// A folder of a Git repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepoSpec {
    /// The URL as it was written.
    pub raw: String,
    /// Scheme, user and host, up to the path, in the form that Git takes.
    pub host: String,
    /// Path of the repository on the host.
    pub repo_path: String,
    /// Path of the folder in the repository; may be empty.
    pub root_path: String,
    /// Branch, tag or commit; empty means the default branch.
    pub reference: String,
    /// Whether submodules are wanted.
    pub submodules: bool,
    /// How long fetching may take.
    pub timeout: Duration,
}

/// Why a text is no Git URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RepoSpecError {
    /// It is a path from the root.
    #[error("uri looks like abs path: {0}")]
    Absolute(String),
    /// It has no scheme, and no user or well-known host that stand for one.
    #[error("failed to parse scheme")]
    Scheme,
    /// Nothing is left for the host.
    #[error("failed to parse host segment")]
    Host,
    /// Nothing is left for the repository.
    #[error("failed to parse repo path segment")]
    RepoPath,
    /// The folder is outside of the repository.
    #[error("url path exits repo: {0}")]
    ExitsRepo(String),
}

/// The schemes that Git takes, in the order in which they are tried.
const SCHEMES: [&str; 4] = ["ssh://", "https://", "http://", FILE_SCHEME];
const FILE_SCHEME: &str = "file://";
const DEFAULT_SUBMODULES: bool = true;
/// Kustomize's own default.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(27);

impl RepoSpec {
    /// Reads a URL.
    ///
    /// # Errors
    /// [`RepoSpecError`] when the text is no Git URL.
    pub fn parse(raw: &str) -> Result<Self, RepoSpecError> {
        if raw.starts_with('/') {
            return Err(RepoSpecError::Absolute(raw.to_owned()));
        }
        let (url, query) = raw.split_once('?').unwrap_or((raw, ""));
        let query = Query::parse(query);
        let (host, path) = split_host(url)?;
        let (repo_path, root_path) = split_path(path, host.starts_with(FILE_SCHEME))?;
        Ok(Self {
            raw: raw.to_owned(),
            host,
            repo_path,
            root_path,
            reference: query.reference,
            submodules: query.submodules,
            timeout: query.timeout,
        })
    }

    /// What `git fetch` is given.
    pub fn clone_spec(&self) -> String {
        format!("{}{}", self.host, self.repo_path)
    }
}

struct Query {
    reference: String,
    submodules: bool,
    timeout: Duration,
}

impl Query {
    /// A query that does not parse counts as none.
    fn parse(text: &str) -> Self {
        let mut query = Self {
            reference: String::new(),
            submodules: DEFAULT_SUBMODULES,
            timeout: DEFAULT_TIMEOUT,
        };
        let Some(pairs) = query_pairs(text) else {
            return query;
        };
        let first = |name: &str| {
            let found = pairs.iter().find(|(key, _)| key == name);
            found
                .map(|(_, value)| value.as_str())
                .filter(|value| !value.is_empty())
        };
        if let Some(reference) = first("ref").or_else(|| first("version")) {
            reference.clone_into(&mut query.reference);
        }
        if let Some(timeout) = first("timeout").and_then(parse_timeout) {
            query.timeout = timeout;
        }
        match first("submodules") {
            Some("1" | "t" | "T" | "TRUE" | "true" | "True") => query.submodules = true,
            Some("0" | "f" | "F" | "FALSE" | "false" | "False") => query.submodules = false,
            Some(_) | None => {}
        }
        query
    }
}

/// Keys and values of a query; none when its escapes are broken.
fn query_pairs(text: &str) -> Option<Vec<(String, String)>> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let is_broken = pair.contains(';');
            let decoded = (unescape(key)?, unescape(value)?);
            (!is_broken).then_some(decoded)
        })
        .collect()
}

fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let high = char::from(rest.next()?).to_digit(16)?;
                let low = char::from(rest.next()?).to_digit(16)?;
                bytes.push(u8::try_from(high * 16 + low).ok()?);
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).ok()
}

/// Whole seconds, or a duration as Go writes it; none unless positive.
fn parse_timeout(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.parse::<u64>() {
        return (seconds > 0).then(|| Duration::from_secs(seconds));
    }
    let duration: rheostat_gocompat::duration::Duration = text.parse().ok()?;
    let duration = duration.to_std();
    (!duration.is_zero()).then_some(duration)
}

/// Scheme, user and host in front, and the rest.
fn split_host(url: &str) -> Result<(String, &str), RepoSpecError> {
    let (_, url) = strip_prefix_ignore_case(url, "git::");
    let (scheme, url) = SCHEMES
        .iter()
        .find_map(|scheme| match strip_prefix_ignore_case(url, scheme) {
            (true, rest) => Some((*scheme, rest)),
            (false, _) => None,
        })
        .unwrap_or(("", url));
    let (user, url) = split_user(url);
    let lower = url.to_ascii_lowercase();
    let is_github = lower.starts_with("github.com/") || lower.starts_with("github.com:");
    let is_scp = scheme.is_empty() && (!user.is_empty() || is_github);
    if scheme.is_empty() && !is_scp {
        return Err(RepoSpecError::Scheme);
    }
    if scheme == FILE_SCHEME {
        // A user means nothing in a file URL: it is part of the path, and
        // what is cloned reads the same.
        return Ok((format!("{scheme}{user}"), url));
    }
    let (host, rest) = match separator(url, is_scp) {
        Some(index) => url.split_at(index + 1),
        None => (url, ""),
    };
    let host = if is_github {
        if scheme == "ssh://" || !user.is_empty() {
            format!("{user}github.com:")
        } else {
            "https://github.com/".to_owned()
        }
    } else if host.is_empty() {
        return Err(RepoSpecError::Host);
    } else {
        format!("{scheme}{user}{host}")
    };
    Ok((host, rest))
}

fn strip_prefix_ignore_case<'a>(text: &'a str, prefix: &str) -> (bool, &'a str) {
    match text.get(..prefix.len()) {
        Some(head) if head.eq_ignore_ascii_case(prefix) => (true, &text[prefix.len()..]),
        _ => (false, text),
    }
}

/// `user@` in front, and the rest. A user begins with a letter.
fn split_user(url: &str) -> (&str, &str) {
    let Some(at) = url.find('@') else {
        return ("", url);
    };
    let user = &url[..at];
    let is_user = user.starts_with(|c: char| c.is_ascii_alphabetic())
        && user.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if is_user {
        url.split_at(at + 1)
    } else {
        ("", url)
    }
}

/// Where the host ends: at the first `/`, or at an earlier `:` in the form
/// that `scp` takes.
fn separator(url: &str, is_scp: bool) -> Option<usize> {
    let slash = url.find('/');
    if !is_scp {
        return slash;
    }
    let colon = url.find(':');
    match (slash, colon) {
        (None, colon) => colon,
        (Some(slash), Some(colon)) if colon > 0 && colon < slash => Some(colon),
        (slash, _) => slash,
    }
}

/// Path of the repository, and of the folder in it.
fn split_path(path: &str, is_file: bool) -> Result<(String, String), RepoSpecError> {
    let (repo, root) = split_at_marker(path)
        .or_else(|| split_by_segments(path, is_file))
        .filter(|(repo, _)| !repo.is_empty())
        .ok_or(RepoSpecError::RepoPath)?;
    if exits(&root) {
        return Err(RepoSpecError::ExitsRepo(path.to_owned()));
    }
    let root = root.strip_prefix('/').unwrap_or(&root).to_owned();
    Ok((repo, root))
}

fn split_at_marker(path: &str) -> Option<(String, String)> {
    const GIT_ROOT: &str = "_git/";
    const GIT_SUFFIX: &str = ".git";
    if let Some(index) = path.find(GIT_ROOT) {
        let (front, rest) = path.split_at(index + GIT_ROOT.len());
        let (name, root) = rest.split_once('/').unwrap_or((rest, ""));
        return Some((format!("{front}{name}"), root.to_owned()));
    }
    if let Some((repo, root)) = path.split_once("//") {
        return Some((repo.to_owned(), root.to_owned()));
    }
    let index = path.find(GIT_SUFFIX)?;
    let (repo, root) = path.split_at(index + GIT_SUFFIX.len());
    Some((repo.to_owned(), root.to_owned()))
}

/// Organisation and repository, or the whole path of a file URL.
fn split_by_segments(path: &str, is_file: bool) -> Option<(String, String)> {
    if is_file {
        return Some((path.to_owned(), String::new()));
    }
    let mut segments = path.splitn(3, '/');
    let organisation = segments.next()?;
    let repository = segments.next()?;
    let root = segments.next().unwrap_or_default();
    Some((format!("{organisation}/{repository}"), root.to_owned()))
}

/// Whether a path, cleaned, begins with `..`.
fn exits(root: &str) -> bool {
    let mut depth = 0_usize;
    for segment in root.strip_prefix('/').unwrap_or(root).split('/') {
        match segment {
            "" | "." => {}
            ".." if depth == 0 => return true,
            ".." => depth -= 1,
            _ => depth += 1,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, expected: Result<(&str, &str, &str), RepoSpecError>) {
        let parsed = RepoSpec::parse(url);
        let parts = parsed.as_ref().map(|spec| {
            let clone = spec.clone_spec();
            (clone, spec.root_path.clone(), spec.reference.clone())
        });
        let expected = expected.map(|(clone, root, reference)| {
            (clone.to_owned(), root.to_owned(), reference.to_owned())
        });
        assert_eq!(parts.map_err(Clone::clone), expected, "{url}");
    }

    #[test]
    fn splits_at_markers_first() {
        check(
            "https://example.com/org/repo.git/some/dir?ref=v1",
            Ok(("https://example.com/org/repo.git", "some/dir", "v1")),
        );
        check(
            "https://example.com/org/repo//dir",
            Ok(("https://example.com/org/repo", "dir", "")),
        );
        check(
            "https://example.com/org/project/_git/repo/dir?version=GBmain",
            Ok(("https://example.com/org/project/_git/repo", "dir", "GBmain")),
        );
        check(
            "https://example.com/org/repo/a/b",
            Ok(("https://example.com/org/repo", "a/b", "")),
        );
    }

    #[test]
    fn normalises_github() {
        check(
            "github.com/org/repo/dir",
            Ok(("https://github.com/org/repo", "dir", "")),
        );
        check(
            "GitHub.com:org/repo",
            Ok(("https://github.com/org/repo", "", "")),
        );
        check(
            "git@github.com:org/repo.git",
            Ok(("git@github.com:org/repo.git", "", "")),
        );
        check(
            "git::https://github.com/org/repo",
            Ok(("https://github.com/org/repo", "", "")),
        );
        check(
            "ssh://git@github.com/org/repo",
            Ok(("git@github.com:org/repo", "", "")),
        );
    }

    #[test]
    fn local_paths_are_no_urls() {
        check("../base", Err(RepoSpecError::Scheme));
        check("base", Err(RepoSpecError::Scheme));
        check("/base", Err(RepoSpecError::Absolute("/base".to_owned())));
        check("https://example.com/org", Err(RepoSpecError::RepoPath));
        check(
            "https://example.com/a/b.git/../../c",
            Err(RepoSpecError::ExitsRepo("a/b.git/../../c".to_owned())),
        );
        check(
            "file:///srv/repo.git/dir",
            Ok(("file:///srv/repo.git", "dir", "")),
        );
    }

    #[test]
    fn reads_the_query() {
        let timeout = |url: &str| RepoSpec::parse(url).map(|spec| spec.timeout);
        let seconds = |number| Ok(Duration::from_secs(number));
        assert_eq!(timeout("https://h/a/b?timeout=61"), seconds(61));
        assert_eq!(timeout("https://h/a/b?timeout=1m1s"), seconds(61));
        assert_eq!(timeout("https://h/a/b?timeout=0"), seconds(27));
        assert_eq!(timeout("https://h/a/b?timeout=x"), seconds(27));
        let submodules = |url: &str| RepoSpec::parse(url).map(|spec| spec.submodules);
        assert_eq!(submodules("https://h/a/b?submodules=false"), Ok(false));
        assert_eq!(submodules("https://h/a/b?submodules=maybe"), Ok(true));
    }
}
