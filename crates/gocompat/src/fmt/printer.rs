//! One operand by one verb.

mod number;

use super::{Flags, MAX_DEPTH, Operand, TooDeep, View, flags::truncate_runes};
use crate::strconv;

/// Writes operands by the settings of one directive.
pub(super) struct Printer<'a> {
    pub(super) output: &'a mut Vec<u8>,
    pub(super) flags: Flags,
}

impl Printer<'_> {
    /// Prints an operand of the call itself.
    pub(super) fn operand<V: Operand>(&mut self, operand: &V, verb: char) -> Result<(), TooDeep> {
        match verb {
            'T' => {
                let name = if matches!(operand.view(), View::Nil) {
                    "<nil>".into()
                } else {
                    operand.type_name()
                };
                self.string(name.as_bytes(), 's');
                Ok(())
            }
            'v' if matches!(operand.view(), View::Nil) => {
                self.flags.pad(self.output, b"<nil>");
                Ok(())
            }
            _ if matches!(operand.view(), View::Nil) => self.bad_verb(operand, verb),
            // It is for errors alone, and no operand is one.
            'w' if !matches!(operand.view(), View::Bytes(_)) => self.bad_verb(operand, verb),
            _ => self.value(operand, verb, 0),
        }
    }

    fn value<V: Operand>(&mut self, value: &V, verb: char, depth: usize) -> Result<(), TooDeep> {
        if depth > MAX_DEPTH {
            return Err(TooDeep);
        }
        let takes_text = matches!(verb, 'v' | 's' | 'x' | 'X' | 'q') && !self.flags.sharp_v;
        if let Some(text) = value.text().filter(|_| takes_text) {
            self.string(text.as_bytes(), verb);
            return Ok(());
        }
        let is_known = match value.view() {
            View::Nil => {
                self.write(if self.flags.sharp_v {
                    "interface {}(nil)"
                } else {
                    "<nil>"
                });
                true
            }
            View::Bool(value) => self.bool(value, verb),
            View::Int(number) => self.integer(number.unsigned_abs(), number < 0, true, verb),
            View::Uint(number) => self.integer(number, false, false, verb),
            View::Float { value, bits } => self.float(value, bits, verb),
            View::Complex { real, imaginary } => self.complex(real, imaginary, verb),
            View::String(text) => self.string(&text, verb),
            View::Bytes(bytes) => self.bytes(value, &bytes, verb),
            View::List { items, is_nil } => return self.list(value, &items, is_nil, (verb, depth)),
            View::Map { entries, is_nil } => {
                return self.map(value, &entries, is_nil, (verb, depth));
            }
            View::Struct(fields) => return self.fields(value, &fields, (verb, depth)),
            View::Pointer(target) => return self.pointer(target.as_deref(), (verb, depth)),
        };
        if is_known {
            Ok(())
        } else {
            self.bad_verb(value, verb)
        }
    }

    fn write(&mut self, text: &str) {
        self.output.extend_from_slice(text.as_bytes());
    }

    /// Marks a verb that the operand's type does not know.
    fn bad_verb<V: Operand>(&mut self, value: &V, verb: char) -> Result<(), TooDeep> {
        self.write(&format!("%!{verb}("));
        if matches!(value.view(), View::Nil) {
            self.write("<nil>");
        } else {
            self.write(&format!("{}=", value.type_name()));
            // Methods are not asked here, so that a mark shows what the operand is made of.
            self.value(&value.clone(), 'v', 0)?;
        }
        self.write(")");
        Ok(())
    }

    fn bool(&mut self, value: bool, verb: char) -> bool {
        let is_known = matches!(verb, 't' | 'v');
        if is_known {
            self.flags
                .pad(self.output, if value { b"true" } else { b"false" });
        }
        is_known
    }

    fn string(&mut self, text: &[u8], verb: char) -> bool {
        match verb {
            'v' if self.flags.sharp_v => self.quoted(text),
            'v' | 's' => {
                let text = self
                    .flags
                    .precision
                    .map_or(text, |count| truncate_runes(text, count));
                self.flags.pad(self.output, text);
            }
            'q' => self.quoted(text),
            'x' | 'X' => self.hexadecimal(text, verb),
            _ => return false,
        }
        true
    }

    fn quoted(&mut self, text: &[u8]) {
        let text = self
            .flags
            .precision
            .map_or(text, |count| truncate_runes(text, count));
        let quoted = if self.flags.sharp && strconv::can_backquote(text) {
            format!("`{}`", String::from_utf8_lossy(text))
        } else if self.flags.plus {
            strconv::quote_ascii(text)
        } else {
            strconv::quote(text)
        };
        self.flags.pad(self.output, quoted.as_bytes());
    }

    /// Each byte as two digits; the space flag separates them, the sharp flag puts `0x` before them.
    fn hexadecimal(&mut self, text: &[u8], verb: char) {
        let text = self
            .flags
            .precision
            .map_or(text, |count| &text[..text.len().min(count)]);
        let prefix = if verb == 'X' { "0X" } else { "0x" };
        let mut digits = String::with_capacity(2 * text.len());
        for (index, byte) in text.iter().enumerate() {
            let is_separated = self.flags.space && index > 0;
            if is_separated {
                digits.push(' ');
            }
            if self.flags.sharp && (is_separated || index == 0) {
                digits.push_str(prefix);
            }
            let nibbles = [byte >> 4, byte & 0xf].map(u32::from);
            digits.extend(
                nibbles
                    .into_iter()
                    .filter_map(|nibble| char::from_digit(nibble, 16))
                    .map(|digit| {
                        if verb == 'X' {
                            digit.to_ascii_uppercase()
                        } else {
                            digit
                        }
                    }),
            );
        }
        self.flags.pad(self.output, digits.as_bytes());
    }

    fn bytes<V: Operand>(&mut self, value: &V, bytes: &[u8], verb: char) -> bool {
        match verb {
            'v' | 'd' if self.flags.sharp_v => {
                self.write(&value.type_name());
                let items: Vec<String> = bytes.iter().map(|byte| format!("{byte:#x}")).collect();
                self.write(&format!("{{{}}}", items.join(", ")));
            }
            's' | 'q' | 'x' | 'X' => return self.string(bytes, verb),
            _ => {
                self.write("[");
                for (index, byte) in bytes.iter().enumerate() {
                    if index > 0 {
                        self.write(" ");
                    }
                    if !self.integer(u64::from(*byte), false, false, verb) {
                        self.write(&format!("%!{verb}(uint8="));
                        self.integer(u64::from(*byte), false, false, 'v');
                        self.write(")");
                    }
                }
                self.write("]");
            }
        }
        true
    }

    /// Opens a composite; answers its separator and its end, or `None` where a nil value has been written whole.
    fn open<V: Operand>(
        &mut self,
        value: &V,
        is_nil: bool,
        plain: [&'static str; 2],
    ) -> Option<[&'static str; 2]> {
        if !self.flags.sharp_v {
            self.write(plain[0]);
            return Some([" ", plain[1]]);
        }
        self.write(&value.type_name());
        if is_nil {
            self.write("(nil)");
            return None;
        }
        self.write("{");
        Some([", ", "}"])
    }

    fn list<V: Operand>(
        &mut self,
        value: &V,
        items: &[V],
        is_nil: bool,
        (verb, depth): (char, usize),
    ) -> Result<(), TooDeep> {
        let Some([separator, end]) = self.open(value, is_nil, ["[", "]"]) else {
            return Ok(());
        };
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.write(separator);
            }
            self.value(item, verb, depth + 1)?;
        }
        self.write(end);
        Ok(())
    }

    fn map<V: Operand>(
        &mut self,
        value: &V,
        entries: &[(V, V)],
        is_nil: bool,
        (verb, depth): (char, usize),
    ) -> Result<(), TooDeep> {
        let Some([separator, end]) = self.open(value, is_nil, ["map[", "]"]) else {
            return Ok(());
        };
        for (index, (key, item)) in entries.iter().enumerate() {
            if index > 0 {
                self.write(separator);
            }
            self.value(key, verb, depth + 1)?;
            self.write(":");
            self.value(item, verb, depth + 1)?;
        }
        self.write(end);
        Ok(())
    }

    fn fields<V: Operand>(
        &mut self,
        value: &V,
        fields: &[(&str, V)],
        (verb, depth): (char, usize),
    ) -> Result<(), TooDeep> {
        let Some([separator, end]) = self.open(value, false, ["{", "}"]) else {
            return Ok(());
        };
        for (index, (name, item)) in fields.iter().enumerate() {
            if index > 0 {
                self.write(separator);
            }
            if self.flags.plus_v || self.flags.sharp_v {
                self.write(&format!("{name}:"));
            }
            self.value(item, verb, depth + 1)?;
        }
        self.write(end);
        Ok(())
    }

    fn pointer<V: Operand>(
        &mut self,
        target: Option<&V>,
        (verb, depth): (char, usize),
    ) -> Result<(), TooDeep> {
        match target {
            None => self.flags.pad(self.output, b"<nil>"),
            Some(target) if depth == 0 => {
                self.write("&");
                self.value(target, verb, depth + 1)?;
            }
            Some(_) => self.write("0xc000000000"),
        }
        Ok(())
    }
}
