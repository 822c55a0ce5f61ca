//! An object of a plan while nobody looks at it: most plans lie idle until their interval ends.

use rheostat_apply::Object;
use serde_json::Value;

/// An object in a tenth of the room that its value takes.
#[derive(Debug)]
pub(super) enum Packed {
    /// As JSON.
    Text(Box<str>),
    /// As it is: some floating-point numbers do not come back from their text to the last bit.
    Value(Object),
}

impl Packed {
    /// Packs an object.
    pub(super) fn new(object: Object) -> Self {
        let text = object.value().to_string();
        match serde_json::from_str::<Value>(&text) {
            Ok(read) if read == *object.value() => Self::Text(text.into_boxed_str()),
            Ok(_) | Err(_) => Self::Value(object),
        }
    }

    /// The object.
    pub(super) fn unpack(&self) -> Object {
        match self {
            Self::Text(text) => serde_json::from_str(text)
                .ok()
                .and_then(|value| Object::new(value).ok())
                .expect("the text was read back when it was packed"),
            Self::Value(object) => object.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(value: &Value) {
        let whole = json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": value,
        });
        let object = Object::new(whole).unwrap();
        assert_eq!(Packed::new(object.clone()).unpack(), object);
    }

    #[test]
    fn an_object_comes_back_as_it_was() {
        check(&json!({"text": "\u{7f}ü\n\"", "null": null, "list": [1, true, {}]}));
        check(&json!([u64::MAX, i64::MIN, 0.1, -1.5e300]));
        for digits in 1..2000_u32 {
            check(&json!(f64::from(digits) * 1.000_000_1e-7));
        }
    }
}
