//! Bracketed classes of characters.

use super::{SyntaxError, escape, refuse};

/// The names of POSIX classes; the `regex` crate gives them the same ASCII characters.
const POSIX: &[&str] = &[
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];

/// Translates the class at the start of `text` and returns what follows it.
pub(super) fn translate<'a>(text: &'a str, output: &mut String) -> Result<&'a str, SyntaxError> {
    let mut rest = &text[1..];
    output.push('[');
    if let Some(behind) = rest.strip_prefix('^') {
        output.push('^');
        rest = behind;
    }
    let mut is_first = true;
    while is_first || !rest.starts_with(']') {
        is_first = false;
        rest = match posix(rest, output)? {
            Some(behind) => behind,
            None => match escape::class(rest)? {
                Some((class, behind)) => {
                    output.push_str(&class.within_brackets());
                    behind
                }
                None => range(rest, text, output)?,
            },
        };
    }
    output.push(']');
    Ok(&rest[1..])
}

/// Reads `[:name:]`, if it is there.
fn posix<'a>(text: &'a str, output: &mut String) -> Result<Option<&'a str>, SyntaxError> {
    let Some(end) = text.strip_prefix("[:").and_then(|inner| inner.find(":]")) else {
        return Ok(None);
    };
    let (class, rest) = text.split_at(end + 4);
    let name = &class[2..end + 2];
    if !POSIX.contains(&name.strip_prefix('^').unwrap_or(name)) {
        return refuse("invalid character class range", class);
    }
    output.push_str(class);
    Ok(Some(rest))
}

/// Reads one character or a range of them.
fn range<'a>(text: &'a str, class: &str, output: &mut String) -> Result<&'a str, SyntaxError> {
    let (low, rest) = character(text, class)?;
    escape::push_literal(output, low);
    let Some(upper) = rest
        .strip_prefix('-')
        .filter(|upper| !upper.is_empty() && !upper.starts_with(']'))
    else {
        return Ok(rest);
    };
    let (high, rest) = character(upper, class)?;
    if high < low {
        return refuse(
            "invalid character class range",
            &text[..text.len() - rest.len()],
        );
    }
    output.push('-');
    escape::push_literal(output, high);
    Ok(rest)
}

fn character<'a>(text: &'a str, class: &str) -> Result<(char, &'a str), SyntaxError> {
    match text.chars().next() {
        None => refuse("missing closing ]", class),
        Some('\\') => escape::character(text),
        Some(character) => Ok((character, &text[character.len_utf8()..])),
    }
}
