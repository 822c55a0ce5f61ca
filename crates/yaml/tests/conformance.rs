//! Reads and prints the documents under `tests/conformance/yaml` and compares with what the Go libraries answered.
//!
//! Each folder is a test. `tests/tools/yaml-answers` records the expected files.

#![expect(clippy::disallowed_methods, reason = "the recorded answers are files")]

use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};
use rheostat_yaml::{Limits, Node, Profile, emit, json, parse};
use serde_json::Value;

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/yaml");
    let mut cases: Vec<PathBuf> = fs::read_dir(&root)
        .expect("the conformance data is part of the repository")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.join("input.yaml").exists())
        .collect();
    cases.sort();
    let trials = cases.into_iter().map(|case| {
        let name = case
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Trial::test(name, move || run(&case))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

fn run(case: &Path) -> Result<(), Failed> {
    let input = fs::read(case.join("input.yaml"))?;
    let v2 = read(&input, Profile::V2)
        .and_then(|node| json::from_node(&node, Profile::V2).map_err(|error| error.to_string()));
    // kustomize reads text with line feeds alone.
    let unix = String::from_utf8(input.clone()).map(|text| text.replace("\r\n", "\n").into_bytes());
    let v3 = read(&unix.unwrap_or(input), Profile::V3);
    compare_json(case, &v2)?;
    let printed = |node: &Node| emit::to_kustomize(node).map_err(|error| error.to_string());
    compare(
        case,
        "kustomize",
        &v3.as_ref().map_err(String::clone).and_then(printed),
    )?;
    // Where kustomize fails in the end, kyaml may print what the reader here refuses.
    if case.join("expected.kustomize.yaml").exists() {
        let styled = v3.map(|node| emit::to_kyaml(&node, emit::SequenceIndent::Compact));
        compare(case, "kyaml", &styled)?;
    }
    if case.join("expected.v3.yaml").exists() {
        compare(
            case,
            "v3",
            &v2.map(|value| emit::to_yaml_v3(&as_floats(value))),
        )?;
    }
    Ok(())
}

fn read(input: &[u8], profile: Profile) -> Result<Node, String> {
    let node = parse(input, profile, &Limits::default()).map_err(|error| error.to_string())?;
    Ok(node.unwrap_or_else(Node::null))
}

fn compare_json(case: &Path, got: &Result<Value, String>) -> Result<(), Failed> {
    let Ok(expected) = fs::read_to_string(case.join("expected.v2.json")) else {
        return compare(case, "v2", &got.clone().map(|value| value.to_string()));
    };
    let expected: Value = serde_json::from_str(&expected)?;
    let is_equal = got
        .clone()
        .is_ok_and(|value| as_floats(value) == as_floats(expected.clone()));
    if is_equal {
        return Ok(());
    }
    Err(format!("v2\n     got {got:?}\nexpected {expected:?}").into())
}

/// Compares with `expected.NAME.yaml` or, for an error, `expected.NAME.error`.
fn compare(case: &Path, name: &str, got: &Result<String, String>) -> Result<(), Failed> {
    let expected = match fs::read_to_string(case.join(format!("expected.{name}.yaml"))) {
        Ok(text) => Ok(text),
        Err(_) => Err(fs::read_to_string(
            case.join(format!("expected.{name}.error")),
        )?),
    };
    compare_text(name, got, &expected)
}

fn compare_text(
    name: &str,
    got: &Result<String, String>,
    expected: &Result<String, String>,
) -> Result<(), Failed> {
    let is_equal = match (got, expected) {
        (Ok(got), Ok(expected)) => got == expected,
        (Err(got), Err(expected)) => got == expected.trim_end(),
        _ => false,
    };
    if is_equal {
        return Ok(());
    }
    Err(format!("{name}\n     got {got:?}\nexpected {expected:?}").into())
}

/// Go holds every number of a JSON document in a float.
fn as_floats(value: Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or(Value::Null, Value::from),
        Value::Array(items) => items.into_iter().map(as_floats).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(key, value)| (key, as_floats(value)))
            .collect(),
        other => other,
    }
}
