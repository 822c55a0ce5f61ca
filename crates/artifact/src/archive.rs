//! Tree to bytes: the gzip-compressed tar archive of a source.
//!
//! The bytes depend on paths, contents and executable bits alone: no times,
//! owners or modes of the machine go in, and the order is fixed. So the same
//! tree gives the same digest on every run, which consumers rely on to see
//! that nothing changed. Golden digests in the tests show when a library
//! update would change it.
//!
//! Deliberately absent: links and special files, which an archive never
//! holds.

mod header;

use std::io::{self, Write};

use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use rheostat_tree::TreePath;

use crate::digest::{Algorithm, Digest, Hasher};
use crate::ignore::Rules;

/// Something that an archive may hold, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands below the root.
    pub path: TreePath,
    /// What it is.
    pub kind: EntryKind,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A folder; the archive keeps empty ones.
    Directory,
    /// A regular file.
    File {
        /// Whether anybody may execute it.
        is_executable: bool,
    },
}

/// An archive that is being written.
#[derive(Debug)]
pub struct Archive<W: Write> {
    gzip: GzEncoder<Metered<W>>,
}

/// What is known of an archive once it is complete.
#[derive(Debug)]
pub struct Written<W> {
    /// What it was written to.
    pub output: W,
    /// Digest of the compressed bytes.
    pub digest: Digest,
    /// Number of compressed bytes.
    pub size: u64,
}

/// Unit of tar: headers and contents are padded to it.
const BLOCK: usize = 512;

/// Brings entries into the order of an archive (names sorted within each
/// folder, a folder before what it holds) and drops those that the rules
/// keep out. A file may stay whose folder is dropped.
pub fn select<T>(entries: &mut Vec<T>, rules: &Rules, entry: impl Fn(&T) -> &Entry) {
    entries.retain(|candidate| {
        let Entry { path, kind } = entry(candidate);
        !rules.excludes(path, *kind == EntryKind::Directory)
    });
    entries.sort_by(|a, b| entry(a).path.segments().cmp(entry(b).path.segments()));
}

impl<W: Write> Archive<W> {
    /// Begins an archive with the entry of its root folder.
    ///
    /// # Errors
    /// Whatever the output meets.
    pub fn new(output: W, algorithm: Algorithm) -> io::Result<Self> {
        let metered = Metered {
            output,
            hasher: Hasher::new(algorithm),
            size: 0,
        };
        let gzip = GzBuilder::new()
            .mtime(0)
            // "Unknown", so that the platform does not show.
            .operating_system(255)
            .write(metered, Compression::default());
        let mut archive = Self { gzip };
        archive.append_header(".", EntryKind::Directory, 0)?;
        Ok(archive)
    }

    /// Adds an entry. `body` is empty for a folder. The caller keeps the
    /// order that [`select`] gives.
    ///
    /// # Errors
    /// Whatever the output meets.
    pub fn append(&mut self, entry: &Entry, body: &[u8]) -> io::Result<()> {
        self.append_header(entry.path.as_str(), entry.kind, body.len())?;
        self.append_padded(body)
    }

    /// Ends the archive.
    ///
    /// # Errors
    /// Whatever the output meets.
    pub fn finish(mut self) -> io::Result<Written<W>> {
        self.gzip.write_all(&[0; 2 * BLOCK])?;
        let mut metered = self.gzip.finish()?;
        metered.output.flush()?;
        Ok(Written {
            output: metered.output,
            digest: metered.hasher.finish(),
            size: metered.size,
        })
    }

    fn append_header(&mut self, path: &str, kind: EntryKind, size: usize) -> io::Result<()> {
        let encoded = header::encode(path, kind, size as u64);
        if let Some(long_path) = encoded.long_path {
            self.gzip.write_all(long_path.header.as_bytes())?;
            self.append_padded(&long_path.record)?;
        }
        self.gzip.write_all(encoded.header.as_bytes())
    }

    fn append_padded(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.gzip.write_all(bytes)?;
        let padding = bytes.len().next_multiple_of(BLOCK) - bytes.len();
        self.gzip.write_all(&[0; BLOCK][..padding])
    }
}

/// Counts and hashes what goes by.
#[derive(Debug)]
struct Metered<W> {
    output: W,
    hasher: Hasher,
    size: u64,
}

impl<W: Write> Write for Metered<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.output.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

#[cfg(test)]
mod tests;
