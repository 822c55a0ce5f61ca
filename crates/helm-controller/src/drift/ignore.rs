//! Which places of which objects others may change. (pure)

use rheostat_api::kustomize::overlay::Selector;
use rheostat_api::kustomize::rollout::IgnoreRule;
use rheostat_gocompat::regexp::{Regexp, SyntaxError};
use rheostat_manifest::LabelSelector;
use rheostat_manifest::label_selector::LabelSelectorError;
use serde_json::Value;

/// The rules of a spec, ready to be asked.
#[derive(Debug, Default)]
pub struct Ignore {
    rules: Vec<Rule>,
}

/// A rule that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum IgnoreError {
    /// A field is no regular expression.
    #[error("invalid {field} in the target of an ignore rule: {problem}")]
    Pattern {
        /// The field.
        field: &'static str,
        /// What is wrong.
        #[source]
        problem: SyntaxError,
    },
    /// A field is no selector.
    #[error("invalid {field} in the target of an ignore rule: {problem}")]
    Selector {
        /// The field.
        field: &'static str,
        /// What is wrong.
        #[source]
        problem: LabelSelectorError,
    },
}

#[derive(Debug)]
struct Rule {
    target: Option<Target>,
    paths: Vec<String>,
}

#[derive(Debug)]
struct Target {
    patterns: Vec<(Part, Regexp)>,
    labels: Option<LabelSelector>,
    annotations: Option<LabelSelector>,
}

/// What a pattern is matched with.
#[derive(Clone, Copy, Debug)]
enum Part {
    Group,
    Version,
    Kind,
    Name,
    Namespace,
}

impl Ignore {
    /// Reads rules. Of those without a target only the last one counts, as in the reference.
    ///
    /// # Errors
    /// [`IgnoreError`].
    pub fn new(rules: &[IgnoreRule]) -> Result<Self, IgnoreError> {
        let last_general = rules.iter().rposition(|rule| rule.target.is_none());
        let mut read = Vec::with_capacity(rules.len());
        for (index, rule) in rules.iter().enumerate() {
            let target = match &rule.target {
                Some(target) => Some(Target::new(target)?),
                None if Some(index) == last_general => None,
                None => continue,
            };
            read.push(Rule {
                target,
                paths: rule.paths.clone(),
            });
        }
        Ok(Self { rules: read })
    }

    /// The JSON pointers that count for an object; an empty one leaves it out altogether.
    pub fn paths(&self, object: &Value) -> Vec<String> {
        let rules = self.rules.iter().filter(|rule| {
            let target = rule.target.as_ref();
            target.is_none_or(|target| target.matches(object))
        });
        rules.flat_map(|rule| rule.paths.iter().cloned()).collect()
    }
}

impl Target {
    fn new(selector: &Selector) -> Result<Self, IgnoreError> {
        let mut patterns = Vec::new();
        for (part, field, pattern) in [
            (Part::Group, "group", &selector.group),
            (Part::Version, "version", &selector.version),
            (Part::Kind, "kind", &selector.kind),
            (Part::Name, "name", &selector.name),
            (Part::Namespace, "namespace", &selector.namespace),
        ] {
            if let Some(pattern) = pattern.as_deref().filter(|pattern| !pattern.is_empty()) {
                let compiled = Regexp::compile(&format!("^(?:{pattern})$"));
                let compiled =
                    compiled.map_err(|problem| IgnoreError::Pattern { field, problem })?;
                patterns.push((part, compiled));
            }
        }
        let read = |field: &'static str, text: &Option<String>| {
            let text = text.as_deref().filter(|text| !text.is_empty());
            text.map(LabelSelector::parse)
                .transpose()
                .map_err(|problem| IgnoreError::Selector { field, problem })
        };
        Ok(Self {
            patterns,
            labels: read("labelSelector", &selector.label_selector)?,
            annotations: read("annotationSelector", &selector.annotation_selector)?,
        })
    }

    fn matches(&self, object: &Value) -> bool {
        let text = |pointer: &str| {
            let found = object.pointer(pointer).and_then(Value::as_str);
            found.unwrap_or_default()
        };
        let api_version = text("/apiVersion");
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let is_such = |(part, pattern): &(Part, Regexp)| {
            pattern.is_match(match part {
                Part::Group => group,
                Part::Version => version,
                Part::Kind => text("/kind"),
                Part::Name => text("/metadata/name"),
                Part::Namespace => text("/metadata/namespace"),
            })
        };
        let selects = |selector: &Option<LabelSelector>, field: &str| {
            let marks = object.get("metadata").and_then(|m| m.get(field));
            selector.as_ref().is_none_or(|selector| {
                selector.matches(|key| marks.and_then(|marks| marks.get(key))?.as_str())
            })
        };
        self.patterns.iter().all(is_such)
            && selects(&self.labels, "labels")
            && selects(&self.annotations, "annotations")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(rules: &Value, expected: &[&str]) {
        let rules: Vec<IgnoreRule> = serde_json::from_value(rules.clone()).unwrap();
        let object = json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "web", "namespace": "apps", "labels": {"team": "a"}},
        });
        let found = match Ignore::new(&rules) {
            Ok(ignore) => ignore.paths(&object),
            Err(error) => vec![error.to_string()],
        };
        assert_eq!(found, expected, "{rules:?}");
    }

    #[test]
    fn targets_match_whole_names_and_selectors() {
        let rule = |target: Value| json!([{"paths": ["/p"], "target": target}]);
        check(
            &rule(json!({"kind": "Deployment", "group": "apps"})),
            &["/p"],
        );
        check(&rule(json!({"name": "w.*"})), &["/p"]);
        check(&rule(json!({"name": "we"})), &[]);
        check(&rule(json!({"labelSelector": "team in (a, b)"})), &["/p"]);
        check(&rule(json!({"annotationSelector": "team"})), &[]);
        check(
            &rule(json!({"name": "("})),
            &[
                "invalid name in the target of an ignore rule: error parsing regexp: missing closing ): `^(?:()$`",
            ],
        );
    }

    #[test]
    fn the_last_rule_without_a_target_counts() {
        check(
            &json!([{"paths": ["/a"]}, {"paths": ["/b", "/c"]}]),
            &["/b", "/c"],
        );
    }
}
