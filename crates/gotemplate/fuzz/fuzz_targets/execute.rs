//! Executes any text as a template on values of each kind.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rheostat_gotemplate::{Executor, Host, Limits, Map, TemplateSet, Value, functions};

struct Still;

impl Host for Still {
    fn now(&mut self) -> i128 {
        0
    }

    fn random(&mut self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

fn data() -> Value {
    let inner: Map = [
        ("s", Value::from("text")),
        ("b", Value::Bool(true)),
        ("n", Value::Nil),
    ]
    .into_iter()
    .collect();
    let outer: Map = [
        ("m", Value::from(inner)),
        ("l", Value::list(vec![Value::Float(1.5), Value::from("b")])),
        ("f", Value::Float(3.0)),
    ]
    .into_iter()
    .collect();
    Value::from(outer)
}

fuzz_target!(|text: &str| {
    let mut set = TemplateSet::new(functions::helm());
    if set.parse("any", text).is_err() {
        return;
    }
    let limits = Limits {
        steps: 100_000,
        bytes: 1 << 20,
        depth: 100,
    };
    let mut host = Still;
    let _ = Executor::new(&set, "any", &mut host)
        .with_limits(limits)
        .execute("any", &data());
});
