//! An index as JSON, to the byte as Go's `json.MarshalIndent` writes it.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, Serializer};

use super::Index;

/// The zero time.
pub(super) const NO_TIME: &str = "0001-01-01T00:00:00Z";

/// Levels around an entry: index, charts, versions.
pub(super) const ENTRY_LEVEL: usize = 3;

/// What is written before the entries, and after them.
#[derive(Serialize)]
struct Text<'t>(&'t str);

impl Index {
    /// Writes the index.
    ///
    /// # Errors
    /// Whatever the output meets.
    pub fn write_json(&self, output: &mut dyn Write) -> io::Result<()> {
        let head = &self.head;
        output.write_all(b"{")?;
        if let Some(info) = head.server_info.as_ref().filter(|info| !info.is_empty()) {
            write_field(output, "serverInfo", info)?;
            output.write_all(b",")?;
        }
        write_field(output, "apiVersion", &head.api_version)?;
        output.write_all(b",")?;
        let generated = match head.generated.as_str() {
            "" => NO_TIME,
            generated => generated,
        };
        write_field(output, "generated", &Text(generated))?;
        output.write_all(b",\n  \"entries\": ")?;
        self.write_entries(output)?;
        if !head.public_keys.is_empty() {
            output.write_all(b",")?;
            write_field(output, "publicKeys", &head.public_keys)?;
        }
        if !head.annotations.is_empty() {
            output.write_all(b",")?;
            write_field(output, "annotations", &head.annotations)?;
        }
        output.write_all(b"\n}")
    }

    fn write_entries(&self, output: &mut dyn Write) -> io::Result<()> {
        if !self.head.has_entries {
            return output.write_all(b"null");
        }
        if self.charts.is_empty() {
            return output.write_all(b"{}");
        }
        output.write_all(b"{")?;
        for (position, (chart, versions)) in self.charts.iter().enumerate() {
            output.write_all(if position == 0 { b"\n    " } else { b",\n    " })?;
            output.write_all(&encoded(&Text(chart), 0))?;
            output.write_all(b": [")?;
            for (position, kept) in versions.iter().enumerate() {
                output.write_all(if position == 0 {
                    b"\n      "
                } else {
                    b",\n      "
                })?;
                output.write_all(&self.text[kept.text.clone()])?;
            }
            output.write_all(if versions.is_empty() {
                b"]"
            } else {
                b"\n    ]"
            })?;
        }
        output.write_all(b"\n  }")
    }
}

fn write_field(output: &mut dyn Write, name: &str, value: &impl Serialize) -> io::Result<()> {
    write!(output, "\n  \"{name}\": ")?;
    output.write_all(&encoded(value, 1))
}

fn encoded(value: &impl Serialize, level: usize) -> Vec<u8> {
    let mut text = Vec::new();
    self::value(&mut text, value, level);
    text
}

/// Appends a value whose first line is indented already, to so many levels.
pub(super) fn value(text: &mut Vec<u8>, value: &impl Serialize, level: usize) {
    let formatter = Indented {
        level,
        has_value: false,
    };
    let mut serializer = Serializer::with_formatter(text, formatter);
    value
        .serialize(&mut serializer)
        .expect("the keys are text, and memory takes everything");
}

/// Go's layout, with the characters escaped that matter to HTML and JavaScript.
struct Indented {
    level: usize,
    has_value: bool,
}

impl Indented {
    fn begin<W: ?Sized + Write>(&mut self, output: &mut W, mark: &[u8]) -> io::Result<()> {
        self.level += 1;
        self.has_value = false;
        output.write_all(mark)
    }

    fn end<W: ?Sized + Write>(&mut self, output: &mut W, mark: &[u8]) -> io::Result<()> {
        self.level -= 1;
        if self.has_value {
            self.line(output)?;
        }
        self.has_value = true;
        output.write_all(mark)
    }

    fn item<W: ?Sized + Write>(&mut self, output: &mut W, is_first: bool) -> io::Result<()> {
        if !is_first {
            output.write_all(b",")?;
        }
        self.line(output)
    }

    fn line<W: ?Sized + Write>(&self, output: &mut W) -> io::Result<()> {
        output.write_all(b"\n")?;
        (0..self.level).try_for_each(|_| output.write_all(b"  "))
    }
}

impl Formatter for Indented {
    fn begin_array<W: ?Sized + Write>(&mut self, output: &mut W) -> io::Result<()> {
        self.begin(output, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, output: &mut W) -> io::Result<()> {
        self.end(output, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        output: &mut W,
        is_first: bool,
    ) -> io::Result<()> {
        self.item(output, is_first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _output: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, output: &mut W) -> io::Result<()> {
        self.begin(output, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, output: &mut W) -> io::Result<()> {
        self.end(output, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        output: &mut W,
        is_first: bool,
    ) -> io::Result<()> {
        self.item(output, is_first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, output: &mut W) -> io::Result<()> {
        output.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _output: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        output: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(['<', '>', '&', '\u{2028}', '\u{2029}']) {
            output.write_all(&rest.as_bytes()[..at])?;
            let Some(special) = rest[at..].chars().next() else {
                break;
            };
            write!(output, "\\u{:04x}", u32::from(special))?;
            rest = &rest[at + special.len_utf8()..];
        }
        output.write_all(rest.as_bytes())
    }

    fn write_char_escape<W: ?Sized + Write>(
        &mut self,
        output: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        match escape {
            CharEscape::Quote => output.write_all(b"\\\""),
            CharEscape::ReverseSolidus => output.write_all(b"\\\\"),
            CharEscape::Solidus => output.write_all(b"/"),
            CharEscape::Backspace => output.write_all(b"\\b"),
            CharEscape::FormFeed => output.write_all(b"\\f"),
            CharEscape::LineFeed => output.write_all(b"\\n"),
            CharEscape::CarriageReturn => output.write_all(b"\\r"),
            CharEscape::Tab => output.write_all(b"\\t"),
            CharEscape::AsciiControl(byte) => write!(output, "\\u{byte:04x}"),
        }
    }
}
