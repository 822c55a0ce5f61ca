use super::*;

fn compiled(pattern: &str) -> Regexp {
    Regexp::compile(pattern).unwrap_or_else(|error| panic!("{error}"))
}

/// Checks what all matches of `pattern` in `text` are.
fn check(pattern: &str, text: &str, expected: &[&str]) {
    assert_eq!(
        compiled(pattern).find_all(text, None),
        expected,
        "{pattern:?} in {text:?}"
    );
}

#[test]
fn perl_classes_are_ascii() {
    check(r"\d+", "12 ٣٤", &["12"]);
    check(r"\w+", "été x_1", &["t", "x_1"]);
    check(r"\s", "\x0b \u{a0}", &[" "]);
    check(r"\bt", "été", &["t"]);
    check(r"[\W]", "aé_", &["é"]);
    check(r"[^\d\s]+", "1 a2", &["a"]);
}

#[test]
fn brackets_hold_literal_brackets_and_signs() {
    check(r"[]a]+", "a]b", &["a]"]);
    check(r"[^]a]", "a]b", &["b"]);
    check(r"[[&&~]+", "[&~]", &["[&~"]);
    check(r"[a-c-]+", "ab-d", &["ab-"]);
    check(r"[\]\-\x41]+", "A]-", &["A]-"]);
    check(r"[[:alpha:]-]+", "ab-1", &["ab-"]);
    check(r"[[:^alpha:]]+", "ab-1", &["-1"]);
}

#[test]
fn quotes_escapes_and_unicode_classes() {
    check(r"\Qa.b\E+", "a.bb axb", &["a.bb"]);
    check(r"\x{e9}\x41\101\_\#", "éAA_#", &["éAA_#"]);
    check(r"\p{Greek}+\pL\P{^Lu}", "αβxY", &["αβxY"]);
    check(r"a{,2}", "a{,2}", &["a{,2}"]);
    check(r"(?i)été(?-i:X)", "ÉTÉX étéx", &["ÉTÉX"]);
    check(r"(?U)a+", "aaa", &["a", "a", "a"]);
}

#[test]
fn empty_matches_do_not_touch_the_match_before() {
    assert_eq!(compiled("a*").replace_all_literal("baac", "x"), "xbxcx");
    assert_eq!(compiled("").replace_all_literal("é", "-"), "-é-");
    assert_eq!(compiled(r"\B").find_all("é", None).len(), 2);
}

#[test]
fn refusals_carry_gos_text() {
    for (pattern, expected) in [
        ("(", "missing closing ): `(`"),
        ("a)", "unexpected ): `a)`"),
        ("[a", "missing closing ]: `[a`"),
        ("*", "missing argument to repetition operator: `*`"),
        ("(|*)", "missing argument to repetition operator: `*`"),
        ("a**", "invalid nested repetition operator: `**`"),
        ("a*+", "invalid nested repetition operator: `*+`"),
        ("a{2}{3}", "invalid nested repetition operator: `{2}{3}`"),
        ("a{1001}", "invalid repeat count: `{1001}`"),
        ("a{3,2}", "invalid repeat count: `{3,2}`"),
        ("((a{100}){100})", "invalid repeat count: `{100}`"),
        (r"\", "trailing backslash at end of expression: ``"),
        (r"\1", r"invalid escape sequence: `\1`"),
        (r"\Z", r"invalid escape sequence: `\Z`"),
        (r"\xg0", r"invalid escape sequence: `\xg`"),
        ("[b-a]", "invalid character class range: `b-a`"),
        ("[[:none:]]", "invalid character class range: `[:none:]`"),
        (r"\p{None}", r"invalid character class range: `\p{None}`"),
        ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
        ("(?i-)a", "invalid or unsupported Perl syntax: `(?i-)`"),
        ("(?P<n", "invalid named capture: `(?P<n`"),
        ("(?P<a-b>)", "invalid named capture: `(?P<a-b>`"),
    ] {
        let error = Regexp::compile(pattern).unwrap_err().to_string();
        assert_eq!(
            error,
            format!("error parsing regexp: {expected}"),
            "{pattern:?}"
        );
    }
}

#[test]
fn deep_nesting_is_refused() {
    let pattern = format!("{}{}", "(".repeat(2000), ")".repeat(2000));
    assert!(
        Regexp::compile(&pattern)
            .unwrap_err()
            .to_string()
            .contains("expression nests too deeply")
    );
    let allowed = format!("{}a{}", "(".repeat(900), ")".repeat(900));
    assert!(compiled(&allowed).is_match("a"));
}

#[test]
fn templates_take_the_longest_name() {
    let regexp = compiled(r"(?P<first>\w)(\w)(z)?");
    for (template, expected) in [
        ("$2$1", "ba"),
        ("$1x", ""),
        ("${1}x", "ax"),
        ("${first}-$3-$9", "a--"),
        ("$$1 $ ${", "$1 $ ${"),
        ("$01", ""),
    ] {
        assert_eq!(regexp.replace_all("ab", template), expected, "{template:?}");
    }
}

#[test]
fn splitting_keeps_what_lies_between() {
    let comma = compiled(",");
    assert_eq!(comma.split("a,b,,c", None), ["a", "b", "", "c"]);
    assert_eq!(comma.split("a,b,c", Some(2)), ["a", "b,c"]);
    assert_eq!(comma.split("", None), [""]);
    assert_eq!(compiled("").split("ab", None), ["a", "b"]);
    assert_eq!(compiled("z*").split("azb", None), ["a", "b"]);
}

#[test]
fn quoting_escapes_every_special_character() {
    assert_eq!(quote_meta("a.b*[c]"), r"a\.b\*\[c\]");
}
