//! Arrays.

use serde_json::Value as Json;

use super::{Checked, Checker, Failures, equals, size_of};
use crate::values::schema::{draft::Draft, failure::number};

impl<'s> Checker<'s> {
    pub(super) fn array(
        &mut self,
        schema: &'s Json,
        items: &[Json],
        failures: &mut Failures<'_>,
    ) -> Checked<()> {
        let count = |name: &str| schema.get(name).and_then(Json::as_f64);
        let size = size_of(items.len());
        if let Some(least) = count("minItems").filter(|least| size < *least) {
            failures.add(format!(
                "minItems: got {}, want {}",
                number(size),
                number(least)
            ));
        }
        if let Some(most) = count("maxItems").filter(|most| size > *most) {
            failures.add(format!(
                "maxItems: got {}, want {}",
                number(size),
                number(most)
            ));
        }
        if schema.get("uniqueItems") == Some(&Json::Bool(true))
            && let Some((first, second)) = duplicates(items)
        {
            failures.add(format!("items at {first} and {second} are equal"));
        }
        self.items(schema, items, failures)?;
        self.contains(schema, items, failures)
    }

    fn items(
        &mut self,
        schema: &'s Json,
        items: &[Json],
        failures: &mut Failures<'_>,
    ) -> Checked<()> {
        let is_2020 = self.draft >= Draft::Year2020;
        let (first, rest) = if is_2020 {
            ("prefixItems", "items")
        } else {
            ("items", "additionalItems")
        };
        let evaluated = match schema.get(first) {
            Some(Json::Array(schemas)) => {
                for (index, (schema, item)) in schemas.iter().zip(items).enumerate() {
                    self.inner(schema, item, &index.to_string(), failures)?;
                }
                schemas.len().min(items.len())
            }
            Some(schema) if !is_2020 => {
                for (index, item) in items.iter().enumerate() {
                    self.inner(schema, item, &index.to_string(), failures)?;
                }
                items.len()
            }
            _ => 0,
        };
        let left = items.len() - evaluated;
        match schema.get(rest) {
            Some(Json::Bool(false)) if !is_2020 && left > 0 => {
                failures.add(format!(
                    "last {} additionalItem(s) not allowed",
                    number(size_of(left))
                ));
            }
            Some(schema) if is_2020 || !schema.is_boolean() => {
                for (index, item) in items.iter().enumerate().skip(evaluated) {
                    self.inner(schema, item, &index.to_string(), failures)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn contains(
        &mut self,
        schema: &'s Json,
        items: &[Json],
        failures: &mut Failures<'_>,
    ) -> Checked<()> {
        let Some(contained) = schema.get("contains").filter(|_| self.draft > Draft::Four) else {
            return Ok(());
        };
        let (mut causes, mut matched) = (Vec::new(), Vec::new());
        for (index, item) in items.iter().enumerate() {
            match self.inner_failure(contained, item, &index.to_string(), failures)? {
                Some(failure) => causes.push(failure),
                None => matched.push(index.to_string()),
            }
        }
        let size = size_of(matched.len());
        let places = format!("matched {} items at {}", number(size), matched.join(" "));
        match schema.get("minContains").and_then(Json::as_f64) {
            Some(least) if size < least => {
                let found = if matched.is_empty() {
                    "none matched".to_owned()
                } else {
                    places.clone()
                };
                let message = format!(
                    "min {} items required to match contains schema, but {found}",
                    number(least)
                );
                failures.add_with(message, causes);
            }
            None if matched.is_empty() => {
                failures.add_with("no items match contains schema", causes);
            }
            _ => {}
        }
        if let Some(most) = schema
            .get("maxContains")
            .and_then(Json::as_f64)
            .filter(|most| size > *most)
        {
            failures.add(format!(
                "max {} items required to match contains schema, but {places}",
                number(most)
            ));
        }
        Ok(())
    }
}

/// The first two items that are equal.
fn duplicates(items: &[Json]) -> Option<(usize, usize)> {
    let second_of = |first: usize| (0..first).find(|other| equals(&items[first], &items[*other]));
    (1..items.len()).find_map(|later| second_of(later).map(|earlier| (earlier, later)))
}
