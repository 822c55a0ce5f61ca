//! Pairs of key and value, from literals, files and env files.

use crate::kustfile::KvPairSources;
use crate::loader::{LoadError, Loader};

/// Why the pairs could not be gathered.
#[derive(Debug, Clone, thiserror::Error)]
pub enum KeyValueError {
    /// A source could not be read.
    #[error("{sources}: {files:?}")]
    Load {
        /// Which sources.
        sources: &'static str,
        /// All of them.
        files: Vec<String>,
        /// What is wrong.
        #[source]
        source: LoadError,
    },
    /// A literal has no key or no `=`.
    #[error("literal sources: invalid literal source {0}, expected key=value")]
    Literal(String),
    /// A file source has an empty key.
    #[error("file sources: missing key name for file path {path:?} in source {source_text:?}")]
    NoKey {
        /// The path.
        path: String,
        /// The source.
        source_text: String,
    },
    /// A file source has an empty path.
    #[error("file sources: missing file path for key name {key:?} in source {source_text:?}")]
    NoPath {
        /// The key.
        key: String,
        /// The source.
        source_text: String,
    },
    /// A file source has several `=`.
    #[error(
        "file sources: source {0:?} key name or file path contains '='; key names or file paths cannot contain '='"
    )]
    ManySeparators(String),
    /// An env file is not UTF-8.
    #[error("env source files: line {line} of {file:?} has invalid utf8 bytes")]
    NotUtf8 {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
    },
}

/// Pairs in the order in which they are read.
pub(super) type Pairs = Vec<(String, Vec<u8>)>;

/// Longest line of an env file. A longer one silently ends the file, since
/// that is how Go's scanner behaves in kustomize.
const MAX_LINE: usize = 64 * 1024 - 1;

/// Reads all sources: env files first, then literals, then files.
///
/// # Errors
/// [`KeyValueError`] when a source cannot be read or makes no sense.
pub(super) fn load(sources: &KvPairSources, loader: &Loader<'_>) -> Result<Pairs, KeyValueError> {
    let mut pairs = Vec::new();
    for file in &sources.envs {
        let content = loader.load(file).map_err(|source| KeyValueError::Load {
            sources: "env source files",
            files: sources.envs.clone(),
            source,
        })?;
        read_env_file(file, &content, &mut pairs)?;
    }
    for literal in &sources.literals {
        pairs.push(parse_literal(literal)?);
    }
    for text in &sources.files {
        let (key, path) = parse_file_source(text)?;
        let content = loader.load(path).map_err(|source| KeyValueError::Load {
            sources: "file sources",
            files: sources.files.clone(),
            source,
        })?;
        pairs.push((key.to_owned(), content.to_vec()));
    }
    Ok(pairs)
}

fn read_env_file(file: &str, content: &[u8], pairs: &mut Pairs) -> Result<(), KeyValueError> {
    let content = content.strip_suffix(b"\n").unwrap_or(content);
    for (index, line) in content.split(|byte| *byte == b'\n').enumerate() {
        if line.len() > MAX_LINE {
            return Ok(());
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = std::str::from_utf8(line).map_err(|_| KeyValueError::NotUtf8 {
            file: file.to_owned(),
            line: index + 1,
        })?;
        let text = match text.strip_prefix('\u{feff}') {
            Some(rest) if index == 0 => rest,
            _ => text,
        };
        let text = text.trim_start();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let (key, value) = text.split_once('=').unwrap_or((text, ""));
        if !key.is_empty() {
            pairs.push((key.to_owned(), value.as_bytes().to_vec()));
        }
    }
    Ok(())
}

fn parse_literal(literal: &str) -> Result<(String, Vec<u8>), KeyValueError> {
    match literal.split_once('=') {
        Some((key, value)) if !key.is_empty() => {
            Ok((key.to_owned(), without_quotes(value).as_bytes().to_vec()))
        }
        _ => Err(KeyValueError::Literal(literal.to_owned())),
    }
}

/// The text without one pair of matching quotes around it.
fn without_quotes(text: &str) -> &str {
    for quote in ['"', '\''] {
        let inner = text
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote));
        if let Some(inner) = inner {
            return inner;
        }
    }
    text
}

fn parse_file_source(text: &str) -> Result<(&str, &str), KeyValueError> {
    let Some((key, path)) = text.split_once('=') else {
        return Ok((rheostat_gocompat::path::base(text), text));
    };
    let source_text = text.to_owned();
    if path.contains('=') {
        Err(KeyValueError::ManySeparators(source_text))
    } else if key.is_empty() {
        Err(KeyValueError::NoKey {
            path: path.to_owned(),
            source_text,
        })
    } else if path.is_empty() {
        Err(KeyValueError::NoPath {
            key: key.to_owned(),
            source_text,
        })
    } else {
        Ok((key, path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(content: &str, expected: &[(&str, &str)]) {
        let mut pairs = Vec::new();
        read_env_file("f", content.as_bytes(), &mut pairs).expect("UTF-8");
        let pairs: Vec<(String, String)> = pairs
            .into_iter()
            .map(|(key, value)| (key, String::from_utf8(value).expect("UTF-8")))
            .collect();
        let expected: Vec<(String, String)> = expected
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        assert_eq!(pairs, expected, "{content:?}");
    }

    #[test]
    fn env_files_are_lines() {
        check(
            "A=1\n# c\n\n B = x \nC\nexport D=\"q\"\n",
            &[("A", "1"), ("B ", " x "), ("C", ""), ("export D", "\"q\"")],
        );
        check("\u{feff}A=1\r\nB=2=3\n=x\n", &[("A", "1"), ("B", "2=3")]);
        let long = format!("A=1\nB={}\nC=3\n", "x".repeat(70_000));
        check(&long, &[("A", "1")]);
    }

    #[test]
    fn one_pair_of_quotes_is_dropped() {
        assert_eq!(without_quotes("'a'"), "a");
        assert_eq!(without_quotes("\"a\""), "a");
        assert_eq!(without_quotes("'a\""), "'a\"");
        assert_eq!(without_quotes("'"), "'");
    }
}
