//! Points in time as Go's package `time` writes and reads them: reference layouts and named zones.
//!
//! Zones come from the database that is built in, so that the answer does not depend on the machine. Absent: the clock itself,
//! whose reading is an argument, and arithmetic beyond adding a duration or a number of days.

mod format;
mod layout;
mod parse;

use jiff::{Span, Timestamp, Zoned, tz::TimeZone, tz::TimeZoneDatabase};

use crate::duration::Duration;

pub use parse::ParseError;

/// Seconds from Go's zero time, the first second of year 1, to 1970.
const ZERO_UNIX_SECONDS: i64 = -62_135_596_800;

/// A point in time, seen from a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Time {
    zoned: Zoned,
    /// The abbreviation of a zone that only the text which was read, or the caller, has named.
    zone_name: Option<Box<str>>,
}

impl From<Zoned> for Time {
    fn from(zoned: Zoned) -> Self {
        Self {
            zoned,
            zone_name: None,
        }
    }
}

impl Time {
    /// The point that lies so many nanoseconds after 1970, in UTC; none where it is outside of the years that can be written.
    pub fn from_unix_nanoseconds(nanoseconds: i128) -> Option<Self> {
        let timestamp = Timestamp::from_nanosecond(nanoseconds).ok()?;
        Some(timestamp.to_zoned(TimeZone::UTC).into())
    }

    /// The point that lies so many seconds after 1970, in UTC; none where it is outside of the years that can be written.
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        Self::from_unix_nanoseconds(i128::from(seconds) * 1_000_000_000)
    }

    /// Go's zero time.
    pub fn zero() -> Self {
        Timestamp::from_second(ZERO_UNIX_SECONDS)
            .unwrap_or(Timestamp::UNIX_EPOCH)
            .to_zoned(TimeZone::UTC)
            .into()
    }

    /// Reads a time by a layout; where the text names no zone, it is in UTC.
    ///
    /// # Errors
    /// [`ParseError`] with Go's text.
    pub fn parse(layout: &str, text: &str) -> Result<Self, ParseError> {
        parse::parse(layout, text)
    }

    /// Writes the time by a layout, which shows how Monday, 2 January 2006, 15:04:05 in a zone seven hours west of UTC is
    /// written.
    pub fn format(&self, layout: &str) -> String {
        format::format(self, layout)
    }

    /// The same point seen from a zone: `UTC`, `Local`, which is UTC here, or a name of the zone database. None where there is
    /// no such zone.
    #[must_use]
    pub fn in_zone(&self, name: &str) -> Option<Self> {
        let zone = match name {
            "" | "UTC" | "Local" => TimeZone::UTC,
            name => TimeZoneDatabase::bundled().get(name).ok()?,
        };
        Some(self.zoned.with_time_zone(zone).into())
    }

    /// The point a duration later; none where it is outside of the years that can be written.
    #[must_use]
    pub fn add(&self, duration: Duration) -> Option<Self> {
        let nanoseconds = self.unix_nanoseconds() + i128::from(duration.as_nanos());
        let timestamp = Timestamp::from_nanosecond(nanoseconds).ok()?;
        Some(self.moved(timestamp.to_zoned(self.zoned.time_zone().clone())))
    }

    /// The point so many years, months and days later.
    #[must_use]
    pub fn add_date(&self, years: i64, months: i64, days: i64) -> Option<Self> {
        let span = Span::new()
            .try_years(years)
            .ok()?
            .try_months(months)
            .ok()?
            .try_days(days)
            .ok()?;
        let moved = self.zoned.checked_add(span).ok()?;
        Some(self.moved(moved))
    }

    fn moved(&self, zoned: Zoned) -> Self {
        Self {
            zoned,
            zone_name: self.zone_name.clone(),
        }
    }

    /// The same time in a zone that goes by another abbreviation.
    #[must_use]
    pub fn with_zone_name(self, name: &str) -> Self {
        Self {
            zone_name: Some(name.into()),
            ..self
        }
    }

    /// Seconds since 1970.
    pub fn unix_seconds(&self) -> i64 {
        self.zoned
            .timestamp()
            .as_nanosecond()
            .div_euclid(1_000_000_000)
            .try_into()
            .unwrap_or(i64::MAX)
    }

    /// Nanoseconds since 1970.
    pub fn unix_nanoseconds(&self) -> i128 {
        self.zoned.timestamp().as_nanosecond()
    }

    /// The year.
    pub fn year(&self) -> i64 {
        i64::from(self.zoned.year())
    }

    /// The month, from 1.
    pub fn month(&self) -> i64 {
        i64::from(self.zoned.month())
    }

    /// The day of the month, from 1.
    pub fn day(&self) -> i64 {
        i64::from(self.zoned.day())
    }

    /// Hour, minute and second of the day.
    pub fn clock(&self) -> [i64; 3] {
        [self.zoned.hour(), self.zoned.minute(), self.zoned.second()].map(i64::from)
    }
}

#[cfg(test)]
mod tests;
