use super::*;
use crate::release::Time;

/// What is written of an index.
fn written(text: &str) -> String {
    let index = Index::parse(text.as_bytes()).expect("an index");
    let mut output = Vec::new();
    index.write_json(&mut output).expect("memory takes it");
    String::from_utf8(output).expect("JSON is text")
}

fn version(version: &str, day: u8) -> ChartVersion {
    ChartVersion {
        version: version.to_owned(),
        created: serde_json::from_value::<Time>(format!("2024-01-{day:02}T00:00:00Z").into())
            .expect("a moment"),
        ..ChartVersion::default()
    }
}

#[track_caller]
fn check_choice(range: &str, expected: Result<&str, &str>) {
    let versions = [
        version("2.0.0-rc.1", 9),
        version("1.3.0", 3),
        version("1.2.0+b", 2),
        version("1.2.0+a", 1),
        version("v1.1.0", 1),
        version("1.0", 1),
        version("latest", 1),
    ];
    let chosen = choose("demo", Some(&versions), range);
    let chosen = chosen.map(|chosen| chosen.version.as_str());
    let expected = expected.map_err(str::to_owned);
    assert_eq!(
        chosen.map_err(|error| error.to_string()),
        expected,
        "{range}"
    );
}

#[test]
fn the_highest_version_in_the_range_is_chosen() {
    check_choice("", Ok("1.3.0"));
    check_choice("*", Ok("1.3.0"));
    check_choice("1.2.x", Ok("1.2.0+b"));
    check_choice("1.1.0", Ok("v1.1.0"));
    check_choice(">=1.0.0-0", Ok("2.0.0-rc.1"));
}

#[test]
fn the_text_of_a_version_is_taken_as_it_is() {
    check_choice("1.2.0+a", Ok("1.2.0+a"));
    check_choice("1.0", Ok("1.0"));
    check_choice("latest", Ok("latest"));
}

#[test]
fn what_cannot_be_chosen_is_told() {
    let none = "no 'demo' chart with version matching '>=9' found";
    check_choice(">=9", Err(none));
    check_choice("no range", Err("improper constraint: \"no range\""));
    let chosen = |versions| choose("demo", versions, "*").map_err(|error| error.to_string());
    assert_eq!(chosen(None).err().as_deref(), Some("no chart name found"));
    assert_eq!(
        chosen(Some(&[])).err().as_deref(),
        Some("no chart version found")
    );
}

#[test]
fn one_chart_is_found_in_what_was_written() {
    let text = written(
        "apiVersion: v1\nentries:\n  other:\n  - {name: other, version: 3.0.0}\n  demo:\n  \
         - {name: demo, version: 1.0.0, urls: [a.tgz, b.tgz], digest: abc}\n  \
         - {name: demo, version: 1.10.0}\n  - {name: demo, version: 1.9.0}\n  none: []\n",
    );
    let found = versions(text.as_bytes(), "demo").expect("an index");
    let found = found.expect("it has the chart");
    let names: Vec<&str> = found.iter().map(|found| found.version.as_str()).collect();
    assert_eq!(names, ["1.10.0", "1.9.0", "1.0.0"]);
    assert_eq!(found[2].urls, ["a.tgz", "b.tgz"]);
    assert_eq!(found[2].digest, "abc");
    let none = versions(text.as_bytes(), "none").expect("an index");
    assert_eq!(none, Some(Vec::new()));
    assert_eq!(versions(text.as_bytes(), "absent"), Ok(None));
    assert!(versions(b"[]", "demo").is_err());
}

#[test]
fn an_index_without_entries_says_so() {
    let expected =
        "{\n  \"apiVersion\": \"v1\",\n  \"generated\": \"0001-01-01T00:00:00Z\",\n  \"entries\": ";
    assert_eq!(written("apiVersion: v1\n"), format!("{expected}null\n}}"));
    assert_eq!(
        written("apiVersion: v1\nentries: {}\n"),
        format!("{expected}{{}}\n}}")
    );
}

#[test]
fn invalid_entries_are_counted_and_some_are_told() {
    let entries: Vec<String> = (0..20)
        .map(|number| format!("{{name: demo, version: x{number}}}"))
        .collect();
    let text = format!(
        "apiVersion: v1\nentries: {{demo: [{}]}}",
        entries.join(", ")
    );
    let index = Index::parse(text.as_bytes()).expect("an index");
    assert!(index.is_empty());
    assert_eq!(index.skipped().count, 20);
    assert_eq!(index.skipped().examples.len(), MAX_EXAMPLES);
    let told = "chart \"demo\" \"x0\": validation: chart.metadata.version \"x0\" is invalid";
    assert_eq!(index.skipped().examples[0], told);
}

#[test]
fn an_index_that_nests_without_end_is_refused() {
    let deep = format!("apiVersion: v1\nentries: {}", "[".repeat(100_000));
    assert!(Index::parse(deep.as_bytes()).is_err());
    let deep = format!("{{\"entries\": {}", "[".repeat(100_000));
    assert!(Index::parse(deep.as_bytes()).is_err());
}
