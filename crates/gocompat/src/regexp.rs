//! Regular expressions as Go's package `regexp` (RE2) reads and applies them.
//!
//! A pattern is translated to the syntax of the `regex` crate, which is of the same family: no backtracking, leftmost-first,
//! linear time. What differs is decided here: `\d`, `\w`, `\s` and `\b` are ASCII, `\Q…\E` quotes, brackets within a class are
//! literal, repetitions end at 1000, and Go's refusals carry Go's texts. Texts are UTF-8; bytes that are not do not match.

mod replace;
mod syntax;

use thiserror::Error;

/// Bound on a compiled program, in bytes: thrice what the `regex` crate allows by default, as Go allows larger patterns.
const COMPILED_BYTES_LIMIT: usize = 32 << 20;

/// A compiled pattern.
#[derive(Debug, Clone)]
pub struct Regexp {
    regex: regex::Regex,
    /// Names of the capture groups with their numbers; one name may stand for several groups, as in Go.
    names: Vec<(String, usize)>,
    is_empty: bool,
}

/// Go's refusal of a pattern, in Go's words.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("error parsing regexp: {code}: `{text}`")]
pub struct SyntaxError {
    code: &'static str,
    text: String,
}

impl Regexp {
    /// Compiles a pattern of Go's syntax.
    ///
    /// # Errors
    /// [`SyntaxError`] where Go refuses the pattern, or where the compiled program would be too large.
    pub fn compile(pattern: &str) -> Result<Self, SyntaxError> {
        let translated = syntax::translate(pattern)?;
        let regex = regex::RegexBuilder::new(&translated.pattern)
            .size_limit(COMPILED_BYTES_LIMIT)
            .nest_limit(syntax::MAX_DEPTH)
            .build()
            .map_err(|error| SyntaxError {
                code: match error {
                    regex::Error::CompiledTooBig(_) => "expression too large",
                    _ => "invalid character class range",
                },
                text: pattern.to_owned(),
            })?;
        Ok(Self {
            regex,
            names: translated.names,
            is_empty: pattern.is_empty(),
        })
    }

    /// Whether the pattern matches anywhere in `text`.
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// The leftmost match.
    pub fn find<'t>(&self, text: &'t str) -> Option<&'t str> {
        self.regex.find(text).map(|found| found.as_str())
    }

    /// The leftmost match's groups, the whole match first; a group that took no part is `None`.
    pub fn captures<'t>(&self, text: &'t str) -> Option<Vec<Option<&'t str>>> {
        let captures = self.regex.captures(text)?;
        Some(
            captures
                .iter()
                .map(|group| group.map(|found| found.as_str()))
                .collect(),
        )
    }

    /// Successive matches, at most `limit` of them where one is given.
    pub fn find_all<'t>(&self, text: &'t str, limit: Option<usize>) -> Vec<&'t str> {
        self.regex
            .find_iter(text)
            .take(limit.unwrap_or(usize::MAX))
            .map(|found| found.as_str())
            .collect()
    }

    /// Replaces every match by a template in which `$1`, `$name` and `${name}` stand for groups and `$$` for a dollar sign.
    ///
    /// A name is as long as letters, digits and `_` reach: `$1x` is the group `1x`, which is empty unless it exists.
    pub fn replace_all(&self, text: &str, template: &str) -> String {
        replace::replace_all(self, text, template)
    }

    /// Replaces every match by `replacement` as it is.
    pub fn replace_all_literal(&self, text: &str, replacement: &str) -> String {
        self.regex
            .replace_all(text, regex::NoExpand(replacement))
            .into_owned()
    }

    /// The pieces of `text` between matches; at most `limit` pieces where one is given, the last being the rest.
    pub fn split<'t>(&self, text: &'t str, limit: Option<usize>) -> Vec<&'t str> {
        if limit == Some(0) {
            return Vec::new();
        }
        if text.is_empty() && !self.is_empty {
            return vec![""];
        }
        let mut pieces = Vec::new();
        let (mut start, mut end) = (0, 0);
        for found in self.regex.find_iter(text).take(limit.unwrap_or(usize::MAX)) {
            if limit.is_some_and(|limit| pieces.len() + 1 == limit) {
                break;
            }
            end = found.start();
            if found.end() != 0 {
                pieces.push(&text[start..end]);
            }
            start = found.end();
        }
        if end != text.len() {
            pieces.push(&text[start..]);
        }
        pieces
    }
}

/// A pattern that matches exactly `text` (`regexp.QuoteMeta`).
pub fn quote_meta(text: &str) -> String {
    let mut output = String::with_capacity(text.len());
    for character in text.chars() {
        if r"\.+*?()|[]{}^$".contains(character) {
            output.push('\\');
        }
        output.push(character);
    }
    output
}

#[cfg(test)]
mod tests;
