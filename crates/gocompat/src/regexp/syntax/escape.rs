//! What a backslash begins: classes of characters and single characters.

use super::{SyntaxError, refuse};

/// A class written by an escape, such as `\d` or `\p{Greek}`.
pub(super) enum EscapedClass {
    /// One of the ASCII classes of Perl, as ranges for the inside of brackets.
    Perl {
        ranges: &'static str,
        is_negated: bool,
    },
    /// A Unicode class, ready to stand anywhere.
    Unicode(String),
}

impl EscapedClass {
    /// The class outside of brackets.
    pub(super) fn standing_alone(&self) -> String {
        match self {
            Self::Perl {
                ranges,
                is_negated: true,
            } => format!("[^{ranges}]"),
            Self::Perl {
                ranges,
                is_negated: false,
            } => format!("[{ranges}]"),
            Self::Unicode(class) => class.clone(),
        }
    }

    /// The class as an item between brackets.
    pub(super) fn within_brackets(&self) -> String {
        match self {
            Self::Perl {
                ranges,
                is_negated: false,
            } => (*ranges).to_owned(),
            Self::Perl { .. } | Self::Unicode(_) => self.standing_alone(),
        }
    }
}

/// Reads an escaped class at the start of `text`, if one is there.
pub(super) fn class(text: &str) -> Result<Option<(EscapedClass, &str)>, SyntaxError> {
    let Some(letter) = text
        .strip_prefix('\\')
        .and_then(|behind| behind.chars().next())
    else {
        return Ok(None);
    };
    let ranges = match letter.to_ascii_lowercase() {
        'd' => "0-9",
        's' => r"\t\n\f\r ",
        'w' => "0-9A-Za-z_",
        'p' => return unicode_class(text).map(Some),
        _ => return Ok(None),
    };
    let class = EscapedClass::Perl {
        ranges,
        is_negated: letter.is_ascii_uppercase(),
    };
    Ok(Some((class, &text[2..])))
}

/// Reads `\pN`, `\p{Name}`, `\p{^Name}` or their negations.
fn unicode_class(text: &str) -> Result<(EscapedClass, &str), SyntaxError> {
    let mut is_negated = text.starts_with(r"\P");
    let Some(first) = text[2..].chars().next() else {
        return refuse("invalid character class range", text);
    };
    let (sequence, mut name) = if first == '{' {
        let Some(end) = text.find('}') else {
            return refuse("invalid character class range", text);
        };
        (&text[..=end], &text[3..end])
    } else {
        let end = 2 + first.len_utf8();
        (&text[..end], &text[2..end])
    };
    if let Some(inner) = name.strip_prefix('^') {
        is_negated = !is_negated;
        name = inner;
    }
    // The regex crate also knows `script=…` and negations by `!=`, which Go does not.
    let is_plain = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'_' | b'-'));
    let class = format!("\\{}{{{name}}}", if is_negated { 'P' } else { 'p' });
    if name.is_empty() || !is_plain || regex::Regex::new(&class).is_err() {
        return refuse("invalid character class range", sequence);
    }
    Ok((EscapedClass::Unicode(class), &text[sequence.len()..]))
}

/// Reads an escaped character; `text` begins with the backslash.
pub(super) fn character(text: &str) -> Result<(char, &str), SyntaxError> {
    let mut rest = text[1..].chars();
    let Some(letter) = rest.next() else {
        return refuse("trailing backslash at end of expression", "");
    };
    let behind = rest.as_str();
    let read = match letter {
        'a' => Some(('\x07', behind)),
        'f' => Some(('\x0c', behind)),
        'n' => Some(('\n', behind)),
        'r' => Some(('\r', behind)),
        't' => Some(('\t', behind)),
        'v' => Some(('\x0b', behind)),
        'x' => return hexadecimal(text, behind),
        '0' => octal(text),
        // A single digit would be a reference to a group, which this family of engines has not.
        '1'..='7' if behind.starts_with(|c: char| c.is_digit(8)) => octal(text),
        other if other.is_ascii() && !other.is_ascii_alphanumeric() => Some((other, behind)),
        _ => None,
    };
    read.map_or_else(
        || {
            refuse(
                "invalid escape sequence",
                &text[..text.len() - behind.len()],
            )
        },
        Ok,
    )
}

/// Reads up to three octal digits.
fn octal(text: &str) -> Option<(char, &str)> {
    let len = text[1..]
        .bytes()
        .take(3)
        .take_while(|byte| matches!(byte, b'0'..=b'7'))
        .count();
    let value = u32::from_str_radix(&text[1..=len], 8).ok()?;
    Some((char::from_u32(value)?, &text[len + 1..]))
}

/// Reads two hexadecimal digits, or any number of them in braces.
fn hexadecimal<'a>(text: &'a str, digits: &'a str) -> Result<(char, &'a str), SyntaxError> {
    let is_braced = digits.starts_with('{');
    let mut rest = digits[usize::from(is_braced)..].chars();
    let mut value: u32 = 0;
    let mut count = 0;
    while is_braced || count < 2 {
        let next = rest.next();
        if is_braced && count > 0 && next == Some('}') {
            break;
        }
        match next.and_then(|c| c.to_digit(16)) {
            Some(digit) if value <= u32::from(char::MAX) => value = value * 16 + digit,
            _ => {
                return refuse(
                    "invalid escape sequence",
                    &text[..text.len() - rest.as_str().len()],
                );
            }
        }
        count += 1;
    }
    let behind = rest.as_str();
    char::from_u32(value).map_or_else(
        || {
            refuse(
                "invalid escape sequence",
                &text[..text.len() - behind.len()],
            )
        },
        |c| Ok((c, behind)),
    )
}

/// Emits a character that stands for itself, within brackets or outside.
pub(super) fn push_literal(output: &mut String, character: char) {
    // `\<` and `\>` are assertions of the regex crate, which reads the plain signs as they are.
    if character.is_ascii_punctuation() && !matches!(character, '<' | '>') {
        output.push('\\');
    }
    output.push(character);
}
