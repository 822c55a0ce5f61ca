//! Label selectors in the syntax of Kubernetes: `app=web,tier in (a, b),!old`.
//!
//! The same syntax chooses by annotations. Keys and values must be valid
//! labels, even there.

use std::collections::BTreeSet;

/// Requirements that must all hold. The empty selector holds for everything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelSelector {
    requirements: Vec<Requirement>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Requirement {
    key: String,
    operator: Operator,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Operator {
    Exists,
    DoesNotExist,
    In(BTreeSet<String>),
    NotIn(BTreeSet<String>),
    GreaterThan(i64),
    LessThan(i64),
}

/// Why a text is no selector, in the words of Kubernetes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LabelSelectorError {
    /// Something stands where something else is expected.
    #[error("found '{found}', expected: {expected}")]
    Syntax {
        /// What stands there.
        found: String,
        /// What is expected.
        expected: &'static str,
    },
    /// A requirement does not parse.
    #[error("unable to parse requirement: {0}")]
    Requirement(String),
}

impl LabelSelector {
    /// Reads a selector.
    ///
    /// # Errors
    /// [`LabelSelectorError`] when the syntax is wrong, or a key or value is
    /// no valid label.
    pub fn parse(text: &str) -> Result<Self, LabelSelectorError> {
        let mut parser = Parser {
            tokens: tokenize(text),
            position: 0,
        };
        let mut requirements = Vec::new();
        loop {
            match parser.peek() {
                Token::End => break,
                Token::Word(_) | Token::Symbol("!") => {}
                other @ Token::Symbol(_) => {
                    return Err(unexpected(&other, "!, identifier, or 'end of string'"));
                }
            }
            let requirement = parser
                .requirement()
                .map_err(LabelSelectorError::Requirement)?;
            requirements.push(requirement);
            match parser.next() {
                Token::End => break,
                Token::Symbol(",") => match parser.peek() {
                    Token::Word(_) | Token::Symbol("!") => {}
                    other => return Err(unexpected(&other, "identifier after ','")),
                },
                other => return Err(unexpected(&other, "',' or 'end of string'")),
            }
        }
        Ok(Self { requirements })
    }

    /// Whether all requirements hold for the labels that `get` looks up.
    pub fn matches<'a>(&self, get: impl Fn(&str) -> Option<&'a str>) -> bool {
        self.requirements.iter().all(|requirement| {
            let value = get(&requirement.key);
            let number = || value.and_then(|text| text.parse::<i64>().ok());
            match &requirement.operator {
                Operator::Exists => value.is_some(),
                Operator::DoesNotExist => value.is_none(),
                Operator::In(values) => value.is_some_and(|value| values.contains(value)),
                Operator::NotIn(values) => value.is_none_or(|value| !values.contains(value)),
                Operator::GreaterThan(bound) => number().is_some_and(|number| number > *bound),
                Operator::LessThan(bound) => number().is_some_and(|number| number < *bound),
            }
        })
    }

    /// Whether there are no requirements.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }
}

fn unexpected(token: &Token, expected: &'static str) -> LabelSelectorError {
    LabelSelectorError::Syntax {
        found: token.text().to_owned(),
        expected,
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// An identifier, or one of the words `in` and `notin`.
    Word(String),
    Symbol(&'static str),
    End,
}

impl Token {
    fn text(&self) -> &str {
        match self {
            Self::Word(word) => word,
            Self::Symbol(symbol) => symbol,
            Self::End => "",
        }
    }
}

/// Longer symbols stand before those that they begin with.
const SYMBOLS: [&str; 9] = ["==", "!=", "=", "!", "(", ")", ",", ">", "<"];

fn tokenize(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start_matches([' ', '\t', '\r', '\n']);
    while !rest.is_empty() && !rest.starts_with('\0') {
        if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            tokens.push(Token::Symbol(symbol));
            rest = &rest[symbol.len()..];
        } else {
            let ends = |c: char| " \t\r\n=!(),><\0".contains(c);
            let (word, tail) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
            tokens.push(Token::Word(word.to_owned()));
            rest = tail;
        }
        rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }
    tokens
}

struct Parser {
    tokens: Vec<Token>,
    position: usize,
}

impl Parser {
    fn peek(&self) -> Token {
        self.tokens
            .get(self.position)
            .cloned()
            .unwrap_or(Token::End)
    }

    fn next(&mut self) -> Token {
        let token = self.peek();
        self.position += 1;
        token
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let mut token = self.next();
        let is_negated = token == Token::Symbol("!");
        if is_negated {
            token = self.next();
        }
        let Token::Word(key) = token else {
            return Err(format!("found '{}', expected: identifier", token.text()));
        };
        validate_key(&key)?;
        if is_negated {
            return Ok(Requirement {
                key,
                operator: Operator::DoesNotExist,
            });
        }
        if matches!(self.peek(), Token::End | Token::Symbol(",")) {
            return Ok(Requirement {
                key,
                operator: Operator::Exists,
            });
        }
        let operator = self.operator(&key)?;
        Ok(Requirement { key, operator })
    }

    fn operator(&mut self, key: &str) -> Result<Operator, String> {
        let token = self.next();
        match token.text() {
            "in" => Ok(Operator::In(self.values(key)?)),
            "notin" => Ok(Operator::NotIn(self.values(key)?)),
            "=" | "==" => Ok(Operator::In(BTreeSet::from([self.exact_value(key)?]))),
            "!=" => Ok(Operator::NotIn(BTreeSet::from([self.exact_value(key)?]))),
            ">" => Ok(Operator::GreaterThan(self.bound(key)?)),
            "<" => Ok(Operator::LessThan(self.bound(key)?)),
            found => Err(format!(
                "found '{found}', expected: '=', '!=', '==', 'in', notin'"
            )),
        }
    }

    fn exact_value(&mut self, key: &str) -> Result<String, String> {
        if matches!(self.peek(), Token::End | Token::Symbol(",")) {
            return Ok(String::new());
        }
        match self.next() {
            Token::Word(value) => validate_value(key, &value).map(|()| value),
            other => Err(format!("found '{}', expected: identifier", other.text())),
        }
    }

    fn bound(&mut self, key: &str) -> Result<i64, String> {
        let value = self.exact_value(key)?;
        let message = "for 'Gt', 'Lt' operators, the value must be an integer";
        value.parse().map_err(|_| message.to_owned())
    }

    /// `(a, b)`. Nothing between two separators is an empty value.
    fn values(&mut self, key: &str) -> Result<BTreeSet<String>, String> {
        let open = self.next();
        if open != Token::Symbol("(") {
            return Err(format!("found '{}' expected: '('", open.text()));
        }
        let mut values = BTreeSet::new();
        loop {
            match self.next() {
                Token::Word(value) => {
                    validate_value(key, &value)?;
                    values.insert(value);
                    match self.next() {
                        Token::Symbol(")") => return Ok(values),
                        Token::Symbol(",") if self.peek() != Token::Symbol(")") => {}
                        Token::Symbol(",") => {
                            values.insert(String::new());
                        }
                        other => {
                            return Err(format!("found '{}', expected: ',' or ')'", other.text()));
                        }
                    }
                }
                Token::Symbol(",") => {
                    values.insert(String::new());
                }
                Token::Symbol(")") => {
                    values.insert(String::new());
                    return Ok(values);
                }
                other => {
                    return Err(format!(
                        "found '{}', expected: ',', ')' or identifier",
                        other.text()
                    ));
                }
            }
        }
    }
}

/// Longest name of a label, and longest value, in bytes: the limit that the
/// API sets.
const MAX_LENGTH: usize = 63;
/// Longest prefix of a label's key in bytes: that of a DNS subdomain.
const MAX_PREFIX_LENGTH: usize = 253;

fn validate_key(key: &str) -> Result<(), String> {
    let fault = |reason: &str| Err(format!("invalid label key {key:?}: {reason}"));
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) if !name.contains('/') => (Some(prefix), name),
        Some(_) => return fault("a qualified name must have at most one '/'"),
        None => (None, key),
    };
    if prefix.is_some_and(|prefix| !is_subdomain(prefix)) {
        return fault("prefix part must be a lowercase RFC 1123 subdomain");
    }
    if name.is_empty() {
        return fault("name part must be non-empty");
    }
    if name.len() > MAX_LENGTH {
        return fault("name part must be no more than 63 characters");
    }
    if !is_word(name) {
        return fault(
            "name part must consist of alphanumeric characters, '-', '_' or '.', \
             and must start and end with an alphanumeric character",
        );
    }
    Ok(())
}

fn validate_value(key: &str, value: &str) -> Result<(), String> {
    let fault = |reason: &str| {
        Err(format!(
            "invalid label value: {value:?}: at key: {key:?}: {reason}"
        ))
    };
    if value.len() > MAX_LENGTH {
        return fault("must be no more than 63 characters");
    }
    if !value.is_empty() && !is_word(value) {
        return fault(
            "a valid label must be an empty string or consist of alphanumeric characters, \
             '-', '_' or '.', and must start and end with an alphanumeric character",
        );
    }
    Ok(())
}

fn is_word(text: &str) -> bool {
    let is_end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.chars().all(is_inner) && is_end(text.chars().next()) && is_end(text.chars().next_back())
}

fn is_subdomain(text: &str) -> bool {
    let is_lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_part = |part: &str| {
        part.starts_with(is_lower)
            && part.ends_with(is_lower)
            && part.chars().all(|c| is_lower(c) || c == '-')
    };
    text.len() <= MAX_PREFIX_LENGTH && text.split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(selector: &str, labels: &[(&str, &str)], expected: bool) {
        let parsed = LabelSelector::parse(selector).expect("a selector of the table");
        let get = |key: &str| {
            let found = labels.iter().find(|(name, _)| *name == key);
            found.map(|(_, value)| *value)
        };
        assert_eq!(parsed.matches(get), expected, "{selector} on {labels:?}");
    }

    #[test]
    fn requirements_are_joined_by_and() {
        let labels = [("app", "web"), ("n", "5")];
        check("", &labels, true);
        check("app=web,n==5", &labels, true);
        check("app=web,n!=5", &labels, false);
        check("app in (db, web)", &labels, true);
        check("app notin (db,web)", &labels, false);
        check("other notin (x)", &labels, true);
        check("!other,app", &labels, true);
        check("n>4,n<6", &labels, true);
        check("app=", &labels, false);
        check("app in (,web)", &labels, true);
    }

    #[test]
    fn refusals_say_what_is_expected() {
        let check = |selector: &str, expected: &str| {
            let error = LabelSelector::parse(selector).expect_err("no selector");
            assert!(error.to_string().contains(expected), "{selector}: {error}");
        };
        check("a,", "found '', expected: identifier after ','");
        check("a=b c", "found 'c', expected: ',' or 'end of string'");
        check(
            "=a",
            "found '=', expected: !, identifier, or 'end of string'",
        );
        check(
            "a=b/c",
            "unable to parse requirement: invalid label value: \"b/c\"",
        );
        check(
            "-a=b",
            "unable to parse requirement: invalid label key \"-a\"",
        );
        check("a in b", "found 'b' expected: '('");
        check("a>b", "the value must be an integer");
    }
}
