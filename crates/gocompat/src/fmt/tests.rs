use super::*;

/// A small value of a fictitious caller.
#[derive(Clone)]
enum Thing {
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'static str),
    Bytes(&'static [u8]),
    List(Vec<Self>),
    Map(Vec<(&'static str, Self)>),
    Named(i64),
}

impl Operand for Thing {
    fn view(&self) -> View<'_, Self> {
        match self {
            Self::Nil => View::Nil,
            Self::Bool(value) => View::Bool(*value),
            Self::Int(number) | Self::Named(number) => View::Int(*number),
            Self::Float(value) => View::Float {
                value: *value,
                bits: 64,
            },
            Self::Text(text) => View::String(text.as_bytes().into()),
            Self::Bytes(bytes) => View::Bytes((*bytes).into()),
            Self::List(items) => View::List {
                items: items.into(),
                is_nil: false,
            },
            Self::Map(entries) => View::Map {
                entries: entries
                    .iter()
                    .map(|(key, value)| (Self::Text(key), value.clone()))
                    .collect(),
                is_nil: false,
            },
        }
    }

    fn type_name(&self) -> Cow<'_, str> {
        match self {
            Self::Nil => "nil",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float64",
            Self::Text(_) => "string",
            Self::Bytes(_) => "[]uint8",
            Self::List(_) => "[]interface {}",
            Self::Map(_) => "map[string]interface {}",
            Self::Named(_) => "time.Duration",
        }
        .into()
    }

    fn text(&self) -> Option<String> {
        match self {
            Self::Named(number) => Some(format!("{number}ns")),
            _ => None,
        }
    }
}

fn check(format: &str, operands: &[Thing], expected: &str) {
    let output = sprintf(format.as_bytes(), operands).unwrap();
    assert_eq!(String::from_utf8_lossy(&output), expected, "{format:?}");
}

use Thing::{Bool, Bytes, Float, Int, List, Map, Named, Nil, Text};

#[test]
fn integers() {
    check(
        "%d|%5d|%-5d|%05d|%+d|% d",
        &[Int(42), Int(42), Int(42), Int(-42), Int(42), Int(42)],
        "42|   42|42   |-0042|+42| 42",
    );
    check(
        "%x|%X|%#x|%o|%#o|%O|%b",
        &[Int(255), Int(255), Int(255), Int(8), Int(8), Int(8), Int(5)],
        "ff|FF|0xff|10|010|0o10|101",
    );
    check(
        "%c|%q|%U|%#U",
        &[Int(0x4e16), Int(65), Int(65), Int(0x4e16)],
        "世|'A'|U+0041|U+4E16 '世'",
    );
    check(
        "%.3d|%8.3d|%-8.3d|",
        &[Int(7), Int(7), Int(7)],
        "007|     007|007     |",
    );
}

#[test]
fn floats() {
    check(
        "%v|%g|%f|%.2f|%e|%G",
        &[
            Float(1e6),
            Float(0.1),
            Float(1.5),
            Float(2.345),
            Float(1.5),
            Float(1e-7),
        ],
        "1e+06|0.1|1.500000|2.35|1.500000e+00|1E-07",
    );
    check(
        "%8.2f|%-8.2f|%08.2f|%+.1f|% .1f",
        &[Float(-1.5), Float(1.5), Float(-1.5), Float(1.5), Float(1.5)],
        "   -1.50|1.50    |-0001.50|+1.5| 1.5",
    );
    check(
        "%#g|%#.3g|%08v|%+v",
        &[
            Float(1.0),
            Float(1.0),
            Float(f64::INFINITY),
            Float(f64::NAN),
        ],
        "1.00000|1.00|    +Inf|NaN",
    );
}

#[test]
fn strings_and_bytes() {
    check(
        "%s|%5s|%-5s|%.2s|%q|%x|% X|%#v",
        &[
            Text("é"),
            Text("é"),
            Text("é"),
            Text("éab"),
            Text("a\"b"),
            Text("ab"),
            Text("ab"),
            Text("a"),
        ],
        "é|    é|é    |éa|\"a\\\"b\"|6162|61 62|\"a\"",
    );
    check(
        "%v|%s|%x|%d|%#v",
        &[
            Bytes(b"ab"),
            Bytes(b"ab"),
            Bytes(b"ab"),
            Bytes(b"ab"),
            Bytes(b"ab"),
        ],
        "[97 98]|ab|6162|[97 98]|[]uint8{0x61, 0x62}",
    );
    check("%06s|%#q", &[Text("ab"), Text("a\"b")], "0000ab|`a\"b`");
}

#[test]
fn nested_values() {
    let map = Map(vec![
        ("a", Int(1)),
        ("b", List(vec![Nil, Text("x"), Float(2.0)])),
    ]);
    check("%v", std::slice::from_ref(&map), "map[a:1 b:[<nil> x 2]]");
    check(
        "%#v",
        std::slice::from_ref(&map),
        r#"map[string]interface {}{"a":1, "b":[]interface {}{interface {}(nil), "x", 2}}"#,
    );
    check("%s", &[map], "map[a:%!s(int=1) b:[<nil> x %!s(float64=2)]]");
    check(
        "%5.1f",
        &[List(vec![Float(1.0), Float(2.0)])],
        "[  1.0   2.0]",
    );
}

#[test]
fn mistakes_leave_marks() {
    check("%d", &[Float(3.0)], "%!d(float64=3)");
    check("%d", &[Text("x")], "%!d(string=x)");
    check("%s|%v|%d", &[Nil, Nil, Nil], "%!s(<nil>)|<nil>|%!d(<nil>)");
    check("%s %d", &[Text("a")], "a %!d(MISSING)");
    check("%s", &[Text("a"), Int(1), Nil], "a%!(EXTRA int=1, <nil>)");
    check("%", &[], "%!(NOVERB)");
    check("%[3]d %[2]d", &[Int(1), Int(2)], "%!d(BADINDEX) 2");
    check(
        "%*d|%.*f",
        &[Text("x"), Int(1), Int(2), Float(1.0)],
        "%!(BADWIDTH)1|1.00",
    );
    check("%!|%z", &[Int(1), Bool(true)], "%!!(int=1)|%!z(bool=true)");
    check("100%%", &[], "100%");
}

#[test]
fn methods_give_the_text() {
    check("%v %s %d", &[Named(5), Named(5), Named(5)], "5ns 5ns 5");
    check(
        "%v %T",
        &[List(vec![Named(5)]), Named(5)],
        "[5ns] time.Duration",
    );
}

#[test]
fn sprint_puts_spaces_between_what_is_no_string() {
    let output = sprint(&[Int(1), Int(2), Text("a"), Text("b"), Int(3), Nil]).unwrap();
    assert_eq!(output, b"1 2ab3 <nil>");
    assert_eq!(sprintln(&[Text("a"), Int(1)]).unwrap(), b"a 1\n");
}

#[test]
fn bottomless_values_are_refused() {
    let mut value = Nil;
    for _ in 0..=MAX_DEPTH {
        value = List(vec![value]);
    }
    assert_eq!(sprint(&[value]), Err(TooDeep));
}
