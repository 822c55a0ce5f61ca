//! Flags, width and precision of a directive, and the padding that follows from them.

/// The settings of one directive.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are the seven independent flags of the format language"
)]
pub(super) struct Flags {
    pub(super) minus: bool,
    pub(super) plus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    /// `%+v`: structs with the names of their fields.
    pub(super) plus_v: bool,
    /// `%#v`: Go syntax.
    pub(super) sharp_v: bool,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
}

impl Flags {
    /// Appends text padded to the width, which counts characters.
    pub(super) fn pad(self, output: &mut Vec<u8>, text: &[u8]) {
        let missing = self.missing(text);
        if !self.minus {
            self.fill(output, missing);
        }
        output.extend_from_slice(text);
        if self.minus {
            self.fill(output, missing);
        }
    }

    /// Appends text padded with spaces even where the flags ask for zeros.
    pub(super) fn pad_with_spaces(self, output: &mut Vec<u8>, text: &[u8]) {
        Self {
            zero: false,
            ..self
        }
        .pad(output, text);
    }

    /// How many characters the text falls short of the width.
    pub(super) fn missing(self, text: &[u8]) -> usize {
        self.width
            .map_or(0, |width| width.saturating_sub(count_runes(text)))
    }

    /// Appends padding; zeros go to the left only.
    pub(super) fn fill(self, output: &mut Vec<u8>, count: usize) {
        let byte = if self.zero && !self.minus { b'0' } else { b' ' };
        output.resize(output.len() + count, byte);
    }
}

/// Characters as Go counts them: each byte of invalid UTF-8 is one.
pub(super) fn count_runes(text: &[u8]) -> usize {
    text.utf8_chunks()
        .map(|chunk| chunk.valid().chars().count() + chunk.invalid().len())
        .sum()
}

/// The first `count` characters.
pub(super) fn truncate_runes(text: &[u8], count: usize) -> &[u8] {
    let mut left = count;
    let mut end = 0;
    for chunk in text.utf8_chunks() {
        let units = chunk
            .valid()
            .chars()
            .map(char::len_utf8)
            .chain(chunk.invalid().iter().map(|_| 1));
        for len in units {
            if left == 0 {
                return &text[..end];
            }
            left -= 1;
            end += len;
        }
    }
    text
}
