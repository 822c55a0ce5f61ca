//! Templates that can call each other.

use std::{collections::HashMap, sync::Arc};

use crate::{ast, ast::Tree, error::ParseError, function::Functions, lexer::Delimiters, parser};

/// A set of parsed templates. It is parsed once and may be executed many times, from many threads.
#[derive(Debug, Clone, Default)]
pub struct TemplateSet {
    pub(crate) functions: Functions,
    pub(crate) delimiters: Delimiters,
    pub(crate) trees: HashMap<Arc<str>, Arc<Tree>>,
}

impl TemplateSet {
    /// An empty set whose templates may call these functions.
    pub fn new(functions: Functions) -> Self {
        Self {
            functions,
            ..Self::default()
        }
    }

    /// The same set with other marks around actions, for what is parsed from now on.
    #[must_use]
    pub fn with_delimiters(mut self, delimiters: Delimiters) -> Self {
        self.delimiters = delimiters;
        self
    }

    /// Parses a text under a name and adds the templates that it defines.
    ///
    /// A later definition replaces an earlier one of its name, unless there is nothing in it but white space.
    ///
    /// # Errors
    /// [`ParseError`]; then nothing is added.
    pub fn parse(&mut self, name: &str, text: &str) -> Result<(), ParseError> {
        let parsed = self.parse_text(name, text)?;
        self.add(&parsed);
        Ok(())
    }

    /// Parses a text under a name, to be added to this set or to another that has the same functions and delimiters.
    ///
    /// # Errors
    /// [`ParseError`].
    pub fn parse_text(&self, name: &str, text: &str) -> Result<ParsedText, ParseError> {
        let trees = parser::parse(name, text, &self.delimiters, &self.functions)?;
        Ok(ParsedText {
            name: name.into(),
            trees: trees.into_iter().map(Arc::new).collect(),
        })
    }

    /// Adds the templates of a parsed text.
    pub fn add(&mut self, parsed: &ParsedText) {
        for tree in parsed.trees.iter() {
            let is_kept = self.trees.contains_key(&tree.name) && ast::is_empty(&tree.root);
            if !is_kept {
                self.trees.insert(Arc::clone(&tree.name), Arc::clone(tree));
            }
        }
    }

    /// Whether there is a template of a name.
    pub fn contains(&self, name: &str) -> bool {
        self.trees.contains_key(name)
    }
}

/// The templates of one text, parsed. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct ParsedText {
    name: Arc<str>,
    trees: Arc<[Arc<Tree>]>,
}

impl ParsedText {
    /// The name that the text was parsed under.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// The templates that an execution sees: those of the set and those that an enclosing `tpl` has defined.
pub(crate) struct Scope<'t> {
    pub(crate) set: &'t TemplateSet,
    pub(crate) parent: Option<&'t Self>,
    pub(crate) added: HashMap<Arc<str>, &'t Tree>,
}

impl<'t> Scope<'t> {
    pub(crate) fn of(set: &'t TemplateSet) -> Self {
        Self {
            set,
            parent: None,
            added: HashMap::new(),
        }
    }

    pub(crate) fn template(&self, name: &str) -> Option<&'t Tree> {
        if let Some(tree) = self.added.get(name) {
            return Some(tree);
        }
        match self.parent {
            Some(parent) => parent.template(name),
            None => self.set.trees.get(name).map(Arc::as_ref),
        }
    }
}
