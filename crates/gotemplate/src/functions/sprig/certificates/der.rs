//! As much of DER as certificates take.

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const NULL: u8 = 0x05;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const UTF8_STRING: u8 = 0x0c;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// An element with the joined contents.
pub(super) fn element(tag: u8, contents: &[&[u8]]) -> Vec<u8> {
    let len: usize = contents.iter().map(|content| content.len()).sum();
    let mut output = vec![tag];
    if let Some(short) = u8::try_from(len).ok().filter(|len| *len < 0x80) {
        output.push(short);
    } else {
        let bytes = len.to_be_bytes();
        let significant = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
        output.push(0x80 | u8::try_from(significant.len()).unwrap_or(8));
        output.extend_from_slice(significant);
    }
    for content in contents {
        output.extend_from_slice(content);
    }
    output
}

/// A positive integer.
pub(super) fn integer(bytes: &[u8]) -> Vec<u8> {
    let significant = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
    match significant.first() {
        None => element(INTEGER, &[&[0]]),
        // A leading bit would make it negative.
        Some(first) if *first >= 0x80 => element(INTEGER, &[&[0], significant]),
        Some(_) => element(INTEGER, &[significant]),
    }
}

/// Splits the first element off: its tag, its content, its whole and what follows.
pub(super) fn split(bytes: &[u8]) -> Option<Split<'_>> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (len, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let count = usize::from(*first & 0x7f);
        let digits = rest.get(..count).filter(|_| count <= 4)?;
        let len = digits
            .iter()
            .fold(0usize, |len, byte| len << 8 | usize::from(*byte));
        (len, &rest[count..])
    };
    let content = rest.get(..len)?;
    let rest = &rest[len..];
    Some(Split {
        tag: *tag,
        content,
        whole: &bytes[..bytes.len() - rest.len()],
        rest,
    })
}

/// An element and what follows it.
pub(super) struct Split<'b> {
    pub(super) tag: u8,
    pub(super) content: &'b [u8],
    pub(super) whole: &'b [u8],
    pub(super) rest: &'b [u8],
}
