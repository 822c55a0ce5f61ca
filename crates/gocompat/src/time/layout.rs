//! Layouts: texts in which parts of a reference time stand for parts of any time.

/// A part of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part<'l> {
    Text(&'l str),
    LongMonth,
    Month,
    NumericMonth {
        is_padded: bool,
    },
    LongWeekday,
    Weekday,
    Day(Padding),
    YearDay(Padding),
    Hour24,
    Hour12 {
        is_padded: bool,
    },
    Minute {
        is_padded: bool,
    },
    Second {
        is_padded: bool,
    },
    LongYear,
    Year,
    HalfDay {
        is_upper: bool,
    },
    Zone,
    Offset(Offset),
    Fraction {
        mark: char,
        digits: usize,
        is_trimmed: bool,
    },
}

/// What fills the place of a missing digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Padding {
    Nothing,
    Space,
    Zero,
}

/// How the distance from UTC is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "all of them combine")]
pub(super) struct Offset {
    /// Whether UTC itself is `Z`.
    pub(super) has_z: bool,
    pub(super) has_colons: bool,
    pub(super) has_minutes: bool,
    pub(super) has_seconds: bool,
}

/// The parts whose text is fixed, longer ones before their beginnings.
const FIXED: &[(&str, Part<'static>)] = &[
    ("January", Part::LongMonth),
    ("Monday", Part::LongWeekday),
    ("MST", Part::Zone),
    ("002", Part::YearDay(Padding::Zero)),
    ("01", Part::NumericMonth { is_padded: true }),
    ("02", Part::Day(Padding::Zero)),
    ("03", Part::Hour12 { is_padded: true }),
    ("04", Part::Minute { is_padded: true }),
    ("05", Part::Second { is_padded: true }),
    ("06", Part::Year),
    ("15", Part::Hour24),
    ("1", Part::NumericMonth { is_padded: false }),
    ("2006", Part::LongYear),
    ("2", Part::Day(Padding::Nothing)),
    ("__2", Part::YearDay(Padding::Space)),
    ("3", Part::Hour12 { is_padded: false }),
    ("4", Part::Minute { is_padded: false }),
    ("5", Part::Second { is_padded: false }),
    ("PM", Part::HalfDay { is_upper: true }),
    ("pm", Part::HalfDay { is_upper: false }),
];

const OFFSETS: &[(&str, bool, bool, bool)] = &[
    ("070000", false, true, true),
    ("07:00:00", true, true, true),
    ("0700", false, true, false),
    ("07:00", true, true, false),
    ("07", false, false, false),
];

/// Cuts a layout into its parts.
pub(super) fn parts(layout: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut start, mut position) = (0, 0);
    while position < layout.len() {
        let Some((part, len)) = part_at(layout, position) else {
            position += layout[position..].chars().next().map_or(1, char::len_utf8);
            continue;
        };
        if start < position {
            parts.push(Part::Text(&layout[start..position]));
        }
        parts.push(part);
        position += len;
        start = position;
    }
    if start < layout.len() {
        parts.push(Part::Text(&layout[start..]));
    }
    parts
}

fn part_at(layout: &str, position: usize) -> Option<(Part<'_>, usize)> {
    let rest = &layout[position..];
    let is_word = |len: usize| rest[len..].starts_with(|c: char| c.is_ascii_lowercase());
    if let Some((text, part)) = FIXED.iter().find(|(text, _)| rest.starts_with(text)) {
        return Some((*part, text.len()));
    }
    match rest.as_bytes() {
        [b'J', b'a', b'n', ..] if !is_word(3) => Some((Part::Month, 3)),
        [b'M', b'o', b'n', ..] if !is_word(3) => Some((Part::Weekday, 3)),
        // `_2006` is an underscore and a year.
        [b'_', b'2', ..] if !rest.starts_with("_2006") => Some((Part::Day(Padding::Space), 2)),
        [mark @ (b'-' | b'Z'), ..] => {
            let (text, has_colons, has_minutes, has_seconds) = OFFSETS
                .iter()
                .find(|(text, ..)| rest[1..].starts_with(text))?;
            let offset = Offset {
                has_z: *mark == b'Z',
                has_colons: *has_colons,
                has_minutes: *has_minutes,
                has_seconds: *has_seconds,
            };
            Some((Part::Offset(offset), 1 + text.len()))
        }
        [mark @ (b'.' | b','), digit @ (b'0' | b'9'), ..] => {
            let digits = rest[1..].bytes().take_while(|byte| byte == digit).count();
            let is_number = rest[1 + digits..].starts_with(|c: char| c.is_ascii_digit());
            let part = Part::Fraction {
                mark: char::from(*mark),
                digits,
                is_trimmed: *digit == b'9',
            };
            (!is_number).then_some((part, 1 + digits))
        }
        _ => None,
    }
}
