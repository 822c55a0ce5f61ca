//! The compact form in which the embedded schema is kept.
//!
//! A line is a definition: the resources that it describes (`apps/v1:Deployment,…`, may be empty), then its fields
//! as `name:shape`, all separated by spaces; `*` is the name of all other fields. A shape is
//!
//! * `.` for what has nothing below it,
//! * a number for the definition on that line, counted from 0,
//! * `{` and a shape for a map,
//! * `[` and a shape for a list, with `<keys>` between them if the list is merged.

use std::collections::HashMap;
use std::sync::OnceLock;

use smol_str::SmolStr;

use super::{Definition, Schema, Shape, Source};

/// Reads the embedded text, which `tests/tools/kyaml-schema` writes.
pub(super) fn read(text: &'static str) -> Schema {
    let mut schema = Schema::default();
    for (number, line) in text.lines().enumerate() {
        let (resources, fields) = line.split_once(' ').unwrap_or((line, ""));
        for resource in resources.split(',') {
            if let Some((api_version, kind)) = resource.split_once(':') {
                let resource = (api_version.into(), kind.into());
                schema.resources.insert(resource, number);
            }
        }
        let read = OnceLock::new();
        schema.definitions.push(Source::Text { fields, read });
    }
    schema
}

/// Reads the fields of a definition.
pub(super) fn definition(fields: &str) -> Definition {
    let columns = fields
        .split(' ')
        .filter_map(|column| column.split_once(':'));
    let mut fields: HashMap<SmolStr, Shape> = columns
        .map(|(name, code)| (name.into(), shape(code)))
        .collect();
    let additional = fields.remove("*");
    Definition { fields, additional }
}

fn shape(code: &str) -> Shape {
    if let Some(items) = code.strip_prefix('{') {
        let additional = Some(shape(items));
        return Shape::Object(Box::new(Definition {
            additional,
            ..Definition::default()
        }));
    }
    let Some(list) = code.strip_prefix('[') else {
        return code
            .parse()
            .map_or(Shape::Leaf, |number| Shape::Reference(Some(number)));
    };
    match list.strip_prefix('<').and_then(|list| list.split_once('>')) {
        Some((keys, items)) => {
            let keys = keys
                .split(',')
                .filter(|key| !key.is_empty())
                .map(SmolStr::from);
            Shape::List {
                merge: Some(keys.collect()),
                items: Box::new(shape(items)),
            }
        }
        None => Shape::List {
            merge: None,
            items: Box::new(shape(list)),
        },
    }
}
