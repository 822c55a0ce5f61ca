//! URLs, taken apart and put together as Go's `net/url` does.

use rheostat_gocompat::url::Url;

use super::super::{
    arguments::{Answer, map, string},
    eager,
};
use crate::{
    function::{CallError, Function, Type},
    runtime::Runtime,
    text::Text,
    value::{Map, Value},
};

use Type::String;

pub(super) static TABLE: &[Function] = &[
    eager("urlJoin", &[Type::Map], join),
    eager("urlParse", &[String], parse),
];

fn parse(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let url = Url::parse(&string(arguments, 0))
        .map_err(|error| CallError::new(format!("unable to parse url: {error}")))?;
    let userinfo = url.user.as_ref().map(ToString::to_string);
    let parsed = Map::new();
    parsed.insert("hostname", Text::from(url.hostname()));
    parsed.insert("scheme", url.scheme);
    parsed.insert("host", Text::from(url.host));
    parsed.insert("path", Text::from(url.path));
    parsed.insert("query", url.query);
    parsed.insert("opaque", url.opaque);
    parsed.insert("fragment", Text::from(url.fragment));
    parsed.insert("userinfo", userinfo.unwrap_or_default());
    Ok(Value::from(parsed))
}

fn join(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let Some(parts) = map(arguments, 0) else {
        return Ok(Value::from(""));
    };
    let part = |key: &str| match parts.get(key.as_bytes()) {
        None => Ok(Text::default()),
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(CallError::new(format!(
            "unable to parse {key} key, must be of type string, but {} found",
            other.kind_name()
        ))),
    };
    let text = |key: &str| part(key).map(|text| text.to_str().into_owned());
    let mut url = Url {
        scheme: text("scheme")?,
        host: part("host")?.to_vec(),
        path: part("path")?.to_vec(),
        query: text("query")?,
        opaque: text("opaque")?,
        fragment: part("fragment")?.to_vec(),
        user: None,
    };
    let userinfo = text("userinfo")?;
    if !userinfo.is_empty() {
        let parsed = Url::parse(&format!("proto://{userinfo}@host")).map_err(|error| {
            CallError::new(format!("unable to parse userinfo in dict: {error}"))
        })?;
        url.user = parsed.user;
    }
    Ok(Value::from(url.to_string()))
}
