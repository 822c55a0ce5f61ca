//! `--set` and its kin: paths with values, such as `a.b[0]=c,d={1,2}`.

use std::sync::Arc;

use rheostat_gocompat::strconv;
use rheostat_gotemplate::{List, Map, Value};
use thiserror::Error;

/// Helm's bound on an index.
const MAX_INDEX: usize = 65_536;

/// Helm's bound on names within names.
const MAX_NESTING: usize = 30;

/// A setting does not read; the texts are Helm's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct SetError(String);

/// What a value's text becomes.
#[derive(Clone, Copy)]
pub enum Setting<'a> {
    /// Booleans, null and integers where it reads as one, else a string.
    Typed,
    /// A string.
    String,
    /// The content of the file that the text names.
    File(&'a dyn Fn(&str) -> Result<String, String>),
}

impl std::fmt::Debug for Setting<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Typed => "Typed",
            Self::String => "String",
            Self::File(_) => "File",
        })
    }
}

/// Sets what a text such as `a.b=c,d=e` says.
///
/// # Errors
/// [`SetError`]; what came before the mistake is set.
pub fn set(target: &Arc<Map>, text: &str, setting: Setting<'_>) -> Result<(), SetError> {
    run(target, text, Kind::Text(setting))
}

/// Sets values that are JSON: `a.b={"c": 1}`.
///
/// # Errors
/// [`SetError`]; what came before the mistake is set.
pub fn set_json(target: &Arc<Map>, text: &str) -> Result<(), SetError> {
    run(target, text, Kind::Json)
}

/// Sets one value that is the rest of the text as it stands.
///
/// # Errors
/// [`SetError`].
pub fn set_literal(target: &Arc<Map>, text: &str) -> Result<(), SetError> {
    run(target, text, Kind::Literal)
}

fn run(target: &Arc<Map>, text: &str, kind: Kind<'_>) -> Result<(), SetError> {
    let mut parser = Parser { rest: text, kind };
    loop {
        match parser.key(target, 0) {
            Ok(()) => {}
            Err(Stop::End) => return Ok(()),
            Err(Stop::Problem(problem)) => return Err(SetError(problem)),
        }
    }
}

#[derive(Clone, Copy)]
enum Kind<'a> {
    Text(Setting<'a>),
    Json,
    Literal,
}

/// Why the parser returns.
enum Stop {
    /// The text has come to its end.
    End,
    Problem(String),
}

fn problem<T>(text: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Problem(text.into()))
}

fn conversion<T>(value: &Value, expected: &str) -> Result<T, Stop> {
    let actual = if value.is_nil() {
        "nil".into()
    } else {
        value.type_name()
    };
    problem(format!(
        "unable to parse key: interface conversion: interface {{}} is {actual}, not {expected}"
    ))
}

/// An empty key sets nothing.
fn put(target: &Map, key: &str, value: Value) {
    if !key.is_empty() {
        target.insert(key, value);
    }
}

struct Parser<'a> {
    rest: &'a str,
    kind: Kind<'a>,
}

impl Parser<'_> {
    /// Reads up to one of the marks, taking escapes out; answers the mark, or none at the end.
    fn until(&mut self, marks: &str) -> (String, Option<char>) {
        let mut output = String::new();
        let mut characters = self.rest.chars();
        let is_escaped = !matches!(self.kind, Kind::Literal);
        while let Some(character) = characters.next() {
            self.rest = characters.as_str();
            if marks.contains(character) {
                return (output, Some(character));
            }
            if character == '\\' && is_escaped {
                let next = characters.next();
                self.rest = characters.as_str();
                output.extend(next);
                if next.is_none() {
                    break;
                }
            } else {
                output.push(character);
            }
        }
        self.rest = "";
        (output, None)
    }

    fn key(&mut self, target: &Arc<Map>, nesting: usize) -> Result<(), Stop> {
        let (key, mark) = self.until("=[,.");
        match mark {
            None if key.is_empty() => Err(Stop::End),
            None => problem(format!("key {} has no value", strconv::quote_str(&key))),
            Some('[') => {
                let index = self.index()?;
                let list = match target.get(key.as_bytes()) {
                    None => Vec::new(),
                    Some(Value::List(list)) => list.to_vec(),
                    Some(other) => return conversion(&other, "[]interface {}"),
                };
                let mut list = list;
                let result = self.item(&mut list, index, nesting);
                put(target, &key, Value::List(Arc::new(List::new(list))));
                result
            }
            Some('=') => {
                let (value, end) = self.value()?;
                put(target, &key, value);
                if end { Err(Stop::End) } else { Ok(()) }
            }
            Some(',') => {
                put(target, &key, Value::from(""));
                problem(format!(
                    "key {} has no value (cannot end with ,)",
                    strconv::quote_str(&key)
                ))
            }
            Some(_) => self.nested(target, &key, nesting + 1),
        }
    }

    fn nested(&mut self, target: &Arc<Map>, key: &str, nesting: usize) -> Result<(), Stop> {
        if nesting > MAX_NESTING {
            return problem(format!(
                "value name nested level is greater than maximum supported nested level of {MAX_NESTING}"
            ));
        }
        let inner = match target.get(key.as_bytes()) {
            None => Arc::new(Map::new()),
            Some(Value::Map(inner)) => inner,
            Some(other) => return conversion(&other, "map[string]interface {}"),
        };
        let result = self.key(&inner, nesting);
        if result.is_ok() && inner.is_empty() {
            return problem(format!("key map {} has no value", strconv::quote_str(key)));
        }
        if !inner.is_empty() {
            put(target, key, Value::Map(inner));
        }
        result
    }

    fn index(&mut self) -> Result<i64, Stop> {
        let (text, mark) = self.until("]");
        if mark.is_none() {
            return problem("error parsing index: EOF");
        }
        strconv::parse_int(&text, 10).or_else(|error| {
            problem(format!(
                "error parsing index: strconv.Atoi: parsing {}: {error}",
                strconv::quote_str(&text)
            ))
        })
    }

    fn item(&mut self, list: &mut Vec<Value>, index: i64, nesting: usize) -> Result<(), Stop> {
        if nesting > MAX_NESTING {
            return problem(format!(
                "value name nested level is greater than maximum supported nested level of {MAX_NESTING}"
            ));
        }
        let Ok(position) = usize::try_from(index) else {
            return problem(format!("negative {index} index not allowed"));
        };
        let (text, mark) = self.until("[.=");
        if !text.is_empty() {
            return problem(format!(
                "unexpected data at end of array index: {}",
                strconv::quote_str(&text)
            ));
        }
        let present = list.get(position).cloned();
        match mark {
            None => Err(Stop::End),
            Some('=') => {
                let (value, end) = self.value()?;
                put_at(list, position, value)?;
                if end { Err(Stop::End) } else { Ok(()) }
            }
            Some('[') => {
                let inner_index = self.index()?;
                let mut inner = match present {
                    Some(Value::List(inner)) => inner.to_vec(),
                    None | Some(Value::Nil) => Vec::new(),
                    Some(other) => return conversion(&other, "[]interface {}"),
                };
                self.item(&mut inner, inner_index, nesting + 1)?;
                put_at(list, position, Value::List(Arc::new(List::new(inner))))
            }
            Some(_) => {
                let inner = match present {
                    Some(Value::Map(inner)) => inner,
                    _ => Arc::new(Map::new()),
                };
                let result = self.key(&inner, nesting);
                if matches!(result, Err(Stop::Problem(_))) {
                    return result;
                }
                put_at(list, position, Value::Map(inner))?;
                result
            }
        }
    }

    /// Reads a value; tells whether it was the last.
    fn value(&mut self) -> Result<(Value, bool), Stop> {
        match self.kind {
            Kind::Literal => Ok((Value::from(std::mem::take(&mut self.rest)), true)),
            Kind::Json => self.json(),
            Kind::Text(setting) => self.text_value(setting),
        }
    }

    fn text_value(&mut self, setting: Setting<'_>) -> Result<(Value, bool), Stop> {
        if self.rest.is_empty() {
            return Ok((Value::from(""), true));
        }
        if let Some(behind) = self.rest.strip_prefix('{') {
            self.rest = behind;
            return Ok((self.list(setting)?, false));
        }
        let (text, _) = self.until(",");
        Ok((converted(&text, setting)?, false))
    }

    fn list(&mut self, setting: Setting<'_>) -> Result<Value, Stop> {
        let mut items = Vec::new();
        loop {
            let (text, mark) = self.until(",}");
            let Some(mark) = mark else {
                return problem("list must terminate with '}'");
            };
            items.push(converted(&text, setting)?);
            if mark == '}' {
                self.rest = self.rest.strip_prefix(',').unwrap_or(self.rest);
                return Ok(Value::list(items));
            }
        }
    }

    fn json(&mut self) -> Result<(Value, bool), Stop> {
        if self.skip_to_value() {
            return Ok((Value::Nil, false));
        }
        let mut values =
            serde_json::Deserializer::from_str(self.rest).into_iter::<serde_json::Value>();
        let value = match values.next() {
            Some(Ok(value)) => value,
            Some(Err(error)) => return problem(error.to_string()),
            None => return problem("EOF"),
        };
        self.rest = &self.rest[values.byte_offset()..];
        self.skip_to_value();
        Ok((Value::from(value), false))
    }

    /// Skips white space; true where the value is over: at a comma or at the end.
    fn skip_to_value(&mut self) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(',') {
            Some(behind) => {
                self.rest = behind;
                true
            }
            None => self.rest.is_empty(),
        }
    }
}

fn put_at(list: &mut Vec<Value>, position: usize, value: Value) -> Result<(), Stop> {
    if position > MAX_INDEX {
        return problem(format!(
            "index of {position} is greater than maximum supported index of {MAX_INDEX}"
        ));
    }
    if list.len() <= position {
        list.resize(position + 1, Value::Nil);
    }
    list[position] = value;
    Ok(())
}

fn converted(text: &str, setting: Setting<'_>) -> Result<Value, Stop> {
    match setting {
        Setting::String => return Ok(Value::from(text)),
        Setting::File(read) => return read(text).map(Value::from).map_err(Stop::Problem),
        Setting::Typed => {}
    }
    Ok(match text.to_lowercase().as_str() {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "null" => Value::Nil,
        "0" => Value::Int64(0),
        // A leading zero may be part of a phone number.
        _ if !text.starts_with('0') => match strconv::parse_int(text, 10) {
            Ok(number) => Value::Int64(number),
            Err(_) => Value::from(text),
        },
        _ => Value::from(text),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks what `text` sets, as Go prints it, or what it is refused with.
    fn check(text: &str, expected: &str) {
        let target = Arc::new(Map::new());
        let result = set(&target, text, Setting::Typed);
        let printed = String::from_utf8(Value::Map(target).to_text().unwrap()).unwrap();
        assert_eq!(
            result.map_or_else(|error| error.to_string(), |()| printed),
            expected,
            "{text:?}"
        );
    }

    #[test]
    fn paths_and_types() {
        check(
            "a=1,b.c=true,d=null,e=01,f=1.5,g=",
            "map[a:1 b:map[c:true] d:<nil> e:01 f:1.5 g:]",
        );
        check(r"a\.b=c\,d", "map[a.b:c,d]");
        check("a={x,1,},b={}", "map[a:[x 1 ] b:[]]");
        check(
            "a[1].b=x,a[0]=y,c[0][1]=z",
            "map[a:[y map[b:x]] c:[[<nil> z]]]",
        );
    }

    #[test]
    fn mistakes_have_helms_text() {
        check("a", "key \"a\" has no value");
        check("a,b=1", "key \"a\" has no value (cannot end with ,)");
        check(
            "a[x]=1",
            "error parsing index: strconv.Atoi: parsing \"x\": invalid syntax",
        );
        check("a[-1]=1", "negative -1 index not allowed");
        check("a={1", "list must terminate with '}'");
        check(
            "a=1,a.b=2",
            "unable to parse key: interface conversion: interface {} is int64, not map[string]interface {}",
        );
        check(
            "a[70000]=1",
            "index of 70000 is greater than maximum supported index of 65536",
        );
    }

    #[test]
    fn json_and_literal_values() {
        let target = Arc::new(Map::new());
        set_json(&target, r#"a={"b": [1, null]},c[0]=2 ,d="#).unwrap();
        set_literal(&target, r"e.f=x,\y={z").unwrap();
        let printed = Value::Map(target).to_text().unwrap();
        assert_eq!(
            String::from_utf8(printed).unwrap(),
            r"map[a:map[b:[1 <nil>]] c:[2] d:<nil> e:map[f:x,\y={z]]"
        );
    }
}
