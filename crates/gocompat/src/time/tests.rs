use super::*;

/// 2024-03-05 07:08:09.012345678 UTC.
fn sample() -> Time {
    Time::from_unix_nanoseconds(1_709_622_489_012_345_678).unwrap()
}

/// Checks how the sample is written, in a zone.
fn check(zone: &str, layout: &str, expected: &str) {
    assert_eq!(
        sample().in_zone(zone).unwrap().format(layout),
        expected,
        "{layout} in {zone}"
    );
}

#[test]
fn layouts_show_the_reference_time() {
    check("UTC", "2006-01-02T15:04:05Z07:00", "2024-03-05T07:08:09Z");
    check(
        "UTC",
        "Monday, 02-Jan-06 15:04:05 MST",
        "Tuesday, 05-Mar-24 07:08:09 UTC",
    );
    check(
        "UTC",
        "Jan _2 3:04PM pm 2 1 002 __2",
        "Mar  5 7:08AM am 5 3 065  65",
    );
    check("UTC", "05.000 05.999999 05,00", "09.012 09.012345 09,01");
    check(
        "UTC",
        "January Januaryx Mont Sunday",
        "March Marchx Mont Sunday",
    );
    check(
        "America/New_York",
        "2006-01-02 15:04 -0700 MST",
        "2024-03-05 02:08 -0500 EST",
    );
    check("Asia/Kolkata", "15:04 -07:00 Z0700", "12:38 +05:30 +0530");
}

#[test]
fn texts_are_read_by_layouts() {
    let read = |layout: &str, text: &str| Time::parse(layout, text).map(|time| time.unix_seconds());
    assert_eq!(read("2006-01-02", "2024-03-05"), Ok(1_709_596_800));
    assert_eq!(
        read("2006-01-02T15:04:05Z07:00", "2024-03-05T07:08:09+02:00"),
        Ok(1_709_615_289)
    );
    assert_eq!(
        read("Jan 2, 2006 at 3:04pm (MST)", "Mar 5, 2024 at 7:08pm (UTC)"),
        Ok(1_709_665_680)
    );
    for (layout, text, expected) in [
        (
            "2006-01-02",
            "x",
            "parsing time \"x\" as \"2006-01-02\": cannot parse \"x\" as \"2006\"",
        ),
        (
            "2006-01-02",
            "2024/03/05",
            "parsing time \"2024/03/05\" as \"2006-01-02\": cannot parse \"/03/05\" as \"-\"",
        ),
        (
            "2006-01-02",
            "2024-02-30",
            "parsing time \"2024-02-30\": day out of range",
        ),
        ("2006", "2024 ", "parsing time \"2024 \": extra text: \" \""),
    ] {
        assert_eq!(Time::parse(layout, text).unwrap_err().to_string(), expected);
    }
}

#[test]
fn unknown_zones_are_told() {
    assert!(sample().in_zone("Nowhere/City").is_none());
    assert_eq!(Time::zero().format("2006-01-02"), "0001-01-01");
}
