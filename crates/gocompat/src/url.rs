//! URLs as Go's package `net/url` reads and writes them.
//!
//! Absent: resolving references, and query strings as sets of values.

mod escape;

use std::fmt;
use std::net::IpAddr;

use thiserror::Error;

use crate::strconv;
use escape::{Mode, escape, unescape};

/// A URL, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Url {
    /// What stands before the first colon, in lower case.
    pub scheme: String,
    /// What follows a scheme without a slash, as it was written.
    pub opaque: String,
    /// Who asks.
    pub user: Option<UserInfo>,
    /// Host and port.
    pub host: Vec<u8>,
    /// The path, decoded.
    pub path: Vec<u8>,
    /// What stands behind the question mark, as it was written.
    pub query: String,
    /// What stands behind the number sign, decoded.
    pub fragment: Vec<u8>,
}

/// A user and perhaps a password, decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserInfo {
    /// The name.
    pub name: Vec<u8>,
    /// The password, if there is a colon behind the name.
    pub password: Option<Vec<u8>>,
}

/// A text is no URL; the text is Go's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("parse {}: {problem}", strconv::quote_str(.text))]
pub struct ParseError {
    text: String,
    problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum Problem {
    #[error("net/url: invalid control character in URL")]
    ControlCharacter,
    #[error("missing protocol scheme")]
    MissingScheme,
    #[error("first path segment in URL cannot contain colon")]
    ColonInFirstSegment,
    #[error("net/url: invalid userinfo")]
    UserInfo,
    #[error("invalid IP-literal")]
    IpLiteral,
    #[error("missing ']' in host")]
    MissingBracket,
    #[error("invalid port {} after host", strconv::quote_str(.0))]
    Port(String),
    #[error("invalid host: ParseAddr({}): unable to parse IP", strconv::quote_str(.0))]
    Host(String),
    #[error("invalid URL escape {}", strconv::quote(.0))]
    Escape(Vec<u8>),
    #[error("invalid character {} in host name", strconv::quote(.0))]
    HostCharacter(Vec<u8>),
}

impl Url {
    /// Reads a URL or a relative reference.
    ///
    /// # Errors
    /// [`ParseError`].
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let (before, fragment) = text.split_once('#').unwrap_or((text, ""));
        let fail = |text: &str, problem| ParseError {
            text: text.to_owned(),
            problem,
        };
        let mut url = Self::without_fragment(before).map_err(|problem| fail(before, problem))?;
        url.fragment = unescape(fragment, Mode::Fragment).map_err(|problem| fail(text, problem))?;
        Ok(url)
    }

    fn without_fragment(text: &str) -> Result<Self, Problem> {
        if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
            return Err(Problem::ControlCharacter);
        }
        let mut url = Self::default();
        let (scheme, rest) = split_scheme(text)?;
        url.scheme = scheme.to_ascii_lowercase();
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        query.clone_into(&mut url.query);
        if !rest.starts_with('/') {
            if !scheme.is_empty() {
                rest.clone_into(&mut url.opaque);
                return Ok(url);
            }
            // Else it would read as a scheme.
            if rest
                .split('/')
                .next()
                .is_some_and(|first| first.contains(':'))
            {
                return Err(Problem::ColonInFirstSegment);
            }
        }
        let mut path = rest;
        if let Some(behind) = rest.strip_prefix("//")
            && (!scheme.is_empty() || !behind.starts_with('/'))
        {
            let (authority, after) = behind.split_at(behind.find('/').unwrap_or(behind.len()));
            path = after;
            url.take_authority(authority)?;
        }
        url.path = unescape(path, Mode::Path)?;
        Ok(url)
    }

    fn take_authority(&mut self, authority: &str) -> Result<(), Problem> {
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, authority),
        };
        self.host = parse_host(&self.scheme, host)?;
        self.user = user.map(UserInfo::parse).transpose()?;
        Ok(())
    }

    /// The host without its port and without the brackets of an IPv6 address.
    pub fn hostname(&self) -> &[u8] {
        let host = self.host.as_slice();
        let colon = host.iter().rposition(|byte| *byte == b':');
        let name = match colon {
            Some(colon) if host[colon + 1..].iter().all(u8::is_ascii_digit) => &host[..colon],
            _ => host,
        };
        name.strip_prefix(b"[")
            .and_then(|name| name.strip_suffix(b"]"))
            .unwrap_or(name)
    }
}

impl UserInfo {
    fn parse(text: &str) -> Result<Self, Problem> {
        let is_allowed =
            |byte: u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&byte);
        if !text.bytes().all(is_allowed) {
            return Err(Problem::UserInfo);
        }
        let (name, password) = match text.split_once(':') {
            Some((name, password)) => (name, Some(password)),
            None => (text, None),
        };
        Ok(Self {
            name: unescape(name, Mode::User)?,
            password: password
                .map(|password| unescape(password, Mode::User))
                .transpose()?,
        })
    }
}

impl fmt::Display for UserInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escape(&self.name, Mode::User))?;
        match &self.password {
            Some(password) => write!(f, ":{}", escape(password, Mode::User)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.scheme.is_empty() {
            write!(f, "{}:", self.scheme)?;
        }
        if self.opaque.is_empty() {
            self.write_hierarchy(f)?;
        } else {
            f.write_str(&self.opaque)?;
        }
        if !self.query.is_empty() {
            write!(f, "?{}", self.query)?;
        }
        if !self.fragment.is_empty() {
            write!(f, "#{}", escape(&self.fragment, Mode::Fragment))?;
        }
        Ok(())
    }
}

impl Url {
    fn write_hierarchy(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let has_authority = !self.host.is_empty() || self.user.is_some();
        if has_authority || (!self.scheme.is_empty() && !self.path.is_empty()) {
            f.write_str("//")?;
        }
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        f.write_str(&escape(&self.host, Mode::Host))?;
        let path = if self.path == b"*" {
            "*".to_owned()
        } else {
            escape(&self.path, Mode::Path)
        };
        let is_first = self.scheme.is_empty() && !has_authority;
        if !path.is_empty() && !path.starts_with('/') && !self.host.is_empty() {
            f.write_str("/")?;
        } else if is_first
            && path
                .split('/')
                .next()
                .is_some_and(|first| first.contains(':'))
        {
            f.write_str("./")?;
        }
        f.write_str(&path)
    }
}

/// What stands before the colon, and the rest; the whole text where there is no scheme.
fn split_scheme(text: &str) -> Result<(&str, &str), Problem> {
    let is_part =
        |c: char| c.is_ascii_alphabetic() || c.is_ascii_digit() || matches!(c, '+' | '-' | '.');
    match text.find(|c| !is_part(c)) {
        Some(end) if text[end..].starts_with(':') => {
            if end == 0 {
                return Err(Problem::MissingScheme);
            }
            if text.starts_with(|c: char| c.is_ascii_alphabetic()) {
                return Ok((&text[..end], &text[end + 1..]));
            }
            Ok(("", text))
        }
        _ => Ok(("", text)),
    }
}

fn parse_host(scheme: &str, host: &str) -> Result<Vec<u8>, Problem> {
    match host.rfind('[') {
        Some(0) => return parse_bracketed(host),
        Some(_) => return Err(Problem::IpLiteral),
        None => {}
    }
    if let Some(first) = host.find(':') {
        // Databases list several hosts with their ports.
        let colon = if matches!(scheme, "http" | "https") {
            first
        } else {
            host.rfind(':').unwrap_or(first)
        };
        check_port(&host[colon..])?;
    }
    unescape(host, Mode::Host)
}

/// An IPv6 address in brackets, perhaps with a zone, and perhaps a port.
fn parse_bracketed(host: &str) -> Result<Vec<u8>, Problem> {
    let end = host.rfind(']').ok_or(Problem::MissingBracket)?;
    let (name, port) = (&host[1..end], &host[end + 1..]);
    check_port(port)?;
    let (address, zone) = name.split_at(name.find("%25").unwrap_or(name.len()));
    let mut output = unescape(address, Mode::Host)?;
    let address = String::from_utf8_lossy(&output).into_owned();
    output.extend(unescape(zone, Mode::Zone)?);
    match address.parse() {
        Ok(IpAddr::V6(_)) => {}
        Ok(IpAddr::V4(_)) => return Err(Problem::IpLiteral),
        Err(_) => return Err(Problem::Host(String::from_utf8_lossy(&output).into_owned())),
    }
    Ok([b"[", output.as_slice(), b"]", port.as_bytes()].concat())
}

fn check_port(port: &str) -> Result<(), Problem> {
    match port.strip_prefix(':') {
        None if port.is_empty() => Ok(()),
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Ok(()),
        _ => Err(Problem::Port(port.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let actual = match Url::parse(text) {
            Ok(url) => url.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(actual, expected, "{text}");
    }

    #[test]
    fn urls_come_back() {
        for text in [
            "http://example.com",
            "https://u:p@host.example:8080/p/a?q=1#f",
            "mailto:a@b.c",
            "http://[::1]:80/",
            "/path/only?x=1",
            "//h/p",
            "",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn mistakes_are_told_in_the_words_of_go() {
        check("://bad", "parse \"://bad\": missing protocol scheme");
        check(
            "http://h/%zz",
            "parse \"http://h/%zz\": invalid URL escape \"%zz\"",
        );
        check(
            "http://a b/",
            "parse \"http://a b/\": invalid character \" \" in host name",
        );
        check(
            "http://h:port/",
            "parse \"http://h:port/\": invalid port \":port\" after host",
        );
        check(
            "a:b/c d\n",
            "parse \"a:b/c d\\n\": net/url: invalid control character in URL",
        );
    }
}
