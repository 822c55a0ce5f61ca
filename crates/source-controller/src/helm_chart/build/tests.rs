use super::*;

use rheostat_helm::chart::ChartFile;
use rheostat_tree::File;

const CHART: &[(&str, &str)] = &[
    ("Chart.yaml", "{apiVersion: v2, name: demo, version: 1.0.0}"),
    ("values.yaml", "{a: 1, nested: {x: 1, z: 1}}"),
    ("more.yaml", "{b: 2, nested: {z: null}}"),
    ("list.yaml", "[a]"),
    ("templates/more.yaml", "a: 1"),
];

fn chart() -> Chart {
    let files = CHART.iter();
    let files = files.map(|(name, text)| ChartFile::new(*name, text.as_bytes()));
    Chart::from_files(files.collect()).expect("a chart")
}

fn tree() -> Tree {
    let mut tree = Tree::new();
    for (name, text) in CHART {
        let path = TreePath::new(name).expect("a path");
        let file = File::in_memory(0o644, text.as_bytes());
        tree.insert(&path, file).expect("nothing is in the way");
    }
    tree
}

fn wanted(files: &[&str], is_ignoring_missing: bool) -> Wanted {
    Wanted {
        chart: "demo".to_owned(),
        range: String::new(),
        metadata: "1".to_owned(),
        values_files: files.iter().map(|&file| file.to_owned()).collect(),
        is_ignoring_missing,
        known: None,
    }
}

fn identity() -> Identity {
    Identity::new("demo", "1.0.0", "1").expect("a version")
}

/// The text of values.yaml and the summary; or what is told of the failure.
fn packaged(merged: Result<Merged, Halt>) -> Result<(String, String), String> {
    let told = |halt: Halt| halt.told.message;
    let built = package(chart(), identity(), Some(merged.map_err(told)?), 0).map_err(told)?;
    let again = Chart::from_archive(&built.archive, ArchiveLimits::default());
    let text = again.map_err(|error| error.to_string())?.values_text;
    let text = String::from_utf8_lossy(&text.unwrap_or_default()).into_owned();
    let found = built.identity.found(true, &built.values_files);
    Ok((text, found.announcement))
}

#[track_caller]
fn check(merged: Result<Merged, Halt>, text: &str, files: &str) {
    let summary = format!("packaged 'demo' chart with version '1.0.0+1'{files}");
    assert_eq!(packaged(merged), Ok((text.to_owned(), summary)));
}

#[track_caller]
fn check_refused(merged: Result<Merged, Halt>, expected: &str) {
    let told = packaged(merged).expect_err("it is refused");
    assert_eq!(told, format!("values files merge error: {expected}"));
}

#[test]
fn later_files_win() {
    let files = wanted(&["values.yaml", "more.yaml"], false);
    let text = "a: 1\nb: 2\nnested:\n  x: 1\n  z: null\n";
    let told = " and merged values files [values.yaml more.yaml]";
    check(merged_of_chart(&chart(), &files), text, told);
    check(merged_of_tree(&tree(), &files), text, told);
}

#[test]
fn what_is_missing_is_told_or_left_out() {
    let files = wanted(&["absent.yaml"], false);
    check_refused(
        merged_of_chart(&chart(), &files),
        "failed to merge chart values: no values file found at path 'absent.yaml'",
    );
    check_refused(
        merged_of_tree(&tree(), &files),
        "no values file found at path '/absent.yaml' (reference 'absent.yaml')",
    );
    let files = wanted(&["absent.yaml"], true);
    check(merged_of_chart(&chart(), &files), "", "");
    check(merged_of_tree(&tree(), &files), "", "");
}

#[test]
fn templates_and_lists_are_no_values() {
    let files = wanted(&["templates/more.yaml"], false);
    let told = "failed to merge chart values: no values file found at path 'templates/more.yaml'";
    check_refused(merged_of_chart(&chart(), &files), told);
    let files = wanted(&["list.yaml"], false);
    let told = "unmarshaling values from 'list.yaml' failed: error unmarshaling JSON: while \
                decoding JSON: json: cannot unmarshal array into Go value of type \
                map[string]interface {}";
    check_refused(merged_of_tree(&tree(), &files), told);
}

#[test]
fn a_chart_that_is_stored_is_known() {
    let mut wanted = wanted(&["more.yaml"], false);
    assert!(identity().known(&wanted, true).is_none());
    wanted.known = Some(Known {
        name: "demo".to_owned(),
        version: "1.0.0+1".to_owned(),
        values_files: vec!["more.yaml".to_owned()],
    });
    let Some(Fetched::UpToDate(found)) = identity().known(&wanted, true) else {
        unreachable!("it is known");
    };
    let told = "packaged 'demo' chart with version '1.0.0+1' and merged values files [more.yaml]";
    assert_eq!(found.announcement, told);
    assert_eq!(found.success.reason, Reason::ChartPackageSucceeded);
}

#[test]
fn archives_that_are_none_are_refused() {
    let mut wanted = wanted(&[], false);
    wanted.metadata.clear();
    let limits = ArchiveLimits::default();
    let halt = of_archive(b"no archive".to_vec(), identity(), &wanted, limits);
    let halt = halt.expect_err("it is refused");
    assert_eq!(halt.told.reason, Reason::ChartPullError);
}
