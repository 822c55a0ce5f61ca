//! Go's replacement templates.

use super::Regexp;

/// A piece of a template.
enum Piece<'a> {
    Text(&'a str),
    Name(&'a str),
}

pub(super) fn replace_all(regexp: &Regexp, text: &str, template: &str) -> String {
    let pieces = parse(template);
    let mut output = String::with_capacity(text.len());
    let mut copied = 0;
    for captures in regexp.regex.captures_iter(text) {
        let Some(whole) = captures.get(0) else {
            continue;
        };
        output.push_str(&text[copied..whole.start()]);
        copied = whole.end();
        for piece in &pieces {
            match piece {
                Piece::Text(text) => output.push_str(text),
                Piece::Name(name) => output.push_str(group(regexp, &captures, name)),
            }
        }
    }
    output.push_str(&text[copied..]);
    output
}

/// The text of a group by number or name; a number with a leading zero or of nine digits is a name.
fn group<'t>(regexp: &Regexp, captures: &regex::Captures<'t>, name: &str) -> &'t str {
    let is_number =
        name.bytes().all(|byte| byte.is_ascii_digit()) && (name == "0" || !name.starts_with('0'));
    if is_number && name.len() < 9 {
        let index = name.parse().ok();
        return index
            .and_then(|index| captures.get(index))
            .map_or("", |found| found.as_str());
    }
    let mut groups = regexp.names.iter().filter(|(known, _)| known == name);
    groups
        .find_map(|(_, index)| captures.get(*index))
        .map_or("", |found| found.as_str())
}

fn parse(template: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('$') {
        pieces.push(Piece::Text(before));
        if let Some(after) = behind.strip_prefix('$') {
            pieces.push(Piece::Text("$"));
            rest = after;
        } else if let Some((name, after)) = name(behind) {
            pieces.push(Piece::Name(name));
            rest = after;
        } else {
            // A dollar sign that names nothing is text.
            pieces.push(Piece::Text("$"));
            rest = behind;
        }
    }
    pieces.push(Piece::Text(rest));
    pieces
}

/// Reads `name` or `{name}`.
fn name(text: &str) -> Option<(&str, &str)> {
    let (inner, is_braced) = text
        .strip_prefix('{')
        .map_or((text, false), |inner| (inner, true));
    let end = inner
        .find(|c: char| c != '_' && !c.is_alphanumeric())
        .unwrap_or(inner.len());
    if end == 0 {
        return None;
    }
    let behind = &inner[end..];
    let behind = if is_braced {
        behind.strip_prefix('}')?
    } else {
        behind
    };
    Some((&inner[..end], behind))
}
