use super::parse;
use crate::{functions, lexer::Delimiters};

/// Checks how the text's own template prints back, or what parsing fails with.
fn check(text: &str, expected: &str) {
    let printed = match parse("t", text, &Delimiters::default(), &functions::go()) {
        Ok(trees) => trees
            .last()
            .map(|tree| tree.root.iter().map(ToString::to_string).collect())
            .unwrap_or_default(),
        Err(error) => error.to_string(),
    };
    assert_eq!(printed, expected, "{text:?}");
}

#[test]
fn trees_print_back() {
    check("a {{- .x.y | print 1 -}} b", "a{{.x.y | print 1}}b");
    check(
        "{{ if and .a (not $.b) }}x{{ else if .c }}y{{ end }}",
        "{{if and .a (not $.b)}}x{{else}}{{if .c}}y{{end}}{{end}}",
    );
    check(
        "{{range $i, $v := .l}}{{$v}}{{break}}{{end}}",
        "{{range $i, $v := .l}}{{$v}}{{break}}{{end}}",
    );
    check(
        "{{/* note */ -}}   {{template `x` (print \"a\").b}}",
        "{{template \"x\" (print \"a\").b}}",
    );
    check("{{block \"b\" .}}z{{end}}", "{{template \"b\" .}}");
}

#[test]
fn malformed_texts_are_refused() {
    check("{{", "template: t:1: unclosed action");
    check("\n{{if}}{{end}}", "template: t:2: missing value for if");
    check("{{nope 1}}", "template: t:1: function \"nope\" not defined");
    check("{{$x}}", "template: t:1: undefined variable \"$x\"");
    check("{{.a-b}}", "template: t:1: bad character U+002D '-'");
    check("{{if .a}}", "template: t:1: unexpected EOF");
    check("{{end}}", "template: t:1: unexpected {{end}}");
    check("{{break}}", "template: t:1: {{break}} outside {{range}}");
    check("{{/* a }}", "template: t:1: unclosed comment");
    check("{{\"a\n\"}}", "template: t:1: unterminated quoted string");
    check(
        "{{print .a | 1}}",
        "template: t:1: non executable command in pipeline stage 2",
    );
    check(
        "{{define \"a\"}}x{{end}}{{define \"a\"}}y{{end}}",
        "template: t:1: template: multiple definition of template \"a\"",
    );
    check("{{.a\n.b", "template: t:2: unclosed action started at t:1");
}

#[test]
fn deep_nesting_is_refused() {
    check(
        &format!("{{{{{}", "(".repeat(5000)),
        "template: t:1: max expression depth exceeded",
    );
    check(
        &"{{if .a}}".repeat(5000),
        "template: t:1: max expression depth exceeded",
    );
}
