//! Regular expressions that an execution has compiled.

use std::{collections::VecDeque, sync::Arc};

use rheostat_gocompat::regexp::{Regexp, SyntaxError};

/// How many patterns are kept: charts use a handful, and a compiled one may take 32 MiB.
const MAX_PATTERNS: usize = 16;

/// Compiled patterns, the one that was used last in front.
#[derive(Debug, Default)]
pub(super) struct Patterns(VecDeque<(String, Arc<Regexp>)>);

impl Patterns {
    /// The pattern, compiled now or before.
    pub(super) fn compiled(&mut self, pattern: &str) -> Result<Arc<Regexp>, SyntaxError> {
        let known = self.0.iter().position(|(known, _)| known == pattern);
        let entry = match known.and_then(|index| self.0.remove(index)) {
            Some(entry) => entry,
            None => (pattern.to_owned(), Arc::new(Regexp::compile(pattern)?)),
        };
        let regexp = Arc::clone(&entry.1);
        self.0.push_front(entry);
        self.0.truncate(MAX_PATTERNS);
        Ok(regexp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_compiled_once_and_the_oldest_is_let_go() {
        let mut patterns = Patterns::default();
        let first = patterns.compiled("a").expect("a pattern");
        for number in 1..MAX_PATTERNS {
            patterns.compiled(&format!("b{number}")).expect("a pattern");
        }
        let again = patterns.compiled("a").expect("a pattern");
        assert!(Arc::ptr_eq(&first, &again));
        patterns.compiled("c").expect("a pattern");
        assert_eq!(patterns.0.len(), MAX_PATTERNS);
        assert!(!patterns.0.iter().any(|(known, _)| known == "b1"));
        assert!(patterns.compiled("(").is_err());
    }
}
