//! Indexes of chart repositories with what helm makes of them.

#![expect(clippy::disallowed_methods, reason = "the cases are files")]

use std::fs;
use std::path::Path;

use rheostat_helm::index::Index;

#[test]
fn indexes_are_read_as_by_helm() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/helm-index");
    let cases = fs::read_dir(folder).expect("the cases are there");
    let cases = cases.map(|entry| entry.expect("readable").path());
    let mut count = 0;
    for case in cases.filter(|path| path.is_dir()) {
        let read = |name: &str| fs::read_to_string(case.join(name)).ok();
        let found = answer(&read("index.yaml").expect("each case has an index"));
        let expected = match read("expected.json") {
            Some(output) => Ok(output),
            None => Err(read("expected.error").expect("each case has an answer")),
        };
        assert_eq!(found, expected, "{}", case.display());
        count += 1;
    }
    assert!(count > 0, "there are no cases");
}

/// What the command writes, with its own moment masked.
fn answer(text: &str) -> Result<String, String> {
    let index = Index::parse(text.as_bytes()).map_err(|error| format!("{error}\n"))?;
    let mut output = Vec::new();
    index
        .write_json(&mut output)
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output).into_owned();
    let lines: Vec<&str> = text
        .lines()
        .map(|line| {
            if line.starts_with("  \"generated\": ") {
                "  \"generated\": null,"
            } else {
                line
            }
        })
        .collect();
    Ok(lines.join("\n"))
}
