//! A layer of an image: a gzipped tar file whose bytes depend on its entries alone.

use std::io::Write as _;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

use super::layout::digest;

/// A line of a PEM file, from RFC 7468.
const PEM_LINE: usize = 64;

const DIRECTORY: u32 = 0o755;
/// For everybody, each his own files: an emptyDir covers it where the root file system is read-only.
const TEMPORARY: u32 = 0o1777;
const FILE: u32 = 0o644;
const PROGRAM: u32 = 0o755;

/// A file or a directory of a layer.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    path: &'a str,
    mode: u32,
    /// A directory has none.
    contents: Option<&'a [u8]>,
}

impl<'a> Entry<'a> {
    /// An executable file. Its directories come from the layer below.
    pub(super) fn program(path: &'a str, contents: &'a [u8]) -> Self {
        Self {
            path,
            mode: PROGRAM,
            contents: Some(contents),
        }
    }

    fn file(path: &'a str, contents: &'a [u8]) -> Self {
        Self {
            path,
            mode: FILE,
            contents: Some(contents),
        }
    }

    fn directory(path: &'a str, mode: u32) -> Self {
        Self {
            path,
            mode,
            contents: None,
        }
    }
}

/// What a program without a distribution around it looks for: certificate authorities, the names of its user and
/// group, and a place for temporary files.
pub(super) fn root_file_system() -> Vec<Entry<'static>> {
    static CERTIFICATES: std::sync::LazyLock<String> = std::sync::LazyLock::new(certificates);
    vec![
        Entry::directory("etc/", DIRECTORY),
        Entry::file("etc/group", b"root:x:0:\nnobody:x:65534:\n"),
        Entry::file(
            "etc/passwd",
            b"root:x:0:0:root:/:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n",
        ),
        Entry::directory("etc/ssl/", DIRECTORY),
        Entry::directory("etc/ssl/certs/", DIRECTORY),
        Entry::file("etc/ssl/certs/ca-certificates.crt", CERTIFICATES.as_bytes()),
        Entry::directory("tmp/", TEMPORARY),
        Entry::directory("usr/", DIRECTORY),
        Entry::directory("usr/local/", DIRECTORY),
        Entry::directory("usr/local/bin/", DIRECTORY),
    ]
}

/// The certificate authorities that Mozilla trusts, as PEM.
fn certificates() -> String {
    let mut pem = String::new();
    for certificate in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
        pem.push_str("-----BEGIN CERTIFICATE-----\n");
        let text = STANDARD.encode(certificate);
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let (line, after) = rest.split_at(rest.len().min(PEM_LINE));
            pem.push_str(line);
            pem.push('\n');
            rest = after;
        }
        pem.push_str("-----END CERTIFICATE-----\n");
    }
    pem
}

/// The bytes of a layer.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) compressed: Vec<u8>,
    /// The digest of the tar file before it was compressed.
    pub(super) diff_id: String,
}

impl Layer {
    /// Packs entries in the order in which they stand.
    ///
    /// # Errors
    /// A path that a tar header cannot hold.
    pub(super) fn new(entries: &[Entry]) -> Result<Self> {
        let mut builder = Builder::new(Vec::new());
        for entry in entries {
            append(&mut builder, entry).with_context(|| format!("packing {}", entry.path))?;
        }
        let tar = builder.into_inner().context("packing a layer")?;
        // No name and no time in the header of the gzip stream.
        let mut gzip = GzBuilder::new().write(Vec::new(), Compression::best());
        gzip.write_all(&tar).context("compressing a layer")?;
        Ok(Self {
            compressed: gzip.finish().context("compressing a layer")?,
            diff_id: digest(&tar),
        })
    }
}

fn append(builder: &mut Builder<Vec<u8>>, entry: &Entry) -> std::io::Result<()> {
    let contents = entry.contents.unwrap_or_default();
    let mut header = Header::new_ustar();
    header.set_entry_type(match entry.contents {
        Some(_) => EntryType::Regular,
        None => EntryType::Directory,
    });
    header.set_mode(entry.mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(contents.len() as u64);
    builder.append_data(&mut header, entry.path, contents)
}
