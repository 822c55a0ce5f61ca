//! Shell patterns as `path.Match` has them: `*`, `?`, `[a-z]`, `[^a]` and `\`, none of which crosses a slash.

use thiserror::Error;

/// The pattern is malformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("syntax error in pattern")]
pub struct PatternError;

/// Whether `name` as a whole matches `pattern`.
///
/// # Errors
/// [`PatternError`] where the pattern is malformed, even behind the place where the match fails.
pub fn matches(pattern: &str, name: &str) -> Result<bool, PatternError> {
    let (mut pattern, mut name) = (pattern, name);
    while !pattern.is_empty() {
        let (has_star, chunk, rest) = next_chunk(pattern);
        pattern = rest;
        if has_star && chunk.is_empty() {
            // A trailing star takes what is left of this element.
            return Ok(!name.contains('/'));
        }
        let found = match_chunk(chunk, name)?;
        // The last chunk must reach the end of the name.
        if let Some(rest) = found.filter(|rest| rest.is_empty() || !pattern.is_empty()) {
            name = rest;
            continue;
        }
        let skipped = if has_star {
            skip_and_match(chunk, name, pattern.is_empty())?
        } else {
            None
        };
        match skipped {
            Some(rest) => name = rest,
            None => return check_rest(pattern).map(|()| false),
        }
    }
    Ok(name.is_empty())
}

/// Splits off leading stars and the text up to the next star.
fn next_chunk(pattern: &str) -> (bool, &str, &str) {
    let chunk = pattern.trim_start_matches('*');
    let (mut in_class, mut is_escaped) = (false, false);
    let end = chunk.bytes().position(|byte| {
        if is_escaped {
            is_escaped = false;
            return false;
        }
        match byte {
            b'\\' => is_escaped = true,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'*' => return !in_class,
            _ => {}
        }
        false
    });
    let (chunk, rest) = chunk.split_at(end.unwrap_or(chunk.len()));
    (pattern.starts_with('*'), chunk, rest)
}

/// Lets a star take characters until the chunk matches; the last chunk must match up to the end.
fn skip_and_match<'n>(
    chunk: &str,
    name: &'n str,
    is_last: bool,
) -> Result<Option<&'n str>, PatternError> {
    for (index, character) in name.char_indices() {
        if character == '/' {
            break;
        }
        let found = match_chunk(chunk, &name[index + character.len_utf8()..])?;
        if let Some(rest) = found.filter(|rest| rest.is_empty() || !is_last) {
            return Ok(Some(rest));
        }
    }
    Ok(None)
}

/// Reads the rest of a pattern for the sake of its mistakes.
fn check_rest(mut pattern: &str) -> Result<(), PatternError> {
    while !pattern.is_empty() {
        let (_, chunk, rest) = next_chunk(pattern);
        match_chunk(chunk, "")?;
        pattern = rest;
    }
    Ok(())
}

/// Matches a chunk without stars at the start of `name`; answers the rest of the name.
fn match_chunk<'n>(chunk: &str, name: &'n str) -> Result<Option<&'n str>, PatternError> {
    let mut rest = name.chars();
    let mut pattern = chunk.chars();
    let mut has_failed = false;
    while let Some(character) = pattern.next() {
        // After a mismatch the chunk is only read on for its mistakes.
        let next = if has_failed { None } else { rest.next() };
        let is_match = match character {
            '[' => next_class(&mut pattern, next)?,
            '?' => next.is_some_and(|found| found != '/'),
            '\\' => next == Some(pattern.next().ok_or(PatternError)?),
            literal => next == Some(literal),
        };
        has_failed |= !is_match;
    }
    Ok((!has_failed).then_some(rest.as_str()))
}

/// Reads a class behind its bracket and tells whether it holds `found`.
fn next_class(
    pattern: &mut std::str::Chars<'_>,
    found: Option<char>,
) -> Result<bool, PatternError> {
    let is_negated = pattern.as_str().starts_with('^');
    if is_negated {
        pattern.next();
    }
    let (mut is_match, mut ranges) = (false, 0);
    loop {
        if ranges > 0 && pattern.as_str().starts_with(']') {
            pattern.next();
            break;
        }
        let low = class_character(pattern)?;
        let high = if pattern.as_str().starts_with('-') {
            pattern.next();
            class_character(pattern)?
        } else {
            low
        };
        is_match |= found.is_some_and(|found| low <= found && found <= high);
        ranges += 1;
    }
    Ok(found.is_some() && is_match != is_negated)
}

fn class_character(pattern: &mut std::str::Chars<'_>) -> Result<char, PatternError> {
    let character = match pattern.next() {
        None | Some('-' | ']') => return Err(PatternError),
        Some('\\') => pattern.next().ok_or(PatternError)?,
        Some(character) => character,
    };
    // A class that ends the pattern without its bracket is malformed.
    if pattern.as_str().is_empty() {
        Err(PatternError)
    } else {
        Ok(character)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, name: &str, expected: bool) {
        assert_eq!(
            matches(pattern, name),
            Ok(expected),
            "{pattern:?} against {name:?}"
        );
    }

    #[test]
    fn stars_stay_within_an_element() {
        check("*", "abc", true);
        check("*", "a/b", false);
        check("a*/b", "abc/b", true);
        check("a*b*c*d", "axbxcxd", true);
        check("a*b", "ab/b", false);
        check("*x", "xxx", true);
        check("a***", "abc", true);
        check("", "", true);
        check("?", "/", false);
    }

    #[test]
    fn classes_and_escapes() {
        check("[a-c]b", "bb", true);
        check("[^a-c]b", "bb", false);
        check("a[^a]b", "a☺b", true);
        check(r"a\*b", "a*b", true);
        check(r"[\]a]", "]", true);
        check("[*]x", "*x", true);
    }

    #[test]
    fn malformed_patterns_are_told_from_mismatches() {
        for (pattern, name) in [
            ("[", "a"),
            ("[^", "a"),
            ("[a-]", "a"),
            ("[]a]", "]"),
            ("a[", "b"),
            ("a\\", "a"),
            ("x*[", "y"),
        ] {
            assert_eq!(matches(pattern, name), Err(PatternError), "{pattern:?}");
        }
    }
}
