//! .helmignore.

use rheostat_gocompat::path;

/// The rules of a .helmignore file, in their order.
#[derive(Debug, Default)]
pub(super) struct Rules {
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    text: String,
    /// Helm's odd negation: everything that does not match is ignored.
    is_negated: bool,
    is_directory_only: bool,
    /// Whether the whole path is matched and not the last element.
    is_path: bool,
}

impl Rules {
    /// Reads rules and adds Helm's own, which leaves out hidden files below templates/.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let mut rules = Self::default();
        for line in text.lines().chain(["templates/.?*"]) {
            rules.add(line.trim())?;
        }
        Ok(rules)
    }

    fn add(&mut self, rule: &str) -> Result<(), &'static str> {
        if rule.is_empty() || rule.starts_with('#') {
            return Ok(());
        }
        if rule.contains("**") {
            return Err("double-star (**) syntax is not supported");
        }
        if path::matches(rule, "abc").is_err() {
            return Err("syntax error in pattern");
        }
        let is_negated = rule.starts_with('!');
        let rule = rule.strip_prefix('!').unwrap_or(rule);
        let is_directory_only = rule.ends_with('/');
        let rule = rule.strip_suffix('/').unwrap_or(rule);
        let is_path = rule.contains('/');
        let text = rule.strip_prefix('/').unwrap_or(rule).to_owned();
        self.patterns.push(Pattern {
            text,
            is_negated,
            is_directory_only,
            is_path,
        });
        Ok(())
    }

    /// Whether a path within the chart is left out; the first rule that says so decides.
    pub(super) fn ignores(&self, name: &str, is_directory: bool) -> bool {
        self.patterns.iter().any(|pattern| {
            let is_fit = is_directory || !pattern.is_directory_only;
            if pattern.is_negated {
                !is_fit || !pattern.matches(name)
            } else {
                is_fit && pattern.matches(name)
            }
        })
    }
}

impl Pattern {
    fn matches(&self, name: &str) -> bool {
        let name = if self.is_path { name } else { path::base(name) };
        path::matches(&self.text, name).unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rules: &str, name: &str, expected: bool) {
        let rules = Rules::parse(rules).unwrap();
        assert_eq!(
            rules.ignores(name, name.ends_with("_dir")),
            expected,
            "{name}"
        );
    }

    #[test]
    fn patterns_match_elements_or_paths() {
        check("*.swp", "a/b.swp", true);
        check("/*.txt", "a/b.txt", false);
        check("a/*.txt", "a/b.txt", true);
        check("x_dir/", "x_dir", true);
        check("x/", "x", false);
        check("# note\n", "# note", false);
        check("", "templates/.hidden", true);
    }

    #[test]
    fn negation_ignores_all_else() {
        check("!keep.txt", "keep.txt", false);
        check("!keep.txt", "other.txt", true);
    }
}
