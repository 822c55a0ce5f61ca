//! Random templates: expressions over all functions, and the statements around them.
//!
//! A template depends on its seed alone. Absent is what two runs of helm answer differently: the clock, randomness, the order
//! of maps where it shows, addresses in memory.

mod operands;

use std::collections::BTreeMap;

use super::chance::Chance;
use operands::Sort;

/// The values that the templates speak of.
pub(super) const VALUES: &str = include_str!("random_template/values.yaml");

/// The functions that templates call: a name and a letter for each argument, which is the sort in `operands.txt`. A capital:
/// nothing but that. `*` behind a letter: any number of them; `?`: perhaps one.
const FUNCTIONS: &str = include_str!("random_template/functions.txt");

/// How deep calls nest.
const DEPTH: usize = 2;

/// The template of a seed, with values for it in [`VALUES`].
pub(super) fn generate(seed: u64) -> String {
    let mut writer = Writer {
        chance: Chance::new(seed),
        functions: FUNCTIONS
            .lines()
            .map(|line| line.split_once(' ').unwrap_or((line, "")))
            .collect(),
        sorts: operands::sorts(),
        variables: Vec::new(),
        loops: 0,
    };
    let mut text = String::new();
    for _ in 0..=writer.chance.below(3) {
        text.push_str(&writer.statement(2));
        text.push('\n');
    }
    if writer.chance.percent(4) {
        text = writer.broken(&text);
    }
    text
}

struct Writer {
    chance: Chance,
    functions: Vec<(&'static str, &'static str)>,
    sorts: BTreeMap<char, Sort>,
    variables: Vec<String>,
    loops: usize,
}

impl Writer {
    /// An action, or a control structure with statements in it.
    fn statement(&mut self, depth: usize) -> String {
        match self.chance.below(if depth == 0 { 10 } else { 19 }) {
            4 => format!("{{{{ {} | toJson }}}}", self.operand('a', DEPTH)),
            5 => format!("{{{{ toYaml {} }}}}", self.operand('a', DEPTH)),
            6 => format!(
                "{{{{ kindOf {0} }}}} {{{{ typeOf {0} }}}}",
                self.operand('a', DEPTH)
            ),
            7 => self.printf(),
            8 => self.assignment(),
            9 if self.loops > 0 => {
                let word = self.chance.of(&["break", "continue"]);
                let condition = self.operand('a', 1);
                format!("{{{{ if {condition} }}}}{{{{ {word} }}}}{{{{ end }}}}")
            }
            10 | 11 => self.branch("if", depth),
            12 | 13 => self.branch("with", depth),
            14 | 15 => self.range(depth),
            16 => self.definition(depth),
            17 => self.tpl(depth),
            18 => self.texts(),
            _ => self.action(),
        }
    }

    fn action(&mut self) -> String {
        let left = self.chance.of(&["{{ ", "{{ ", "{{ ", "{{- ", "{{"]);
        let right = self.chance.of(&[" }}", " }}", " }}", " -}}", "}}"]);
        let pipeline = self.pipeline(DEPTH);
        format!("{left}{pipeline}{right}")
    }

    fn texts(&mut self) -> String {
        self.chance
            .of(&[
                "{{/* a comment */}}",
                "{{- /* trimmed */ -}}",
                "a: b\n  - c",
                "<no value>",
                "  {{- \"\" }}  ",
                "{{ \"{{\" }}",
                "}} {",
                "{{ $ | kindOf }}",
            ])
            .to_owned()
    }

    /// A call or an operand, and functions behind it.
    fn pipeline(&mut self, depth: usize) -> String {
        let mut text = self.call(depth).unwrap_or_default();
        for _ in 0..self.chance.below(3) {
            text.push_str(" | ");
            text.push_str(&self.stage(depth));
        }
        text
    }

    /// A function with all arguments, without parentheses.
    fn call(&mut self, depth: usize) -> Option<String> {
        let (name, signature) = self.chance.of(&self.functions);
        let mut text = name.to_owned();
        for wanted in self.arguments(signature) {
            text.push(' ');
            text.push_str(&self.operand(wanted, depth.checked_sub(1)?));
        }
        Some(text)
    }

    /// A function without its last argument.
    fn stage(&mut self, depth: usize) -> String {
        let (name, signature) = self.chance.of(&self.functions);
        if signature.ends_with(char::is_uppercase) {
            return "toString".to_owned();
        }
        let mut wanted = self.arguments(signature);
        wanted.pop();
        let mut text = name.to_owned();
        for wanted in wanted {
            text.push(' ');
            text.push_str(&self.operand(wanted, depth.saturating_sub(1)));
        }
        text
    }

    /// What a function takes; now and then too much or too little.
    fn arguments(&mut self, signature: &str) -> Vec<char> {
        let mut wanted = Vec::new();
        let mut letters = signature.chars().peekable();
        while let Some(letter) = letters.next() {
            if letters.next_if_eq(&'*').is_some() {
                let count = self.chance.below(4);
                wanted.extend(std::iter::repeat_n(letter, count));
            } else if letters.next_if_eq(&'?').is_none() || self.chance.percent(50) {
                wanted.push(letter);
            }
        }
        if self.chance.percent(2) {
            wanted.push('a');
        }
        if self.chance.percent(2) {
            wanted.pop();
        }
        wanted
    }

    /// Something that can be an argument, mostly of the wanted sort.
    fn operand(&mut self, wanted: char, depth: usize) -> String {
        // A capital asks for the sort and nothing else.
        let wanted = match wanted.to_ascii_lowercase() {
            lower if lower == wanted && self.chance.percent(6) => 'a',
            lower => lower,
        };
        if wanted == 'a' && !self.variables.is_empty() && self.chance.percent(15) {
            let index = self.chance.below(self.variables.len());
            return self.variables[index].clone();
        }
        if depth > 0 && self.chance.percent(30) {
            if wanted != 'a' {
                let calls = self.sorts.get(&wanted).map(|sort| sort.calls.as_slice());
                if let Some(calls) = calls.filter(|calls| !calls.is_empty()) {
                    let call = self.chance.of(calls);
                    return self.fill(call, depth);
                }
            } else if let Some(call) = self.call(depth) {
                let fields = if self.chance.percent(4) { ".a" } else { "" };
                return format!("({call}){fields}");
            }
        }
        if wanted == 's' && self.chance.percent(25) {
            return operands::hostile(&mut self.chance);
        }
        match self.sorts.get(&wanted) {
            Some(sort) => self.chance.of(&sort.plain).to_owned(),
            None => "nil".to_owned(),
        }
    }

    /// A pattern in which each `@x` stands for an operand of the sort `x`.
    fn fill(&mut self, pattern: &str, depth: usize) -> String {
        let mut text = String::new();
        let mut letters = pattern.chars();
        while let Some(letter) = letters.next() {
            if letter != '@' {
                text.push(letter);
                continue;
            }
            let wanted = letters.next().unwrap_or('a');
            text.push_str(&self.operand(wanted, depth - 1));
        }
        text
    }

    fn printf(&mut self) -> String {
        let mut format = String::new();
        let mut arguments = String::new();
        for _ in 0..=self.chance.below(3) {
            format.push_str(&operands::verb(&mut self.chance));
            format.push_str(self.chance.of(&["|", " ", "", "é"]));
        }
        for _ in 0..self.chance.below(4) {
            arguments.push(' ');
            arguments.push_str(&self.operand('a', 2));
        }
        format!("{{{{ printf \"{format}\"{arguments} }}}}")
    }

    fn assignment(&mut self) -> String {
        let value = self.pipeline(2);
        if let Some(name) = self
            .variables
            .last()
            .filter(|_| self.loops > 0 || self.variables.len() > 2)
        {
            return format!("{{{{ {name} = {value} }}}}{{{{ {name} | toJson }}}}");
        }
        let name = format!("$v{}", self.variables.len());
        self.variables.push(name.clone());
        format!("{{{{ {name} := {value} }}}}{{{{ {name} }}}}")
    }

    fn block(&mut self, depth: usize) -> String {
        let known = self.variables.len();
        let text = self.statement(depth - 1);
        self.variables.truncate(known);
        text
    }

    fn branch(&mut self, keyword: &str, depth: usize) -> String {
        let condition = self.operand('a', 2);
        let declared = self.chance.percent(20).then(|| format!("$w{depth} := "));
        let known = self.variables.len();
        if declared.is_some() {
            self.variables.push(format!("$w{depth}"));
        }
        let declared = declared.unwrap_or_default();
        let body = self.block(depth);
        let mut text = format!("{{{{ {keyword} {declared}{condition} }}}}{body}");
        if keyword == "with" {
            text.push_str("{{ . | toJson }}");
        }
        if self.chance.percent(30) {
            let other = self.operand('a', 1);
            let body = self.block(depth);
            text.extend(["{{ else ", keyword, " ", &other, " }}", &body]);
        }
        if self.chance.percent(50) {
            let body = self.block(depth);
            text.extend(["{{ else }}", &body]);
        }
        self.variables.truncate(known);
        text + "{{ end }}"
    }

    fn range(&mut self, depth: usize) -> String {
        let over = self.chance.of(&['l', 'l', 'm', 'i', 'a']);
        let over = self.operand(over, 2);
        let known = self.variables.len();
        let (key, item) = (format!("$k{depth}"), format!("$i{depth}"));
        let declared = match self.chance.below(3) {
            0 => String::new(),
            1 => {
                self.variables.push(item.clone());
                format!("{item} := ")
            }
            _ => {
                self.variables.extend([key.clone(), item.clone()]);
                format!("{key}, {item} := ")
            }
        };
        self.loops += 1;
        let body = self.block(depth);
        self.loops -= 1;
        let mut shown = String::new();
        for name in &self.variables[known..] {
            shown.extend(["{{ ", name, " }}={{ kindOf ", name, " }} "]);
        }
        self.variables.truncate(known);
        let alternative = if self.chance.percent(30) {
            format!("{{{{ else }}}}{}", self.block(depth))
        } else {
            String::new()
        };
        format!(
            "{{{{ range {declared}{over} }}}}{shown}{body}{{{{ . | toJson }}}}{alternative}{{{{ end }}}}"
        )
    }

    fn definition(&mut self, depth: usize) -> String {
        let name = self.chance.of(&["one", "two", "a.b-c"]);
        let variables = std::mem::take(&mut self.variables);
        let loops = std::mem::take(&mut self.loops);
        let body = self.block(depth);
        self.variables = variables;
        self.loops = loops;
        let data = self.operand('a', 2);
        let called = self.chance.of(&["one", "two", "a.b-c", "absent"]);
        let call = match self.chance.below(4) {
            0 => format!("{{{{ template \"{called}\" {data} }}}}"),
            1 => format!("{{{{ include \"{called}\" {data} | indent 2 }}}}"),
            2 => format!("{{{{ template \"{called}\" }}}}"),
            _ => format!("{{{{ include \"{called}\" .Values | trim | quote }}}}"),
        };
        if self.chance.percent(30) {
            return format!("{{{{ block \"{name}\" {data} }}}}{body}{{{{ end }}}}{call}");
        }
        format!("{{{{ define \"{name}\" }}}}{body}{{{{ . | toJson }}}}{{{{ end }}}}{call}")
    }

    fn tpl(&mut self, depth: usize) -> String {
        let variables = std::mem::take(&mut self.variables);
        let loops = std::mem::take(&mut self.loops);
        let inner = self.block(depth);
        self.variables = variables;
        self.loops = loops;
        let data = self.chance.of(&["$", "$", ".", ".Values", "dict", "nil"]);
        let data = if data == "dict" {
            "(dict \"Values\" (dict \"s\" \"inner\"))"
        } else {
            data
        };
        if inner.contains('`') || inner.contains("define") {
            return inner;
        }
        format!("{{{{ tpl `{inner}` {data} }}}}")
    }

    /// The text with a character taken out, doubled or replaced.
    fn broken(&mut self, text: &str) -> String {
        let characters: Vec<char> = text.chars().collect();
        let at = self.chance.below(characters.len());
        let mut broken: String = characters[..at].iter().collect();
        broken.push_str(self.chance.of(&[
            "",
            "",
            "(",
            ")",
            "|",
            ".",
            "$",
            "\"",
            "{{",
            "}}",
            " ",
            "=",
            ":=",
            "é",
            "\\",
            "'",
            "{{ end }}",
            "{{ else }}",
            "0",
            "-",
        ]));
        let skipped = self.chance.below(2);
        broken.extend(characters.get(at + skipped..).unwrap_or_default());
        broken
    }
}
