//! URLs, taken apart and put together as Go's `net/url` does.

use super::super::{
    arguments::{Answer, map, string},
    eager,
};
use crate::{
    function::{CallError, Function, Type},
    runtime::Runtime,
    value::{Map, Value},
};

use Type::String;

pub(super) static TABLE: &[Function] = &[
    eager("urlJoin", &[Type::Map], join),
    eager("urlParse", &[String], parse),
];

fn refuse<T>(text: &str, problem: &str) -> Result<T, CallError> {
    let quoted = rheostat_gocompat::strconv::quote_str(text);
    Err(CallError::new(format!(
        "unable to parse url: parse {quoted}: {problem}"
    )))
}

fn parse(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let text = string(arguments, 0);
    if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
        return refuse(&text, "net/url: invalid control character in URL");
    }
    let (rest, fragment) = text.split_once('#').unwrap_or((&text, ""));
    let (scheme, rest) = match split_scheme(rest) {
        Ok(parts) => parts,
        Err(problem) => return refuse(&text, problem),
    };
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let has_opaque = !scheme.is_empty() && !rest.starts_with('/') && !rest.is_empty();
    let (authority, path) = match rest.strip_prefix("//") {
        Some(behind) if !has_opaque => behind.split_at(behind.find('/').unwrap_or(behind.len())),
        _ => ("", rest),
    };
    let (userinfo, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let path = if has_opaque { "" } else { path };
    let Some(path) = unescape(path) else {
        return refuse(&text, "invalid URL escape");
    };
    let parsed = Map::new();
    parsed.insert("scheme", scheme.to_ascii_lowercase());
    parsed.insert("host", host);
    parsed.insert("hostname", hostname(host));
    parsed.insert("path", path);
    parsed.insert("query", query);
    parsed.insert("opaque", if has_opaque { rest } else { "" });
    parsed.insert(
        "fragment",
        unescape(fragment).unwrap_or_else(|| fragment.to_owned()),
    );
    parsed.insert("userinfo", userinfo);
    Ok(Value::from(parsed))
}

fn split_scheme(text: &str) -> Result<(&str, &str), &'static str> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '-' | '.'));
    match end {
        Some(0) if text.starts_with(':') => Err("missing protocol scheme"),
        Some(end)
            if text[end..].starts_with(':')
                && text.starts_with(|c: char| c.is_ascii_alphabetic()) =>
        {
            Ok((&text[..end], &text[end + 1..]))
        }
        Some(end) if text[end..].starts_with(':') && !text[..end].contains('/') => {
            Err("first path segment in URL cannot contain colon")
        }
        _ => Ok(("", text)),
    }
}

/// The host without its port and without brackets.
fn hostname(host: &str) -> &str {
    if let Some(inner) = host.strip_prefix('[') {
        return inner.split(']').next().unwrap_or(inner);
    }
    host.rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(host, |(name, _)| name)
}

fn unescape(text: &str) -> Option<std::string::String> {
    let mut output = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            output.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?].map(|digit| char::from(digit).to_digit(16));
        let [Some(high), Some(low)] = digits else {
            return None;
        };
        output.push(u8::try_from(high << 4 | low).ok()?);
    }
    Some(std::string::String::from_utf8_lossy(&output).into_owned())
}

/// Escapes what may not stand in a path or fragment.
fn escape(text: &str) -> std::string::String {
    let mut output = std::string::String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@!'()*".contains(&byte) {
            output.push(char::from(byte));
        } else {
            output.push_str(&["%", &format!("{byte:02X}")].concat());
        }
    }
    output
}

fn part(map: &Map, key: &str) -> Result<std::string::String, CallError> {
    match map.get(key.as_bytes()) {
        None => Ok(std::string::String::new()),
        Some(Value::String(text)) => Ok(text.to_str().into_owned()),
        Some(other) => Err(CallError::new(format!(
            "unable to parse {key} key, must be of type string, but {} found",
            other.kind_name()
        ))),
    }
}

fn join(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let empty = std::sync::Arc::new(Map::new());
    let map = map(arguments, 0).unwrap_or(empty);
    let mut output = std::string::String::new();
    let (scheme, host, path) = (
        part(&map, "scheme")?,
        part(&map, "host")?,
        part(&map, "path")?,
    );
    let (query, opaque, fragment) = (
        part(&map, "query")?,
        part(&map, "opaque")?,
        part(&map, "fragment")?,
    );
    let userinfo = part(&map, "userinfo")?;
    if !scheme.is_empty() {
        output.extend([&scheme, ":"]);
    }
    if opaque.is_empty() {
        if !scheme.is_empty() || !host.is_empty() || !userinfo.is_empty() {
            if !host.is_empty() || !path.is_empty() || !userinfo.is_empty() {
                output.push_str("//");
            }
            if !userinfo.is_empty() {
                output.extend([&userinfo, "@"]);
            }
            output.push_str(&host);
        }
        let path = escape(&path);
        if !path.is_empty() && !path.starts_with('/') && !host.is_empty() {
            output.push('/');
        }
        output.push_str(&path);
    } else {
        output.push_str(&opaque);
    }
    if !query.is_empty() {
        output.extend(["?", &query]);
    }
    if !fragment.is_empty() {
        output.extend(["#", &escape(&fragment)]);
    }
    Ok(Value::from(output))
}
