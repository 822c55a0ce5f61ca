//! Integers, floats and complex numbers.

use super::Printer;
use crate::strconv;

impl Printer<'_> {
    /// Prints an integer; false where the verb is not for integers.
    pub(super) fn integer(
        &mut self,
        magnitude: u64,
        is_negative: bool,
        is_signed: bool,
        verb: char,
    ) -> bool {
        match verb {
            'v' if self.flags.sharp_v && !is_signed => {
                let sharp = std::mem::replace(&mut self.flags.sharp, true);
                self.digits(magnitude, is_negative, 16, verb);
                self.flags.sharp = sharp;
            }
            'v' | 'd' => self.digits(magnitude, is_negative, 10, verb),
            'b' => self.digits(magnitude, is_negative, 2, verb),
            'o' | 'O' => self.digits(magnitude, is_negative, 8, verb),
            'x' | 'X' => self.digits(magnitude, is_negative, 16, verb),
            'c' => {
                let character = rune(magnitude, is_negative);
                self.flags
                    .pad(self.output, character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            'q' => {
                let point = i64::from(u32::from(rune(magnitude, is_negative)));
                let quoted = if self.flags.plus {
                    strconv::quote_rune_ascii(point)
                } else {
                    strconv::quote_rune(point)
                };
                self.flags.pad(self.output, quoted.as_bytes());
            }
            'U' => self.code_point(if is_negative {
                magnitude.wrapping_neg()
            } else {
                magnitude
            }),
            _ => return false,
        }
        true
    }

    fn digits(&mut self, magnitude: u64, is_negative: bool, base: u32, verb: char) {
        let flags = self.flags;
        let has_sign = is_negative || flags.plus || flags.space;
        let least = match (flags.precision, flags.width) {
            (Some(0), width) if magnitude == 0 => {
                // Precision 0 of the value 0 prints nothing but padding.
                self.output
                    .resize(self.output.len() + width.unwrap_or(0), b' ');
                return;
            }
            (Some(precision), _) => precision,
            (None, Some(width)) if flags.zero && !flags.minus => {
                width.saturating_sub(usize::from(has_sign))
            }
            _ => 0,
        };
        let digits = match base {
            2 => format!("{magnitude:0least$b}"),
            8 => format!("{magnitude:0least$o}"),
            16 if verb == 'X' => format!("{magnitude:0least$X}"),
            16 => format!("{magnitude:0least$x}"),
            _ => format!("{magnitude:0least$}"),
        };
        let prefix = match base {
            _ if verb == 'O' => "0o",
            2 if flags.sharp => "0b",
            8 if flags.sharp && !digits.starts_with('0') => "0",
            16 if flags.sharp && verb == 'X' => "0X",
            16 if flags.sharp => "0x",
            _ => "",
        };
        let sign = match (is_negative, flags.plus, flags.space) {
            (true, ..) => "-",
            (_, true, _) => "+",
            (_, _, true) => " ",
            _ => "",
        };
        flags.pad_with_spaces(self.output, format!("{sign}{prefix}{digits}").as_bytes());
    }

    /// `U+0041`, with the character behind it where the sharp flag asks for it.
    fn code_point(&mut self, point: u64) {
        let digits = self.flags.precision.map_or(4, |precision| precision.max(4));
        let mut text = format!("U+{point:0digits$X}");
        let character = u32::try_from(point)
            .ok()
            .and_then(char::from_u32)
            .filter(|c| strconv::is_printable(*c));
        if let Some(character) = character.filter(|_| self.flags.sharp) {
            text.extend([' ', '\'', character, '\'']);
        }
        self.flags.pad_with_spaces(self.output, text.as_bytes());
    }

    /// Prints a float; false where the verb is not for floats.
    pub(super) fn float(&mut self, value: f64, bits: u32, verb: char) -> bool {
        let (form, default) = match verb {
            'v' => ('g', None),
            'b' | 'g' | 'G' | 'x' | 'X' => (verb, None),
            'f' | 'e' | 'E' => (verb, Some(6)),
            'F' => ('f', Some(6)),
            _ => return false,
        };
        let flags = self.flags;
        let precision = flags.precision.or(default);
        let text = strconv::format_float(value, form, precision, bits);
        let (sign, mut number) = match text.strip_prefix(['-', '+']) {
            Some(number) if text.starts_with('-') => ('-', number.to_owned()),
            Some(number) => ('+', number.to_owned()),
            None => ('+', text),
        };
        let sign = match sign {
            '+' if flags.plus => "+",
            '+' if flags.space => " ",
            // An infinity shows its sign always.
            '+' if value.is_infinite() => "+",
            '+' => "",
            _ => "-",
        };
        if !value.is_finite() {
            flags.pad_with_spaces(self.output, format!("{sign}{number}").as_bytes());
            return true;
        }
        if flags.sharp && form != 'b' {
            number = with_point(&number, form, precision);
        }
        if flags.zero && !flags.minus {
            // Zeros go between the sign and the number.
            self.output.extend_from_slice(sign.as_bytes());
            let missing = flags
                .width
                .map_or(0, |width| width.saturating_sub(sign.len() + number.len()));
            flags.fill(self.output, missing);
            self.output.extend_from_slice(number.as_bytes());
        } else {
            flags.pad(self.output, format!("{sign}{number}").as_bytes());
        }
        true
    }

    /// Prints a complex number; false where the verb is not for floats.
    pub(super) fn complex(&mut self, real: f64, imaginary: f64, verb: char) -> bool {
        if !matches!(
            verb,
            'v' | 'b' | 'g' | 'G' | 'x' | 'X' | 'f' | 'F' | 'e' | 'E'
        ) {
            return false;
        }
        self.output.push(b'(');
        self.float(real, 64, verb);
        let plus = std::mem::replace(&mut self.flags.plus, true);
        self.float(imaginary, 64, verb);
        self.flags.plus = plus;
        self.output.extend_from_slice(b"i)");
        true
    }
}

fn rune(magnitude: u64, is_negative: bool) -> char {
    let point = u32::try_from(magnitude).ok().filter(|_| !is_negative);
    point
        .and_then(char::from_u32)
        .unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// The sharp flag's form: always a decimal point, and trailing zeros up to the precision.
fn with_point(number: &str, form: char, precision: Option<usize>) -> String {
    let marks: &[char] = if matches!(form, 'x' | 'X') {
        &['p', 'P']
    } else {
        &['e', 'E']
    };
    let (mantissa, tail) = number.split_at(number.find(marks).unwrap_or(number.len()));
    let mut output = mantissa.to_owned();
    if !mantissa.contains('.') {
        output.push('.');
    }
    if matches!(form, 'g' | 'G' | 'x') {
        // Go counts the `x` too.
        let digits = mantissa
            .trim_start_matches(['0', '.'])
            .chars()
            .filter(|c| *c != '.')
            .count();
        let counted = digits.max(usize::from(mantissa == "0"));
        output.extend(std::iter::repeat_n(
            '0',
            precision.unwrap_or(6).saturating_sub(counted),
        ));
    }
    output.push_str(tail);
    output
}
