//! Translation of Go's pattern syntax to that of the `regex` crate, with Go's refusals.

mod class;
mod escape;

use super::SyntaxError;

/// Go's limits on a count and on the product of nested counts (`regexp/syntax`, `maxRepeat`).
const MAX_REPEAT: u64 = 1000;

/// Go's limit on the height of a pattern's tree (`regexp/syntax`, `maxHeight`).
pub(super) const MAX_DEPTH: u32 = 1000;

/// A pattern for the `regex` crate, all of whose groups are numbered only.
pub(super) struct Translated {
    pub(super) pattern: String,
    pub(super) names: Vec<(String, usize)>,
}

pub(super) fn translate(pattern: &str) -> Result<Translated, SyntaxError> {
    let mut translator = Translator {
        whole: pattern,
        rest: pattern,
        output: String::with_capacity(pattern.len() + 16),
        names: Vec::new(),
        groups: Vec::new(),
        captures: 0,
        last: None,
        largest: 1,
    };
    translator.run()?;
    Ok(Translated {
        pattern: translator.output,
        names: translator.names,
    })
}

fn refuse<T>(code: &'static str, text: &str) -> Result<T, SyntaxError> {
    Err(SyntaxError {
        code,
        text: text.to_owned(),
    })
}

struct Translator<'a> {
    whole: &'a str,
    rest: &'a str,
    output: String,
    names: Vec<(String, usize)>,
    /// For each open group, the largest product of counts that stood before it.
    groups: Vec<u64>,
    captures: usize,
    /// The product of nested counts in the item that a repetition would repeat, if there is one.
    last: Option<u64>,
    /// The largest such product in the group so far.
    largest: u64,
}

impl<'a> Translator<'a> {
    fn run(&mut self) -> Result<(), SyntaxError> {
        let mut last_repeat: Option<&'a str> = None;
        while let Some(first) = self.rest.chars().next() {
            let before = self.rest;
            let mut repeat = None;
            match first {
                '(' => self.open_group()?,
                ')' => self.close_group()?,
                '|' => {
                    self.copy(1);
                    self.last = None;
                }
                '^' | '$' | '.' => {
                    self.copy(1);
                    self.item(1);
                }
                '[' => {
                    self.rest = class::translate(self.rest, &mut self.output)?;
                    self.item(1);
                }
                '*' | '+' | '?' => {
                    self.rest = &before[1..];
                    self.repeat(before, last_repeat, None)?;
                    repeat = Some(before);
                }
                '{' => match counts(before) {
                    Some((counts, behind)) => {
                        self.rest = behind;
                        self.repeat(before, last_repeat, Some(counts))?;
                        repeat = Some(before);
                    }
                    None => self.literal('{', 1),
                },
                '\\' => self.escape()?,
                other => self.literal(other, other.len_utf8()),
            }
            last_repeat = repeat;
        }
        if self.groups.is_empty() {
            Ok(())
        } else {
            refuse("missing closing )", self.whole)
        }
    }

    fn copy(&mut self, len: usize) {
        self.output.push_str(&self.rest[..len]);
        self.rest = &self.rest[len..];
    }

    fn item(&mut self, counts: u64) {
        self.last = Some(counts);
        self.largest = self.largest.max(counts);
    }

    /// Emits a character, written in `len` bytes of the pattern, that stands for itself.
    fn literal(&mut self, character: char, len: usize) {
        escape::push_literal(&mut self.output, character);
        self.rest = &self.rest[len..];
        self.item(1);
    }

    fn open_group(&mut self) -> Result<(), SyntaxError> {
        if self.groups.len() >= MAX_DEPTH as usize {
            return refuse("expression nests too deeply", self.whole);
        }
        if !self.rest.starts_with("(?") {
            self.captures += 1;
            self.copy(1);
            self.enter();
            return Ok(());
        }
        let name_start = [("(?P<", 4), ("(?<", 3)].into_iter().find(|(mark, len)| {
            // A group that ends right behind its mark is no name to Go either.
            self.rest.starts_with(mark) && self.rest.len() > *len
        });
        if let Some((_, start)) = name_start {
            let Some(end) = self.rest.find('>') else {
                return refuse("invalid named capture", self.rest);
            };
            let name = &self.rest[start..end];
            if name.is_empty()
                || !name
                    .bytes()
                    .all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
            {
                return refuse("invalid named capture", &self.rest[..=end]);
            }
            self.captures += 1;
            self.names.push((name.to_owned(), self.captures));
            self.output.push('(');
            self.rest = &self.rest[end + 1..];
            self.enter();
            return Ok(());
        }
        self.flags()
    }

    /// Reads `(?flags)` or `(?flags:`.
    fn flags(&mut self) -> Result<(), SyntaxError> {
        let (mut is_negated, mut saw_flag) = (false, false);
        for (index, character) in self.rest.char_indices().skip(2) {
            let end = index + character.len_utf8();
            match character {
                'i' | 'm' | 's' | 'U' => saw_flag = true,
                '-' if !is_negated => (is_negated, saw_flag) = (true, false),
                ':' | ')' if !is_negated || saw_flag => {
                    let is_empty = &self.rest[..end] == "(?)";
                    if is_empty {
                        self.rest = &self.rest[end..];
                    } else {
                        self.copy(end);
                    }
                    if character == ':' {
                        self.enter();
                    }
                    return Ok(());
                }
                _ => return refuse("invalid or unsupported Perl syntax", &self.rest[..end]),
            }
        }
        refuse("invalid or unsupported Perl syntax", self.rest)
    }

    fn enter(&mut self) {
        self.groups.push(self.largest);
        self.largest = 1;
        self.last = None;
    }

    fn close_group(&mut self) -> Result<(), SyntaxError> {
        let Some(outer) = self.groups.pop() else {
            return refuse("unexpected )", self.whole);
        };
        self.copy(1);
        let inner = self.largest;
        self.largest = outer;
        self.item(inner);
        Ok(())
    }

    /// Emits a repetition that begins at `before` and, without its `?`, ends where `self.rest` begins.
    fn repeat(
        &mut self,
        before: &'a str,
        last: Option<&'a str>,
        counts: Option<Counts>,
    ) -> Result<(), SyntaxError> {
        let is_valid = counts.is_none_or(Counts::is_valid);
        if !is_valid {
            return refuse(
                "invalid repeat count",
                &before[..before.len() - self.rest.len()],
            );
        }
        if let Some(rest) = self.rest.strip_prefix('?') {
            self.rest = rest;
        }
        let text = &before[..before.len() - self.rest.len()];
        if let Some(last) = last {
            return refuse(
                "invalid nested repetition operator",
                &last[..last.len() - self.rest.len()],
            );
        }
        let Some(inner) = self.last else {
            return refuse("missing argument to repetition operator", text);
        };
        let product = counts.map_or(inner, |counts| inner.saturating_mul(counts.factor()));
        if product > MAX_REPEAT {
            return refuse("invalid repeat count", text);
        }
        self.output.push_str(text);
        self.item(product);
        Ok(())
    }

    fn escape(&mut self) -> Result<(), SyntaxError> {
        if let Some(quoted) = self.rest.strip_prefix(r"\Q") {
            let (text, rest) = quoted.split_once(r"\E").unwrap_or((quoted, ""));
            for character in text.chars() {
                escape::push_literal(&mut self.output, character);
                self.item(1);
            }
            self.rest = rest;
            return Ok(());
        }
        let assertion = match self.rest.as_bytes().get(1) {
            Some(b'A') => r"\A",
            Some(b'z') => r"\z",
            Some(b'b') => r"(?-u:\b)",
            Some(b'B') => r"(?-u:\B)",
            _ => "",
        };
        if assertion.is_empty() {
            self.rest = if let Some((class, rest)) = escape::class(self.rest)? {
                self.output.push_str(&class.standing_alone());
                rest
            } else {
                let (character, rest) = escape::character(self.rest)?;
                escape::push_literal(&mut self.output, character);
                rest
            };
        } else {
            self.output.push_str(assertion);
            self.rest = &self.rest[2..];
        }
        self.item(1);
        Ok(())
    }
}

/// `{least,most}`; a number too large to count is `None` in `least`, no upper bound is `None` in `most`.
#[derive(Clone, Copy)]
struct Counts {
    least: Option<u64>,
    most: Option<u64>,
}

impl Counts {
    fn is_valid(self) -> bool {
        let within = |count: u64| count <= MAX_REPEAT;
        self.least.is_some_and(|least| {
            within(least) && self.most.is_none_or(|most| within(most) && least <= most)
        })
    }

    /// How many copies it makes of what it repeats; none at all counts as one, as nothing grows from it.
    fn factor(self) -> u64 {
        self.most.or(self.least).unwrap_or(1).max(1)
    }
}

/// Reads a counted repetition; anything else that begins with a brace is text.
fn counts(text: &str) -> Option<(Counts, &str)> {
    let (least, rest) = number(text.strip_prefix('{')?)?;
    if let Some(rest) = rest.strip_prefix('}') {
        return Some((Counts { least, most: least }, rest));
    }
    let rest = rest.strip_prefix(',')?;
    if let Some(rest) = rest.strip_prefix('}') {
        return Some((Counts { least, most: None }, rest));
    }
    let (most, rest) = number(rest)?;
    let rest = rest.strip_prefix('}')?;
    Some((
        Counts {
            least: most.and(least),
            most,
        },
        rest,
    ))
}

/// Reads a number without leading zeros; one that is too large reads `None`.
fn number(text: &str) -> Option<(Option<u64>, &str)> {
    let len = text.bytes().take_while(u8::is_ascii_digit).count();
    if len == 0 || (len > 1 && text.starts_with('0')) {
        return None;
    }
    let value = if len > 9 {
        None
    } else {
        text[..len].parse().ok()
    };
    Some((value, &text[len..]))
}
