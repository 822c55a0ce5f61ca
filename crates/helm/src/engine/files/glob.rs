//! Patterns of `.Files.Glob` (gobwas/glob with `/` as the separator): `*` and `?` stay within a path element, `**` crosses them,
//! `[a-z]`, `[!a]`, `{a,b}` and `\` as usual.

/// How many steps a match may take; patterns and paths of charts need some hundred.
const MAX_STEPS: usize = 1_000_000;

/// A pattern.
#[derive(Debug)]
pub(super) struct Glob {
    tokens: Vec<Token>,
}

#[derive(Debug)]
enum Token {
    Literal(char),
    /// `?`: one character but a slash.
    One,
    /// `*`: any characters but slashes.
    Star,
    /// `**`: any characters.
    Super,
    Class {
        is_negated: bool,
        ranges: Vec<(char, char)>,
    },
    Alternatives(Vec<Vec<Self>>),
}

impl Glob {
    /// Reads a pattern; a malformed one matches everything, as in Helm.
    pub(super) fn parse(pattern: &str) -> Self {
        let characters: Vec<char> = pattern.chars().collect();
        let mut position = 0;
        match sequence(&characters, &mut position, 0) {
            Some(tokens) if position == characters.len() => Self { tokens },
            _ => Self {
                tokens: vec![Token::Super],
            },
        }
    }

    /// Whether a path matches.
    pub(super) fn matches(&self, path: &str) -> Result<bool, &'static str> {
        let characters: Vec<char> = path.chars().collect();
        let mut matcher = Matcher {
            text: &characters,
            steps: 0,
        };
        let result = matcher.run(&[&self.tokens], 0);
        if matcher.steps > MAX_STEPS {
            Err("glob pattern takes too many steps")
        } else {
            Ok(result)
        }
    }
}

/// Reads tokens up to the end, or to `,` or `}` within alternatives.
fn sequence(text: &[char], position: &mut usize, depth: usize) -> Option<Vec<Token>> {
    // Helm's patterns do not nest; the bound is for those who try.
    if depth > 20 {
        return None;
    }
    let mut tokens = Vec::new();
    while let Some(character) = text.get(*position).copied() {
        match character {
            ',' | '}' if depth > 0 => break,
            '*' => {
                let run = text[*position..].iter().take_while(|c| **c == '*').count();
                *position += run;
                tokens.push(if run > 1 { Token::Super } else { Token::Star });
                continue;
            }
            '?' => tokens.push(Token::One),
            '[' => {
                *position += 1;
                tokens.push(class(text, position)?);
                continue;
            }
            '{' => {
                let mut alternatives = Vec::new();
                loop {
                    *position += 1;
                    alternatives.push(sequence(text, position, depth + 1)?);
                    match text.get(*position)? {
                        ',' => {}
                        _ => break,
                    }
                }
                tokens.push(Token::Alternatives(alternatives));
            }
            '\\' => {
                *position += 1;
                tokens.push(Token::Literal(*text.get(*position)?));
            }
            other => tokens.push(Token::Literal(other)),
        }
        *position += 1;
    }
    Some(tokens)
}

fn class(text: &[char], position: &mut usize) -> Option<Token> {
    let is_negated = text.get(*position) == Some(&'!');
    *position += usize::from(is_negated);
    let mut ranges = Vec::new();
    loop {
        let mut low = *text.get(*position)?;
        *position += 1;
        if low == ']' {
            break;
        }
        if low == '\\' {
            low = *text.get(*position)?;
            *position += 1;
        }
        if text.get(*position) == Some(&'-') && text.get(*position + 1).is_some_and(|c| *c != ']') {
            ranges.push((low, text[*position + 1]));
            *position += 2;
        } else {
            ranges.push((low, low));
        }
    }
    (!ranges.is_empty()).then_some(Token::Class { is_negated, ranges })
}

struct Matcher<'t> {
    text: &'t [char],
    steps: usize,
}

impl Matcher<'_> {
    /// Matches lists of tokens, the first list first, from a position to the end.
    fn run(&mut self, lists: &[&[Token]], position: usize) -> bool {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return false;
        }
        let Some((list, later)) = lists.split_first() else {
            return position == self.text.len();
        };
        let Some((token, rest)) = list.split_first() else {
            return self.run(later, position);
        };
        let next: Vec<&[Token]> = std::iter::once(rest).chain(later.iter().copied()).collect();
        let character = self.text.get(position).copied();
        match token {
            Token::Literal(expected) => {
                character == Some(*expected) && self.run(&next, position + 1)
            }
            Token::One => character.is_some_and(|c| c != '/') && self.run(&next, position + 1),
            Token::Class { is_negated, ranges } => {
                let is_in = character
                    .is_some_and(|c| ranges.iter().any(|(low, high)| *low <= c && c <= *high));
                character.is_some() && is_in != *is_negated && self.run(&next, position + 1)
            }
            Token::Star | Token::Super => {
                let crosses = matches!(token, Token::Super);
                let reach = self.text[position..]
                    .iter()
                    .take_while(|c| crosses || **c != '/')
                    .count();
                (0..=reach).any(|taken| self.run(&next, position + taken))
            }
            Token::Alternatives(alternatives) => alternatives.iter().any(|alternative| {
                let lists: Vec<&[Token]> = std::iter::once(alternative.as_slice())
                    .chain(next.iter().copied())
                    .collect();
                self.run(&lists, position)
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, path: &str, expected: bool) {
        assert_eq!(
            Glob::parse(pattern).matches(path),
            Ok(expected),
            "{pattern} against {path}"
        );
    }

    #[test]
    fn stars_and_separators() {
        check("*.yaml", "a.yaml", true);
        check("*.yaml", "a/b.yaml", false);
        check("**.yaml", "a/b.yaml", true);
        check("config/**", "config/a/b", true);
        check("a?c", "a/c", false);
    }

    #[test]
    fn alternatives_and_classes() {
        check("{a,b/*}.txt", "b/x.txt", true);
        check("[a-c]x", "bx", true);
        check("[!a]x", "ax", false);
        check("[", "anything/at all", true);
    }
}
