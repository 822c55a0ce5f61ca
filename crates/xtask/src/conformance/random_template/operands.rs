//! What random templates pass to functions.
//!
//! `operands.txt` has a section for each sort, which begins with `##` and the letter of the sort. A line is an argument; a line
//! that begins with `@` is a call in which each `@x` stands for an argument of the sort `x`.

use std::collections::BTreeMap;

use super::super::chance::Chance;

const OPERANDS: &str = include_str!("operands.txt");

/// The arguments of a sort that stand alone, and the calls that yield one.
#[derive(Debug, Default)]
pub(super) struct Sort {
    pub(super) plain: Vec<&'static str>,
    pub(super) calls: Vec<&'static str>,
}

/// All sorts by their letters.
pub(super) fn sorts() -> BTreeMap<char, Sort> {
    let mut sorts: BTreeMap<char, Sort> = BTreeMap::new();
    let mut letter = 'a';
    for line in OPERANDS.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            letter = heading.chars().next().unwrap_or('a');
            continue;
        }
        let sort = sorts.entry(letter).or_default();
        match line.strip_prefix('@') {
            Some(call) => sort.calls.push(call),
            None => sort.plain.push(line),
        }
    }
    sorts
}

/// A string constant of pieces that mean something to YAML or to Go.
pub(super) fn hostile(chance: &mut Chance) -> String {
    const PIECES: &[&str] = &[
        ": ",
        "- ",
        "#",
        " #",
        " ",
        "\\n",
        "'",
        "\\\"",
        "yes",
        "0x1f",
        "1e3",
        "~",
        "é",
        "\\t",
        "%",
        "@",
        "&a",
        "*a",
        "!",
        "|",
        ">",
        ",",
        "[",
        "]",
        "{",
        "}",
        "?",
        "-",
        ":",
        "=",
        "<<",
        "null",
        "true",
        "1_000",
        "0o17",
        "1:30",
        "2020-01-01",
        ".5",
        "+.inf",
        "-.NaN",
        "0b1",
        "1e+6",
        "\\r",
        "\\\\",
        "word",
        "another",
        "\\u2028",
        "\\u00a0",
        "\\ufeff",
        "\\u0085",
        "😀",
        "aVeryLongWordThatGoesOnAndOnWithoutAnySpaceInItSoThatNothingCanBeFoldedHereAtAll",
        "...",
        "---",
        "`",
        "$x",
        "0",
        "12",
        "-1",
        "  ",
        "\\n\\n",
        "\\n ",
        "lorem ipsum dolor sit amet consectetur ",
        "\\x01",
        "\\x7f",
        "{{",
        "}}",
        "y",
        "No",
    ];
    let mut text = String::from("\"");
    for _ in 0..=chance.below(6) {
        text.push_str(chance.of(PIECES));
    }
    text.push('"');
    text
}

/// A verb of a format with flags, width and precision.
pub(super) fn verb(chance: &mut Chance) -> String {
    let mut text = String::from("%");
    for _ in 0..chance.below(3) {
        if chance.percent(50) {
            text.push_str(chance.of(&["-", "+", "#", " ", "0"]));
        }
    }
    if chance.percent(10) {
        text.push_str(chance.of(&["[1]", "[2]", "[3]", "[0]", "[x]", "[2]*"]));
    }
    if chance.percent(30) {
        text.push_str(chance.of(&["5", "12", "1", "*", "03", "20"]));
    }
    if chance.percent(25) {
        text.push_str(chance.of(&[".2", ".0", ".", ".10", ".*", ".3"]));
    }
    text.push_str(chance.of(&[
        "v", "v", "s", "s", "d", "q", "T", "t", "x", "X", "o", "O", "c", "b", "U", "e", "E", "f",
        "F", "g", "G", "%", "z", "!", "w", "k",
    ]));
    text
}
