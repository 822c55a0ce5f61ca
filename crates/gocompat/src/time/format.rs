//! Writing times.

use super::{
    Time,
    layout::{Offset, Padding, Part, parts},
};

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

pub(super) fn format(time: &Time, layout: &str) -> String {
    parts(layout)
        .into_iter()
        .map(|part| write(time, part))
        .collect()
}

fn write(shown: &Time, part: Part<'_>) -> String {
    let time = &shown.zoned;
    let month = name(&MONTHS, time.month() - 1);
    let weekday = name(&WEEKDAYS, time.weekday().to_sunday_zero_offset());
    let hour12 = match time.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    match part {
        Part::Text(text) => text.to_owned(),
        Part::LongMonth => month.to_owned(),
        Part::Month => month[..3].to_owned(),
        Part::LongWeekday => weekday.to_owned(),
        Part::Weekday => weekday[..3].to_owned(),
        Part::NumericMonth { is_padded } => padded(time.month(), is_padded),
        Part::Hour12 { is_padded } => padded(hour12, is_padded),
        Part::Minute { is_padded } => padded(time.minute(), is_padded),
        Part::Second { is_padded } => padded(time.second(), is_padded),
        Part::Hour24 => padded(time.hour(), true),
        Part::Day(padding) => filled(i64::from(time.day()), 2, padding),
        Part::YearDay(padding) => filled(i64::from(time.day_of_year()), 3, padding),
        Part::LongYear => format!("{:04}", time.year()),
        Part::Year => format!("{:02}", time.year().rem_euclid(100)),
        Part::HalfDay { is_upper } => match (time.hour() >= 12, is_upper) {
            (true, true) => "PM",
            (true, false) => "pm",
            (false, true) => "AM",
            (false, false) => "am",
        }
        .to_owned(),
        Part::Zone => zone(shown),
        Part::Offset(offset) => write_offset(time.offset().seconds(), offset),
        Part::Fraction {
            mark,
            digits,
            is_trimmed,
        } => {
            let nanoseconds = format!("{:09}0", time.subsec_nanosecond());
            let shown = &nanoseconds[..digits.min(9)];
            let shown = if is_trimmed {
                shown.trim_end_matches('0')
            } else {
                shown
            };
            if shown.is_empty() {
                String::new()
            } else {
                format!("{mark}{shown}")
            }
        }
    }
}

fn name<'n>(names: &[&'n str], index: i8) -> &'n str {
    usize::try_from(index)
        .ok()
        .and_then(|index| names.get(index))
        .copied()
        .unwrap_or("%!")
}

fn padded(number: i8, is_padded: bool) -> String {
    if is_padded {
        format!("{number:02}")
    } else {
        number.to_string()
    }
}

fn filled(number: i64, width: usize, padding: Padding) -> String {
    match padding {
        Padding::Nothing => number.to_string(),
        Padding::Space => format!("{number:width$}"),
        Padding::Zero => format!("{number:0width$}"),
    }
}

/// The zone's abbreviation.
fn zone(time: &Time) -> String {
    if let Some(name) = &time.zone_name {
        return name.as_ref().to_owned();
    }
    let zone = time.zoned.time_zone();
    match zone.to_fixed_offset() {
        // A zone that is only an offset has no abbreviation.
        Ok(offset) if offset.seconds() != 0 => {
            let shown = Offset {
                has_z: false,
                has_colons: false,
                has_minutes: true,
                has_seconds: false,
            };
            write_offset(offset.seconds(), shown)
        }
        _ => zone
            .to_offset_info(time.zoned.timestamp())
            .abbreviation()
            .to_owned(),
    }
}

fn write_offset(seconds: i32, offset: Offset) -> String {
    if offset.has_z && seconds == 0 {
        return "Z".to_owned();
    }
    let sign = if seconds < 0 { '-' } else { '+' };
    let magnitude = seconds.unsigned_abs();
    let mut output = format!("{sign}{:02}", magnitude / 3600);
    let colon = if offset.has_colons { ":" } else { "" };
    if offset.has_minutes {
        output.extend([colon, &format!("{:02}", magnitude / 60 % 60)]);
    }
    if offset.has_seconds {
        output.extend([colon, &format!("{:02}", magnitude % 60)]);
    }
    output
}
