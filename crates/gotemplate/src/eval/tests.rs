//! Bounds: what would run away is stopped, and the place is told.

use super::*;
use crate::{functions, value::Map};

struct Nothing;

impl Host for Nothing {
    fn now(&mut self) -> i128 {
        0
    }

    fn random(&mut self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

/// Checks that a text is stopped by a bound.
fn check(text: &str, expected: Limit) {
    let mut set = TemplateSet::new(functions::helm());
    set.parse("t", text).unwrap();
    let limits = Limits {
        steps: 100_000,
        bytes: 1 << 20,
        depth: 1000,
    };
    let error = Executor::new(&set, "gotpl", &mut Nothing)
        .with_limits(limits)
        .execute("t", &Value::from(Map::new()))
        .unwrap_err();
    match error {
        Error::Exec(error) => assert_eq!(error.limit(), Some(expected), "{text}"),
        other => panic!("{text}: {other}"),
    }
}

#[test]
fn what_multiplies_is_stopped_before_it_is_made() {
    check("{{ repeat 1000000000 \"x\" }}", Limit::Bytes);
    check("{{ until 1000000000000 }}", Limit::Bytes);
    check("{{ seq 1000000000 }}", Limit::Bytes);
    check("{{ indent 100000000 \"x\" }}", Limit::Bytes);
    check("{{ printf \"%1000000d %1000000d\" 1 1 }}", Limit::Bytes);
    check(
        "{{ $x := \"ab\" }}{{ range until 100 }}{{ $x = replace \"a\" (print $x $x) $x }}{{ end }}",
        Limit::Bytes,
    );
}

#[test]
fn what_never_ends_is_stopped() {
    check("{{ range 9000000000000 }}{{ end }}", Limit::Steps);
    check(
        "{{ define \"a\" }}{{ template \"a\" }}{{ end }}{{ template \"a\" }}",
        Limit::Depth,
    );
    check(
        "{{ tpl \"{{ tpl .t . }}\" (dict \"t\" \"{{ tpl .t . }}\") }}",
        Limit::Depth,
    );
}

#[test]
fn a_template_that_includes_itself_is_stopped_as_in_helm() {
    let mut set = TemplateSet::new(functions::helm());
    set.parse(
        "t",
        "{{ define \"a\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}",
    )
    .unwrap();
    let error = Executor::new(&set, "gotpl", &mut Nothing)
        .execute("t", &Value::Invalid)
        .unwrap_err()
        .to_string();
    assert!(
        error.ends_with(
            "rendering template has a nested reference name: a: unable to execute template"
        ),
        "{error}"
    );
}

#[test]
fn a_value_that_holds_itself_is_told() {
    let mut set = TemplateSet::new(functions::helm());
    set.parse(
        "t",
        "{{ $m := dict }}{{ $_ := set $m \"self\" $m }}{{ $m }}",
    )
    .unwrap();
    let error = Executor::new(&set, "gotpl", &mut Nothing)
        .execute("t", &Value::Invalid)
        .unwrap_err()
        .to_string();
    assert!(error.contains("nests too deeply"), "{error}");
}
