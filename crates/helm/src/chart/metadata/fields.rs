//! Reading an object as Go's decoder for JSON does: names in any case, and its complaints.

use rheostat_gocompat::{json, strconv};
use serde_json::Value as Json;

/// The fields of an object as Go's decoder finds them.
pub(super) struct Fields<'j> {
    pub(super) json: &'j Json,
    pub(super) owner: &'static str,
}

impl<'j> Fields<'j> {
    pub(super) fn get(&self, name: &str) -> Option<&'j Json> {
        let fields = self.json.as_object()?;
        fields.get(name).or_else(|| {
            fields
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value)
        })
    }

    pub(super) fn text(&self, name: &str, target: &mut String) -> Result<(), String> {
        self.get(name)
            .map_or(Ok(()), |json| self.read_text(json, name, target))
    }

    pub(super) fn read_text(
        &self,
        json: &Json,
        name: &str,
        target: &mut String,
    ) -> Result<(), String> {
        match json {
            Json::Null => {}
            Json::String(text) => target.clone_from(text),
            Json::Bool(value) => *target = value.to_string(),
            Json::Number(number) if number.is_f64() => {
                *target = strconv::format_float(number.as_f64().unwrap_or(f64::NAN), 'g', None, 64);
            }
            Json::Number(number) => *target = number.to_string(),
            other => {
                return Err(mismatch(
                    other,
                    &format!("Go struct field {}.{name} of type string", self.owner),
                ));
            }
        }
        Ok(())
    }

    pub(super) fn bool(&self, name: &str, target: &mut bool) -> Result<(), String> {
        match self.get(name) {
            None | Some(Json::Null) => {}
            Some(Json::Bool(value)) => *target = *value,
            Some(other) => {
                return Err(mismatch(
                    other,
                    &format!("Go struct field {}.{name} of type bool", self.owner),
                ));
            }
        }
        Ok(())
    }

    pub(super) fn items(&self, name: &str) -> Result<Option<&'j [Json]>, String> {
        match self.get(name) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::Array(items)) => Ok(Some(items)),
            Some(other) => Err(mismatch(
                other,
                &format!("Go struct field {}.{name} of type []string", self.owner),
            )),
        }
    }

    pub(super) fn texts(&self, name: &str, target: &mut Vec<String>) -> Result<(), String> {
        let Some(items) = self.items(name)? else {
            return Ok(());
        };
        let read = |item: &Json| {
            let mut text = String::new();
            self.read_text(item, name, &mut text)?;
            Ok(text)
        };
        *target = items.iter().map(read).collect::<Result<_, String>>()?;
        Ok(())
    }
}

pub(super) fn mismatch(value: &Json, target: &str) -> String {
    let kind = json::kind(value);
    format!(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {kind} into {target}"
    )
}
