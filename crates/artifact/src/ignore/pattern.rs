//! One rule: a line of a `.sourceignore` file.

use rheostat_gocompat::path;
use rheostat_tree::TreePath;

/// A rule, scoped to a folder.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    folder: Vec<String>,
    is_inclusion: bool,
    is_for_directories: bool,
    scope: Scope,
}

/// Where a rule applies below its folder.
#[derive(Debug, Clone)]
enum Scope {
    /// At any depth: the rule is a single name.
    Anywhere(Component),
    /// From the folder on: the rule holds a slash.
    Anchored(Vec<Component>),
}

/// A part of a rule between slashes.
#[derive(Debug, Clone)]
enum Component {
    /// Nothing: before a leading slash, or between two.
    Empty,
    /// `**`.
    AnyFolders,
    /// A name, perhaps with `*`, `?` and sets. One that is malformed
    /// matches nothing.
    Name(String),
    /// `**` with something beside it, to which the dialect gives no meaning.
    Never,
}

impl Pattern {
    /// Reads a rule. Every text is one, though some match nothing.
    pub(super) fn new(line: &str, folder: &TreePath) -> Self {
        let (is_inclusion, rule) = match line.strip_prefix('!') {
            Some(rule) => (true, rule),
            None => (false, line),
        };
        let rule = if rule.ends_with("\\ ") {
            rule
        } else {
            rule.trim_end_matches(' ')
        };
        let (is_for_directories, rule) = match rule.strip_suffix('/') {
            Some(rule) => (true, rule),
            None => (false, rule),
        };
        let scope = if rule.contains('/') {
            Scope::Anchored(rule.split('/').map(Component::anchored).collect())
        } else {
            Scope::Anywhere(Component::Name(rule.to_owned()))
        };
        Self {
            folder: folder.segments().map(str::to_owned).collect(),
            is_inclusion,
            is_for_directories,
            scope,
        }
    }

    /// Whether the rule brings back what it matches.
    pub(super) fn is_inclusion(&self) -> bool {
        self.is_inclusion
    }

    /// Whether the rule speaks of the path, given by its components.
    pub(super) fn matches(&self, path: &[&str], is_directory: bool) -> bool {
        let Some(below) = strip_folder(path, &self.folder) else {
            return false;
        };
        let rest = match &self.scope {
            Scope::Anywhere(name) => match below.iter().position(|part| name.matches(part)) {
                Some(at) => &below[at + 1..],
                None => return false,
            },
            Scope::Anchored(components) => match match_anchored(components, below) {
                Some(rest) => rest,
                None => return false,
            },
        };
        // What lies below the match lies in a folder.
        !self.is_for_directories || is_directory || !rest.is_empty()
    }
}

impl Component {
    fn anchored(text: &str) -> Self {
        match text {
            "" => Self::Empty,
            "**" => Self::AnyFolders,
            other if other.contains("**") => Self::Never,
            name => Self::Name(name.to_owned()),
        }
    }

    fn matches(&self, part: &str) -> bool {
        match self {
            Self::Name(pattern) => path::matches(pattern, part).unwrap_or(false),
            Self::Empty | Self::AnyFolders | Self::Never => false,
        }
    }
}

/// The components below the folder; none when the path does not lie there.
fn strip_folder<'p, 's>(path: &'p [&'s str], folder: &[String]) -> Option<&'p [&'s str]> {
    let (head, below) = path.split_at_checked(folder.len())?;
    (!below.is_empty() && head == folder).then_some(below)
}

/// What of the path lies below the match; none when there is no match. After
/// `**`, the first component that fits is taken and not reconsidered.
fn match_anchored<'p, 's>(
    components: &[Component],
    mut path: &'p [&'s str],
) -> Option<&'p [&'s str]> {
    let mut is_matched = false;
    let mut may_skip = false;
    for (index, component) in components.iter().enumerate() {
        match component {
            Component::Empty => may_skip = false,
            Component::AnyFolders if index + 1 == components.len() => break,
            Component::AnyFolders => may_skip = true,
            Component::Name(_) | Component::Never => {
                let reach = if may_skip { path.len() } else { 1 };
                let at = path
                    .iter()
                    .take(reach)
                    .position(|part| component.matches(part))?;
                path = &path[at + 1..];
                is_matched = true;
                may_skip = false;
            }
        }
    }
    is_matched.then_some(path)
}
