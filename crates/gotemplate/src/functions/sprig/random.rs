//! Random text and numbers, from the host's source.

use super::super::{
    arguments::{Answer, int, string},
    eager,
};
use crate::{
    function::{CallError, Function, Type},
    runtime::Runtime,
    value::Value,
};
use base64::{Engine, engine::general_purpose::STANDARD};

use Type::{Int, String};

pub(super) static TABLE: &[Function] = &[
    eager("randAlpha", &[Int], |runtime, arguments| {
        characters(runtime, arguments, |byte| byte.is_ascii_alphabetic())
    }),
    eager("randAlphaNum", &[Int], |runtime, arguments| {
        characters(runtime, arguments, |byte| byte.is_ascii_alphanumeric())
    }),
    eager("randAscii", &[Int], |runtime, arguments| {
        characters(runtime, arguments, |byte| matches!(byte, b' '..=b'~'))
    }),
    eager("randBytes", &[Int], bytes),
    eager("randInt", &[Int, Int], integer),
    eager("randNumeric", &[Int], |runtime, arguments| {
        characters(runtime, arguments, |byte| byte.is_ascii_digit())
    }),
    eager("shuffle", &[String], shuffle),
    eager("uuidv4", &[], uuid),
];

/// So many characters of a kind; a negative count gives none.
fn characters(runtime: &mut dyn Runtime, arguments: &[Value], belongs: fn(u8) -> bool) -> Answer {
    let count = usize::try_from(int(arguments, 0)).unwrap_or(0);
    runtime.charge(count).map_err(CallError::Limit)?;
    let mut output = std::string::String::with_capacity(count);
    let mut buffer = [0; 64];
    while output.len() < count {
        runtime.host().random(&mut buffer);
        // Seven bits of each byte: what does not belong is thrown away, so that all characters are as likely.
        let drawn = buffer
            .iter()
            .map(|byte| byte & 0x7f)
            .filter(|byte| belongs(*byte));
        output.extend(drawn.take(count - output.len()).map(char::from));
    }
    Ok(Value::from(output))
}

/// Random bytes in Base64.
fn bytes(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let Ok(count) = usize::try_from(int(arguments, 0)) else {
        return Err(CallError::new("runtime error: makeslice: len out of range"));
    };
    runtime.charge(count).map_err(CallError::Limit)?;
    let mut buffer = vec![0; count];
    runtime.host().random(&mut buffer);
    Ok(Value::from(STANDARD.encode(buffer)))
}

/// A number below a bound.
fn below(runtime: &mut dyn Runtime, bound: u64) -> u64 {
    let mut buffer = [0; 8];
    // What lies beyond the last whole multiple of the bound is drawn again.
    let limit = u64::MAX - u64::MAX % bound;
    loop {
        runtime.host().random(&mut buffer);
        let drawn = u64::from_le_bytes(buffer);
        if drawn < limit {
            return drawn % bound;
        }
    }
}

fn integer(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let (least, end) = (int(arguments, 0), int(arguments, 1));
    let Some(span) = end
        .checked_sub(least)
        .and_then(|span| u64::try_from(span).ok())
        .filter(|span| *span > 0)
    else {
        return Err(CallError::new("invalid argument to Intn"));
    };
    let drawn = i64::try_from(below(runtime, span)).unwrap_or(0);
    Ok(Value::Int(least + drawn))
}

fn shuffle(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let mut characters: Vec<char> = string(arguments, 0).chars().collect();
    for last in (1..characters.len()).rev() {
        let chosen = below(runtime, last as u64 + 1);
        characters.swap(last, usize::try_from(chosen).unwrap_or(last));
    }
    Ok(Value::from(
        characters.into_iter().collect::<std::string::String>(),
    ))
}

fn uuid(runtime: &mut dyn Runtime, _: &[Value]) -> Answer {
    let mut bytes = [0; 16];
    runtime.host().random(&mut bytes);
    // Version and variant of RFC 9562.
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let number = u128::from_be_bytes(bytes);
    let digits = format!("{number:032x}");
    Ok(Value::from(
        [
            &digits[..8],
            &digits[8..12],
            &digits[12..16],
            &digits[16..20],
            &digits[20..],
        ]
        .join("-"),
    ))
}
