//! Names cut into words, with the habits of huandu/xstrings 1.5.

use super::{lower, upper};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The end of the text.
    Nothing,
    Connector,
    Punctuation,
    /// Begins with an upper-case letter.
    Upper,
    Lower,
    Number,
    Other,
}

fn is_connector(c: char) -> bool {
    c == '-' || c == '_' || c.is_whitespace()
}

fn is_letter(c: char) -> bool {
    c.is_uppercase() || c.is_lowercase()
}

/// Cuts a text into words.
struct Words<'t> {
    rest: &'t str,
}

impl<'t> Words<'t> {
    fn next(&mut self) -> (Kind, &'t str) {
        let Some(first) = self.rest.chars().next() else {
            return (Kind::Nothing, "");
        };
        let (kind, len) = match first {
            c if is_connector(c) => (Kind::Connector, self.run(is_connector)),
            c if is_punctuation(c) => (Kind::Punctuation, self.run(is_punctuation)),
            c if c.is_uppercase() => (Kind::Upper, self.upper_len(first)),
            c if is_letter(c) => (Kind::Lower, self.run(|c| is_letter(c) && !c.is_uppercase())),
            c if c.is_numeric() => (Kind::Number, self.run(char::is_numeric)),
            _ => (
                Kind::Other,
                self.run(|c| {
                    !is_connector(c) && !is_letter(c) && !c.is_numeric() && !is_punctuation(c)
                }),
            ),
        };
        let (word, rest) = self.rest.split_at(len);
        self.rest = rest;
        (kind, word)
    }

    fn run(&self, belongs: impl Fn(char) -> bool) -> usize {
        self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len())
    }

    /// `HTTPStatus` is `HTTP` and `Status`; `Status` is one word.
    fn upper_len(&self, first: char) -> usize {
        let uppers = self.run(char::is_uppercase);
        let behind = self.rest[uppers..].chars().next();
        if uppers == first.len_utf8() {
            let lowers = self.rest[uppers..].find(|c: char| !is_letter(c) || c.is_uppercase());
            return uppers + lowers.unwrap_or(self.rest.len() - uppers);
        }
        let last = self.rest[..uppers]
            .chars()
            .next_back()
            .map_or(0, char::len_utf8);
        if behind.is_some_and(is_letter) {
            uppers - last
        } else {
            uppers
        }
    }
}

fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation() && !matches!(c, '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~')
}

/// `HTTPServer` as `http_server`.
pub(super) fn lower_case(text: &str, connector: char) -> String {
    let mut output = String::with_capacity(text.len() + 8);
    let mut words = Words { rest: text };
    let mut current = words.next();
    while !words.rest.is_empty() {
        if current.0 != Kind::Connector {
            push(&mut output, current, connector);
        }
        let previous = current;
        current = words.next();
        match previous.0 {
            Kind::Number => {
                current = push_while_word(&mut output, &mut words, current, connector);
                if !matches!(
                    current.0,
                    Kind::Nothing | Kind::Punctuation | Kind::Connector
                ) {
                    output.push(connector);
                }
            }
            Kind::Connector => push(&mut output, previous, connector),
            Kind::Punctuation => {}
            _ => current = after_word(&mut output, &mut words, current, connector),
        }
    }
    push(&mut output, current, connector);
    output
}

/// Decides what goes between a word and what follows it.
fn after_word<'t>(
    output: &mut String,
    words: &mut Words<'t>,
    current: (Kind, &'t str),
    connector: char,
) -> (Kind, &'t str) {
    if current.0 != Kind::Number {
        if !matches!(current.0, Kind::Connector | Kind::Punctuation) {
            output.push(connector);
        }
        return current;
    }
    if words.rest.is_empty() {
        return current;
    }
    let number = current;
    let mut current = words.next();
    if current.0 != Kind::Lower {
        // A number belongs to the word before it: `Bld4Floor` is `bld4_floor`.
        push(output, number, connector);
        if !matches!(current.0, Kind::Connector | Kind::Punctuation) {
            output.push(connector);
        }
        return current;
    }
    // With lower-case letters behind it, to the word after: `HTTP2xx` is `http_2xx`.
    output.push(connector);
    push(output, number, connector);
    current = push_while_word(output, words, current, connector);
    if !matches!(
        current.0,
        Kind::Nothing | Kind::Connector | Kind::Punctuation
    ) {
        output.push(connector);
    }
    current
}

fn push_while_word<'t>(
    output: &mut String,
    words: &mut Words<'t>,
    first: (Kind, &'t str),
    connector: char,
) -> (Kind, &'t str) {
    let mut current = first;
    while matches!(current.0, Kind::Lower | Kind::Number) {
        push(output, current, connector);
        current = words.next();
    }
    current
}

fn push(output: &mut String, (kind, word): (Kind, &str), connector: char) {
    match kind {
        Kind::Upper => output.extend(word.chars().map(lower)),
        Kind::Connector => output.extend(word.chars().map(|_| connector)),
        _ => output.push_str(word),
    }
}

/// `http_server` as `HttpServer`; leading connectors stay.
pub(super) fn pascal_case(text: &str) -> String {
    let start = text.find(|c| !is_connector(c)).unwrap_or(text.len());
    let mut output = text[..start].to_owned();
    let mut characters = text[start..].chars();
    let Some(first) = characters.next() else {
        // Where there is nothing else, the library writes the last connector twice.
        output.extend(text.chars().last());
        return output;
    };
    let mut runs_upper = first.is_uppercase();
    let mut before = upper(first);
    for character in characters {
        let mut current = character;
        if is_connector(current) && is_connector(before) {
            output.push(before);
            before = current;
            continue;
        }
        if is_connector(before) {
            runs_upper = current.is_uppercase();
            current = upper(current);
        } else {
            if runs_upper && current.is_uppercase() {
                current = lower(current);
            } else if runs_upper {
                runs_upper = false;
            }
            output.push(before);
        }
        before = current;
    }
    output.push(before);
    output
}
