//! Reading large documents: parts are handed over as soon as they are complete, and not kept.

use std::fmt;

use super::composer::Composer;
use super::{ReadError, input};
use crate::{Limits, Node, Profile};

/// A step on the way from the root to the parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'k> {
    /// The value under a key.
    Key(&'k str),
    /// The value under each key of a mapping.
    EachKey,
    /// Each element of a sequence.
    EachItem,
}

/// Reads the first document of a text in v2 and strictly, as Go's `yaml.UnmarshalStrict` does: a repeated key is an
/// error. What stands at the end of `path` is handed over as soon as it is complete, with the key of the innermost
/// [`Step::EachKey`], so that memory holds one part at a time.
///
/// Returns the rest of the document, in which a null stands for a part that was handed over under a key, and one null
/// for all those of a sequence. What is anchored above a part stays whole, and so do parts that a merge key brings.
///
/// # Errors
/// [`ReadError`], perhaps after parts were handed over.
pub fn parse_in_parts(
    bytes: &[u8],
    limits: &Limits,
    path: &[Step<'_>],
    take: &mut dyn FnMut(&str, Node),
) -> Result<Option<Node>, ReadError> {
    let text = input::decode(bytes, limits)?;
    let parts = Parts { path, take };
    Composer::new(&text, Profile::V2, limits)
        .strictly()
        .in_parts(parts)
        .next_document()
}

/// Where parts are, and who takes them.
pub(super) struct Parts<'a> {
    pub(super) path: &'a [Step<'a>],
    pub(super) take: &'a mut dyn FnMut(&str, Node),
}

impl fmt::Debug for Parts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    const ENTRIES: &[Step<'_>] = &[Step::Key("entries"), Step::EachKey, Step::EachItem];

    fn read(text: &str) -> (Vec<String>, Result<String, String>) {
        let mut parts = Vec::new();
        let to_json = |node: &Node| json::from_node(node, Profile::V2).map(|json| json.to_string());
        let rest = parse_in_parts(
            text.as_bytes(),
            &Limits::default(),
            ENTRIES,
            &mut |key, node| {
                parts.push(format!(
                    "{key}: {}",
                    to_json(&node).expect("JSON can express it")
                ));
            },
        );
        let rest = rest
            .map_err(|error| error.to_string())
            .map(|rest| to_json(&rest.expect("a document")).expect("JSON can express it"));
        (parts, rest)
    }

    fn check(text: &str, parts: &[&str], rest: &str) {
        let (found, left) = read(text);
        assert_eq!(found, parts, "{text}");
        assert_eq!(left.as_deref(), Ok(rest), "{text}");
    }

    #[test]
    fn parts_are_handed_over_and_the_rest_is_returned() {
        check(
            "entries:\n  b:\n  - v: 1\n  - v: 2\n  on: [{v: 3}, 4]\n  c: []\nother: [1]\n",
            &[
                r#"b: {"v":1}"#,
                r#"b: {"v":2}"#,
                r#"true: {"v":3}"#,
                "true: 4",
            ],
            r#"{"entries":{"b":[null],"c":[],"true":[null]},"other":[1]}"#,
        );
        check("entries: [1]\n", &[], r#"{"entries":[1]}"#);
        check(
            "entries: {a: {b: [1]}}\n",
            &[],
            r#"{"entries":{"a":{"b":[1]}}}"#,
        );
        check(
            "more: {entries: {a: [1]}}\n",
            &[],
            r#"{"more":{"entries":{"a":[1]}}}"#,
        );
    }

    #[test]
    fn what_is_anchored_stays_whole() {
        check(
            "entries:\n  a: &a\n  - 1\n  b: *a\n  c:\n  - &c {v: 1}\n  - *c\n",
            &[r#"c: {"v":1}"#, r#"c: {"v":1}"#],
            r#"{"entries":{"a":[1],"b":[1],"c":[null]}}"#,
        );
    }

    #[test]
    fn repeated_keys_are_refused() {
        for (text, line, key) in [
            ("a: 1\na:\n  b\n", 3, "a"),
            ("entries:\n  a:\n  - v: 1\n  a:\n  - v: 2\n", 5, "a"),
            ("entries:\n  a:\n  - v: 1\n    v: 1\n", 4, "v"),
        ] {
            let expected =
                format!("yaml: unmarshal errors:\n  line {line}: key {key:?} already set in map");
            assert_eq!(read(text).1, Err(expected), "{text}");
        }
    }
}
