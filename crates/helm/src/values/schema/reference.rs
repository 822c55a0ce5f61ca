//! References within a schema.

use serde_json::Value as Json;

/// The part of a schema that a reference names: a pointer or an anchor within the document. Anything else is refused.
pub(super) fn resolve<'s>(root: &'s Json, reference: &str) -> Result<&'s Json, String> {
    let (document, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let own = ["$id", "id"]
        .iter()
        .find_map(|key| root.get(*key))
        .and_then(Json::as_str)
        .unwrap_or_default();
    if !document.is_empty() && document != own.trim_end_matches('#') {
        return Err(format!(
            "reference to another document is not supported: {reference}"
        ));
    }
    let missing = || format!("reference to nothing: {reference}");
    if fragment.is_empty() {
        return Ok(root);
    }
    if fragment.starts_with('/') {
        let pointer = percent_decoded(fragment).ok_or_else(missing)?;
        return root.pointer(&pointer).ok_or_else(missing);
    }
    anchor(root, fragment, 0).ok_or_else(missing)
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut output = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digits = [bytes.next()?, bytes.next()?];
            let digits = std::str::from_utf8(&digits).ok()?.to_owned();
            output.push(u8::from_str_radix(&digits, 16).ok()?);
        } else {
            output.push(byte);
        }
    }
    String::from_utf8(output).ok()
}

/// The first part with this name.
fn anchor<'s>(schema: &'s Json, name: &str, depth: usize) -> Option<&'s Json> {
    if depth > super::check::MAX_DEPTH {
        return None;
    }
    let is_named = |key: &str, text: &str| schema.get(key).and_then(Json::as_str) == Some(text);
    if is_named("$anchor", name)
        || is_named("$id", &format!("#{name}"))
        || is_named("id", &format!("#{name}"))
    {
        return Some(schema);
    }
    match schema {
        Json::Object(fields) => fields
            .values()
            .find_map(|inner| anchor(inner, name, depth + 1)),
        Json::Array(items) => items
            .iter()
            .find_map(|inner| anchor(inner, name, depth + 1)),
        _ => None,
    }
}
