//! The check of values against a schema.

mod array;
mod object;
mod scalar;

use serde_json::Value as Json;

use super::{
    draft::Draft,
    failure::{Failure, Kind, constant},
    reference,
};

/// How deep schemas may refer to each other for one part of the values, and values may nest.
pub(super) const MAX_DEPTH: usize = 200;

/// How many schemas may be tried. The largest schema of a real chart takes ten thousand.
const MAX_STEPS: usize = 5_000_000;

/// Keywords whose meaning is absent here.
const UNSUPPORTED: &[&str] = &[
    "unevaluatedProperties",
    "unevaluatedItems",
    "$dynamicRef",
    "$recursiveRef",
    "contentSchema",
];

/// One check of values against one document.
pub(super) struct Checker<'s> {
    root: &'s Json,
    draft: Draft,
    steps: usize,
}

/// Where a schema is applied.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    location: &'p str,
    depth: usize,
}

/// The failures of one schema at one place.
pub(super) struct Failures<'p> {
    place: Place<'p>,
    found: Vec<Failure>,
}

/// What stops a check: a schema that cannot be applied.
type Checked<T> = Result<T, String>;

impl Failures<'_> {
    fn add(&mut self, message: impl Into<String>) {
        self.add_with(message, Vec::new());
    }

    fn add_with(&mut self, message: impl Into<String>, causes: Vec<Failure>) {
        let location = self.place.location.to_owned();
        self.found.push(Failure {
            location,
            kind: Kind::Message(message.into()),
            causes,
        });
    }

    /// One failure stands for itself, several are a group.
    fn into_failure(mut self) -> Option<Failure> {
        if self.found.len() < 2 {
            return self.found.pop();
        }
        Some(Failure {
            location: self.place.location.to_owned(),
            kind: Kind::Group,
            causes: self.found,
        })
    }
}

impl<'s> Checker<'s> {
    pub(super) fn new(root: &'s Json) -> Self {
        Self {
            root,
            draft: Draft::of(root),
            steps: 0,
        }
    }

    /// Checks the whole of the values; answers what does not fit.
    pub(super) fn check_root(&mut self, instance: &Json) -> Checked<Vec<Failure>> {
        let failure = self.check(
            self.root,
            instance,
            Place {
                location: "",
                depth: 0,
            },
        )?;
        Ok(match failure {
            None => Vec::new(),
            Some(Failure {
                kind: Kind::Group,
                causes,
                ..
            }) => causes,
            Some(failure) => vec![failure],
        })
    }

    fn check(
        &mut self,
        schema: &'s Json,
        instance: &Json,
        place: Place<'_>,
    ) -> Checked<Option<Failure>> {
        self.steps += 1;
        if place.depth > MAX_DEPTH || self.steps > MAX_STEPS {
            return Err("schema nests or refers too deeply".to_owned());
        }
        let mut failures = Failures {
            place,
            found: Vec::new(),
        };
        if schema == &Json::Bool(false) {
            failures.add("false schema");
            return Ok(failures.into_failure());
        }
        if schema.as_object().is_none() {
            return Ok(None);
        }
        if let Some(keyword) = UNSUPPORTED
            .iter()
            .find(|keyword| schema.get(**keyword).is_some())
        {
            return Err(format!("keyword {keyword} is not supported"));
        }
        if self.value(schema, instance, &mut failures) {
            return Ok(failures.into_failure());
        }
        if let Some(reference) = schema.get("$ref").and_then(Json::as_str) {
            let failure = self.reference(reference, instance, place)?;
            if self.draft < Draft::Year2019 {
                // What stands beside a reference means nothing to these drafts.
                return Ok(failure);
            }
            failures.found.extend(failure);
        }
        match instance {
            Json::Object(fields) => self.object(schema, fields, &mut failures)?,
            Json::Array(items) => self.array(schema, items, &mut failures)?,
            Json::String(text) => scalar::string(schema, text, &mut failures)?,
            Json::Number(number) => scalar::number(schema, number, self.draft, &mut failures),
            Json::Null | Json::Bool(_) => {}
        }
        self.conditions(schema, instance, &mut failures)?;
        Ok(failures.into_failure())
    }

    /// Checks type, constants and format; true where a failure ends the check of this schema.
    fn value(&self, schema: &Json, instance: &Json, failures: &mut Failures<'_>) -> bool {
        if let Some(wanted) = schema.get("type") {
            let wanted: Vec<&str> = match wanted {
                Json::Array(names) => names.iter().filter_map(Json::as_str).collect(),
                other => other.as_str().into_iter().collect(),
            };
            let actual = type_of(instance);
            let is_match = wanted
                .iter()
                .any(|name| *name == actual || (*name == "integer" && is_integer(instance)));
            if !is_match && !wanted.is_empty() {
                failures.add(format!(
                    "got {actual}, want {}",
                    in_order(&wanted).join(" or ")
                ));
                return true;
            }
        }
        if let Some(wanted) = schema
            .get("const")
            .filter(|wanted| self.draft > Draft::Four && !equals(wanted, instance))
        {
            let is_composite = matches!(wanted, Json::Array(_) | Json::Object(_));
            failures.add(if is_composite {
                "'const' failed".to_owned()
            } else {
                format!("value must be {}", constant(wanted))
            });
            return true;
        }
        if let Some(Json::Array(wanted)) = schema.get("enum")
            && !wanted.iter().any(|wanted| equals(wanted, instance))
        {
            let is_composite = |value: &Json| matches!(value, Json::Array(_) | Json::Object(_));
            let texts: Vec<String> = wanted.iter().map(constant).collect();
            failures.add(match texts.as_slice() {
                _ if wanted.iter().any(is_composite) => "'enum' failed".to_owned(),
                [single] => format!("value must be {single}"),
                texts => format!("value must be one of {}", texts.join(", ")),
            });
            return true;
        }
        if self.draft <= Draft::Seven
            && let Some(problem) = scalar::format_problem(schema, instance)
        {
            failures.add(problem);
            return true;
        }
        false
    }

    fn reference(
        &mut self,
        reference: &str,
        instance: &Json,
        place: Place<'_>,
    ) -> Checked<Option<Failure>> {
        let schema = reference::resolve(self.root, reference)?;
        let failure = self.check(
            schema,
            instance,
            Place {
                depth: place.depth + 1,
                ..place
            },
        )?;
        Ok(failure.map(|failure| {
            let causes = if matches!(failure.kind, Kind::Group) {
                failure.causes
            } else {
                vec![failure]
            };
            Failure {
                location: place.location.to_owned(),
                kind: Kind::Reference,
                causes,
            }
        }))
    }

    /// Checks another schema at the same place.
    fn same_place(
        &mut self,
        schema: &'s Json,
        instance: &Json,
        failures: &Failures<'_>,
    ) -> Checked<Option<Failure>> {
        let place = failures.place;
        self.check(
            schema,
            instance,
            Place {
                depth: place.depth + 1,
                ..place
            },
        )
    }

    /// Checks a schema one step deeper in the values.
    fn inner(
        &mut self,
        schema: &'s Json,
        instance: &Json,
        key: &str,
        failures: &mut Failures<'_>,
    ) -> Checked<()> {
        let failure = self.inner_failure(schema, instance, key, failures)?;
        failures.found.extend(failure);
        Ok(())
    }

    fn inner_failure(
        &mut self,
        schema: &'s Json,
        instance: &Json,
        key: &str,
        failures: &Failures<'_>,
    ) -> Checked<Option<Failure>> {
        let place = failures.place;
        let location = format!(
            "{}/{}",
            place.location,
            key.replace('~', "~0").replace('/', "~1")
        );
        self.check(
            schema,
            instance,
            Place {
                location: &location,
                depth: place.depth + 1,
            },
        )
    }

    /// `not`, `allOf`, `anyOf`, `oneOf` and `if`.
    fn conditions(
        &mut self,
        schema: &'s Json,
        instance: &Json,
        failures: &mut Failures<'_>,
    ) -> Checked<()> {
        if let Some(not) = schema.get("not")
            && self.same_place(not, instance, failures)?.is_none()
        {
            failures.add("'not' failed");
        }
        let list = |name: &str| schema.get(name).and_then(Json::as_array);
        if let Some(schemas) = list("allOf") {
            let mut causes = Vec::new();
            for schema in schemas {
                causes.extend(self.same_place(schema, instance, failures)?);
            }
            if !causes.is_empty() {
                failures.add_with("'allOf' failed", causes);
            }
        }
        if let Some(schemas) = list("anyOf") {
            let mut causes = Vec::new();
            for schema in schemas {
                let failure = self.same_place(schema, instance, failures)?;
                if failure.is_none() {
                    causes.clear();
                    break;
                }
                causes.extend(failure);
            }
            if !causes.is_empty() {
                failures.add_with("'anyOf' failed", causes);
            }
        }
        if let Some(schemas) = list("oneOf") {
            self.one_of(schemas, instance, failures)?;
        }
        if self.draft >= Draft::Seven
            && let Some(condition) = schema.get("if")
        {
            let branch = if self.same_place(condition, instance, failures)?.is_none() {
                "then"
            } else {
                "else"
            };
            if let Some(branch) = schema.get(branch) {
                let failure = self.same_place(branch, instance, failures)?;
                failures.found.extend(failure);
            }
        }
        Ok(())
    }

    fn one_of(
        &mut self,
        schemas: &'s [Json],
        instance: &Json,
        failures: &mut Failures<'_>,
    ) -> Checked<()> {
        let (mut first, mut causes) = (None, Vec::new());
        for (index, schema) in schemas.iter().enumerate() {
            match (self.same_place(schema, instance, failures)?, first) {
                (Some(failure), None) => causes.push(failure),
                (Some(_), Some(_)) => {}
                (None, None) => first = Some(index),
                (None, Some(first)) => {
                    failures.add(format!(
                        "'oneOf' failed, subschemas {first}, {index} matched"
                    ));
                    return Ok(());
                }
            }
        }
        if first.is_none() {
            failures.add_with("'oneOf' failed, none matched", causes);
        }
        Ok(())
    }
}

fn type_of(instance: &Json) -> &'static str {
    match instance {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

fn is_integer(instance: &Json) -> bool {
    matches!(instance, Json::Number(number) if !number.is_f64() || number.as_f64().is_some_and(|value| value.fract() == 0.0))
}

/// A count as the bounds of a schema are.
fn size_of(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

/// The validator names wanted types in an order of its own.
fn in_order<'n>(names: &[&'n str]) -> Vec<&'n str> {
    const ORDER: [&str; 7] = [
        "null", "boolean", "number", "integer", "string", "array", "object",
    ];
    let mut names = names.to_vec();
    names.sort_by_key(|name| ORDER.iter().position(|known| known == name));
    names
}

/// Whether the two are equal; 1 and 1.0 are.
fn equals(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => {
            left == right || left.as_f64() == right.as_f64()
        }
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| equals(left, right))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, value)| right.get(key).is_some_and(|other| equals(value, other)))
        }
        _ => left == right,
    }
}
