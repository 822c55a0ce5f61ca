//! The tree printed back, as error texts quote it.

use std::fmt::{self, Display, Formatter, Write};

use crate::{
    ast::{Branch, Command, Node, Operand, Pipe, TemplateCall, Term},
    text::Text,
};

impl Display for Pipe {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, variable) in self.variables.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            f.write_str(&variable.name)?;
        }
        if !self.variables.is_empty() {
            f.write_str(if self.is_assignment { " = " } else { " := " })?;
        }
        separated(f, &self.commands, " | ")
    }
}

impl Display for Command {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, operand) in self.operands.iter().enumerate() {
            if index > 0 {
                f.write_char(' ')?;
            }
            parenthesized(f, operand)?;
        }
        Ok(())
    }
}

impl Display for Operand {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.term {
            Term::Dot => f.write_char('.'),
            Term::Nil => f.write_str("nil"),
            Term::Bool(value) => write!(f, "{value}"),
            Term::Number(number) => f.write_str(&number.literal),
            Term::String(constant) => f.write_str(&constant.literal),
            Term::Field(names) => fields(f, names),
            Term::Variable {
                name,
                fields: names,
                ..
            } => {
                f.write_str(name)?;
                fields(f, names)
            }
            Term::Function(function) => f.write_str(function.name),
            Term::Chain {
                base,
                fields: names,
            } => {
                parenthesized(f, base)?;
                fields(f, names)
            }
            Term::Pipe(pipe) => write!(f, "{pipe}"),
        }
    }
}

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text}"),
            Self::Action(pipe) => write!(f, "{{{{{pipe}}}}}"),
            Self::If(branch) => control(f, "if", branch),
            Self::With(branch) => control(f, "with", branch),
            Self::Range(branch) => control(f, "range", branch),
            Self::Template(call) => write!(f, "{call}"),
            Self::Break(_) => f.write_str("{{break}}"),
            Self::Continue(_) => f.write_str("{{continue}}"),
        }
    }
}

impl Display for TemplateCall {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{{{{template {}",
            rheostat_gocompat::strconv::quote_str(&self.name)
        )?;
        if let Some(pipe) = &self.pipe {
            write!(f, " {pipe}")?;
        }
        f.write_str("}}")
    }
}

fn control(f: &mut Formatter<'_>, keyword: &str, branch: &Branch) -> fmt::Result {
    write!(f, "{{{{{keyword} {}}}}}", branch.pipe)?;
    separated(f, &branch.body, "")?;
    if let Some(alternative) = &branch.alternative {
        f.write_str("{{else}}")?;
        separated(f, alternative, "")?;
    }
    f.write_str("{{end}}")
}

fn separated<T: Display>(f: &mut Formatter<'_>, items: &[T], separator: &str) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(separator)?;
        }
        write!(f, "{item}")?;
    }
    Ok(())
}

fn parenthesized(f: &mut Formatter<'_>, operand: &Operand) -> fmt::Result {
    if matches!(operand.term, Term::Pipe(_)) {
        write!(f, "({operand})")
    } else {
        write!(f, "{operand}")
    }
}

fn fields(f: &mut Formatter<'_>, names: &[Text]) -> fmt::Result {
    names.iter().try_for_each(|name| write!(f, ".{name}"))
}
