//! Percent-encoding, which depends on the part of the URL.

use super::Problem;

/// A part of a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Path,
    Host,
    Zone,
    User,
    Fragment,
}

/// Whether a byte must be encoded in a part.
fn must_escape(byte: u8, mode: Mode) -> bool {
    if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
        return false;
    }
    let allowed: &[u8] = match mode {
        Mode::Host | Mode::Zone => b"!$&'()*+,;=:[]<>\"",
        Mode::Path => b"$&+,/:;=@",
        Mode::User => b"$&+,;=",
        Mode::Fragment => b"$&+,/:;=?@!()*",
    };
    !allowed.contains(&byte)
}

/// Encodes what may not stand in a part.
pub(super) fn escape(bytes: &[u8], mode: Mode) -> String {
    let mut output = String::with_capacity(bytes.len());
    for byte in bytes {
        if must_escape(*byte, mode) {
            output.extend(["%", &format!("{byte:02X}")]);
        } else {
            output.push(char::from(*byte));
        }
    }
    output
}

/// Decodes a part.
pub(super) fn unescape(text: &str, mode: Mode) -> Result<Vec<u8>, Problem> {
    let bytes = text.as_bytes();
    let mut output = Vec::with_capacity(bytes.len());
    let mut position = 0;
    while let Some(byte) = bytes.get(position) {
        let is_host = matches!(mode, Mode::Host | Mode::Zone);
        if *byte != b'%' {
            if is_host && byte.is_ascii() && must_escape(*byte, mode) {
                return Err(Problem::HostCharacter(vec![*byte]));
            }
            output.push(*byte);
            position += 1;
            continue;
        }
        let end = bytes.len().min(position + 3);
        let sequence = &bytes[position..end];
        let refuse = || Problem::Escape(sequence.to_vec());
        let decoded = decode(sequence).ok_or_else(refuse)?;
        let is_percent = sequence == b"%25";
        match mode {
            // In a host only bytes outside of ASCII may be encoded.
            Mode::Host if decoded < 0x80 && !is_percent => return Err(refuse()),
            Mode::Zone if !is_percent && decoded != b' ' && must_escape(decoded, Mode::Host) => {
                return Err(refuse());
            }
            _ => {}
        }
        output.push(decoded);
        position = end;
    }
    Ok(output)
}

fn decode(sequence: &[u8]) -> Option<u8> {
    let [_, high, low] = sequence else {
        return None;
    };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(*high)? << 4 | digit(*low)?).ok()
}
