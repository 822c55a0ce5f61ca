//! Compares every answer with what the reference gave: `tests/conformance/health`, recorded by `tests/tools/kstatus`.

use jiff::Timestamp;
use rheostat_health::{evaluate, pods};
use serde::Deserialize;
use serde_json::Value;

const CASES: &str = include_str!("../../../tests/conformance/health/cases.jsonl");

#[derive(Deserialize)]
struct Case {
    name: String,
    object: Value,
    pods: Option<Vec<Value>>,
    status: Option<String>,
    #[serde(default)]
    fails: bool,
}

fn answer(case: &Case, now: Timestamp) -> Option<String> {
    let mut health = evaluate(&case.object, now).ok()?;
    let pods = case.pods.as_deref().unwrap_or_default();
    if pods::needed(&case.object, &health).is_some() {
        health = pods::judge(health, pods, now);
    }
    Some(health.status.to_string())
}

#[test]
fn every_answer_is_the_reference_s() {
    let now = "2026-06-01T00:00:00Z".parse().unwrap();
    let mut wrong = Vec::new();
    for line in CASES.lines() {
        let case: Case = serde_json::from_str(line).unwrap();
        let expected = if case.fails {
            None
        } else {
            case.status.clone()
        };
        let answer = answer(&case, now);
        if answer != expected {
            wrong.push(format!("{}: want {expected:?}, got {answer:?}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
