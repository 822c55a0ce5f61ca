//! Encodings and digests.

use base64::{Engine, engine::general_purpose::STANDARD};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::super::{
    arguments::{Answer, text},
    eager,
};
use crate::{
    function::{Function, Type},
    runtime::Runtime,
    value::Value,
};

use Type::String;

pub(super) static TABLE: &[Function] = &[
    eager("adler32sum", &[String], |_, arguments| {
        Ok(Value::from(adler32(&text(arguments, 0)).to_string()))
    }),
    eager("b32dec", &[String], base32_decode),
    eager("b32enc", &[String], |_, arguments| {
        Ok(Value::from(base32(&text(arguments, 0))))
    }),
    eager("b64dec", &[String], base64_decode),
    eager("b64enc", &[String], |_, arguments| {
        Ok(Value::from(STANDARD.encode(&*text(arguments, 0))))
    }),
    eager("sha1sum", &[String], |_, arguments| {
        Ok(Value::from(hexadecimal(&Sha1::digest(&*text(
            arguments, 0,
        )))))
    }),
    eager("sha256sum", &[String], |_, arguments| {
        Ok(Value::from(hexadecimal(&Sha256::digest(&*text(
            arguments, 0,
        )))))
    }),
    eager("sha512sum", &[String], |_, arguments| {
        Ok(Value::from(hexadecimal(&Sha512::digest(&*text(
            arguments, 0,
        )))))
    }),
];

/// The digits of Base32 (RFC 4648).
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn hexadecimal(bytes: &[u8]) -> std::string::String {
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    nibbles
        .filter_map(|nibble| char::from_digit(u32::from(nibble), 16))
        .collect()
}

/// RFC 1950.
fn adler32(bytes: &[u8]) -> u32 {
    const MODULUS: u32 = 65_521;
    let (low, high) = bytes.iter().fold((1, 0), |(low, high): (u32, u32), byte| {
        let low = (low + u32::from(*byte)) % MODULUS;
        (low, (high + low) % MODULUS)
    });
    high << 16 | low
}

/// Decodes Base64; a mistake becomes the result.
fn base64_decode(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    Ok(base64_bytes(&text(arguments, 0)).map_or_else(Value::from, Value::from))
}

/// The bytes that a text encodes. Like Go it skips line breaks; the error is Go's text.
pub(super) fn base64_bytes(source: &[u8]) -> Result<Vec<u8>, std::string::String> {
    let kept: Vec<u8> = source
        .iter()
        .copied()
        .filter(|byte| !matches!(byte, b'\r' | b'\n'))
        .collect();
    STANDARD
        .decode(&kept)
        .or_else(|_| decode_with_loose_bits(&kept))
        .map_err(|position| {
            format!(
                "illegal base64 data at input byte {}",
                original_position(source, position)
            )
        })
}

/// Go does not ask that the unused bits of the last digit be zero. The error is the position of the first bad byte.
fn decode_with_loose_bits(source: &[u8]) -> Result<Vec<u8>, usize> {
    let config = base64::engine::GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
    let engine = base64::engine::GeneralPurpose::new(&base64::alphabet::STANDARD, config);
    engine.decode(source).map_err(|_| first_bad_base64(source))
}

/// Where Go's decoder gives up.
fn first_bad_base64(source: &[u8]) -> usize {
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let digits = source.iter().take_while(|byte| is_digit(byte)).count();
    if digits == source.len() {
        // The text ends within a group of four.
        return digits - digits % 4;
    }
    if source[digits] != b'=' || digits % 4 < 2 {
        return digits;
    }
    let padding = 4 - digits % 4;
    let behind = &source[digits..];
    let found = behind.iter().take_while(|byte| **byte == b'=').count();
    if found < padding {
        digits + found
    } else {
        digits + padding
    }
}

/// The position in the text before line breaks were taken out.
fn original_position(source: &[u8], position: usize) -> usize {
    let kept = source
        .iter()
        .enumerate()
        .filter(|(_, byte)| !matches!(byte, b'\r' | b'\n'));
    kept.map(|(index, _)| index)
        .nth(position)
        .unwrap_or(source.len())
}

fn base32(bytes: &[u8]) -> std::string::String {
    let mut output = std::string::String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let mut group = [0u8; 5];
        group[..chunk.len()].copy_from_slice(chunk);
        let bits = group
            .iter()
            .fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
        let digits = (chunk.len() * 8).div_ceil(5);
        for place in 0..8 {
            let index = usize::try_from(bits >> (35 - 5 * place) & 31).unwrap_or(0);
            output.push(if place < digits {
                char::from(BASE32[index])
            } else {
                '='
            });
        }
    }
    output
}

/// Decodes Base32; a mistake becomes the result.
fn base32_decode(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let source = text(arguments, 0);
    let kept: Vec<u8> = source
        .iter()
        .copied()
        .filter(|byte| !matches!(byte, b'\r' | b'\n'))
        .collect();
    let digits = kept.iter().take_while(|byte| BASE32.contains(byte)).count();
    let is_padded = kept.len().is_multiple_of(8) && kept[digits..].iter().all(|byte| *byte == b'=');
    if !is_padded || !matches!(digits % 8, 0 | 2 | 4 | 5 | 7) || kept.len() - digits > 6 {
        return Ok(Value::from(format!(
            "illegal base32 data at input byte {}",
            original_position(&source, digits)
        )));
    }
    let mut output = Vec::with_capacity(digits * 5 / 8);
    for chunk in kept[..digits].chunks(8) {
        let bits = chunk.iter().fold(0u64, |bits, byte| {
            let value = BASE32.iter().position(|digit| digit == byte).unwrap_or(0);
            bits << 5 | u64::try_from(value).unwrap_or(0)
        });
        let bits = bits << (5 * (8 - chunk.len()));
        output.extend_from_slice(&bits.to_be_bytes()[3..3 + chunk.len() * 5 / 8]);
    }
    Ok(Value::from(output))
}
