use std::sync::Arc;

use rheostat_gocompat::json;
use rheostat_gotemplate::{Host, Value};

use super::{
    ApplyMethod, HookPhase, Release, ReleasedChart, Status,
    codec::{EncodeError, MAX_BYTES, decode, encode},
};
use crate::{Chart, RenderOptions, chart::ChartFile, render};

/// What helm stored, as the script beside it recorded it.
macro_rules! recorded {
    ($file:literal) => {
        include_str!(concat!("../../../../tests/conformance/release/", $file))
    };
}

struct Nothing;

impl Host for Nothing {
    fn now(&mut self) -> i128 {
        0
    }

    fn random(&mut self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

fn read(text: &str) -> Release {
    serde_json::from_str(text).expect("a release")
}

fn check_round_trip(text: &str, status: Status) {
    let release = read(text);
    assert_eq!(release.info.status, status);
    let written = json::to_vec(&release).expect("JSON is written");
    assert_eq!(String::from_utf8_lossy(&written), text);
    let packed = encode(&release, MAX_BYTES).expect("it fits");
    assert_eq!(decode(packed.as_bytes()).expect("it reads"), release);
}

#[test]
fn records_of_helm_stay_the_same_to_the_byte() {
    check_round_trip(recorded!("installed.json"), Status::Deployed);
    check_round_trip(recorded!("superseded.json"), Status::Superseded);
    check_round_trip(recorded!("upgraded.json"), Status::Deployed);
    check_round_trip(recorded!("rolled-back.json"), Status::Deployed);
    check_round_trip(recorded!("uninstalled.json"), Status::Uninstalled);
}

#[test]
fn a_record_says_how_it_went() {
    let release = read(recorded!("upgraded.json"));
    assert_eq!(release.record_name(), "sh.helm.release.v1.kept.v2");
    assert_eq!(release.apply_method, ApplyMethod::Client);
    assert_eq!(release.hooks[0].last_run.phase, HookPhase::Succeeded);
    assert_eq!(release.hooks[1].last_run.phase, HookPhase::Never);
    let first = release.info.first_deployed.unix_nanoseconds();
    assert!(first < release.info.last_deployed.unix_nanoseconds());
    assert_eq!(release.info.deleted.unix_nanoseconds(), None);
}

#[test]
fn helm_3_writes_empty_times_and_no_method() {
    let text = r#"{"name":"old","info":{"first_deployed":"2024-01-02T03:04:05.6+02:00","last_deployed":null,"deleted":"","status":"deployed"},"hooks":[{"name":"h","events":["test-success"],"last_run":{"started_at":"","completed_at":"","phase":""}}],"version":1,"unknown":true}"#;
    let release = read(text);
    assert!(!release.apply_method.is_server());
    assert!(release.info.deleted.is_zero());
    assert!(release.hooks[0].is_test());
    let nanoseconds = release.info.first_deployed.unix_nanoseconds();
    assert_eq!(nanoseconds, Some(1_704_157_445_600_000_000));
    let written = json::to_vec(&release).expect("JSON is written");
    assert_eq!(
        String::from_utf8_lossy(&written),
        r#"{"name":"old","info":{"first_deployed":"2024-01-02T03:04:05.6+02:00","status":"deployed"},"hooks":[{"name":"h","events":["test"],"last_run":{"phase":""}}],"version":1}"#
    );
}

#[test]
fn a_chart_is_remembered_as_helm_remembers_it() {
    let expected = read(recorded!("installed.json"));
    let file = |name: &str, data: &str| ChartFile::new(name, data.as_bytes());
    let chart = Chart::from_files(vec![
        file("Chart.yaml", recorded!("chart/Chart.yaml")),
        file("Chart.lock", recorded!("chart/Chart.lock")),
        file("README.md", recorded!("chart/README.md")),
        file("values.yaml", recorded!("chart/values.yaml")),
        file("values.schema.json", recorded!("chart/values.schema.json")),
        file(
            "templates/NOTES.txt",
            recorded!("chart/templates/NOTES.txt"),
        ),
        file(
            "templates/objects.yaml",
            recorded!("chart/templates/objects.yaml"),
        ),
        file(
            "charts/part/Chart.yaml",
            recorded!("chart/charts/part/Chart.yaml"),
        ),
        file(
            "charts/part/values.yaml",
            recorded!("chart/charts/part/values.yaml"),
        ),
    ])
    .expect("a chart");
    let Value::Map(user) = Value::from(serde_json::Value::Object((*expected.config).clone()))
    else {
        unreachable!("values are a map");
    };
    let options = RenderOptions {
        name: "kept".to_owned(),
        namespace: "records".to_owned(),
        ..RenderOptions::default()
    };
    let rendered = render(&chart, &user, &options, &mut Nothing).expect("it renders");
    let remembered = ReleasedChart::new(&rendered.chart).expect("JSON");
    // Times of files are the loader's own.
    let without_times = |chart: &ReleasedChart| {
        let mut json = serde_json::to_value(chart).expect("JSON");
        let fields = json.as_object_mut().expect("an object");
        fields.retain(|name, _| !name.ends_with("modtime"));
        for list in ["templates", "files"] {
            for file in json[list].as_array_mut().expect("a list") {
                file.as_object_mut().expect("an object").remove("modtime");
            }
        }
        json
    };
    let theirs = expected.chart.as_deref().expect("a chart");
    assert_eq!(without_times(&remembered), without_times(theirs));
    assert_eq!(rendered.manifest(false), &*expected.manifest);
    assert_eq!(rendered.notes, expected.info.notes);
}

/// Text that does not compress.
fn noise(bytes: usize) -> String {
    let mut state = 1_u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        char::from(b'a' + u8::try_from(state >> 33 & 15).expect("four bits"))
    };
    std::iter::repeat_with(&mut next).take(bytes).collect()
}

#[test]
fn an_oversize_record_loses_what_no_action_needs() {
    let mut release = read(recorded!("installed.json"));
    let chart = Arc::make_mut(release.chart.as_mut().expect("a chart"));
    chart.templates[0].data = noise(600_000).into_bytes().into();
    let text = encode(&release, 300_000).expect("it fits without templates");
    let stored = decode(text.as_bytes()).expect("it reads");
    let stored_chart = stored.chart.as_deref().expect("a chart");
    assert!(stored_chart.templates.is_empty());
    assert!(!stored_chart.files.is_empty(), "files did no harm");
    assert_eq!(stored.manifest, release.manifest);
}

#[test]
fn a_manifest_that_does_not_fit_is_an_error() {
    let mut release = read(recorded!("installed.json"));
    release.manifest = noise(600_000).into();
    let error = encode(&release, 300_000).expect_err("it is too large");
    assert!(matches!(error, EncodeError::TooLarge { .. }), "{error}");
}

#[test]
fn what_is_no_record_is_told() {
    for text in ["", "%", "e30", "e2Jyb2tlbg==", "H4sIAAAAAAAA"] {
        assert!(decode(text.as_bytes()).is_err(), "{text:?}");
    }
    assert!(decode(b"eyJuYW1lIjoieCJ9").is_ok(), "not compressed");
}
