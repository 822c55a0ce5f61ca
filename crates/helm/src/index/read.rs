//! From text to an index, one entry at a time.

use std::fmt;

use rheostat_gocompat::json::kind;
use rheostat_yaml::{Limits, Node, Profile, Step, json, parse_in_parts};
use serde::Deserializer;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::fields::{HEAD, Reading};
use super::{Index, IndexError};

/// Where the entries of charts are.
const ENTRIES: &str = "entries";

/// Nodes for each byte of a text: an empty value has none, and so has what an alias repeats.
const NODES_FOR_A_BYTE: usize = 2;

pub(super) fn read(bytes: &[u8]) -> Result<Index, IndexError> {
    if bytes.is_empty() {
        return Err(IndexError::Empty);
    }
    let is_json = bytes.trim_ascii_start().starts_with(b"{")
        && serde_json::from_slice::<IgnoredAny>(bytes).is_ok();
    if is_json {
        read_json(bytes)
    } else {
        read_yaml(bytes)
    }
}

fn read_yaml(bytes: &[u8]) -> Result<Index, IndexError> {
    let limits = Limits {
        bytes: bytes.len(),
        nodes: bytes.len().saturating_mul(NODES_FOR_A_BYTE),
        ..Limits::default()
    };
    let mut index = Index::default();
    let mut problem = None;
    let path = [Step::Key(ENTRIES), Step::EachKey, Step::EachItem];
    let rest = parse_in_parts(bytes, &limits, &path, &mut |chart, node| {
        if problem.is_none() {
            problem = index.add_node(chart, &node).err();
        }
    })?;
    if let Some(problem) = problem {
        return Err(problem);
    }
    let rest = match rest {
        Some(node) => json::from_node(&node, Profile::V2)?,
        None => Value::Null,
    };
    index.add_rest(rest).map_err(|problem| IndexError::Field {
        is_yaml: true,
        problem,
    })?;
    Ok(index)
}

impl Index {
    fn add_node(&mut self, chart: &str, node: &Node) -> Result<(), IndexError> {
        let entry = json::from_node(node, Profile::V2)?;
        self.add(chart, entry, true)
            .map_err(|problem| IndexError::Field {
                is_yaml: true,
                problem,
            })
    }

    /// Takes up what is left of a document once its entries are handed over.
    fn add_rest(&mut self, rest: Value) -> Result<(), String> {
        let fields = match rest {
            Value::Object(fields) => fields,
            Value::Null => return Ok(()),
            other => return Err(no_index(&other)),
        };
        for (key, value) in fields {
            if key.eq_ignore_ascii_case(ENTRIES) {
                self.add_charts(value)?;
            } else {
                self.head.add(&key, value, true)?;
            }
        }
        Ok(())
    }

    /// Takes up charts whose entries were not handed over, or only in part: a null stands for those that were.
    fn add_charts(&mut self, charts: Value) -> Result<(), String> {
        let charts = match charts {
            Value::Object(charts) => charts,
            Value::Null => return Ok(()),
            other => return Err(no_charts(&other)),
        };
        self.head.has_entries = true;
        for (chart, entries) in charts {
            self.versions_of(&chart);
            match entries {
                Value::Array(entries) => {
                    for entry in entries.into_iter().filter(|entry| !entry.is_null()) {
                        self.add(&chart, entry, true)?;
                    }
                }
                Value::Null => {}
                other => return Err(no_versions(&other)),
            }
        }
        Ok(())
    }
}

impl super::Head {
    fn add(&mut self, key: &str, value: Value, is_yaml: bool) -> Result<(), String> {
        let reading = Reading {
            is_yaml,
            is_text_coerced: is_yaml,
        };
        let Some((name, shape)) = HEAD.find(key) else {
            return reading.unknown(key);
        };
        let Some(value) = HEAD.checked(name, shape, value, reading)? else {
            return Ok(());
        };
        match (name, value) {
            ("serverInfo", Value::Object(info)) => self.server_info = Some(info),
            ("apiVersion", Value::String(version)) => self.api_version = version,
            ("generated", Value::String(moment)) => self.generated = moment,
            ("publicKeys", Value::Array(keys)) => self.public_keys = texts(keys),
            ("annotations", Value::Object(entries)) => self.annotations = text_map(entries),
            // The shapes of the fields leave nothing else.
            _ => {}
        }
        Ok(())
    }
}

fn texts(items: Vec<Value>) -> Vec<String> {
    let text = |item: Value| match item {
        Value::String(text) => text,
        _ => String::new(),
    };
    items.into_iter().map(text).collect()
}

fn text_map(entries: Map<String, Value>) -> std::collections::BTreeMap<String, String> {
    let (keys, values): (Vec<String>, Vec<Value>) = entries.into_iter().unzip();
    keys.into_iter().zip(texts(values)).collect()
}

fn no_index(found: &Value) -> String {
    format!(
        "json: cannot unmarshal {} into Go value of type repo.IndexFile",
        kind(found)
    )
}

fn no_charts(found: &Value) -> String {
    format!(
        "json: cannot unmarshal {} into Go struct field IndexFile.entries of type map[string]repo.ChartVersions",
        kind(found)
    )
}

fn no_versions(found: &Value) -> String {
    format!(
        "json: cannot unmarshal {} into Go struct field IndexFile.entries of type repo.ChartVersions",
        kind(found)
    )
}

fn read_json(bytes: &[u8]) -> Result<Index, IndexError> {
    let mut index = Index::default();
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let read = Document(&mut index).deserialize(&mut deserializer);
    read.map_err(|error| IndexError::Field {
        is_yaml: false,
        problem: without_place(&error),
    })?;
    Ok(index)
}

/// What is wrong, without the place that the library adds.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}

/// The index as a whole.
struct Document<'i>(&'i mut Index);
/// Its entries.
struct Charts<'i>(&'i mut Index);
/// The entries of one chart.
struct Versions<'i>(&'i mut Index, String);

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an index")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key.eq_ignore_ascii_case(ENTRIES) {
                map.next_value_seed(Charts(self.0))?;
            } else {
                let value = map.next_value()?;
                let added = self.0.head.add(&key, value, false);
                added.map_err(A::Error::custom)?;
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Charts<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Charts<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("charts with their versions")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.0.head.has_entries = true;
        while let Some(chart) = map.next_key::<String>()? {
            // The last of several equal keys counts.
            self.0.versions_of(&chart).clear();
            map.next_value_seed(Versions(self.0, chart))?;
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Versions<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Versions<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("versions of a chart")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Self(index, chart) = self;
        while let Some(entry) = items.next_element::<Value>()? {
            index.add(&chart, entry, false).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}
