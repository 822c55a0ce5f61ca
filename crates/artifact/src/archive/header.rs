//! Headers of the entries: the USTAR layout, and before it a PAX record for
//! a path that the layout cannot hold.

use tar::{EntryType, Header};

use super::EntryKind;

/// Permission bits that consumers see, whatever the source's were.
const DIRECTORY_MODE: u32 = 0o750;
const FILE_MODE: u32 = 0o600;
const EXECUTABLE_MODE: u32 = 0o700;

/// Sizes of the two fields for a path in POSIX.1-1988.
const NAME_BYTES: usize = 100;
const PREFIX_BYTES: usize = 155;

/// The header of an entry.
pub(super) struct Encoded {
    pub(super) header: Header,
    pub(super) long_path: Option<LongPath>,
}

/// An extended header that carries the path of the entry after it.
pub(super) struct LongPath {
    pub(super) header: Header,
    pub(super) record: Vec<u8>,
}

/// Encodes an entry. Folders are told by their type and have no slash at the
/// end.
pub(super) fn encode(path: &str, kind: EntryKind, size: u64) -> Encoded {
    let (entry_type, mode) = match kind {
        EntryKind::Directory => (EntryType::Directory, DIRECTORY_MODE),
        EntryKind::File { is_executable } if is_executable => (EntryType::Regular, EXECUTABLE_MODE),
        EntryKind::File { .. } => (EntryType::Regular, FILE_MODE),
    };
    let mut header = blank(entry_type, mode, size);
    let long_path = if let Some((prefix, name)) = split(path) {
        set_path(&mut header, prefix, name);
        None
    } else {
        set_path(&mut header, "", truncated(path));
        Some(long_path(path))
    };
    header.set_cksum();
    Encoded { header, long_path }
}

fn blank(entry_type: EntryType, mode: u32, size: u64) -> Header {
    let mut header = Header::new_ustar();
    header.set_entry_type(entry_type);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(size);
    let ustar = header
        .as_ustar_mut()
        .expect("the header was made in this layout");
    ustar.set_device_major(0);
    ustar.set_device_minor(0);
    header
}

fn set_path(header: &mut Header, prefix: &str, name: &str) {
    let ustar = header
        .as_ustar_mut()
        .expect("the header was made in this layout");
    ustar.prefix[..prefix.len()].copy_from_slice(prefix.as_bytes());
    ustar.name[..name.len()].copy_from_slice(name.as_bytes());
}

/// Prefix and name of a path that fits the layout.
fn split(path: &str) -> Option<(&str, &str)> {
    if !path.is_ascii() {
        return None;
    }
    if path.len() <= NAME_BYTES {
        return Some(("", path));
    }
    let reach = path.len().min(PREFIX_BYTES + 1);
    let slash = path[..reach].rfind('/')?;
    let (prefix, name) = (&path[..slash], &path[slash + 1..]);
    (!prefix.is_empty() && name.len() <= NAME_BYTES).then_some((prefix, name))
}

/// As much of the path as readers without PAX may see.
fn truncated(path: &str) -> &str {
    let mut end = path.len().min(NAME_BYTES);
    while !path.is_char_boundary(end) {
        end -= 1;
    }
    &path[..end]
}

fn long_path(path: &str) -> LongPath {
    let record = record("path", path);
    let mut header = blank(EntryType::XHeader, 0, record.len() as u64);
    let name = format!("PaxHeaders.0/{path}");
    set_path(&mut header, "", truncated(&name));
    header.set_cksum();
    LongPath { header, record }
}

/// A PAX record, whose length counts its own digits.
fn record(key: &str, value: &str) -> Vec<u8> {
    // A blank, an equals sign and a newline.
    let rest = key.len() + value.len() + 3;
    let mut length = rest;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    format!("{length} {key}={value}\n").into_bytes()
}
