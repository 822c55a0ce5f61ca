//! Recorded from Go 1.26: `time.ParseDuration`, `Duration.String` and `Duration.Round`.

use super::*;

/// Text, nanoseconds, the same printed.
const READ: &[(&str, i64, &str)] = &[
    ("0", 0, "0s"),
    ("+0", 0, "0s"),
    ("-0", 0, "0s"),
    ("5s", 5_000_000_000, "5s"),
    ("30s", 30_000_000_000, "30s"),
    ("1478s", 1_478_000_000_000, "24m38s"),
    ("-5s", -5_000_000_000, "-5s"),
    ("+5s", 5_000_000_000, "5s"),
    ("5.0s", 5_000_000_000, "5s"),
    ("5.6s", 5_600_000_000, "5.6s"),
    ("5.s", 5_000_000_000, "5s"),
    (".5s", 500_000_000, "500ms"),
    ("1.0s", 1_000_000_000, "1s"),
    ("1.004s", 1_004_000_000, "1.004s"),
    ("1.0040s", 1_004_000_000, "1.004s"),
    ("100.00100s", 100_001_000_000, "1m40.001s"),
    ("10ns", 10, "10ns"),
    ("11us", 11_000, "11µs"),
    ("12µs", 12_000, "12µs"),
    ("12μs", 12_000, "12µs"),
    ("13ms", 13_000_000, "13ms"),
    ("14s", 14_000_000_000, "14s"),
    ("15m", 900_000_000_000, "15m0s"),
    ("16h", 57_600_000_000_000, "16h0m0s"),
    ("3h30m", 12_600_000_000_000, "3h30m0s"),
    ("10.5s4m", 250_500_000_000, "4m10.5s"),
    ("-2m3.4s", -123_400_000_000, "-2m3.4s"),
    ("1h2m3s4ms5us6ns", 3_723_004_005_006, "1h2m3.004005006s"),
    ("39h9m14.425s", 140_954_425_000_000, "39h9m14.425s"),
    ("52763797000ns", 52_763_797_000, "52.763797s"),
    ("0.3333333333333333333h", 1_200_000_000_000, "20m0s"),
    (
        "9007199254740993ns",
        9_007_199_254_740_993,
        "2501h59m59.254740993s",
    ),
    (
        "9223372036854775807ns",
        9_223_372_036_854_775_807,
        "2562047h47m16.854775807s",
    ),
    (
        "9223372036854775.807us",
        9_223_372_036_854_775_807,
        "2562047h47m16.854775807s",
    ),
    (
        "9223372036s854ms775us807ns",
        9_223_372_036_854_775_807,
        "2562047h47m16.854775807s",
    ),
    (
        "-9223372036854775808ns",
        i64::MIN,
        "-2562047h47m16.854775808s",
    ),
    (
        "-9223372036854775.808us",
        i64::MIN,
        "-2562047h47m16.854775808s",
    ),
    (
        "-9223372036s854ms775us808ns",
        i64::MIN,
        "-2562047h47m16.854775808s",
    ),
    ("0.100000000000000000000h", 360_000_000_000, "6m0s"),
    (
        "0.830103483285477580700h",
        2_988_372_539_827,
        "49m48.372539827s",
    ),
    ("0.9223372036854775807s", 922_337_203, "922.337203ms"),
    (
        "9223372036.854775807s",
        9_223_372_036_854_775_807,
        "2562047h47m16.854775807s",
    ),
    ("100ms", 100_000_000, "100ms"),
    ("1.999999999999999999999s", 2_000_000_000, "2s"),
    ("0.000000001s", 1, "1ns"),
    ("0.0000000001s", 0, "0s"),
    (
        "2562047h47m16.854775807s",
        9_223_372_036_854_775_807,
        "2562047h47m16.854775807s",
    ),
];

/// Text, message.
const REFUSED: &[(&str, &str)] = &[
    ("", "time: invalid duration \"\""),
    ("5.", "time: missing unit in duration \"5.\""),
    (
        "9223372036854775808ns",
        "time: invalid duration \"9223372036854775808ns\"",
    ),
    (
        "-9223372036854775809ns",
        "time: invalid duration \"-9223372036854775809ns\"",
    ),
    (
        "99999999999999999999h",
        "time: invalid duration \"99999999999999999999h\"",
    ),
    (
        "99999999999999999999",
        "time: invalid duration \"99999999999999999999\"",
    ),
    ("3000000h", "time: invalid duration \"3000000h\""),
    ("3", "time: missing unit in duration \"3\""),
    ("-", "time: invalid duration \"-\""),
    ("s", "time: invalid duration \"s\""),
    (".", "time: invalid duration \".\""),
    ("-.", "time: invalid duration \"-.\""),
    (".s", "time: invalid duration \".s\""),
    ("+.s", "time: invalid duration \"+.s\""),
    ("1d", "time: unknown unit \"d\" in duration \"1d\""),
    ("1m 2s", "time: unknown unit \"m \" in duration \"1m 2s\""),
    (
        "1\"s",
        "time: unknown unit \"\\\"s\" in duration \"1\\\"s\"",
    ),
    (
        "1\\s",
        "time: unknown unit \"\\\\s\" in duration \"1\\\\s\"",
    ),
    (
        "1é",
        "time: unknown unit \"\\xc3\\xa9\" in duration \"1\\xc3\\xa9\"",
    ),
    ("--5s", "time: invalid duration \"--5s\""),
    ("+-5s", "time: invalid duration \"+-5s\""),
    ("1h1", "time: missing unit in duration \"1h1\""),
    ("1m0.5", "time: missing unit in duration \"1m0.5\""),
    (
        "92233720368547758079s",
        "time: invalid duration \"92233720368547758079s\"",
    ),
    (
        "92233720368547758070 s",
        "time: invalid duration \"92233720368547758070 s\"",
    ),
    ("1.5.5s", "time: missing unit in duration \"1.5.5s\""),
    ("1e3s", "time: unknown unit \"e\" in duration \"1e3s\""),
    ("0x5s", "time: unknown unit \"x\" in duration \"0x5s\""),
    ("5S", "time: unknown unit \"S\" in duration \"5S\""),
    (
        "5\u{0}s",
        "time: unknown unit \"\\x00s\" in duration \"5\\x00s\"",
    ),
    (
        "2562047h47m16.854775808s",
        "time: invalid duration \"2562047h47m16.854775808s\"",
    ),
    (
        "1\u{7f}s",
        "time: unknown unit \"\u{7f}s\" in duration \"1\u{7f}s\"",
    ),
];

fn check(input: &str, expected: Result<(i64, &str), &str>) {
    let read = input.parse::<Duration>();
    let answer = read
        .map(|duration| (duration.as_nanos(), duration.to_string()))
        .map_err(|error| error.to_string());
    let expected = expected
        .map(|(nanos, text)| (nanos, text.to_owned()))
        .map_err(str::to_owned);
    assert_eq!(answer, expected, "{input:?}");
}

#[test]
fn reads_what_go_reads() {
    for &(input, nanos, printed) in READ {
        check(input, Ok((nanos, printed)));
    }
}

#[test]
fn refuses_what_go_refuses_in_the_same_words() {
    for &(input, message) in REFUSED {
        check(input, Err(message));
    }
}

#[test]
fn prints_as_go() {
    for (nanos, printed) in [
        (0, "0s"),
        (1, "1ns"),
        (-1, "-1ns"),
        (1_100, "1.1µs"),
        (2_200_000, "2.2ms"),
        (999, "999ns"),
        (1_000, "1µs"),
        (999_999, "999.999µs"),
        (1_000_000, "1ms"),
        (999_999_999, "999.999999ms"),
        (1_000_000_000, "1s"),
        (1_000_000_001, "1.000000001s"),
        (59_999_999_999, "59.999999999s"),
        (60_000_000_000, "1m0s"),
        (61_001_000_000, "1m1.001s"),
        (3_600_000_000_000, "1h0m0s"),
        (3_600_000_000_001, "1h0m0.000000001s"),
        (7_199_999_999_999, "1h59m59.999999999s"),
        (-3_661_000_000_500, "-1h1m1.0000005s"),
        (9_223_372_036_854_775_807, "2562047h47m16.854775807s"),
        (i64::MIN, "-2562047h47m16.854775808s"),
        (86_400_000_000_000, "24h0m0s"),
    ] {
        assert_eq!(Duration::from_nanos(nanos).to_string(), printed);
    }
}

#[test]
fn rounds_as_go() {
    for (nanos, unit, rounded) in [
        (1_499_999_999, 1_000_000_000, 1_000_000_000),
        (1_500_000_000, 1_000_000_000, 2_000_000_000),
        (-1_500_000_000, 1_000_000_000, -2_000_000_000),
        (-1_499_999_999, 1_000_000_000, -1_000_000_000),
        (
            9_223_372_036_854_775_807,
            1_000_000_000,
            9_223_372_036_854_775_807,
        ),
        (i64::MIN, 1_000_000_000, i64::MIN),
        (5, 0, 5),
        (5, -1, 5),
        (1_234_567, 1_000, 1_235_000),
        (
            9_223_372_036_854_775_807,
            9_223_372_036_854_775_807,
            9_223_372_036_854_775_807,
        ),
        (
            i64::MIN,
            9_223_372_036_854_775_807,
            -9_223_372_036_854_775_807,
        ),
        (
            4_611_686_018_427_387_904,
            9_223_372_036_854_775_807,
            9_223_372_036_854_775_807,
        ),
        (4_611_686_018_427_387_903, 9_223_372_036_854_775_807, 0),
    ] {
        let answer = Duration::from_nanos(nanos).round(Duration::from_nanos(unit));
        assert_eq!(answer.as_nanos(), rounded, "{nanos} by {unit}");
    }
}

#[test]
fn json_saturates_instead_of_failing_a_whole_list() {
    for (json, expected) in [
        (r#""5m""#, Some(Duration::from_secs(300))),
        (r#""99999999999999999999h""#, Some(Duration::MAX)),
        (r#""-99999999999999999999h""#, Some(Duration::MIN)),
        (r#""5""#, None),
        ("null", None),
        ("5", None),
    ] {
        assert_eq!(serde_json::from_str(json).ok(), expected, "{json}");
    }
    assert_eq!(
        serde_json::to_string(&Duration::from_secs(300)).unwrap(),
        r#""5m0s""#
    );
}

proptest::proptest! {
    #[test]
    fn printing_and_reading_is_the_identity(nanos: i64) {
        let duration = Duration::from_nanos(nanos);
        proptest::prop_assert_eq!(duration.to_string().parse(), Ok(duration));
    }

    #[test]
    fn no_text_panics(text: String) {
        let _ = text.parse::<Duration>();
    }
}
