//! Documents of a stream and the directives before them.

use super::Composer;
use crate::Node;
use crate::read::ReadError;
use crate::read::token::TokenKind;

impl Composer<'_> {
    /// The next document of the stream, `None` at its end.
    pub(in crate::read) fn next_document(&mut self) -> Result<Option<Node>, ReadError> {
        let is_first = std::mem::take(&mut self.is_first_document);
        if !is_first {
            while self.next_is(|kind| matches!(kind, TokenKind::DocumentEnd))? {
                self.scanner.take()?;
            }
        }
        self.anchors.start_document();
        let node = match self.scanner.peek()?.kind {
            TokenKind::StreamEnd => return Ok(None),
            TokenKind::DocumentStart
            | TokenKind::VersionDirective { .. }
            | TokenKind::TagDirective { .. } => self.compose_explicit_document()?,
            _ if is_first => self.compose_root()?,
            _ => self.compose_explicit_document()?,
        };
        if self.next_is(|kind| matches!(kind, TokenKind::DocumentEnd))? {
            self.scanner.take()?;
        }
        self.tag_directives.clear();
        self.deferred.take().map_or(Ok(Some(node)), Err)
    }

    fn compose_explicit_document(&mut self) -> Result<Node, ReadError> {
        self.process_directives()?;
        let start = self.scanner.peek()?.start;
        if !self.next_is(|kind| matches!(kind, TokenKind::DocumentStart))? {
            return Err(self.scanner.parser_error(
                None,
                "did not find expected <document start>",
                start,
            ));
        }
        self.scanner.take()?;
        let is_empty = match &self.scanner.peek()?.kind {
            TokenKind::VersionDirective { .. } | TokenKind::TagDirective { .. } => true,
            kind => matches!(
                kind,
                TokenKind::DocumentStart | TokenKind::DocumentEnd | TokenKind::StreamEnd
            ),
        };
        if is_empty {
            Ok(self.empty(start)?.node)
        } else {
            self.compose_root()
        }
    }

    fn process_directives(&mut self) -> Result<(), ReadError> {
        let mut has_version = false;
        loop {
            let start = self.scanner.peek()?.start;
            match self.scanner.peek()?.kind.clone() {
                TokenKind::VersionDirective { major, minor } => {
                    if has_version {
                        return Err(self.scanner.parser_error(
                            None,
                            "found duplicate %YAML directive",
                            start,
                        ));
                    }
                    if (major, minor) != (1, 1) {
                        return Err(self.scanner.parser_error(
                            None,
                            "found incompatible YAML document",
                            start,
                        ));
                    }
                    has_version = true;
                }
                TokenKind::TagDirective { handle, prefix } => {
                    if self
                        .tag_directives
                        .iter()
                        .any(|(known, _)| *known == handle)
                    {
                        return Err(self.scanner.parser_error(
                            None,
                            "found duplicate %TAG directive",
                            start,
                        ));
                    }
                    self.tag_directives.push((handle, prefix));
                }
                _ => return Ok(()),
            }
            self.scanner.take()?;
        }
    }
}
