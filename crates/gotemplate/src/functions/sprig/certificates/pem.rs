//! PEM.

use base64::{Engine, engine::general_purpose::STANDARD};

/// Characters on a line (RFC 7468).
const LINE: usize = 64;

/// Writes a block.
pub(super) fn encode(label: &str, bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let mut output = format!("-----BEGIN {label}-----\n");
    for line in text.as_bytes().chunks(LINE) {
        output.extend(line.iter().map(|byte| char::from(*byte)));
        output.push('\n');
    }
    output.extend(["-----END ", label, "-----\n"]);
    output
}

/// Reads the first block: its label and its bytes.
pub(super) fn decode(text: &str) -> Option<(&str, Vec<u8>)> {
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let digits: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    Some((label, STANDARD.decode(digits).ok()?))
}
