//! The files of a chart's archive.

mod definitions;

use std::io::{self, Read};

use flate2::read::GzDecoder;
use rheostat_gocompat::path;
use rheostat_gotemplate::Text;
use thiserror::Error;

use super::ChartFile;
use definitions::Definitions;

/// Bounds on what an archive may hold once it is unpacked.
#[derive(Debug, Clone, Copy)]
pub struct ArchiveLimits {
    /// Bytes of all files; Helm's default is 100 MiB.
    pub total_bytes: u64,
    /// Bytes of one file; Helm's default is 5 MiB.
    pub file_bytes: u64,
}

impl Default for ArchiveLimits {
    fn default() -> Self {
        Self {
            total_bytes: 100 << 20,
            file_bytes: 5 << 20,
        }
    }
}

/// An archive does not read; the texts are Helm's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The bytes are no gzipped archive.
    #[error("{0}")]
    Unreadable(String),
    /// An entry is named by an absolute path.
    #[error("chart illegally contains absolute paths")]
    AbsolutePath,
    /// An entry lies beside the chart's folder.
    #[error("chart illegally contains content outside the base directory: {}", rheostat_gocompat::strconv::quote_str(.0))]
    OutsideBase(String),
    /// An entry's path leads out of the archive.
    #[error("chart illegally references parent directory")]
    ParentDirectory,
    /// An entry has the name of a drive.
    #[error("chart contains illegally named files")]
    IllegalName,
    /// Chart.yaml lies at the root of the archive.
    #[error("chart yaml not in base directory")]
    NotInBase,
    /// The files together are too large.
    #[error("decompressed chart is larger than the maximum size {0}")]
    TotalSize(u64),
    /// A file is too large.
    #[error("decompressed chart file {} is larger than the maximum file size {limit}", rheostat_gocompat::strconv::quote_str(.name))]
    FileSize {
        /// The entry's path.
        name: String,
        /// The bound.
        limit: u64,
    },
    /// There is no file.
    #[error("no files in chart archive")]
    Empty,
}

/// What marks a text as UTF-8; Helm takes it off.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The files of an archive. Custom resource definitions, often the larger half of a chart that templates never ask for, stay
/// in it until they are read.
pub(super) fn files(bytes: &[u8], limits: ArchiveLimits) -> Result<Vec<ChartFile>, ArchiveError> {
    let mut definitions = None;
    let mut count = 0;
    let mut files = Vec::new();
    each_file(bytes, limits, &|_| true, &mut |entry| {
        let data = if definitions::is_definition(&entry.name) {
            let archive = definitions.get_or_insert_with(|| Definitions::of(bytes, limits));
            count += 1;
            archive.text(count - 1)
        } else {
            Text::from(entry.data)
        };
        files.push(ChartFile {
            modified: entry.modified,
            ..ChartFile::of_text(entry.name, data)
        });
    })?;
    Ok(files)
}

/// The files whose names are wanted; all of them count for the bound on their sum.
pub(super) fn some_files(
    bytes: &[u8],
    limits: ArchiveLimits,
    is_wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<ChartFile>, ArchiveError> {
    let mut files = Vec::new();
    each_file(bytes, limits, is_wanted, &mut |entry| {
        files.push(ChartFile {
            modified: entry.modified,
            ..ChartFile::new(entry.name, entry.data)
        });
    })?;
    Ok(files)
}

/// A file as it lies in an archive.
struct Entry<'b> {
    name: String,
    data: &'b [u8],
    modified: Option<i64>,
}

fn each_file(
    bytes: &[u8],
    limits: ArchiveLimits,
    is_wanted: &dyn Fn(&str) -> bool,
    found: &mut dyn FnMut(Entry<'_>),
) -> Result<(), ArchiveError> {
    let unreadable = |error: io::Error| ArchiveError::Unreadable(error.to_string());
    let mut archive = tar::Archive::new(GzDecoder::new(bytes));
    let mut remaining = limits.total_bytes;
    let mut is_empty = true;
    // One buffer serves all files, which are of all sizes.
    let mut buffer = Vec::new();
    for entry in archive.entries().map_err(unreadable)? {
        let mut entry = entry.map_err(unreadable)?;
        // Helm reads links too, as empty files.
        if entry.header().entry_type().is_dir()
            || entry.header().entry_type().is_pax_global_extensions()
        {
            continue;
        }
        let entry_path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let name = file_name(&entry_path)?;
        let size = entry.size();
        if size > remaining {
            return Err(ArchiveError::TotalSize(limits.total_bytes));
        }
        remaining -= size;
        if !is_wanted(&name) {
            continue;
        }
        if size > limits.file_bytes {
            return Err(ArchiveError::FileSize {
                name: entry_path,
                limit: limits.file_bytes,
            });
        }
        let modified = entry.header().mtime().ok();
        let data = read(&mut entry, size, &mut buffer).map_err(unreadable)?;
        is_empty = false;
        found(Entry {
            name,
            data: data.strip_prefix(BYTE_ORDER_MARK).unwrap_or(data),
            modified: modified.and_then(|seconds| i64::try_from(seconds).ok()),
        });
    }
    if is_empty {
        Err(ArchiveError::Empty)
    } else {
        Ok(())
    }
}

/// Reads up to so many bytes into the buffer, which grows to the largest file.
fn read<'b>(from: &mut dyn Read, size: u64, buffer: &'b mut Vec<u8>) -> io::Result<&'b [u8]> {
    let size = usize::try_from(size).map_err(io::Error::other)?;
    if buffer.len() < size {
        buffer.resize(size, 0);
    }
    let mut filled = 0;
    while filled < size {
        match from.read(&mut buffer[filled..size])? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(&buffer[..filled])
}

/// The path within the chart, which is what lies behind the first folder.
fn file_name(entry_path: &str) -> Result<String, ArchiveError> {
    let delimiter = if entry_path.contains('\\') { '\\' } else { '/' };
    let (base, name) = entry_path.split_once(delimiter).unwrap_or((entry_path, ""));
    let name = name.replace(delimiter, "/");
    if path::is_abs(&name) {
        return Err(ArchiveError::AbsolutePath);
    }
    let name = path::clean(&name);
    if name == "." {
        return Err(ArchiveError::OutsideBase(entry_path.to_owned()));
    }
    if name.starts_with("..") {
        return Err(ArchiveError::ParentDirectory);
    }
    if matches!(name.as_bytes(), [drive, b':', b'/', ..] if drive.is_ascii_alphabetic()) {
        return Err(ArchiveError::IllegalName);
    }
    if base == "Chart.yaml" {
        Err(ArchiveError::NotInBase)
    } else {
        Ok(name)
    }
}
