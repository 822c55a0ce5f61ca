//! The format language: `%[index]flags width.precision verb`.

use super::{Flags, Operand, Printer, TooDeep, View};

/// Go's bound on a width or precision.
const MAX_NUMBER: usize = 1_000_000;

/// Appends what a format makes of operands.
pub(super) fn print<V: Operand>(
    output: &mut Vec<u8>,
    format: &[u8],
    operands: &[V],
) -> Result<(), TooDeep> {
    let mut cursor = Cursor {
        output,
        format,
        operands,
        position: 0,
        operand: 0,
        is_reordered: false,
        is_good_index: true,
    };
    while cursor.copy_text() {
        cursor.directive()?;
    }
    cursor.extra_operands()
}

struct Cursor<'a, V> {
    output: &'a mut Vec<u8>,
    format: &'a [u8],
    operands: &'a [V],
    position: usize,
    /// Number of the operand that comes next.
    operand: usize,
    /// Whether an index was used anywhere; then unused operands are no mistake.
    is_reordered: bool,
    /// Whether the indices of this directive name operands that are there.
    is_good_index: bool,
}

impl<V: Operand> Cursor<'_, V> {
    /// Copies up to the next directive and steps behind its sign; false at the end.
    fn copy_text(&mut self) -> bool {
        let rest = &self.format[self.position..];
        let len = rest
            .iter()
            .position(|byte| *byte == b'%')
            .unwrap_or(rest.len());
        self.output.extend_from_slice(&rest[..len]);
        self.position += len + 1;
        len < rest.len()
    }

    fn peek(&self) -> Option<u8> {
        self.format.get(self.position).copied()
    }

    fn directive(&mut self) -> Result<(), TooDeep> {
        self.is_good_index = true;
        let mut flags = self.flags();
        let mut after_index = self.index();
        if self.peek() == Some(b'*') {
            self.position += 1;
            self.width_operand(&mut flags);
            after_index = false;
        } else {
            flags.width = self.number();
            if after_index && flags.width.is_some() {
                self.is_good_index = false;
            }
        }
        if self.peek() == Some(b'.') && self.position + 1 < self.format.len() {
            self.position += 1;
            if after_index {
                self.is_good_index = false;
            }
            after_index = self.precision(&mut flags);
        }
        if !after_index {
            self.index();
        }
        let Some(verb) = self.verb() else {
            self.output.extend_from_slice(b"%!(NOVERB)");
            return Ok(());
        };
        self.print(verb, flags)
    }

    fn print(&mut self, verb: char, mut flags: Flags) -> Result<(), TooDeep> {
        if verb == '%' {
            self.output.push(b'%');
            return Ok(());
        }
        if !self.is_good_index {
            self.mark(verb, "(BADINDEX)");
            return Ok(());
        }
        let Some(operand) = self.operands.get(self.operand) else {
            self.mark(verb, "(MISSING)");
            return Ok(());
        };
        if matches!(verb, 'v' | 'w') {
            (flags.sharp_v, flags.sharp) = (flags.sharp, false);
            (flags.plus_v, flags.plus) = (flags.plus, false);
        }
        self.operand += 1;
        Printer {
            output: self.output,
            flags,
        }
        .operand(operand, verb)
    }

    fn mark(&mut self, verb: char, text: &str) {
        self.output
            .extend_from_slice(format!("%!{verb}{text}").as_bytes());
    }

    fn flags(&mut self) -> Flags {
        let mut flags = Flags::default();
        while let Some(byte) = self.peek() {
            match byte {
                b'#' => flags.sharp = true,
                b'0' => flags.zero = true,
                b'+' => flags.plus = true,
                b'-' => flags.minus = true,
                b' ' => flags.space = true,
                _ => break,
            }
            self.position += 1;
        }
        flags
    }

    /// Reads `[n]`; answers whether one was there.
    fn index(&mut self) -> bool {
        if self.peek() != Some(b'[') {
            return false;
        }
        self.is_reordered = true;
        let rest = &self.format[self.position..];
        let Some(end) = rest
            .iter()
            .position(|byte| *byte == b']')
            .filter(|_| rest.len() >= 3)
        else {
            self.is_good_index = false;
            self.position += 1;
            return false;
        };
        let digits = &rest[1..end];
        self.position += end + 1;
        let number = parse_number(digits).filter(|(_, len)| *len == digits.len());
        let index = number
            .and_then(|(number, _)| number.checked_sub(1))
            .filter(|index| *index < self.operands.len());
        match index {
            Some(index) => self.operand = index,
            None => self.is_good_index = false,
        }
        number.is_some()
    }

    fn number(&mut self) -> Option<usize> {
        let (number, len) = parse_number(&self.format[self.position..])?;
        self.position += len;
        Some(number)
    }

    fn width_operand(&mut self, flags: &mut Flags) {
        let width = self.integer_operand();
        if width.is_none() {
            self.output.extend_from_slice(b"%!(BADWIDTH)");
        }
        if width.is_some_and(|width| width < 0) {
            flags.minus = true;
            flags.zero = false;
        }
        flags.width = width.and_then(|width| usize::try_from(width.unsigned_abs()).ok());
    }

    /// Reads what stands behind the dot; answers whether an index was the last of it.
    fn precision(&mut self, flags: &mut Flags) -> bool {
        let after_index = self.index();
        if self.peek() != Some(b'*') {
            flags.precision = Some(self.number().unwrap_or(0));
            return after_index;
        }
        self.position += 1;
        flags.precision = self
            .integer_operand()
            .and_then(|precision| usize::try_from(precision).ok());
        if flags.precision.is_none() {
            self.output.extend_from_slice(b"%!(BADPREC)");
        }
        false
    }

    fn integer_operand(&mut self) -> Option<i64> {
        let operand = self.operands.get(self.operand)?;
        self.operand += 1;
        let number = match operand.view() {
            View::Int(number) => number,
            View::Uint(number) => i64::try_from(number).ok()?,
            _ => return None,
        };
        usize::try_from(number.unsigned_abs())
            .is_ok_and(|size| size <= MAX_NUMBER)
            .then_some(number)
    }

    fn verb(&mut self) -> Option<char> {
        let rest = &self.format[self.position..];
        let chunk = rest.utf8_chunks().next()?;
        let verb = chunk.valid().chars().next();
        self.position += verb.map_or(1, char::len_utf8);
        Some(verb.unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn extra_operands(self) -> Result<(), TooDeep> {
        let extra = self.operands.get(self.operand..).unwrap_or_default();
        if self.is_reordered || extra.is_empty() {
            return Ok(());
        }
        self.output.extend_from_slice(b"%!(EXTRA ");
        for (index, operand) in extra.iter().enumerate() {
            if index > 0 {
                self.output.extend_from_slice(b", ");
            }
            if matches!(operand.view(), View::Nil) {
                self.output.extend_from_slice(b"<nil>");
                continue;
            }
            self.output
                .extend_from_slice(operand.type_name().as_bytes());
            self.output.push(b'=');
            Printer {
                output: self.output,
                flags: Flags::default(),
            }
            .operand(operand, 'v')?;
        }
        self.output.push(b')');
        Ok(())
    }
}

/// Reads digits; answers the number and their count. A number that is too large is no number.
fn parse_number(text: &[u8]) -> Option<(usize, usize)> {
    let len = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = std::str::from_utf8(&text[..len]).ok()?.parse().ok()?;
    (number <= MAX_NUMBER).then_some((number, len))
}
