//! Expressions recorded from Go's own text/template with Helm's functions (`tests/tools/gotemplate`), one test each.

#![expect(clippy::disallowed_methods, reason = "the cases are files")]

use std::{fs, path::Path, process::ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};
use rheostat_gotemplate::{Executor, Host, Map, TemplateSet, Value, functions};
use serde::Deserialize;

/// A case and the recorded answer: output or error.
#[derive(Debug, Deserialize)]
struct Case {
    id: String,
    text: String,
    #[serde(default)]
    data: serde_json::Value,
    output: Option<String>,
    error: Option<String>,
}

/// A host whose clock stands still and whose randomness is the same in every run.
#[derive(Default)]
struct Still {
    state: u64,
}

impl Host for Still {
    fn now(&mut self) -> i128 {
        0
    }

    fn random(&mut self, buffer: &mut [u8]) {
        for byte in buffer {
            // A linear congruential generator with the constants of Knuth's MMIX.
            self.state = self
                .state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            *byte = self.state.to_be_bytes()[0];
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/conformance/gotemplate");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the cases are there")
        .map(|entry| entry.expect("readable").path())
        .collect();
    files.sort();
    let mut trials = Vec::new();
    for file in files {
        for line in fs::read_to_string(&file).expect("readable").lines() {
            let case: Case = serde_json::from_str(line).expect("a case");
            trials.push(Trial::test(case.id.clone(), move || check(&case)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn check(case: &Case) -> Result<(), Failed> {
    let actual = execute(&case.text, &value(&case.data));
    let expected = case
        .output
        .clone()
        .map_or_else(|| Err(case.error.clone().unwrap_or_default()), Ok);
    if actual == expected {
        return Ok(());
    }
    Err(format!(
        "template: {}\nexpected: {expected:?}\nactual:   {actual:?}",
        case.text
    )
    .into())
}

fn execute(text: &str, data: &Value) -> Result<String, String> {
    let mut set = TemplateSet::new(functions::helm());
    set.parse("case", text).map_err(|error| error.to_string())?;
    let mut host = Still::default();
    let output = Executor::new(&set, "gotpl", &mut host)
        .execute("case", data)
        .map_err(|error| error.to_string())?;
    Ok(output.to_str().into_owned())
}

fn value(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Nil,
        serde_json::Value::Bool(value) => Value::Bool(*value),
        serde_json::Value::Number(number) => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        serde_json::Value::String(text) => Value::from(text.as_str()),
        serde_json::Value::Array(items) => Value::list(items.iter().map(value).collect()),
        serde_json::Value::Object(fields) => Value::from(
            fields
                .iter()
                .map(|(key, item)| (key.as_str(), value(item)))
                .collect::<Map>(),
        ),
    }
}
