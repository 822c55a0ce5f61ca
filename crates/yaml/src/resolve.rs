//! What a plain scalar means.
//!
//! Both profiles share the table of YAML 1.1 numbers. The words for booleans differ, and timestamps exist only in v3.

pub(crate) mod number;
pub(crate) mod timestamp;

use crate::{Profile, Tag};

/// The tag that plain text has in a profile. That `<<` is a merge key is the composer's business.
pub(crate) fn plain(text: &str, profile: Profile) -> Tag {
    let Some(&first) = text.as_bytes().first() else {
        return Tag::Null;
    };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => {
            word(text, profile)
        }
        b'.' => dotted(text),
        b'0'..=b'9' | b'+' | b'-' => numeric(text, profile),
        _ => Tag::Str,
    }
}

/// The boolean that a word stands for in YAML 1.1.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => old_boolean(text),
    }
}

/// The boolean that a word stands for in YAML 1.1 and no longer in 1.2.
pub(crate) fn old_boolean(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// Whether text looks like a sexagesimal number of YAML 1.1. Go reads it as a string and yet quotes it.
pub(crate) fn is_sexagesimal(text: &str) -> bool {
    let begins_as_number = text.starts_with(|char: char| matches!(char, '+' | '-' | '0'..='9'));
    if !begins_as_number {
        return false;
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let mut groups = whole.split(':');
    let leads = groups.next().is_some_and(|first| {
        first.starts_with(|char: char| char.is_ascii_digit())
            && first.bytes().all(is_digit_or_underscore)
    });
    let mut count = 0;
    let follow = groups.all(|group| {
        count += 1;
        match group.as_bytes() {
            [digit] => digit.is_ascii_digit(),
            [tens, ones] => (b'0'..=b'5').contains(tens) && ones.is_ascii_digit(),
            _ => false,
        }
    });
    leads && follow && count > 0 && fraction.bytes().all(is_digit_or_underscore)
}

fn is_digit_or_underscore(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'_'
}

fn word(text: &str, profile: Profile) -> Tag {
    match text {
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Tag::Bool,
        "~" | "null" | "Null" | "NULL" => Tag::Null,
        _ if profile == Profile::V2 && old_boolean(text).is_some() => Tag::Bool,
        _ => Tag::Str,
    }
}

fn dotted(text: &str) -> Tag {
    if number::float(text).is_some() {
        Tag::Float
    } else {
        Tag::Str
    }
}

fn numeric(text: &str, profile: Profile) -> Tag {
    if profile == Profile::V3 && timestamp::rfc3339(text).is_some() {
        Tag::Timestamp
    } else if number::integer(text, profile).is_some() {
        Tag::Int
    } else if number::float(text).is_some() {
        Tag::Float
    } else {
        Tag::Str
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, v2: &Tag, v3: &Tag) {
        assert_eq!(&plain(text, Profile::V2), v2, "{text} in v2");
        assert_eq!(&plain(text, Profile::V3), v3, "{text} in v3");
    }

    #[test]
    fn words_and_numbers() {
        let (int, float, string, bool) = (&Tag::Int, &Tag::Float, &Tag::Str, &Tag::Bool);
        for text in [
            "0",
            "-014",
            "0o14",
            "0x1F",
            "+0x1F",
            "-0b11",
            "1__0",
            "0b101",
            "18446744073709551615",
        ] {
            check(text, int, int);
        }
        for text in [
            "08",
            "1e3",
            ".5",
            "1.",
            "+.5",
            "1_0.5",
            ".inf",
            "-.INF",
            ".nan",
            "100000000000000000000",
        ] {
            check(text, float, float);
        }
        for text in [
            "1e400", "0x", "inf", "=", "12:30:45", "0x1p-2", "tRue", "1:2", "-", "+", ".", "1.2.3",
        ] {
            check(text, string, string);
        }
        for text in ["on", "NO", "y"] {
            check(text, bool, string);
        }
        check("2001-12-14", string, &Tag::Timestamp);
        check("", &Tag::Null, &Tag::Null);
        check("<<", string, string);
    }

    #[test]
    fn sexagesimal() {
        for text in ["190:20:30", "1:30", "-1_0:5.5_"] {
            assert!(is_sexagesimal(text), "{text}");
        }
        for text in ["1:60", "1", "a:1", "1:", "1:2:300", ":1"] {
            assert!(!is_sexagesimal(text), "{text}");
        }
    }
}
