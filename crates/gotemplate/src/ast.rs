//! The tree of a parsed template.
//!
//! Positions are byte offsets into the text; lines and columns are counted only when an error is told. Variables are resolved to
//! slots and functions to what they do while parsing. A render walks a tree once from one end to the other, and what it waits
//! for is memory: nodes are small, and lists have no room to grow.

use std::sync::Arc;

use crate::{error::Location, function::Function, text::Text, value::Value};

/// What is kept of the text that templates were parsed from.
#[derive(Debug)]
pub(crate) struct Source {
    /// The name given to the text, usually a path.
    pub(crate) name: Arc<str>,
    /// Where its lines begin.
    lines: Box<[u32]>,
}

impl Source {
    pub(crate) fn new(name: &str, text: &str) -> Self {
        let behind = memchr::memchr_iter(b'\n', text.as_bytes()).map(|newline| newline + 1);
        let starts = std::iter::once(0)
            .chain(behind)
            .filter_map(|start| u32::try_from(start).ok());
        Self {
            name: name.into(),
            lines: starts.collect(),
        }
    }

    /// The place of a byte of the text.
    pub(crate) fn locate(&self, position: u32) -> Location {
        let line = self.lines.partition_point(|start| *start <= position);
        let start = line
            .checked_sub(1)
            .and_then(|index| self.lines.get(index))
            .copied()
            .unwrap_or(0);
        Location {
            file: Arc::clone(&self.name),
            line,
            column: (position - start) as usize,
        }
    }
}

/// One template: the body of a text, of a `define` or of a `block`.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) name: Arc<str>,
    pub(crate) source: Arc<Source>,
    pub(crate) root: Box<[Node]>,
    /// How many variables are alive at once, at most; slot 0 is `$`.
    pub(crate) slots: usize,
}

/// An element of a template's body.
#[derive(Debug)]
pub(crate) enum Node {
    Text(Text),
    Action(Pipe),
    If(Box<Branch>),
    With(Box<Branch>),
    Range(Box<Branch>),
    Template(Box<TemplateCall>),
    Break(u32),
    Continue(u32),
}

/// A control structure with its pipeline.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) pipe: Pipe,
    pub(crate) body: Box<[Node]>,
    pub(crate) alternative: Option<Box<[Node]>>,
}

/// `{{template "name" pipeline}}`, or what `block` leaves behind.
#[derive(Debug)]
pub(crate) struct TemplateCall {
    pub(crate) position: u32,
    pub(crate) name: Arc<str>,
    pub(crate) pipe: Option<Pipe>,
}

/// Commands that pass their results on, and the variables that take the last one.
#[derive(Debug)]
pub(crate) struct Pipe {
    pub(crate) position: u32,
    /// Whether the variables are assigned and not declared.
    pub(crate) is_assignment: bool,
    pub(crate) variables: Box<[Declared]>,
    pub(crate) commands: Box<[Command]>,
}

/// A variable that takes a value.
#[derive(Debug)]
pub(crate) struct Declared {
    pub(crate) name: Arc<str>,
    /// Its slot; none where an assignment names a variable that was never declared.
    pub(crate) slot: Option<u32>,
}

/// An operand with arguments.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) position: u32,
    pub(crate) operands: Box<[Operand]>,
}

/// A part of a command.
#[derive(Debug)]
pub(crate) struct Operand {
    pub(crate) position: u32,
    pub(crate) term: Term,
}

#[derive(Debug)]
pub(crate) enum Term {
    Dot,
    Nil,
    Bool(bool),
    Number(Box<Number>),
    String(Box<StringConstant>),
    Field(Box<[Text]>),
    Variable {
        name: Arc<str>,
        slot: Option<u32>,
        fields: Box<[Text]>,
    },
    Function(&'static Function),
    Chain {
        base: Box<Operand>,
        fields: Box<[Text]>,
    },
    Pipe(Box<Pipe>),
}

/// A string as it was written, and what it means.
#[derive(Debug)]
pub(crate) struct StringConstant {
    pub(crate) literal: Box<str>,
    pub(crate) value: Value,
}

/// A constant under every type that can hold it.
#[derive(Debug)]
pub(crate) struct Number {
    pub(crate) literal: Arc<str>,
    pub(crate) int: Option<i64>,
    pub(crate) uint: Option<u64>,
    pub(crate) float: Option<f64>,
    pub(crate) complex: Option<(f64, f64)>,
}

/// Whether a body has nothing in it but white space; such a definition never replaces another.
pub(crate) fn is_empty(nodes: &[Node]) -> bool {
    nodes.iter().all(|node| match node {
        Node::Text(text) => text.to_str().trim().is_empty(),
        _ => false,
    })
}
