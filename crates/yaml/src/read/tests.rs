use super::*;
use crate::{Position, emit};

/// The error of a text in both profiles.
#[track_caller]
fn check_error(text: &str, limits: &Limits, expected: &str) {
    for profile in [Profile::V2, Profile::V3] {
        let error = parse_stream(text.as_bytes(), profile, limits).expect_err("an error");
        assert_eq!(error.to_string(), expected, "{profile:?}");
    }
}

#[test]
fn nesting_is_bounded() {
    let limits = Limits::default();
    check_error(
        &"[".repeat(10_000),
        &limits,
        "yaml: exceeded max depth of 250",
    );
    check_error(
        &"{a: ".repeat(10_000),
        &limits,
        "yaml: exceeded max depth of 250",
    );
    let block: String = (0..1_000).map(|depth| " ".repeat(depth) + "a:\n").collect();
    check_error(&block, &limits, "yaml: line 251: exceeded max depth of 250");
    check_error(
        &"- ".repeat(10_000),
        &limits,
        "yaml: exceeded max depth of 250",
    );
    check_error(
        &format!(
            "a: &a {}\nb: {}*a{}",
            nested(200),
            "[".repeat(100),
            "]".repeat(100)
        ),
        &limits,
        "yaml: exceeded the limit of 250 levels of nesting",
    );
}

/// A flow sequence of so many levels.
fn nested(levels: usize) -> String {
    "[".repeat(levels) + &"]".repeat(levels)
}

#[test]
fn the_deepest_text_fits_the_stack() {
    let node = parse(nested(249).as_bytes(), Profile::V3, &Limits::default())
        .unwrap()
        .unwrap();
    let copy = node.clone();
    assert_eq!(
        emit::to_kustomize(&copy).unwrap(),
        "- ".repeat(248) + "[]\n"
    );
    assert_eq!(
        emit::to_kyaml(&copy, emit::SequenceIndent::Wide),
        nested(249) + "\n"
    );
    crate::json::from_node(&copy, Profile::V3).unwrap();
}

#[test]
fn aliases_are_bounded() {
    let mut lines = vec!["a0: &a0 [x, x, x, x, x, x, x, x, x, x]".to_owned()];
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        lines.push(format!("a{level}: &a{level} [{aliases}]"));
    }
    check_error(
        &lines.join("\n"),
        &Limits::default(),
        "yaml: document contains excessive aliasing",
    );
    check_error(
        "a: &a {b: *a}\n",
        &Limits::default(),
        "yaml: anchor 'a' value contains itself",
    );
}

#[test]
fn sizes_are_bounded() {
    let limits = Limits {
        bytes: 100,
        nodes: 10,
        documents: 2,
        ..Limits::default()
    };
    check_error(
        &"a".repeat(101),
        &limits,
        "yaml: exceeded the limit of 100 bytes",
    );
    check_error(
        "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]",
        &limits,
        "yaml: exceeded the limit of 10 nodes",
    );
    check_error(
        "--- 1\n--- 2\n--- 3\n",
        &limits,
        "yaml: exceeded the limit of 2 documents",
    );
}

#[test]
fn bytes_that_are_no_text() {
    let check = |bytes: &[u8], expected: &str| {
        let error = parse(bytes, Profile::V2, &Limits::default()).expect_err("an error");
        assert_eq!(error.to_string(), format!("yaml: {expected}"));
    };
    check(b"a: \0", "control characters are not allowed");
    check(b"\xFF", "invalid leading UTF-8 octet");
    check(b"\xC3(", "invalid trailing UTF-8 octet");
    check(b"\xE2\x82", "incomplete UTF-8 octet sequence");
    check(b"\xC0\x80", "invalid length of a UTF-8 sequence");
    check(b"\xED\xA0\x80", "invalid Unicode character");
    check(b"\xFF\xFEa", "incomplete UTF-16 character");
}

#[test]
fn utf16_is_read() {
    let utf16: Vec<u8> = "\u{FEFF}a: é"
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();
    let node = parse(&utf16, Profile::V3, &Limits::default())
        .unwrap()
        .unwrap();
    assert_eq!(node.get("a").and_then(Node::as_str), Some("é"));
}

#[test]
fn positions_are_those_of_the_text() {
    let node = parse(
        "a:\n- é: {b: 1}\n".as_bytes(),
        Profile::V3,
        &Limits::default(),
    )
    .unwrap()
    .unwrap();
    let inner = node
        .get("a")
        .and_then(Node::as_sequence)
        .and_then(|items| items[0].at(&["é", "b"]));
    assert_eq!(
        inner.map(Node::position),
        Some(Position {
            line: 2,
            column: 10
        })
    );
    let error = parse(b"a: 1\nb: [1", Profile::V3, &Limits::default()).expect_err("an error");
    assert_eq!(error.position(), Some(Position { line: 3, column: 1 }));
}
