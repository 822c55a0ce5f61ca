//! Objects.

use rheostat_gocompat::regexp::Regexp;
use serde_json::{Map, Value as Json};

use super::{Checked, Checker, Failures, size_of};
use crate::values::schema::{
    draft::Draft,
    failure::{Failure, Kind, joined, number, quoted},
};

impl<'s> Checker<'s> {
    pub(super) fn object(
        &mut self,
        schema: &'s Json,
        fields: &Map<String, Json>,
        failures: &mut Failures<'_>,
    ) -> Checked<()> {
        let count = |name: &str| schema.get(name).and_then(Json::as_f64);
        let size = size_of(fields.len());
        if let Some(least) = count("minProperties").filter(|least| size < *least) {
            failures.add(format!(
                "minProperties: got {}, want {}",
                number(size),
                number(least)
            ));
        }
        if let Some(most) = count("maxProperties").filter(|most| size > *most) {
            failures.add(format!(
                "maxProperties: got {}, want {}",
                number(size),
                number(most)
            ));
        }
        let lacking = missing(schema.get("required"), fields);
        match lacking.as_slice() {
            [] => {}
            [single] => failures.add(format!("missing property {}", quoted(single))),
            several => failures.add(format!("missing properties {}", joined(several))),
        }
        self.dependencies(schema, fields, failures, "dependencies")?;
        self.properties(schema, fields, failures)?;
        if self.draft > Draft::Four
            && let Some(names) = schema.get("propertyNames")
        {
            for name in fields.keys() {
                if let Some(failure) =
                    self.same_place(names, &Json::String(name.clone()), failures)?
                {
                    let kind = Kind::Message(format!("invalid propertyName {}", quoted(name)));
                    let causes = if matches!(failure.kind, Kind::Group) {
                        failure.causes
                    } else {
                        vec![failure]
                    };
                    failures.found.push(Failure {
                        location: String::new(),
                        kind,
                        causes,
                    });
                }
            }
        }
        self.dependencies(schema, fields, failures, "dependentSchemas")?;
        self.dependencies(schema, fields, failures, "dependentRequired")
    }

    /// What must be there, or hold, because a property is there.
    fn dependencies(
        &mut self,
        schema: &'s Json,
        fields: &Map<String, Json>,
        failures: &mut Failures<'_>,
        keyword: &str,
    ) -> Checked<()> {
        let Some(Json::Object(dependencies)) = schema.get(keyword) else {
            return Ok(());
        };
        for (name, dependency) in dependencies
            .iter()
            .filter(|(name, _)| fields.contains_key(*name))
        {
            if dependency.is_array() {
                let lacking = missing(Some(dependency), fields);
                if !lacking.is_empty() {
                    failures.add(format!(
                        "properties {} required, if {} exists",
                        joined(&lacking),
                        quoted(name)
                    ));
                }
                continue;
            }
            let instance = Json::Object(fields.clone());
            let failure = self.same_place(dependency, &instance, failures)?;
            failures.found.extend(failure);
        }
        Ok(())
    }

    fn properties(
        &mut self,
        schema: &'s Json,
        fields: &Map<String, Json>,
        failures: &mut Failures<'_>,
    ) -> Checked<()> {
        let properties = schema.get("properties").and_then(Json::as_object);
        let mut patterns = Vec::new();
        for (pattern, schema) in schema
            .get("patternProperties")
            .and_then(Json::as_object)
            .into_iter()
            .flatten()
        {
            patterns.push((
                Regexp::compile(pattern).map_err(|error| error.to_string())?,
                schema,
            ));
        }
        let mut additional = Vec::new();
        for (name, value) in fields {
            let mut is_evaluated = false;
            if let Some(schema) = properties.and_then(|properties| properties.get(name)) {
                is_evaluated = true;
                self.inner(schema, value, name, failures)?;
            }
            for (pattern, schema) in &patterns {
                if pattern.is_match(name) {
                    is_evaluated = true;
                    self.inner(schema, value, name, failures)?;
                }
            }
            match schema.get("additionalProperties") {
                Some(Json::Bool(false)) if !is_evaluated => additional.push(name.clone()),
                Some(schema) if !is_evaluated => self.inner(schema, value, name, failures)?,
                _ => {}
            }
        }
        if !additional.is_empty() {
            failures.add(format!(
                "additional properties {} not allowed",
                joined(&additional)
            ));
        }
        Ok(())
    }
}

/// The names of a list that are no fields.
fn missing(names: Option<&Json>, fields: &Map<String, Json>) -> Vec<String> {
    let names = names
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(Json::as_str);
    names
        .filter(|name| !fields.contains_key(*name))
        .map(str::to_owned)
        .collect()
}
