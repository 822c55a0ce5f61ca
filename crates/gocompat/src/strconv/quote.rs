//! Go string and character literals.

use super::printable::RANGES;

/// Whether Go prints `character` as it is (`strconv.IsPrint`).
pub fn is_printable(character: char) -> bool {
    let point = u32::from(character);
    let index = RANGES.partition_point(|(_, last)| *last < point);
    RANGES.get(index).is_some_and(|(first, _)| *first <= point)
}

/// The double-quoted Go literal of a string of bytes (`strconv.Quote`).
pub fn quote(text: &[u8]) -> String {
    quote_with(text, '"', false)
}

/// The double-quoted Go literal of a text.
pub fn quote_str(text: &str) -> String {
    quote(text.as_bytes())
}

/// The double-quoted Go literal in ASCII only (`strconv.QuoteToASCII`).
pub fn quote_ascii(text: &[u8]) -> String {
    quote_with(text, '"', true)
}

/// The single-quoted literal of a character (`strconv.QuoteRune`); a number that is no character reads U+FFFD.
pub fn quote_rune(rune: i64) -> String {
    quote_one(rune, false)
}

/// The single-quoted literal of a character in ASCII only (`strconv.QuoteRuneToASCII`).
pub fn quote_rune_ascii(rune: i64) -> String {
    quote_one(rune, true)
}

/// Whether the text can stand unchanged between back quotes on one line (`strconv.CanBackquote`).
pub fn can_backquote(text: &[u8]) -> bool {
    let is_allowed =
        |c: char| c != '\u{feff}' && c != '`' && c != '\x7f' && (c >= ' ' || c == '\t');
    std::str::from_utf8(text).is_ok_and(|text| text.chars().all(is_allowed))
}

fn quote_one(rune: i64, ascii: bool) -> String {
    let character = u32::try_from(rune)
        .ok()
        .and_then(char::from_u32)
        .unwrap_or(char::REPLACEMENT_CHARACTER);
    let mut output = String::from("'");
    push_escaped(&mut output, character, '\'', ascii);
    output.push('\'');
    output
}

fn quote_with(text: &[u8], mark: char, ascii: bool) -> String {
    let mut output = String::with_capacity(text.len() + 2);
    output.push(mark);
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            push_escaped(&mut output, character, mark, ascii);
        }
        for byte in chunk.invalid() {
            push_hex(&mut output, 'x', 2, u32::from(*byte));
        }
    }
    output.push(mark);
    output
}

fn push_escaped(output: &mut String, character: char, mark: char, ascii: bool) {
    match character {
        '\\' => output.push_str("\\\\"),
        c if c == mark => output.extend(['\\', c]),
        c if is_printable(c) && (!ascii || c.is_ascii()) => output.push(c),
        '\x07' => output.push_str("\\a"),
        '\x08' => output.push_str("\\b"),
        '\x0c' => output.push_str("\\f"),
        '\n' => output.push_str("\\n"),
        '\r' => output.push_str("\\r"),
        '\t' => output.push_str("\\t"),
        '\x0b' => output.push_str("\\v"),
        c if c < ' ' || c == '\x7f' => push_hex(output, 'x', 2, c.into()),
        c if u32::from(c) < 0x10000 => push_hex(output, 'u', 4, c.into()),
        c => push_hex(output, 'U', 8, c.into()),
    }
}

fn push_hex(output: &mut String, mark: char, digits: u32, value: u32) {
    output.extend(['\\', mark]);
    let nibbles = (0..digits).rev().map(|place| value >> (4 * place) & 0xf);
    output.extend(nibbles.filter_map(|nibble| char::from_digit(nibble, 16)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &[u8], expected: &str) {
        assert_eq!(quote(text), expected);
    }

    #[test]
    fn strings_read_as_go_prints_them() {
        check(b"plain", r#""plain""#);
        check("é\u{a0}\u{feff}".as_bytes(), r#""é\u00a0\ufeff""#);
        check(b"a\"b\\c\n\x00\x7f", r#""a\"b\\c\n\x00\x7f""#);
        check(b"cut \xc3", r#""cut \xc3""#);
        check("\u{1f600}\u{e0001}".as_bytes(), "\"\u{1f600}\\U000e0001\"");
    }

    #[test]
    fn ascii_form_escapes_every_other_character() {
        assert_eq!(
            quote_ascii("é\u{1f600}".as_bytes()),
            r#""\u00e9\U0001f600""#
        );
    }

    #[test]
    fn runes_that_are_no_characters_are_replaced() {
        assert_eq!(quote_rune(i64::from(b'\'')), r"'\''");
        assert_eq!(quote_rune(0xD800), "'\u{fffd}'");
        assert_eq!(quote_rune(-1), "'\u{fffd}'");
    }
}
