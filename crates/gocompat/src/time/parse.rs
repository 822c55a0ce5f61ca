//! Reading times.

use std::ops::Range;

use jiff::{civil, tz::TimeZone};
use thiserror::Error;

use super::{
    Time,
    format::{MONTHS, WEEKDAYS},
    layout::{Offset, Padding, Part, parts},
};
use crate::duration::Quoted;

/// A text does not follow a layout; the text is Go's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("parsing time {}{message}", Quoted(.text))]
pub struct ParseError {
    text: String,
    message: String,
}

/// What has been read so far.
struct Fields {
    year: i16,
    month: i8,
    day: i8,
    year_day: Option<i16>,
    hour: i8,
    minute: i8,
    second: i8,
    nanosecond: i32,
    is_afternoon: Option<bool>,
    offset_seconds: i32,
    zone_name: Option<String>,
    /// What was read and cannot be.
    out_of_range: Option<&'static str>,
}

pub(super) fn parse(layout: &str, text: &str) -> Result<Time, ParseError> {
    let fail = |message: String| ParseError {
        text: text.to_owned(),
        message,
    };
    let mut fields = Fields {
        year: 0,
        month: 1,
        day: 1,
        year_day: None,
        hour: 0,
        minute: 0,
        second: 0,
        nanosecond: 0,
        is_afternoon: None,
        offset_seconds: 0,
        zone_name: None,
        out_of_range: None,
    };
    let mut rest = text;
    let mut shown = layout;
    for part in parts(layout) {
        let element = element(shown, part);
        rest = fields.read(part, rest).ok_or_else(|| {
            let [layout, value, element] =
                [layout, rest, element].map(|text| Quoted(text).to_string());
            fail(format!(" as {layout}: cannot parse {value} as {element}"))
        })?;
        if let Some(what) = fields.out_of_range {
            return Err(fail(format!(": {what} out of range")));
        }
        shown = &shown[element.len()..];
    }
    if !rest.is_empty() {
        return Err(fail(format!(": extra text: {}", Quoted(rest))));
    }
    fields
        .time()
        .map_err(|what| fail(format!(": {what} out of range")))
}

/// The text of a part of the layout, which begins `shown`.
fn element<'l>(shown: &'l str, part: Part<'_>) -> &'l str {
    let len = match part {
        Part::Text(text) => text.len(),
        _ => (1..=shown.len())
            .filter(|len| shown.is_char_boundary(*len))
            .rfind(|len| parts(&shown[..*len]) == [part])
            .unwrap_or(shown.len()),
    };
    &shown[..len]
}

impl Fields {
    /// Reads one part; answers the rest of the text.
    fn read<'t>(&mut self, part: Part<'_>, text: &'t str) -> Option<&'t str> {
        match part {
            Part::Text(expected) => skip(text, expected),
            Part::LongMonth => {
                named(text, &MONTHS, 0).map(|(index, rest)| self.set_month(index, rest))
            }
            Part::Month => named(text, &MONTHS, 3).map(|(index, rest)| self.set_month(index, rest)),
            Part::LongWeekday => named(text, &WEEKDAYS, 0).map(|(_, rest)| rest),
            Part::Weekday => named(text, &WEEKDAYS, 3).map(|(_, rest)| rest),
            Part::NumericMonth { is_padded } => self.bounded(
                |fields| &mut fields.month,
                digits(text, is_padded),
                ("month", 1..13),
            ),
            Part::Day(padding) => {
                let text = if padding == Padding::Space {
                    text.strip_prefix(' ').unwrap_or(text)
                } else {
                    text
                };
                set(&mut self.day, digits(text, padding == Padding::Zero))
            }
            Part::YearDay(padding) => self.year_day(text, padding),
            Part::Hour24 => self.bounded(
                |fields| &mut fields.hour,
                digits(text, false),
                ("hour", 0..24),
            ),
            Part::Hour12 { is_padded } => self.bounded(
                |fields| &mut fields.hour,
                digits(text, is_padded),
                ("hour", 0..13),
            ),
            Part::Minute { is_padded } => self.bounded(
                |fields| &mut fields.minute,
                digits(text, is_padded),
                ("minute", 0..60),
            ),
            Part::Second { is_padded } => {
                let number = digits(text, is_padded);
                let rest = self.bounded(|fields| &mut fields.second, number, ("second", 0..60))?;
                // A fraction may follow though the layout has none.
                Some(self.fraction(rest).unwrap_or(rest))
            }
            Part::LongYear => {
                self.year = text
                    .get(..4)
                    .filter(|year| year.bytes().all(|byte| byte.is_ascii_digit()))?
                    .parse()
                    .ok()?;
                Some(&text[4..])
            }
            Part::Year => {
                let year: i16 = text.get(..2)?.parse().ok()?;
                // Unix began in 1969 or 1970, depending on the zone.
                self.year = if year >= 69 { year + 1900 } else { year + 2000 };
                Some(&text[2..])
            }
            Part::HalfDay { is_upper } => {
                let [morning, afternoon] = if is_upper { ["AM", "PM"] } else { ["am", "pm"] };
                self.is_afternoon = Some(text.starts_with(afternoon));
                text.strip_prefix(afternoon)
                    .or_else(|| text.strip_prefix(morning))
            }
            Part::Zone => {
                // Only UTC is known by its abbreviation alone; others are taken for zones without an offset, as in Go.
                let len = text.bytes().take_while(u8::is_ascii_uppercase).count();
                let (name, rest) = (3..=5).contains(&len).then(|| text.split_at(len))?;
                self.zone_name = (name != "UTC").then(|| name.to_owned());
                Some(rest)
            }
            Part::Offset(offset) => self.offset(text, offset),
            Part::Fraction { is_trimmed, .. } => match self.fraction(text) {
                None if is_trimmed => Some(text),
                rest => rest,
            },
        }
    }

    fn year_day<'t>(&mut self, text: &'t str, padding: Padding) -> Option<&'t str> {
        let text = if padding == Padding::Space {
            text.trim_start_matches(' ')
        } else {
            text
        };
        let len = text.bytes().take(3).take_while(u8::is_ascii_digit).count();
        self.year_day = Some(text[..len].parse().ok()?);
        Some(&text[len..])
    }

    /// Takes a number for a field, and notes where it is none that the field can have.
    fn bounded<'t>(
        &mut self,
        field: fn(&mut Self) -> &mut i8,
        digits: Option<(i8, &'t str)>,
        (what, range): (&'static str, Range<i8>),
    ) -> Option<&'t str> {
        let (number, rest) = digits?;
        if !range.contains(&number) {
            self.out_of_range = Some(what);
        }
        *field(self) = number;
        Some(rest)
    }

    fn set_month<'t>(&mut self, index: i8, rest: &'t str) -> &'t str {
        self.month = index + 1;
        rest
    }

    fn fraction<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let digits = text.strip_prefix(['.', ','])?;
        let len = digits.bytes().take_while(u8::is_ascii_digit).count();
        let nine = format!("{:0<9}", &digits[..len.min(9)]);
        self.nanosecond = nine.parse().ok().filter(|_| len > 0)?;
        Some(&digits[len..])
    }

    fn offset<'t>(&mut self, text: &'t str, offset: Offset) -> Option<&'t str> {
        if offset.has_z
            && let Some(rest) = text.strip_prefix('Z')
        {
            return Some(rest);
        }
        let sign = if text.starts_with('-') { -1 } else { 1 };
        let mut rest = text.strip_prefix(['+', '-'])?;
        let mut seconds = 0;
        for (index, wanted) in [true, offset.has_minutes, offset.has_seconds]
            .into_iter()
            .enumerate()
        {
            if !wanted {
                continue;
            }
            if index > 0 && offset.has_colons {
                rest = rest.strip_prefix(':')?;
            }
            let number: i32 = rest.get(..2)?.parse().ok()?;
            seconds += number * [3600, 60, 1][index];
            rest = &rest[2..];
        }
        self.offset_seconds = sign * seconds;
        Some(rest)
    }

    fn time(&self) -> Result<Time, &'static str> {
        let hour = match self.is_afternoon {
            Some(true) if self.hour < 12 => self.hour + 12,
            Some(false) if self.hour == 12 => 0,
            _ => self.hour,
        };
        for (name, value, limit) in [
            ("hour", hour, 24),
            ("minute", self.minute, 60),
            ("second", self.second, 60),
        ] {
            if !(0..limit).contains(&value) {
                return Err(name);
            }
        }
        if !(1..=12).contains(&self.month) {
            return Err("month");
        }
        let date = match self.year_day {
            None => civil::Date::new(self.year, self.month, self.day).map_err(|_| "day")?,
            Some(day) => civil::date(self.year, 1, 1)
                .with()
                .day_of_year(day)
                .build()
                .map_err(|_| "day-of-year")?,
        };
        let offset =
            jiff::tz::Offset::from_seconds(self.offset_seconds).map_err(|_| "time zone offset")?;
        let zone = if self.offset_seconds == 0 {
            TimeZone::UTC
        } else {
            TimeZone::fixed(offset)
        };
        let time = date
            .at(hour, self.minute, self.second, self.nanosecond)
            .to_zoned(zone)
            .map_err(|_| "time")?;
        Ok(Time {
            zoned: time,
            zone_name: self.zone_name.as_deref().map(Into::into),
        })
    }
}

/// What follows the layout's own text. Runs of spaces match each other, and the end of the text matches a space.
fn skip<'t>(mut text: &'t str, mut expected: &str) -> Option<&'t str> {
    while let Some(first) = expected.chars().next() {
        if first == ' ' {
            if !text.is_empty() && !text.starts_with(' ') {
                return None;
            }
            expected = expected.trim_start_matches(' ');
            text = text.trim_start_matches(' ');
        } else {
            text = text.strip_prefix(first)?;
            expected = &expected[first.len_utf8()..];
        }
    }
    Some(text)
}

fn set<'t>(target: &mut i8, digits: Option<(i8, &'t str)>) -> Option<&'t str> {
    let (number, rest) = digits?;
    *target = number;
    Some(rest)
}

/// One or two digits, or exactly two.
fn digits(text: &str, is_padded: bool) -> Option<(i8, &str)> {
    let len = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    if len == 0 || (is_padded && len == 1) {
        return None;
    }
    Some((text[..len].parse().ok()?, &text[len..]))
}

/// The name that the text begins with, in any case; of each only so many letters count, all where that is 0.
fn named<'t>(text: &'t str, names: &[&str], letters: usize) -> Option<(i8, &'t str)> {
    names.iter().enumerate().find_map(|(index, name)| {
        let name = if letters == 0 { name } else { &name[..letters] };
        let found = text.get(..name.len())?.eq_ignore_ascii_case(name);
        found.then(|| Some((i8::try_from(index).ok()?, &text[name.len()..])))?
    })
}
