//! An image on disk, as the OCI image layout specification says: blobs by digest, and an index.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use rheostat_artifact::digest::{Algorithm, Digest};
use serde_json::{Value, json};

use super::MANIFEST_TYPE;

/// What a manifest says of a blob.
#[derive(Clone, Debug)]
pub(super) struct Descriptor {
    pub(super) media_type: &'static str,
    /// `sha256:` and hexadecimal digits.
    pub(super) digest: String,
    /// In bytes.
    pub(super) size: u64,
}

impl Descriptor {
    pub(super) fn to_json(&self) -> Value {
        json!({ "mediaType": self.media_type, "digest": self.digest, "size": self.size })
    }
}

/// A directory with one image.
#[derive(Debug)]
pub(super) struct Layout {
    directory: PathBuf,
    blobs: Vec<Descriptor>,
}

impl Layout {
    /// Starts an image in a directory; an earlier one there goes.
    ///
    /// # Errors
    /// The directory cannot be written.
    pub(super) fn create(directory: &Path) -> Result<Self> {
        let blobs = directory.join("blobs");
        if blobs.exists() {
            fs::remove_dir_all(&blobs).with_context(|| format!("removing {}", blobs.display()))?;
        }
        let layout = Self {
            directory: directory.to_owned(),
            blobs: Vec::new(),
        };
        write(
            &directory.join("oci-layout"),
            br#"{"imageLayoutVersion":"1.0.0"}"#,
        )?;
        Ok(layout)
    }

    /// Stores a blob.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn add(&mut self, media_type: &'static str, bytes: &[u8]) -> Result<Descriptor> {
        let descriptor = Descriptor {
            media_type,
            digest: digest(bytes),
            size: bytes.len() as u64,
        };
        write(&self.blob(&descriptor), bytes)?;
        self.blobs.push(descriptor.clone());
        Ok(descriptor)
    }

    /// Stores the manifest and the index that names it by a tag.
    ///
    /// # Errors
    /// They cannot be written.
    pub(super) fn finish(&mut self, manifest: &[u8], tag: &str) -> Result<()> {
        let mut entry = self.add(MANIFEST_TYPE, manifest)?.to_json();
        entry["annotations"] = json!({ "org.opencontainers.image.ref.name": tag });
        let index = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [entry],
        });
        write(
            &self.directory.join("index.json"),
            &serde_json::to_vec(&index)?,
        )
    }

    pub(super) fn manifest(&self) -> &Descriptor {
        self.blobs
            .last()
            .expect("a layout is handed out with its manifest")
    }

    /// What the manifest speaks of: layers and configuration.
    pub(super) fn parts(&self) -> &[Descriptor] {
        self.blobs.split_last().map_or(&[], |(_, parts)| parts)
    }

    /// The bytes of a blob.
    ///
    /// # Errors
    /// They cannot be read.
    pub(super) fn read(&self, descriptor: &Descriptor) -> Result<Vec<u8>> {
        let path = self.blob(descriptor);
        fs::read(&path).with_context(|| format!("reading {}", path.display()))
    }

    /// What a node downloads, in bytes.
    pub(super) fn size(&self) -> u64 {
        self.blobs.iter().map(|blob| blob.size).sum()
    }

    fn blob(&self, descriptor: &Descriptor) -> PathBuf {
        let (algorithm, hex) = descriptor
            .digest
            .split_once(':')
            .expect("a digest names its algorithm");
        self.directory.join("blobs").join(algorithm).join(hex)
    }
}

/// The digest of bytes as registries write it.
pub(super) fn digest(bytes: &[u8]) -> String {
    Digest::of(Algorithm::Sha256, bytes).to_string()
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(|| format!("creating {}", parent.display()))?;
    }
    fs::write(path, bytes).with_context(|| format!("writing {}", path.display()))
}
