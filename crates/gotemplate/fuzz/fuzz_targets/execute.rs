//! Executes any text as a template on values of each kind.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rheostat_gotemplate::{Executor, Host, Limits, Map, TemplateSet, Value, functions};

/// Counts instead of throwing dice: a source that gives one byte alone would never fill a text of letters.
struct Still(u8);

impl Host for Still {
    fn now(&mut self) -> i128 {
        0
    }

    fn random(&mut self, buffer: &mut [u8]) {
        for byte in buffer {
            self.0 = self.0.wrapping_add(1);
            *byte = self.0;
        }
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
    let mut host = Still(0);
    let _ = Executor::new(&set, "any", &mut host)
        .with_limits(limits)
        .execute("any", &data());
});
