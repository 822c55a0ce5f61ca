//! From bytes to text: byte order marks, encodings, forbidden characters, length.

use std::borrow::Cow;

use super::ReadError;
use crate::Limits;

/// Decodes UTF-8, or UTF-16 with a byte order mark, and refuses characters that YAML 1.1 does not allow.
pub(super) fn decode<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Cow<'a, str>, ReadError> {
    if bytes.len() > limits.bytes {
        return Err(ReadError::Limit {
            what: "bytes",
            limit: limits.bytes,
        });
    }
    let text = match bytes {
        [0xFF, 0xFE, rest @ ..] => Cow::Owned(decode_utf16(rest, u16::from_le_bytes)?),
        [0xFE, 0xFF, rest @ ..] => Cow::Owned(decode_utf16(rest, u16::from_be_bytes)?),
        [0xEF, 0xBB, 0xBF, rest @ ..] => Cow::Borrowed(decode_utf8(rest)?),
        _ => Cow::Borrowed(decode_utf8(bytes)?),
    };
    if has_forbidden(&text) {
        return Err(ReadError::in_bytes("control characters are not allowed"));
    }
    Ok(text)
}

fn decode_utf8(bytes: &[u8]) -> Result<&str, ReadError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let rest = &bytes[error.valid_up_to()..];
        ReadError::in_bytes(match rest {
            [0x80..=0xBF | 0xF8..=0xFF, ..] => "invalid leading UTF-8 octet",
            _ if error.error_len().is_none() => "incomplete UTF-8 octet sequence",
            [0xC0 | 0xC1, 0x80..=0xBF, ..]
            | [0xE0, 0x80..=0x9F, 0x80..=0xBF, ..]
            | [0xF0, 0x80..=0x8F, ..] => "invalid length of a UTF-8 sequence",
            [0xED, 0xA0..=0xBF, 0x80..=0xBF, ..] | [0xF4, 0x90..=0xBF, ..] | [0xF5..=0xF7, ..] => {
                "invalid Unicode character"
            }
            _ => "invalid trailing UTF-8 octet",
        })
    })
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, ReadError> {
    let (units, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(ReadError::in_bytes("incomplete UTF-16 character"));
    }
    char::decode_utf16(units.iter().map(|&pair| unit(pair)))
        .collect::<Result<_, _>>()
        .map_err(|_| ReadError::in_bytes("unexpected low surrogate area"))
}

/// Whether there is a character outside tab, line breaks, printable ASCII, U+0085, U+00A0–U+D7FF, U+E000–U+FFFD and
/// U+10000 upwards.
fn has_forbidden(text: &str) -> bool {
    let is_control =
        |byte: u8| (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0x7F;
    // Whole chunks without a branch inside: the compiler compares many bytes at once.
    let has_control = |chunk: &[u8]| {
        chunk
            .iter()
            .fold(false, |found, &byte| found | is_control(byte))
    };
    text.as_bytes().chunks(1024).any(has_control)
        || (!text.is_ascii() && has_forbidden_beyond_ascii(text.as_bytes()))
}

/// Whether UTF-8 holds U+0080–U+009F but for U+0085, or U+FFFE or U+FFFF.
fn has_forbidden_beyond_ascii(bytes: &[u8]) -> bool {
    bytes
        .windows(2)
        .any(|pair| pair[0] == 0xC2 && matches!(pair[1], 0x80..=0x84 | 0x86..=0x9F))
        || bytes
            .windows(3)
            .any(|triple| matches!(triple, [0xEF, 0xBF, 0xBE | 0xBF]))
}
