//! Which styles can hold a text.

/// What a text allows.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one independent fact about the text"
)]
#[derive(Clone, Copy, Debug)]
pub(super) struct Analysis {
    /// It has line breaks.
    pub(super) is_multiline: bool,
    /// It can stand without quotes in a flow collection.
    pub(super) flow_plain: bool,
    /// It can stand without quotes in a block collection.
    pub(super) block_plain: bool,
    pub(super) single_quoted: bool,
    /// It can be a literal or folded block.
    pub(super) block: bool,
}

/// How the emitters take a tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tabs {
    /// v2: a special character, only for double quotes.
    Special,
    /// v3: allowed in block scalars.
    InBlocks,
}

/// Facts that are gathered in one pass.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one independent fact about the text"
)]
#[derive(Debug, Default)]
struct Facts {
    block_indicators: bool,
    flow_indicators: bool,
    line_breaks: bool,
    special_characters: bool,
    tabs: bool,
    leading_space: bool,
    leading_break: bool,
    trailing_space: bool,
    trailing_break: bool,
    break_space: bool,
    space_break: bool,
}

impl Analysis {
    pub(super) fn of(text: &str, tabs: Tabs) -> Self {
        if text.is_empty() {
            return Self {
                is_multiline: false,
                flow_plain: false,
                block_plain: true,
                single_quoted: true,
                block: false,
            };
        }
        if text.bytes().all(is_harmless) && !text.starts_with(['-', '.']) {
            return Self {
                is_multiline: false,
                flow_plain: true,
                block_plain: true,
                single_quoted: true,
                block: true,
            };
        }
        Facts::gather(text, tabs).conclude()
    }
}

/// Characters that are no indicator anywhere but at the start (`-`, `.`).
fn is_harmless(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/')
}

impl Facts {
    fn gather(text: &str, tabs: Tabs) -> Self {
        let mut facts = Self::default();
        if text.starts_with("---") || text.starts_with("...") {
            facts.block_indicators = true;
            facts.flow_indicators = true;
        }
        let mut previous = None;
        let mut chars = text.chars();
        while let Some(char) = chars.next() {
            let next = chars.clone().next();
            let is_followed_by_blank = matches!(next, None | Some(' ' | '\t'));
            match previous {
                None => facts.note_first(char, is_followed_by_blank),
                Some(previous) => facts.note_indicator(char, previous, is_followed_by_blank),
            }
            if char == '\t' && tabs == Tabs::InBlocks {
                facts.tabs = true;
            } else if !is_printable(char) {
                facts.special_characters = true;
            }
            facts.note_spacing(char, previous, next.is_none());
            previous = Some(char);
            // After the first character a run of harmless ones says nothing.
            let rest = chars.as_str();
            let run = rest.bytes().take_while(|&byte| is_harmless(byte)).count();
            if run > 0 {
                previous = Some('a');
                chars = rest[run..].chars();
            }
        }
        facts
    }

    fn note_first(&mut self, char: char, is_followed_by_blank: bool) {
        match char {
            '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%'
            | '@' | '`' => {
                self.flow_indicators = true;
                self.block_indicators = true;
            }
            '?' | ':' => {
                self.flow_indicators = true;
                self.block_indicators |= is_followed_by_blank;
            }
            '-' if is_followed_by_blank => {
                self.flow_indicators = true;
                self.block_indicators = true;
            }
            _ => {}
        }
    }

    fn note_indicator(&mut self, char: char, previous: char, is_followed_by_blank: bool) {
        match char {
            ',' | '?' | '[' | ']' | '{' | '}' => self.flow_indicators = true,
            ':' => {
                self.flow_indicators = true;
                self.block_indicators |= is_followed_by_blank;
            }
            '#' if matches!(previous, ' ' | '\t' | '\0') || is_break(previous) => {
                self.flow_indicators = true;
                self.block_indicators = true;
            }
            _ => {}
        }
    }

    fn note_spacing(&mut self, char: char, previous: Option<char>, is_last: bool) {
        if char == ' ' {
            self.leading_space |= previous.is_none();
            self.trailing_space |= is_last;
            self.break_space |= previous.is_some_and(is_break);
        } else if is_break(char) {
            self.line_breaks = true;
            self.leading_break |= previous.is_none();
            self.trailing_break |= is_last;
            self.space_break |= previous == Some(' ');
        }
    }

    fn conclude(&self) -> Analysis {
        let is_ragged =
            self.leading_space || self.leading_break || self.trailing_space || self.trailing_break;
        let needs_escapes = self.space_break || self.special_characters;
        let is_plain =
            !is_ragged && !self.break_space && !needs_escapes && !self.tabs && !self.line_breaks;
        Analysis {
            is_multiline: self.line_breaks,
            flow_plain: is_plain && !self.flow_indicators,
            block_plain: is_plain && !self.block_indicators,
            single_quoted: !self.break_space && !needs_escapes && !self.tabs,
            block: !self.trailing_space && !needs_escapes,
        }
    }
}

/// Line breaks as libyaml knows them.
pub(super) fn is_break(char: char) -> bool {
    matches!(char, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What the emitters print without an escape: nothing beyond U+FFFF, no byte order mark, no tab.
pub(super) fn is_printable(char: char) -> bool {
    matches!(char, '\n' | ' '..='~' | '\u{A0}'..='\u{D7FF}' | '\u{E000}'..='\u{FEFE}' | '\u{FF00}'..='\u{FFFD}')
}
