//! Reading Go string and character literals.

use thiserror::Error;

/// The text is no Go literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("invalid syntax")]
pub struct InvalidLiteral;

/// Reads a literal in double or back quotes, or a character in single quotes, with its quotes (`strconv.Unquote`).
///
/// # Errors
/// [`InvalidLiteral`] where Go refuses it.
pub fn unquote(literal: &str) -> Result<Vec<u8>, InvalidLiteral> {
    let mark = literal
        .chars()
        .next()
        .filter(|mark| matches!(mark, '"' | '`' | '\''))
        .ok_or(InvalidLiteral)?;
    let inner = literal[1..].strip_suffix(mark).ok_or(InvalidLiteral)?;
    if mark == '`' {
        // Go drops carriage returns from raw literals.
        let is_whole = !inner.contains('`');
        return is_whole
            .then(|| inner.bytes().filter(|byte| *byte != b'\r').collect())
            .ok_or(InvalidLiteral);
    }
    if inner.contains('\n') {
        return Err(InvalidLiteral);
    }
    if mark == '"' && !inner.contains(['\\', mark]) {
        return Ok(inner.into());
    }
    let mut output = Vec::with_capacity(inner.len());
    let mut rest = inner;
    let mut count = 0;
    while !rest.is_empty() {
        let (unit, behind) = next_unit(rest, mark)?;
        match unit {
            Unit::Byte(byte) => output.push(byte),
            Unit::Character(character) => {
                output.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        rest = behind;
        count += 1;
    }
    if mark == '\'' && count != 1 {
        Err(InvalidLiteral)
    } else {
        Ok(output)
    }
}

/// Reads the first character, escaped or not, of the inside of a literal in single quotes; answers its number and the rest.
///
/// # Errors
/// [`InvalidLiteral`] where nothing is left, at the closing quote, and at escapes that Go does not know.
pub fn unquote_char(text: &str) -> Result<(u32, &str), InvalidLiteral> {
    let (unit, rest) = next_unit(text, '\'')?;
    let value = match unit {
        Unit::Byte(byte) => u32::from(byte),
        Unit::Character(character) => u32::from(character),
    };
    Ok((value, rest))
}

enum Unit {
    /// Written as `\x` or octal: a byte of the string, whatever it means.
    Byte(u8),
    Character(char),
}

fn next_unit(text: &str, mark: char) -> Result<(Unit, &str), InvalidLiteral> {
    let mut rest = text.chars();
    let first = rest
        .next()
        .filter(|first| *first != mark)
        .ok_or(InvalidLiteral)?;
    if first != '\\' {
        return Ok((Unit::Character(first), rest.as_str()));
    }
    let letter = rest.next().ok_or(InvalidLiteral)?;
    let behind = rest.as_str();
    let simple = match letter {
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        '\\' => '\\',
        other if other == mark => mark,
        'x' => return byte(behind, 2, 16),
        '0'..='7' => return byte(&text[1..], 3, 8),
        'u' => return character(behind, 4),
        'U' => return character(behind, 8),
        _ => return Err(InvalidLiteral),
    };
    Ok((Unit::Character(simple), behind))
}

fn digits(text: &str, count: usize, radix: u32) -> Result<(u32, &str), InvalidLiteral> {
    let digits = text
        .get(..count)
        .filter(|digits| digits.chars().all(|c| c.is_digit(radix)))
        .ok_or(InvalidLiteral)?;
    let value = u32::from_str_radix(digits, radix).map_err(|_| InvalidLiteral)?;
    Ok((value, &text[count..]))
}

fn byte(text: &str, count: usize, radix: u32) -> Result<(Unit, &str), InvalidLiteral> {
    let (value, rest) = digits(text, count, radix)?;
    Ok((
        Unit::Byte(u8::try_from(value).map_err(|_| InvalidLiteral)?),
        rest,
    ))
}

fn character(text: &str, count: usize) -> Result<(Unit, &str), InvalidLiteral> {
    let (value, rest) = digits(text, count, 16)?;
    Ok((
        Unit::Character(char::from_u32(value).ok_or(InvalidLiteral)?),
        rest,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(literal: &str, expected: Option<&[u8]>) {
        assert_eq!(unquote(literal).ok().as_deref(), expected, "{literal}");
    }

    #[test]
    fn literals_are_read_as_in_go() {
        check(
            r#""a\tb\"\x41\101\u00e9\U0001F600""#,
            Some("a\tb\"AA\u{e9}\u{1f600}".as_bytes()),
        );
        check(r#""\xff""#, Some(b"\xff"));
        check("`a\\n\r`", Some(b"a\\n"));
        check("'\u{e9}'", Some("\u{e9}".as_bytes()));
        check(r"'\''", Some(b"'"));
    }

    #[test]
    fn malformed_literals_are_refused() {
        for literal in [
            "",
            "\"",
            "\"a",
            "\"\\q\"",
            "\"\\'\"",
            "'ab'",
            "''",
            "\"a\nb\"",
            "\"\\400\"",
            "\"\\ud800\"",
            "`a`b`",
            "\"a\"b\"",
        ] {
            check(literal, None);
        }
    }
}
