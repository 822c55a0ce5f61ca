//! Bytes to tree: unpacks an archive within limits.
//!
//! The archive comes from outside, even when its digest is right. Links are
//! dropped; paths that are absolute, climb (`..`) or hold a backslash, and
//! special files, are refused; sizes are counted on what was decompressed,
//! not on what headers claim.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use rheostat_tree::{File, InsertError, PathError, Tree, TreePath};
use tar::EntryType;

/// How much an archive may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes once decompressed, headers included.
    pub bytes: u64,
    /// Most files and folders.
    pub entries: usize,
}

/// Why an archive was refused.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// It is not gzip, not tar, or cut short.
    #[error("read archive")]
    Read(#[source] io::Error),
    /// It holds too many bytes.
    #[error("archive holds more than the limit of {limit} bytes")]
    TooManyBytes {
        /// The limit.
        limit: u64,
    },
    /// It holds too many entries.
    #[error("archive holds more than the limit of {limit} entries")]
    TooManyEntries {
        /// The limit.
        limit: usize,
    },
    /// An entry's name leaves the root or is no path.
    #[error("archive entry {name:?}: {problem}")]
    UnsafeName {
        /// The name as far as it is text.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// An entry is a device, a pipe or something else that is not a file.
    #[error("archive entry {name:?} is not a regular file, folder or link")]
    SpecialFile {
        /// The entry's name.
        name: String,
    },
    /// An entry is both a file and a folder.
    #[error("unpack archive")]
    Conflict(#[from] InsertError),
}

/// 512 MiB: a configuration repository of that size would not fit the
/// memory that a controller is usually given.
const DEFAULT_BYTES: u64 = 512 * 1024 * 1024;
/// More files than the largest configuration repositories seen, by ten.
const DEFAULT_ENTRIES: usize = 200_000;
/// Permission bits that a folder always has, so that its owner can list it.
const OWNER_ACCESS: u32 = 0o700;

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: DEFAULT_BYTES,
            entries: DEFAULT_ENTRIES,
        }
    }
}

/// Unpacks a gzip-compressed tar archive into a tree whose bodies are held
/// in memory.
///
/// # Errors
/// When the archive is damaged, unsafe or too large.
pub fn tar_gz(bytes: impl Read, limits: &Limits) -> Result<Tree, ExtractError> {
    let decompressed = Limited {
        input: MultiGzDecoder::new(bytes),
        left: limits.bytes,
    };
    let read = |error: io::Error| from_read(error, limits);
    let mut archive = tar::Archive::new(decompressed);
    let mut tree = Tree::new();
    for (index, entry) in archive.entries().map_err(read)?.enumerate() {
        if index >= limits.entries {
            return Err(ExtractError::TooManyEntries {
                limit: limits.entries,
            });
        }
        let mut entry = entry.map_err(read)?;
        let mode = entry.header().mode().map_err(read)?;
        match entry.header().entry_type() {
            EntryType::Regular | EntryType::Continuous => {
                let path = safe_path(&entry.path_bytes())?;
                let mut body = Vec::new();
                entry.read_to_end(&mut body).map_err(read)?;
                tree.insert(&path, File::in_memory(mode & 0o777, body))?;
            }
            EntryType::Directory => {
                let path = safe_path(&entry.path_bytes())?;
                tree.insert_directory(&path, (mode & 0o777) | OWNER_ACCESS)?;
            }
            EntryType::Symlink | EntryType::XGlobalHeader => {}
            _ => {
                return Err(ExtractError::SpecialFile {
                    name: String::from_utf8_lossy(&entry.path_bytes()).into_owned(),
                });
            }
        }
    }
    Ok(tree)
}

fn safe_path(name: &[u8]) -> Result<TreePath, ExtractError> {
    let refused = |problem: String| ExtractError::UnsafeName {
        name: String::from_utf8_lossy(name).into_owned(),
        problem,
    };
    let text = std::str::from_utf8(name).map_err(|_| refused("the name is not UTF-8".into()))?;
    if text.contains('\\') {
        return Err(refused("the name holds a backslash".into()));
    }
    if text.split('/').any(|part| part == "..") {
        return Err(refused("the name climbs".into()));
    }
    TreePath::new(text).map_err(|error: PathError| refused(error.to_string()))
}

/// Ends with an error after a number of bytes.
struct Limited<R> {
    input: R,
    left: u64,
}

/// Marks the error that [`Limited`] raises.
#[derive(Debug, thiserror::Error)]
#[error("limit reached")]
struct LimitReached;

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => return Err(io::Error::other(LimitReached)),
        }
        Ok(read)
    }
}

/// Tells the limit from damage: the tar reader wraps what it meets.
fn from_read(error: io::Error, limits: &Limits) -> ExtractError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    // Two wrappers have been seen; more than eight would be a loop.
    for _ in 0..8 {
        match cause {
            Some(inner) if inner.is::<LimitReached>() => {
                return ExtractError::TooManyBytes {
                    limit: limits.bytes,
                };
            }
            Some(inner) => {
                let wrapped = inner
                    .downcast_ref::<io::Error>()
                    .and_then(io::Error::get_ref);
                cause = match wrapped {
                    Some(wrapped) => Some(wrapped),
                    None => inner.source(),
                };
            }
            None => break,
        }
    }
    ExtractError::Read(error)
}

#[cfg(test)]
mod tests;
