//! The Go types of the built-in kinds, as a table.

use std::collections::HashMap;
use std::sync::OnceLock;

/// A Go type, as far as its JSON form depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Type {
    String,
    Bool,
    Int32,
    Int64,
    Float,
    Bytes,
    Quantity,
    IntOrString,
    Time,
    MicroTime,
    /// Kept as it is.
    Raw,
    List(Box<Self>),
    Map(Box<Self>),
    Pointer(Box<Self>),
    Struct(usize),
}

/// A field of a struct.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Type,
    /// Whether it is left out when it is empty.
    pub(super) omits_empty: bool,
}

/// All types.
#[derive(Debug, Default)]
pub(super) struct Scheme {
    structs: Vec<Vec<Field>>,
    /// By `apiVersion kind`.
    kinds: HashMap<&'static str, Type>,
}

impl Scheme {
    /// The table, read at its first use.
    pub(super) fn get() -> &'static Self {
        static SCHEME: OnceLock<Scheme> = OnceLock::new();
        SCHEME.get_or_init(|| Self::parse(include_str!("scheme.txt")))
    }

    /// The type of a kind, if it is built in.
    pub(super) fn kind(&self, api_version: &str, kind: &str) -> Option<&Type> {
        self.kinds.get(format!("{api_version} {kind}").as_str())
    }

    /// The fields of a struct.
    pub(super) fn fields(&self, number: usize) -> &[Field] {
        self.structs.get(number).map_or(&[], Vec::as_slice)
    }

    /// Reads the table; `scheme_is_whole` in the tests holds that no line of it is lost.
    fn parse(text: &'static str) -> Self {
        let mut scheme = Self::default();
        for line in text.lines() {
            if line.starts_with('#') {
                let fields = line.split(' ').skip(1);
                scheme.structs.push(fields.filter_map(field).collect());
            } else if let Some((kind, word)) = line.rsplit_once(' ')
                && let Some(found) = parse(word)
            {
                scheme.kinds.insert(kind, found);
            }
        }
        scheme
    }
}

fn field(word: &'static str) -> Option<Field> {
    let (name, rest) = word.split_once(':')?;
    let kind = rest.strip_suffix('?');
    Some(Field {
        name,
        kind: parse(kind.unwrap_or(rest))?,
        omits_empty: kind.is_some(),
    })
}

fn parse(word: &str) -> Option<Type> {
    // The nesting of a type is as deep as its line in the table, which is ours.
    let inner = |word: &str| parse(word).map(Box::new);
    Some(match word {
        "s" => Type::String,
        "b" => Type::Bool,
        "i32" => Type::Int32,
        "i64" => Type::Int64,
        "f" => Type::Float,
        "B" => Type::Bytes,
        "q" => Type::Quantity,
        "o" => Type::IntOrString,
        "t" => Type::Time,
        "u" => Type::MicroTime,
        "r" => Type::Raw,
        _ => match word.split_at_checked(1)? {
            ("[", rest) => Type::List(inner(rest)?),
            ("{", rest) => Type::Map(inner(rest)?),
            ("*", rest) => Type::Pointer(inner(rest)?),
            ("#", number) => Type::Struct(number.parse().ok()?),
            _ => return None,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scheme_is_whole() {
        let text = include_str!("scheme.txt");
        let scheme = Scheme::get();
        let fields: usize = scheme.structs.iter().map(Vec::len).sum();
        assert_eq!(
            scheme.structs.len() + scheme.kinds.len(),
            text.lines().count()
        );
        assert_eq!(fields, text.matches(':').count());
        assert!(!text.contains('!'), "a field that is left out when zero");
    }

    /// Reading an object recurses as deep as its type.
    #[test]
    fn types_do_not_hold_themselves() {
        fn depth(scheme: &Scheme, kind: &Type, above: usize) -> usize {
            assert!(above < 40, "a type without an end");
            match kind {
                Type::List(inner) | Type::Map(inner) | Type::Pointer(inner) => {
                    depth(scheme, inner, above + 1)
                }
                Type::Struct(number) => scheme
                    .fields(*number)
                    .iter()
                    .map(|field| depth(scheme, &field.kind, above + 1))
                    .max()
                    .unwrap_or(above),
                _ => above,
            }
        }
        let scheme = Scheme::get();
        for kind in scheme.kinds.values() {
            depth(scheme, kind, 0);
        }
    }
}
