//! Nodes: text, actions and control structures.

use super::{
    Limit,
    state::{At, Dot, Result, State},
};
use crate::{
    ast::{Branch, Node, TemplateCall},
    value::{Kind, Value},
};

/// How a list of nodes ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
}

impl<'t> State<'t, '_, '_> {
    pub(super) fn walk_all(&mut self, dot: &Dot, nodes: &'t [Node]) -> Result<Flow> {
        for node in nodes {
            let flow = self.walk(dot, node)?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn walk(&mut self, dot: &Dot, node: &'t Node) -> Result<Flow> {
        self.at(At::Node(node));
        self.step()?;
        match node {
            Node::Text(text) => {
                self.output.extend_from_slice(text);
                self.charge_output(self.output.len() - text.len())?;
            }
            Node::Action(pipe) => {
                let value = self.pipeline(dot, pipe)?;
                if pipe.variables.is_empty() {
                    self.at(At::Node(node));
                    self.print(&value)?;
                }
            }
            Node::If(branch) => return self.choose(dot, branch, false),
            Node::With(branch) => return self.choose(dot, branch, true),
            Node::Range(branch) => return self.range(dot, branch),
            Node::Template(call) => self.call_template(dot, call)?,
            Node::Break(_) => return Ok(Flow::Break),
            Node::Continue(_) => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    fn print(&mut self, value: &Value) -> Result<()> {
        let before = self.output.len();
        if let Err(error) = value.write(&mut self.output) {
            return self.fail(error.to_string());
        }
        self.charge_output(before)
    }

    /// `if` and `with`.
    fn choose(&mut self, dot: &Dot, branch: &'t Branch, moves_dot: bool) -> Result<Flow> {
        let value = self.pipeline(dot, &branch.pipe)?;
        if !value.is_true() {
            return match &branch.alternative {
                Some(alternative) => self.walk_all(dot, alternative),
                None => Ok(Flow::Next),
            };
        }
        if moves_dot {
            self.walk_all(&Dot::plain(value), &branch.body)
        } else {
            self.walk_all(dot, &branch.body)
        }
    }

    fn range(&mut self, dot: &Dot, branch: &'t Branch) -> Result<Flow> {
        let value = self.pipeline(dot, &branch.pipe)?;
        let has_run = match &value {
            Value::Int(count) | Value::Int64(count) => {
                self.check_single_variable(branch, &value)?;
                let make = if matches!(value, Value::Int64(_)) {
                    Value::Int64
                } else {
                    Value::Int
                };
                self.iterate(
                    branch,
                    (0..*count).map(|number| (Value::Invalid, make(number))),
                    false,
                )?
            }
            Value::Uint8(count) => {
                self.check_single_variable(branch, &value)?;
                self.iterate(
                    branch,
                    (0..*count).map(|number| (Value::Invalid, Value::Uint8(number))),
                    false,
                )?
            }
            Value::Uint64(count) => {
                self.check_single_variable(branch, &value)?;
                self.iterate(
                    branch,
                    (0..*count).map(|number| (Value::Invalid, Value::Uint64(number))),
                    false,
                )?
            }
            Value::List(list) => {
                let items = (0i64..).map(Value::Int).zip(list.iter().cloned());
                self.iterate(branch, items, list.holds_any())?
            }
            Value::Bytes(bytes) => {
                let items = (0i64..)
                    .map(Value::Int)
                    .zip(bytes.iter().map(|byte| Value::Uint8(*byte)));
                self.iterate(branch, items, false)?
            }
            Value::Map(map) => {
                let is_boxed = matches!((map.map_type().zero)(), Value::Nil);
                let entries = map
                    .entries()
                    .into_iter()
                    .map(|(key, value)| (Value::String(key), value));
                self.iterate(branch, entries, is_boxed)?
            }
            Value::Invalid | Value::Nil => false,
            other => {
                let text = other.to_text().unwrap_or_default();
                return self.fail(format!(
                    "range can't iterate over {}",
                    String::from_utf8_lossy(&text)
                ));
            }
        };
        match &branch.alternative {
            Some(alternative) if !has_run => self.walk_all(dot, alternative),
            _ => Ok(Flow::Next),
        }
    }

    fn check_single_variable(&mut self, branch: &Branch, value: &Value) -> Result<()> {
        if branch.pipe.variables.len() < 2 {
            return Ok(());
        }
        let text = value.to_text().unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        self.fail(format!(
            "can't use {text} to iterate over more than one variable"
        ))
    }

    /// Executes the body for each index and element; answers whether there was one.
    fn iterate(
        &mut self,
        branch: &'t Branch,
        items: impl Iterator<Item = (Value, Value)>,
        is_boxed: bool,
    ) -> Result<bool> {
        let mut has_run = false;
        for (index, value) in items {
            has_run = true;
            self.step()?;
            let element = Dot { value, is_boxed };
            match branch.pipe.variables.as_ref() {
                [] => {}
                [single] => self.set_variable(single, element.clone())?,
                [first, second, ..] => {
                    self.set_variable(first, Dot::plain(index))?;
                    self.set_variable(second, element.clone())?;
                }
            }
            if self.walk_all(&element, &branch.body)? == Flow::Break {
                break;
            }
        }
        Ok(has_run)
    }

    fn call_template(&mut self, dot: &Dot, call: &'t TemplateCall) -> Result<()> {
        self.at(At::Call(call));
        let Some(tree) = self.scope.template(&call.name) else {
            return self.fail(format!(
                "template {} not defined",
                rheostat_gocompat::strconv::quote_str(&call.name)
            ));
        };
        let value = match &call.pipe {
            Some(pipe) => self.pipeline(dot, pipe)?,
            None => Value::Invalid,
        };
        self.at(At::Call(call));
        if self.shared.depth >= self.shared.limits.depth {
            return self.reach(Limit::Depth);
        }
        let output = std::mem::take(&mut self.output);
        let mut state = State {
            scope: self.scope,
            tree,
            shared: &mut *self.shared,
            at: None,
            variables: Vec::new(),
            output,
        };
        state.run(&Dot::plain(value))?;
        self.output = state.output;
        Ok(())
    }
}

impl Value {
    /// Whether the value is a composite that `==` cannot compare.
    pub(crate) fn is_composite(&self) -> bool {
        matches!(self.kind(), Kind::Slice | Kind::Map)
    }
}
