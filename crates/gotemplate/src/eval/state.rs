//! What is common to one template's execution, and to all executions of one run.

use std::{collections::HashMap, sync::Arc};

use rheostat_gocompat::regexp::{Regexp, SyntaxError};

use super::{Limit, Limits, MissingKey, patterns::Patterns};
use crate::{
    ast::{self, Command, Node, Operand, Pipe, TemplateCall, Tree},
    error::{Cause, ExecError},
    function::CallError,
    parser,
    runtime::{Host, Runtime},
    template_set::Scope,
    text::Text,
    value::Value,
};

/// How often a template may be active at once by `include` (Helm's `recursionMaxNums`).
const MAX_INCLUDES: usize = 1000;

/// Stack that must be free before a template executes, and what is added where it is not: a level takes some KiB.
const STACK_RED_ZONE_BYTES: usize = 256 << 10;
const STACK_SEGMENT_BYTES: usize = 4 << 20;

/// What all templates of one run share.
pub(super) struct Shared<'h> {
    pub(super) host: &'h mut dyn Host,
    pub(super) name: &'h str,
    pub(super) missing_key: MissingKey,
    pub(super) limits: Limits,
    pub(super) steps: u64,
    pub(super) bytes: usize,
    pub(super) depth: usize,
    /// The templates that are active by `include`, the innermost last.
    pub(super) included: Vec<Arc<str>>,
    /// What `tpl` has parsed, by its text.
    pub(super) parsed: HashMap<String, Arc<[Tree]>>,
    pub(super) patterns: Patterns,
}

/// A value with what reflection knows beyond it: whether it was taken out of an `interface {}`, which error texts tell.
#[derive(Debug, Clone)]
pub(super) struct Dot {
    pub(super) value: Value,
    pub(super) is_boxed: bool,
}

impl Dot {
    pub(super) fn plain(value: Value) -> Self {
        Self {
            value,
            is_boxed: false,
        }
    }
}

/// The node that is being evaluated, for errors.
#[derive(Clone, Copy)]
pub(super) enum At<'t> {
    Node(&'t Node),
    Call(&'t TemplateCall),
    Pipe(&'t Pipe),
    Command(&'t Command),
    Operand(&'t Operand),
}

impl At<'_> {
    fn position(self) -> u32 {
        match self {
            Self::Node(Node::Action(pipe)) | Self::Pipe(pipe) => pipe.position,
            Self::Node(Node::If(branch) | Node::With(branch) | Node::Range(branch)) => {
                branch.pipe.position
            }
            Self::Node(Node::Template(call)) => call.position,
            Self::Call(call) => call.position,
            Self::Node(Node::Break(position) | Node::Continue(position)) => *position,
            Self::Node(Node::Text(_)) => 0,
            Self::Command(command) => command.position,
            Self::Operand(operand) => operand.position,
        }
    }

    fn text(self) -> String {
        match self {
            Self::Node(node) => node.to_string(),
            Self::Call(call) => call.to_string(),
            Self::Pipe(pipe) => pipe.to_string(),
            Self::Command(command) => command.to_string(),
            Self::Operand(operand) => operand.to_string(),
        }
    }
}

pub(super) type Result<T> = std::result::Result<T, Box<ExecError>>;

/// One template's execution.
pub(super) struct State<'t, 's, 'h> {
    pub(super) scope: &'t Scope<'t>,
    pub(super) tree: &'t Tree,
    pub(super) shared: &'s mut Shared<'h>,
    pub(super) at: Option<At<'t>>,
    /// The variables by slot; an unset one has not been declared on this path.
    pub(super) variables: Vec<Option<Dot>>,
    pub(super) output: Vec<u8>,
}

/// Executes a template on data.
pub(super) fn execute<'t>(
    scope: &'t Scope<'t>,
    tree: &'t Tree,
    data: &Value,
    shared: &mut Shared<'_>,
) -> Result<Vec<u8>> {
    let dot = Dot::plain(data.clone());
    let mut state = State {
        scope,
        tree,
        shared,
        at: None,
        variables: Vec::new(),
        output: Vec::new(),
    };
    state.run(&dot)?;
    Ok(state.output)
}

impl<'t> State<'t, '_, '_> {
    /// Executes the template's body from its beginning.
    pub(super) fn run(&mut self, dot: &Dot) -> Result<()> {
        self.variables.resize(self.tree.slots, None);
        self.variables[0] = Some(dot.clone());
        self.shared.depth += 1;
        if self.shared.depth > self.shared.limits.depth {
            return self.reach(Limit::Depth);
        }
        let result = stacker::maybe_grow(STACK_RED_ZONE_BYTES, STACK_SEGMENT_BYTES, || {
            self.walk_all(dot, &self.tree.root)
        });
        self.shared.depth -= 1;
        result.map(|_| ())
    }

    pub(super) fn at(&mut self, at: At<'t>) {
        self.at = Some(at);
    }

    pub(super) fn step(&mut self) -> Result<()> {
        self.shared.steps += 1;
        if self.shared.steps > self.shared.limits.steps {
            self.reach(Limit::Steps)
        } else {
            Ok(())
        }
    }

    pub(super) fn reach<T>(&self, limit: Limit) -> Result<T> {
        self.raise(Cause::Limit(limit))
    }

    pub(super) fn fail<T>(&self, message: impl Into<String>) -> Result<T> {
        self.raise(Cause::Message(message.into()))
    }

    /// An error at the current node.
    pub(super) fn raise<T>(&self, cause: Cause) -> Result<T> {
        Err(Box::new(ExecError {
            template: Arc::clone(&self.tree.name),
            location: self.tree.source.locate(self.at.map_or(0, At::position)),
            node: self.at.map(At::text).unwrap_or_default(),
            cause,
        }))
    }

    /// The templates of a text that `tpl` is given; each text is parsed once.
    fn parsed(&mut self, text: &str) -> std::result::Result<Arc<[Tree]>, CallError> {
        if let Some(trees) = self.shared.parsed.get(text) {
            return Ok(Arc::clone(trees));
        }
        let set = self.scope.set;
        let parsed = parser::parse(self.shared.name, text, &set.delimiters, &set.functions);
        let trees: Arc<[Tree]> = parsed
            .map_err(|error| CallError::Parse(Box::new(error)))?
            .into();
        self.shared
            .parsed
            .insert(text.to_owned(), Arc::clone(&trees));
        Ok(trees)
    }

    /// Counts what has been put out since the output had `before` bytes.
    pub(super) fn charge_output(&mut self, before: usize) -> Result<()> {
        let written = self.output.len().saturating_sub(before);
        self.charge(written).or_else(|limit| self.reach(limit))
    }
}

impl Runtime for State<'_, '_, '_> {
    fn include(&mut self, name: &str, data: &Value) -> std::result::Result<Text, CallError> {
        let Some(tree) = self.scope.template(name) else {
            let [name, set] = [name, self.shared.name].map(rheostat_gocompat::strconv::quote_str);
            return Err(CallError::new(format!(
                "template: no template {name} associated with template {set}"
            )));
        };
        let included = &mut self.shared.included;
        let is_active = |active: &&Arc<str>| active.as_ref() == name;
        if included.len() > MAX_INCLUDES && included.iter().filter(is_active).count() > MAX_INCLUDES
        {
            let message = format!(
                "rendering template has a nested reference name: {name}: unable to execute template"
            );
            return Err(CallError::new(message));
        }
        included.push(Arc::clone(&tree.name));
        let result = execute(self.scope, tree, data, self.shared);
        self.shared.included.pop();
        Ok(result?.into())
    }

    fn execute_text(&mut self, text: &str, data: &Value) -> std::result::Result<Text, CallError> {
        if !text.contains(self.scope.set.delimiters.left.as_str()) {
            // Without an action a text is its own output.
            self.charge(text.len()).map_err(CallError::Limit)?;
            return Ok(text.into());
        }
        let trees = self.parsed(text)?;
        let Some((main, defined)) = trees.split_last() else {
            return Ok(Text::default());
        };
        let mut added: HashMap<Arc<str>, &Tree> = HashMap::new();
        for tree in defined {
            let is_kept = ast::is_empty(&tree.root) && self.scope.template(&tree.name).is_some();
            if !is_kept {
                added.insert(Arc::clone(&tree.name), tree);
            }
        }
        let scope = Scope {
            set: self.scope.set,
            parent: Some(self.scope),
            added,
        };
        let output = execute(&scope, main, data, self.shared)?;
        Ok(output.into())
    }

    fn pattern(&mut self, pattern: &str) -> std::result::Result<Arc<Regexp>, SyntaxError> {
        self.shared.patterns.compiled(pattern)
    }

    fn host(&mut self) -> &mut dyn Host {
        self.shared.host
    }

    fn charge(&mut self, bytes: usize) -> std::result::Result<(), Limit> {
        self.shared.bytes = self.shared.bytes.saturating_add(bytes);
        if self.shared.bytes > self.shared.limits.bytes {
            Err(Limit::Bytes)
        } else {
            Ok(())
        }
    }
}
