//! Moments, in the text that Go gives them.

use rheostat_gocompat::time::Time as GoTime;
use serde::{Deserialize, Deserializer, Serialize};

/// `time.RFC3339Nano`.
const LAYOUT: &str = "2006-01-02T15:04:05.999999999Z07:00";

/// How Go writes the zero time.
const ZERO: &str = "0001-01-01T00:00:00Z";

/// A moment. It keeps the text that it was read from, since digests cover it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct Time(String);

impl Time {
    /// A moment in nanoseconds since 1970, in UTC. One that has no year of four digits is the zero time.
    pub fn from_unix_nanoseconds(nanoseconds: i128) -> Self {
        GoTime::from_unix_nanoseconds(nanoseconds)
            .map_or_else(Self::default, |time| Self(time.format(LAYOUT)))
    }

    /// Nanoseconds since 1970; nothing for the zero time and for a text that is no moment.
    pub fn unix_nanoseconds(&self) -> Option<i128> {
        if self.is_zero() {
            return None;
        }
        let time = GoTime::parse(LAYOUT, &self.0).ok()?;
        Some(time.unix_nanoseconds())
    }

    /// Whether it is no moment at all.
    pub fn is_zero(&self) -> bool {
        self.0.is_empty() || self.0 == ZERO
    }

    /// Its text; empty for the zero time.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Time {
    /// Helm 3 writes an empty text for the zero time, and Helm 4 nothing.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Option::deserialize(deserializer)?.unwrap_or_default()))
    }
}
