//! Dates and durations. Local time is UTC: the zone of a machine is not the chart's.

use std::sync::Arc;

use rheostat_gocompat::{
    duration::Duration,
    strconv::{self, NumberError},
    time::Time,
};

use super::super::{
    arguments::{Answer, int, string, value},
    eager,
};
use crate::{
    function::{CallError, Function, Type},
    runtime::Runtime,
    value::{Method, Object, Value},
};

use Type::{Any, String};

/// Go's name of the type of a point in time.
const TYPE_NAME: &str = "time.Time";
const TIME: Type = Type::Named(TYPE_NAME);

/// Nanoseconds.
const HOUR: u64 = 3_600_000_000_000;

/// How `String` writes a time.
const STRING_LAYOUT: &str = "2006-01-02 15:04:05.999999999 -0700 MST";

pub(super) static TABLE: &[Function] = &[
    eager("ago", &[Any], ago),
    eager("date", &[String, Any], |runtime, arguments| {
        written(
            runtime,
            &string(arguments, 0),
            &value(arguments, 1),
            "Local",
        )
    }),
    eager("dateInZone", &[String, Any, String], date_in_zone),
    eager("dateModify", &[String, TIME], date_modify),
    eager("date_in_zone", &[String, Any, String], date_in_zone),
    eager("date_modify", &[String, TIME], date_modify),
    eager("duration", &[Any], duration),
    eager("durationRound", &[Any], duration_round),
    eager("htmlDate", &[Any], |runtime, arguments| {
        written(runtime, "2006-01-02", &value(arguments, 0), "Local")
    }),
    eager("htmlDateInZone", &[Any, String], |runtime, arguments| {
        written(
            runtime,
            "2006-01-02",
            &value(arguments, 0),
            &string(arguments, 1),
        )
    }),
    eager("mustDateModify", &[String, TIME], must_date_modify),
    eager("mustToDate", &[String, String], must_to_date),
    eager("must_date_modify", &[String, TIME], must_date_modify),
    eager("now", &[], |runtime, _| Ok(object(now(runtime)))),
    eager("toDate", &[String, String], |runtime, arguments| {
        Ok(must_to_date(runtime, arguments).unwrap_or_else(|_| object(Time::zero())))
    }),
    eager("unixEpoch", &[TIME], |_, arguments| {
        Ok(Value::from(time(arguments, 0).unix_seconds().to_string()))
    }),
];

fn now(runtime: &mut dyn Runtime) -> Time {
    Time::from_unix_nanoseconds(runtime.host().now()).unwrap_or_else(Time::zero)
}

/// The time that a value means: seconds since 1970 are one, and everything else is now.
fn moment(runtime: &mut dyn Runtime, value: &Value) -> Time {
    let meant = match value {
        Value::Object(object) => object
            .as_any()
            .downcast_ref::<TimeObject>()
            .map(|object| object.0.clone()),
        Value::Int(seconds) | Value::Int64(seconds) => Time::from_unix_seconds(*seconds),
        _ => None,
    };
    meant.unwrap_or_else(|| now(runtime))
}

/// Writes a time as a zone sees it; an unknown zone is UTC.
fn written(runtime: &mut dyn Runtime, layout: &str, value: &Value, zone: &str) -> Answer {
    let time = moment(runtime, value);
    let time = time
        .in_zone(zone)
        .or_else(|| time.in_zone("UTC"))
        .unwrap_or(time);
    Ok(Value::from(time.format(layout)))
}

fn date_in_zone(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    written(
        runtime,
        &string(arguments, 0),
        &value(arguments, 1),
        &string(arguments, 2),
    )
}

/// A time moved by a duration; a malformed duration does not move it.
fn date_modify(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    Ok(must_date_modify(runtime, arguments).unwrap_or_else(|_| value(arguments, 1)))
}

fn must_date_modify(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let duration: Duration = string(arguments, 0)
        .parse()
        .map_err(|error| CallError::new(format!("{error}")))?;
    let moved = time(arguments, 1).add(duration);
    moved
        .map(object)
        .ok_or_else(|| CallError::new("time out of range"))
}

fn must_to_date(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let parsed = Time::parse(&string(arguments, 0), &string(arguments, 1));
    parsed
        .map(object)
        .map_err(|error| CallError::new(error.to_string()))
}

/// How long ago a time is, in whole seconds.
fn ago(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let then = moment(runtime, &value(arguments, 0));
    let elapsed = now(runtime).unix_nanoseconds() - then.unix_nanoseconds();
    let limit = if elapsed < 0 { i64::MIN } else { i64::MAX };
    let elapsed = Duration::from_nanos(i64::try_from(elapsed).unwrap_or(limit));
    Ok(Value::from(
        elapsed.round(Duration::from_secs(1)).to_string(),
    ))
}

/// A number of seconds as a duration; a float is none.
fn duration(_: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let seconds = match arguments.first() {
        Some(Value::String(text)) => match strconv::parse_int(&text.to_str(), 10) {
            Ok(seconds) | Err(NumberError::IntRange(seconds)) => seconds,
            Err(_) => 0,
        },
        Some(Value::Int64(seconds)) => *seconds,
        _ => 0,
    };
    Ok(Value::from(
        Duration::from_nanos(seconds.wrapping_mul(1_000_000_000)).to_string(),
    ))
}

/// A duration in its largest unit alone.
fn duration_round(runtime: &mut dyn Runtime, arguments: &[Value]) -> Answer {
    let value = value(arguments, 0);
    let nanoseconds = match &value {
        Value::String(text) => text.to_str().parse().map_or(0, Duration::as_nanos),
        Value::Int64(nanoseconds) => *nanoseconds,
        Value::Object(_) => {
            let elapsed =
                now(runtime).unix_nanoseconds() - moment(runtime, &value).unix_nanoseconds();
            i64::try_from(elapsed).unwrap_or(i64::MAX)
        }
        _ => 0,
    };
    let units = [
        (HOUR * 24 * 365, "y"),
        (HOUR * 24 * 30, "mo"),
        (HOUR * 24, "d"),
        (HOUR, "h"),
        (HOUR / 60, "m"),
        (HOUR / 3600, "s"),
    ];
    let magnitude = nanoseconds.unsigned_abs();
    let largest = units.into_iter().find(|(unit, _)| magnitude > *unit);
    Ok(Value::from(largest.map_or_else(
        || "0s".to_owned(),
        |(unit, name)| format!("{}{name}", magnitude / unit),
    )))
}

/// A time as templates see it.
pub(in super::super) fn object(time: Time) -> Value {
    Value::Object(Arc::new(TimeObject(time)))
}

fn time(arguments: &[Value], index: usize) -> Time {
    let found = match arguments.get(index) {
        Some(Value::Object(object)) => object.as_any().downcast_ref::<TimeObject>(),
        _ => None,
    };
    found.map_or_else(Time::zero, |object| object.0.clone())
}

/// What `now` answers.
#[derive(Debug)]
struct TimeObject(Time);

impl Object for TimeObject {
    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn method(&self, name: &str) -> Option<Method> {
        METHODS.iter().find(|method| method.name == name)
    }

    fn text(&self) -> Option<std::string::String> {
        Some(self.0.format(STRING_LAYOUT))
    }

    fn json_text(&self) -> Option<std::string::String> {
        Some(self.0.format("2006-01-02T15:04:05.999999999Z07:00"))
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

static METHODS: &[Function] = &[
    eager(
        "AddDate",
        &[Type::Int, Type::Int, Type::Int],
        |_, arguments| {
            let moved = time(arguments, 0).add_date(
                int(arguments, 1),
                int(arguments, 2),
                int(arguments, 3),
            );
            moved
                .map(object)
                .ok_or_else(|| CallError::new("time out of range"))
        },
    ),
    eager("Day", &[], |_, arguments| {
        Ok(Value::Int(time(arguments, 0).day()))
    }),
    eager("Format", &[String], |_, arguments| {
        Ok(Value::from(
            time(arguments, 0).format(&string(arguments, 1)),
        ))
    }),
    eager("Hour", &[], |_, arguments| {
        Ok(Value::Int(time(arguments, 0).clock()[0]))
    }),
    eager("Minute", &[], |_, arguments| {
        Ok(Value::Int(time(arguments, 0).clock()[1]))
    }),
    eager("Second", &[], |_, arguments| {
        Ok(Value::Int(time(arguments, 0).clock()[2]))
    }),
    eager("String", &[], |_, arguments| {
        Ok(Value::from(time(arguments, 0).format(STRING_LAYOUT)))
    }),
    eager("UTC", &[], |_, arguments| {
        Ok(object(
            time(arguments, 0).in_zone("UTC").unwrap_or_else(Time::zero),
        ))
    }),
    eager("Unix", &[], |_, arguments| {
        Ok(Value::Int64(time(arguments, 0).unix_seconds()))
    }),
    eager("UnixNano", &[], |_, arguments| {
        Ok(Value::Int64(
            i64::try_from(time(arguments, 0).unix_nanoseconds()).unwrap_or(i64::MAX),
        ))
    }),
    eager("Year", &[], |_, arguments| {
        Ok(Value::Int(time(arguments, 0).year()))
    }),
];
